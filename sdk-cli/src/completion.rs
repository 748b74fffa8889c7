//! `completion`: what makes a shell complete the tool's commands.
//!
//! What follows `call` only the host knows, which is asked when the key is pressed.

use std::ffi::OsString;

use clap::{CommandFactory, Parser};
use sdk_client::completion::{Candidate, Question, Shell, candidates, script, words_behind};

use crate::{
    arguments::{Arguments, Command},
    call,
    report::Report,
};

/// The script of a shell.
pub(crate) fn run(shell: Shell) -> Report {
    Report::text(script(shell, "sdk-cli"))
}

/// The answer to a script, a word a line. A key that is pressed too early is no reason
/// to complain.
pub(crate) fn complete(words: impl Iterator<Item = OsString>) -> Report {
    let words = words.map(|word| word.to_string_lossy().into_owned());
    let question = Question::new(words);
    let answer = question.map(|question| question.answer(&found(&question.words)));
    match answer {
        Some(answer) if !answer.is_empty() => Report::text(answer),
        _ => Report::default(),
    }
}

fn found(words: &[String]) -> Vec<Candidate> {
    let command = Arguments::command();
    let own = || candidates(&command, words);
    if words_behind(&command, words, "call").is_none() {
        return own();
    }
    let Some((partial, typed)) = words.split_last() else {
        return own();
    };
    let line = ["sdk-cli"]
        .into_iter()
        .chain(typed.iter().map(String::as_str));
    match Arguments::try_parse_from(line).map(|arguments| (arguments.server, arguments.command)) {
        // Flags of the tool stand before the first word of the host.
        Ok((_, Command::Call(call))) if call.words.is_empty() && partial.starts_with('-') => own(),
        Ok((server, Command::Call(call))) => {
            let words = call.words.iter().map(|word| word.to_string_lossy());
            let words: Vec<_> = words.chain([partial.into()]).collect();
            call::complete(&call.server.or(server), &words).unwrap_or_default()
        }
        // The value of a flag is still to come.
        _ => own(),
    }
}
