//! What a word of a `clap` command may become.

use clap::{Arg, Command};

use super::Shell;
use crate::text;

/// What a word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Candidate {
    /// The whole word.
    pub word: String,
    /// What it is for, on one line.
    pub about: Option<String>,
}

impl Candidate {
    fn new(word: impl Into<String>, about: Option<&clap::builder::StyledStr>) -> Self {
        let about = about.map(ToString::to_string).unwrap_or_default();
        let about = about.lines().next().map(text::one_line);
        Self {
            word: word.into(),
            about: about.filter(|about| !about.is_empty()),
        }
    }

    /// As the script of a shell reads it.
    pub(super) fn line(&self, shell: Shell) -> String {
        let word = text::one_line(&self.word);
        let word = match shell {
            Shell::Zsh => word.replace(':', "\\:"),
            Shell::Bash | Shell::Fish => word,
        };
        match (&self.about, shell) {
            (Some(about), Shell::Zsh) => format!("{word}:{about}"),
            (Some(about), Shell::Fish) => format!("{word}\t{about}"),
            _ => word,
        }
    }
}

/// What the last of the words behind `command` may become: commands, flags, or values
/// of a flag. It may be empty; what is hidden is left out. Nothing where anything may
/// stand, such as the name of a file.
pub fn candidates<S: AsRef<str>>(command: &Command, words: &[S]) -> Vec<Candidate> {
    let mut command = command.clone();
    // So that each command has the flags that it takes from those above.
    command.build();
    let (partial, typed) = match words.split_last() {
        Some((partial, typed)) => (partial.as_ref(), typed),
        None => ("", words),
    };
    let mut place = Place::of(&command);
    for word in typed {
        place.go_on(word.as_ref());
    }
    place.candidates(partial)
}

/// The words behind the subcommand `name` of `command`, where the words, the last of
/// which is being typed, lead to it.
pub fn words_behind<'a, S: AsRef<str>>(
    command: &Command,
    words: &'a [S],
    name: &str,
) -> Option<&'a [S]> {
    let mut command = command.clone();
    command.build();
    let mut place = Place::of(&command);
    let (_, typed) = words.split_last()?;
    for (at, word) in typed.iter().enumerate() {
        place.go_on(word.as_ref());
        if place.command.get_name() == name {
            return Some(&words[at + 1..]);
        }
    }
    None
}

/// Where in a command line a word stands.
struct Place<'a> {
    command: &'a Command,
    /// The flag whose value comes next.
    waiting: Option<&'a Arg>,
    /// How many words of the command stand before it, flags aside.
    words: usize,
    /// Whether a `--` stands before it: there are no flags any more.
    is_behind_flags: bool,
}

impl<'a> Place<'a> {
    fn of(command: &'a Command) -> Self {
        Self {
            command,
            waiting: None,
            words: 0,
            is_behind_flags: false,
        }
    }

    fn go_on(&mut self, word: &str) {
        if self.waiting.take().is_some() {
            return;
        }
        if word == "--" {
            self.is_behind_flags = true;
        } else if word.starts_with('-') && word.len() > 1 && !self.is_behind_flags {
            self.waiting = self.waiting_behind(word);
        } else if self.words == 0
            && let Some(below) = self.command.find_subcommand(word)
        {
            *self = Self::of(below);
        } else {
            self.words += 1;
        }
    }

    /// The flag whose value comes after this word.
    fn waiting_behind(&self, word: &str) -> Option<&'a Arg> {
        let flag = if let Some(long) = word.strip_prefix("--") {
            self.flag(long)
        } else {
            let last = word.chars().last();
            let mut flags = self.command.get_arguments();
            flags.find(|flag| flag.get_short() == last)
        };
        flag.filter(|flag| takes_the_next_word(flag))
    }

    fn flag(&self, long: &str) -> Option<&'a Arg> {
        let mut flags = self.command.get_arguments();
        flags.find(|flag| flag.get_long() == Some(long))
    }

    fn candidates(&self, partial: &str) -> Vec<Candidate> {
        let mut found = match (self.waiting, partial.split_once('=')) {
            (Some(flag), _) => values(flag, ""),
            (None, Some((long, _))) if self.takes_flags(partial) => {
                let flag = long.strip_prefix("--").and_then(|long| self.flag(long));
                flag.map_or_else(Vec::new, |flag| values(flag, &format!("{long}=")))
            }
            _ if self.takes_flags(partial) => flags(self.command),
            _ => self.words(partial),
        };
        found.retain(|candidate| candidate.word.starts_with(partial));
        found
    }

    fn takes_flags(&self, partial: &str) -> bool {
        partial.starts_with('-') && !self.is_behind_flags
    }

    /// What may stand here without a flag; where that is nothing, the flags.
    fn words(&self, partial: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        if self.words == 0 {
            found = subcommands(self.command);
        }
        let positionals: Vec<_> = self.command.get_positionals().collect();
        let last = positionals
            .last()
            .filter(|it| it.get_num_args().is_some_and(|it| it.max_values() > 1));
        match positionals.get(self.words).or(last) {
            Some(positional) => {
                found.extend(values(positional, ""));
                // Anything may stand here.
                if found.is_empty() && positional.is_required_set() {
                    return found;
                }
            }
            None if self.command.has_subcommands() => return found,
            None => {}
        }
        if found.is_empty() && partial.is_empty() && !self.is_behind_flags {
            return flags(self.command);
        }
        found
    }
}

fn takes_the_next_word(flag: &Arg) -> bool {
    let is_optional = flag.get_num_args().is_some_and(|it| it.min_values() == 0);
    flag.get_action().takes_values() && !flag.is_require_equals_set() && !is_optional
}

fn values(flag: &Arg, before: &str) -> Vec<Candidate> {
    let values = flag.get_possible_values().into_iter();
    let values = values.filter(|value| !value.is_hide_set());
    let candidate = |value: clap::builder::PossibleValue| {
        Candidate::new(format!("{before}{}", value.get_name()), value.get_help())
    };
    values.map(candidate).collect()
}

fn flags(command: &Command) -> Vec<Candidate> {
    let shown = command.get_arguments().filter(|flag| !flag.is_hide_set());
    let longs = shown.filter_map(|flag| Some((flag.get_long()?, flag.get_help())));
    longs
        .map(|(long, about)| Candidate::new(format!("--{long}"), about))
        .collect()
}

fn subcommands(command: &Command) -> Vec<Candidate> {
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    shown
        .map(|it| Candidate::new(it.get_name(), it.get_about()))
        .collect()
}
