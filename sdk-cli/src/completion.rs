//! `completion`: what makes a shell complete the tool's own commands.

use clap::CommandFactory;
use clap_complete::Shell as Known;

use crate::{
    arguments::{Arguments, Shell},
    report::Report,
};

/// The script of a shell.
pub(crate) fn run(shell: Shell) -> Report {
    let shell = match shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "sdk-cli", &mut script);
    Report::text(String::from_utf8_lossy(&script))
}
