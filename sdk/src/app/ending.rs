//! How a command ended.

use crate::cli::CommandError;

/// How a command ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ending {
    /// The exit code for the process.
    pub(crate) exit_code: u8,
    /// For standard error, without a line feed at its end.
    pub(crate) complaint: String,
}

impl From<Result<(), CommandError>> for Ending {
    fn from(result: Result<(), CommandError>) -> Self {
        match result {
            Ok(()) => Self::default(),
            Err(error) => Self {
                exit_code: error.exit_code(),
                complaint: error.to_string(),
            },
        }
    }
}
