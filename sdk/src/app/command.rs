//! A command from its words to what it prints.

use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::{
    cli::{self, CommandError, Output},
    host::Host,
    migrate::Watch,
};

/// A command as it was typed.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Request {
    /// The words, the program's name first.
    pub(crate) words: Vec<String>,
    /// What the command reads besides them.
    pub(crate) input: Option<String>,
}

/// How a command ended.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// Carries out a command on an open host.
pub(crate) async fn run_on(
    host: &Host,
    request: &Request,
    watch: Watch<'_>,
    out: &mut (dyn Write + Send),
) -> Ending {
    let linked = host.linked();
    let line = match cli::parse(linked.name(), "", linked.version(), &request.words) {
        Ok(line) => line,
        // The asking process has parsed these words; its version may differ.
        Err(error) => return Err(CommandError::usage(error)).into(),
    };
    let mut out = Output::new(out, line.json);
    cli::execute(
        host,
        &line.command,
        request.input.as_deref(),
        watch,
        &mut out,
    )
    .await
    .into()
}
