//! `completion`: what makes a shell complete the tool's commands.
//!
//! The tool's own words stand in the script. What follows `call` only the host
//! knows: there, the script calls the tool with `__complete` and all words that
//! have been typed so far, and gets a word a line.

use std::ffi::OsString;

use clap::{CommandFactory, Parser};
use clap_complete::Shell as Known;

use crate::{
    arguments::{Arguments, Command, Shell},
    call,
    report::Report,
};

/// What the scripts call.
pub(crate) const COMMAND: &str = "__complete";

/// What follows `call` in bash.
const BASH: &str = r#"
_sdk__cli_call() {
    local at
    for ((at = 1; at < COMP_CWORD; at++)); do
        if [[ "${COMP_WORDS[at]}" == call ]]; then
            mapfile -t COMPREPLY < <(sdk-cli __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
            return
        fi
    done
    _sdk__cli "$@"
}
complete -F _sdk__cli_call -o bashdefault -o default sdk-cli
"#;

/// What follows `call` in zsh; the script calls it instead of its default.
const ZSH: &str = r#"
_sdk-cli_call() {
    local -a typed found
    typed=(${(Q)${(z)LBUFFER}})
    [[ "$LBUFFER" == *[[:space:]] ]] && typed+=("")
    found=("${(@f)$(sdk-cli __complete "${(@)typed[2,-1]}" 2>/dev/null)}")
    compadd -- ${found:#}
}
"#;

/// What follows `call` in fish.
const FISH: &str = r#"
complete -c sdk-cli -n "__fish_seen_subcommand_from call" -f -a '(sdk-cli __complete (commandline -opc)[2..-1] "$(commandline -ct)" 2>/dev/null)'
"#;

/// The script of a shell.
pub(crate) fn run(shell: Shell) -> Report {
    let (known, call) = match shell {
        Shell::Bash => (Known::Bash, BASH),
        Shell::Zsh => (Known::Zsh, ZSH),
        Shell::Fish => (Known::Fish, FISH),
    };
    let mut script = Vec::new();
    clap_complete::generate(known, &mut Arguments::command(), "sdk-cli", &mut script);
    let script = String::from_utf8_lossy(&script);
    Report::text(match shell {
        Shell::Bash | Shell::Fish => format!("{script}{call}"),
        // Its last lines call the main function: all others stand before.
        Shell::Zsh => with_zsh_call(&script, call),
    })
}

fn with_zsh_call(script: &str, call: &str) -> String {
    let words = "'*::words -- ";
    let lines = script.lines().map(|line| match line.strip_prefix(words) {
        Some(rest) => format!("{words}{}", rest.replace(":_default'", ":_sdk-cli_call'")),
        None => line.to_owned(),
    });
    let script = lines.collect::<Vec<_>>().join("\n");
    let end = script
        .rfind("\nif [ \"$funcstack[1]\"")
        .unwrap_or(script.len());
    let (script, end) = script.split_at(end);
    format!("{script}{call}{end}\n")
}

/// What the last of the words may become, a word a line. A key that is pressed
/// too early is no reason to complain.
pub(crate) fn complete(mut words: Vec<OsString>) -> Report {
    let partial = words.pop().unwrap_or_default();
    let typed = [OsString::from("sdk-cli")].into_iter().chain(words);
    let mut report = Report::default();
    let Ok(arguments) = Arguments::try_parse_from(typed) else {
        return report;
    };
    if let Command::Call(call) = arguments.command {
        let server = call.server.or(arguments.server);
        let words = call.words.into_iter().chain([partial]);
        let words: Vec<_> = words
            .map(|word| word.to_string_lossy().into_owned())
            .collect();
        for word in call::complete(&server, &words).unwrap_or_default() {
            report.line(word);
        }
    }
    report
}
