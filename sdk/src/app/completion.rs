//! `completion`, and what its scripts ask for when the key is pressed. Neither opens a
//! store nor speaks to a host: all words are those of this binary.

use std::ffi::OsString;

use sdk_client::completion::{Candidate, Question, candidates, words_behind};

use super::{App, call};
use crate::cli;

/// The answer to a script whose words begin behind the program, a word a line. A key
/// that is pressed too early is no reason to complain.
pub(super) fn answer(app: App, words: impl Iterator<Item = OsString>) -> String {
    let words = words.map(|word| word.to_string_lossy().into_owned());
    let question = Question::new(words);
    question.map_or_else(String::new, |question| {
        question.answer(&found(app, &question.words))
    })
}

fn found(app: App, words: &[String]) -> Vec<Candidate> {
    let command = cli::command(&app.name, &app.about, &app.version, &app.defaults);
    let Some(words) = words_behind(&command, words, "call") else {
        return candidates(&command, words);
    };
    let linked = app.link();
    let methods = linked.as_ref().ok().and_then(|it| it.methods().ok());
    methods.map_or_else(Vec::new, |methods| call::calls(methods).complete(words))
}
