//! The one place where errors become human.
//!
//! A failed command prints `error:` with the chain of causes and, where there
//! is something to do about it, `hint:` with the next command.

use std::fmt;

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
    /// A failure, exit code 1, with what is known to help.
    pub fn failed(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        Self {
            hint: hint::of(&error),
            error,
            exit_code: EXIT_FAILED,
        }
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
