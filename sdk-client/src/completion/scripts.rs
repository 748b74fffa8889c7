//! The scripts. `PROGRAM` stands for the name of the program, `NAME` for it as a part
//! of the name of a function.
//!
//! They call the program by the word that was typed for it, so that `./target/debug/acme`
//! is asked for its own words.

use super::{COMMAND, Shell};

/// bash parts words at `=` and `:`, too (`COMP_WORDBREAKS`): what nothing parts on
/// the line is put together again, and what stands before the last part is left out of
/// the replies. It runs on bash 3.2, which macOS has.
const BASH: &str = r#"# Completes the commands of PROGRAM.
_NAME_complete() {
    local line=${COMP_LINE:0:COMP_POINT} typed=() word at last breaks= letter glued=
    for ((at = 0; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        if [[ $at -eq 0 || $line == [[:space:]]* ]]; then
            typed+=("")
            line=${line#"${line%%[![:space:]]*}"}
        fi
        # The last one may go on behind the cursor.
        [[ $line == "$word"* ]] || word=$line
        typed[${#typed[@]} - 1]+=$word
        line=${line#"$word"}
    done
    last=${typed[${#typed[@]} - 1]}
    for letter in = :; do
        [[ $COMP_WORDBREAKS == *"$letter"* ]] && breaks+=$letter
    done
    [[ $breaks ]] && glued=${last%"${last##*[$breaks]}"}
    COMPREPLY=()
    while IFS= read -r word; do
        COMPREPLY+=("${word#"$glued"}")
    done < <("${typed[0]/#\~\//$HOME/}" COMMAND bash "${typed[@]:1}" 2>/dev/null)
    last=${last#"$glued"}
    if [[ ${#COMPREPLY[@]} -eq 0 && $last == @* ]]; then
        while IFS= read -r word; do
            [[ -d $word ]] && word+=/ && compopt -o nospace 2>/dev/null
            COMPREPLY+=("@$word")
        done < <(compgen -f -- "${last#@}")
    fi
}
complete -F _NAME_complete -o bashdefault -o default PROGRAM
"#;

/// zsh has the words as they were typed, and takes their quotes away by `Q`.
const ZSH: &str = r#"#compdef PROGRAM
# Completes the commands of PROGRAM.
_NAME_complete() {
    local -a typed found
    local program=${(Q)words[1]/#\~\//$HOME/}
    typed=("${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}")
    found=("${(@f)$("$program" COMMAND zsh "${(@)typed}" 2>/dev/null)}")
    found=("${(@)found:#}")
    if (( $#found )); then
        _describe -t words word found
    else
        compset -P '--*='
        compset -P @
        _files
    fi
}
if [[ ${funcstack[1]} == _PROGRAM ]]; then
    _NAME_complete
else
    compdef _NAME_complete PROGRAM
fi
"#;

/// fish has the words without their quotes, but for the one that is being typed.
const FISH: &str = r#"# Completes the commands of PROGRAM.
function __NAME_complete
    set -l typed (commandline -opc)
    set -l current (commandline -ct | string unescape --style=script 2>/dev/null; or commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $typed[1])
    set -e typed[1]
    set -l found ("$program" COMMAND fish $typed "$current" 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else if string match -q '@*' -- "$current"
        printf '@%s\n' (__fish_complete_path (string sub -s 2 -- "$current"))
    else
        __fish_complete_path "$current"
    end
end
complete -c PROGRAM -f -a '(__NAME_complete)'
"#;

/// The script that makes a shell complete the commands of `program`.
pub fn script(shell: Shell, program: &str) -> String {
    let script = match shell {
        Shell::Bash => BASH,
        Shell::Zsh => ZSH,
        Shell::Fish => FISH,
    };
    let name = program.replace(|letter: char| !letter.is_ascii_alphanumeric(), "_");
    script
        .replace("PROGRAM", program)
        .replace("NAME", &name)
        .replace("COMMAND", COMMAND)
}
