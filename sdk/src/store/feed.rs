//! The feed: what was changed, commit by commit.

mod log;

pub use log::Retention;
pub(in crate::store) use log::{LogState, LogWriter, RawChange};
