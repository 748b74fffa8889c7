//! Translations at run time.
//!
//! A **[`Message`]** is a key with arguments, in no language yet. A
//! **[`Catalogue`]** holds what all modules have to say in one locale and puts
//! messages into words. **[`Catalogues`]** holds one for each locale and finds
//! the best one for a reader.
//!
//! A text is looked up in layers: the file of the locale, those of its parents
//! (`de-AT`, then `de`; `zh-TW`, then `zh-Hant`, never `zh`), at last the
//! module's source locale. Its plurals follow the language it is written in;
//! its numbers follow the reader's locale, if that is the same language.
//!
//! Nothing here fails: a message that is not there shows its key, an argument
//! that is not there shows its name in braces, and either is logged once.
//! Texts are returned as they were written: no marks of text direction are
//! put around arguments.

mod catalogue;
mod catalogues;
mod complaints;
mod evaluation;
mod fallback;
mod layer;
mod message;
mod number;
mod percent;
mod rules;
mod source;

pub use catalogue::Catalogue;
pub use catalogues::Catalogues;
pub use message::{ArgumentValue, Day, Message};
pub use number::{Number, NumberError};
pub use source::CatalogueSource;

#[cfg(test)]
mod tests;
