//! The one place where errors become human.
//!
//! A failed command prints `error:` with the chain of causes and, where there
//! is something to do about it, `hint:` with the next command.

use std::fmt;

use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::system::hint;

/// The exit code of a command that failed.
pub const EXIT_FAILED: u8 = 1;

/// The exit code of a command line that was not understood.
pub const EXIT_USAGE: u8 = 2;

/// Why a command did not do what it was asked for.
#[derive(Debug)]
pub struct CommandError {
    error: anyhow::Error,
    hint: Option<String>,
    exit_code: u8,
}

impl CommandError {
    /// A failure, exit code 1, with what is known to help. A request that a service
    /// has refused because of its arguments has exit code 2.
    pub fn failed(error: impl Into<anyhow::Error>) -> Self {
        let error = match error.into().downcast::<Status>() {
            Ok(status) => return Self::refused(&status),
            Err(error) => error,
        };
        Self {
            hint: hint::of(&error),
            error,
            exit_code: EXIT_FAILED,
        }
    }

    /// What a service says, in its words.
    fn refused(status: &Status) -> Self {
        let details = status.get_error_details();
        let Some(info) = details.error_info() else {
            return Self::gone(status);
        };
        if info.reason == "HOST_UNREACHABLE" {
            return Self::gone(status);
        }
        let is_usage = status.code() == Code::InvalidArgument;
        Self {
            error: anyhow::anyhow!("{}", status.message()),
            hint: info.metadata.get("hint").cloned(),
            exit_code: if is_usage { EXIT_USAGE } else { EXIT_FAILED },
        }
    }

    /// An error without a reason is none of a service's: it is of the connection.
    fn gone(status: &Status) -> Self {
        tracing::debug!(%status, "a call was cut off");
        Self {
            error: anyhow::anyhow!(
                "the host that runs on this folder went away before it answered"
            ),
            hint: Some("its log says why; look what was done before you run this again".to_owned()),
            exit_code: EXIT_FAILED,
        }
    }

    /// The same in other words.
    #[must_use]
    pub(super) fn with_message(self, message: String) -> Self {
        Self {
            error: anyhow::anyhow!(message),
            ..self
        }
    }

    /// The same with another exit code.
    #[must_use]
    pub(super) fn with_exit_code(self, exit_code: u8) -> Self {
        Self { exit_code, ..self }
    }

    /// A command line that cannot be carried out as it stands, exit code 2.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self {
            error: anyhow::anyhow!("{message}"),
            hint: None,
            exit_code: EXIT_USAGE,
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The exit code of the process.
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// What went wrong, with its causes.
    pub(super) fn message(&self) -> String {
        let mut chain: Vec<String> = Vec::new();
        for cause in self.error.chain().map(ToString::to_string) {
            // An error that quotes its source has said it already.
            if !chain.last().is_some_and(|said| said.contains(&cause)) {
                chain.push(cause);
            }
        }
        chain.join(": ")
    }

    /// What to do next, if anything is known to help.
    pub(super) fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

/// Every error of the library is a failed command.
impl<E: Into<anyhow::Error>> From<E> for CommandError {
    fn from(error: E) -> Self {
        Self::failed(error)
    }
}

/// Shows `error: …` and `hint: …` for each line that does not go on with the
/// one before it.
impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = marked("error: ", &self.message());
        lines.extend(self.hint.iter().flat_map(|hint| marked("hint: ", hint)));
        f.write_str(&lines.join("\n"))
    }
}

/// The lines of a text with a mark before each that is not indented.
fn marked(mark: &str, text: &str) -> Vec<String> {
    let line = |line: &str| {
        if line.starts_with(' ') {
            line.to_owned()
        } else {
            format!("{mark}{line}")
        }
    };
    text.lines().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_the_error_quotes_is_said_once() {
        let inner = std::io::Error::other("disk on fire");
        let error = anyhow::Error::new(inner).context("cannot open ./data: disk on fire");
        let shown = CommandError::failed(error).hint("buy a new disk");
        insta::assert_snapshot!(shown, @r"
        error: cannot open ./data: disk on fire
        hint: buy a new disk
        ");
    }
}
