//! Translations at run time.

mod message;
mod number;

pub use message::{ArgumentValue, Message};
pub use number::Number;
