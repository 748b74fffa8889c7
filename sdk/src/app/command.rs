//! A command from its words to what it prints.

use serde::{Deserialize, Serialize};

use crate::{
    cli::{self, CommandError, Output},
    host::Host,
};

/// A command as it was typed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The words, the program's name first.
    pub(crate) words: Vec<String>,
    /// What the command reads besides them.
    pub(crate) input: Option<String>,
}

/// What a command printed and how it ended.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Outcome {
    /// The exit code for the process.
    pub(crate) exit_code: u8,
    /// For standard output.
    pub(crate) out: String,
    /// For standard error, without a line feed at its end.
    pub(crate) err: String,
}

impl From<CommandError> for Outcome {
    fn from(error: CommandError) -> Self {
        Self {
            exit_code: error.exit_code(),
            out: String::new(),
            err: error.to_string(),
        }
    }
}

/// Carries out a command on an open host.
pub(crate) async fn run_on(host: &Host, request: &Request) -> Outcome {
    let linked = host.linked();
    let line = match cli::parse(linked.name(), "", linked.version(), &request.words) {
        Ok(line) => line,
        // The asking process has parsed these words; its version may differ.
        Err(error) => return CommandError::usage(error).into(),
    };
    let mut bytes = Vec::new();
    let mut out = Output::new(&mut bytes, line.json);
    let result = cli::execute(host, &line.command, request.input.as_deref(), &mut out).await;
    Outcome {
        out: String::from_utf8_lossy(&bytes).into_owned(),
        ..result.map_or_else(Outcome::from, |()| Outcome::default())
    }
}
