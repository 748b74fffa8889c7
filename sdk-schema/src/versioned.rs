//! Files that begin with the number of their format.
//!
//! The number is read before anything else, so that a file of a newer version
//! is refused for its number and not for the first key that is new in it.

use serde::{Deserialize, de::DeserializeOwned};

/// Why a file could not be read.
pub(crate) enum Unread {
    /// It is not JSON of the expected shape.
    Json(serde_json::Error),
    /// Its format is another one.
    Format(u32),
}

#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// Reads a file of the format `known`.
pub(crate) fn read<T: DeserializeOwned>(text: &str, known: u32) -> Result<T, Unread> {
    match serde_json::from_str(text) {
        Ok(Head { format }) if format != known => Err(Unread::Format(format)),
        _ => serde_json::from_str(text).map_err(Unread::Json),
    }
}
