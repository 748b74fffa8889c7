//! What a word that is being typed may become.

use clap::{Arg, Command};

use super::Calls;

impl Calls {
    /// What the last of the words after `call` may become: commands, flags, or
    /// values of a flag. It may be empty; what is hidden is left out.
    pub fn complete<S: AsRef<str>>(&self, words: &[S]) -> Vec<String> {
        let words: Vec<_> = words.iter().map(AsRef::as_ref).collect();
        let (partial, typed) = match words.split_last() {
            Some((partial, typed)) => (*partial, typed),
            None => ("", words.as_slice()),
        };
        let mut command = &self.command("call");
        for word in typed {
            command = command.find_subcommand(word).unwrap_or(command);
        }
        let waiting = typed.last().and_then(|word| waiting(command, word));
        let mut found = match waiting {
            Some(flag) => values(flag),
            None if partial.starts_with('-') || !command.has_subcommands() => flags(command),
            None => commands(command),
        };
        found.retain(|word| word.starts_with(partial));
        found
    }
}

/// The flag whose value comes next.
fn waiting<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    let long = word.strip_prefix("--")?;
    let flag = command
        .get_arguments()
        .find(|it| it.get_long() == Some(long))?;
    let takes = flag.get_action().takes_values() && !flag.is_require_equals_set();
    takes.then_some(flag)
}

fn values(flag: &Arg) -> Vec<String> {
    let values = flag.get_possible_values().into_iter();
    let values = values.filter(|value| !value.is_hide_set());
    values.map(|value| value.get_name().to_owned()).collect()
}

fn flags(command: &Command) -> Vec<String> {
    let shown = command.get_arguments().filter(|flag| !flag.is_hide_set());
    let longs = shown.filter_map(Arg::get_long).chain(["help"]);
    longs.map(|long| format!("--{long}")).collect()
}

fn commands(command: &Command) -> Vec<String> {
    let shown = command.get_subcommands().filter(|it| !it.is_hide_set());
    shown.map(|it| it.get_name().to_owned()).collect()
}
