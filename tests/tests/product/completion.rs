//! The tabulator key, pressed in real shells: what is then on the line.
//!
//! bash and zsh run at a terminal that `script` makes, and show their line when they are
//! told to; fish is asked what it would offer. A test for which the machine lacks a shell
//! says that it is skipped.

use std::{
    fs,
    io::{Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use product_tests::{Session, build};

/// Ctrl-G, upon which each shell is taught to show its line and to empty it.
const SHOW: &str = "\x07";

/// Before it, a shell may not have set up its terminal, and would miss what is typed.
const PROMPT: &str = "READY ";

/// What a shell does at its start; `SCRIPT` is the completion script of a program.
const BASHRC: &str = r#"
source SCRIPTS/acme.bash
source SCRIPTS/sdk-cli.bash
show() { printf '\n<<%s>>\n' "$READLINE_LINE"; READLINE_LINE= READLINE_POINT=0; }
bind -x '"\C-g": show'
PS1='READY '
"#;
const ZSHRC: &str = r#"
fpath=(SCRIPTS $fpath)
autoload -Uz compinit
compinit -u -D
show() { zle -I; print -r -- "<<$BUFFER>>"; BUFFER= }
zle -N show
bindkey '^G' show
PS1='READY '
"#;

/// What is typed for either program, and what the line then is. `URL` is that of a host.
const LINES: [(&str, &str); 12] = [
    ("acme mig", "acme migrate "),
    ("acme --da", "acme --data "),
    (
        "acme migrate mark x --as acc",
        "acme migrate mark x --as accepted ",
    ),
    ("acme completion z", "acme completion zsh "),
    ("acme call geo sea", "acme call geo search "),
    (
        "acme --data 'my data' call geo get-c",
        "acme --data 'my data' call geo get-country ",
    ),
    (
        "acme call geo search --que",
        "acme call geo search --query ",
    ),
    (
        "acme call geo search --request @ro",
        "acme call geo search --request @rows.jsonl ",
    ),
    ("acme data import ro", "acme data import rows.jsonl "),
    ("sdk-cli prof", "sdk-cli profile "),
    (
        "sdk-cli --server URL call geo sea",
        "sdk-cli --server URL call geo search ",
    ),
    (
        "sdk-cli call --server URL sdk data list-ta",
        "sdk-cli call --server URL sdk data list-tables ",
    ),
];

/// A folder with the scripts of both programs, and how they find the programs.
struct Desk {
    session: Session,
    path: std::ffi::OsString,
}

impl Desk {
    fn new() -> Self {
        let session = Session::new(&["acme", "sdk-cli"]);
        session.write("rows.jsonl", "");
        for program in ["acme", "sdk-cli"] {
            for (shell, file) in [
                ("bash", format!("{program}.bash")),
                ("zsh", format!("_{program}")),
                ("fish", format!("{program}.fish")),
            ] {
                let script = session.run(&format!("{program} completion {shell}"));
                session.write(&format!("scripts/{file}"), script.success());
            }
        }
        let folders =
            ["acme", "sdk-cli"].map(|it| build(it).parent().expect("a folder").to_owned());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = folders.into_iter().chain(std::env::split_paths(&path));
        Self {
            path: std::env::join_paths(path).expect("folders"),
            session,
        }
    }

    fn setup(&self, file: &str, text: &str) {
        let scripts = self.session.path().join("scripts");
        let text = text.replace("SCRIPTS", &scripts.display().to_string());
        self.session.write(file, text);
    }

    fn command(&self, line: &str) -> Command {
        let mut command = self.session.command(line);
        command
            .env("PATH", &self.path)
            .env("HOME", self.session.path())
            .env("ZDOTDIR", self.session.path())
            .env("XDG_CONFIG_HOME", self.session.path())
            .env("TERM", "dumb")
            .env_remove("COMP_WORDBREAKS");
        command
    }

    /// That no key that was pressed has made anything.
    fn check_untouched(&self) {
        let files = fs::read_dir(self.session.path()).expect("a folder");
        let names = files.map(|it| it.expect("an entry").file_name().into_string());
        let made: Vec<_> = names
            .map(|it| it.expect("text"))
            .filter(|it| it == "data" || it == "my data")
            .collect();
        assert_eq!(made, [""; 0]);
    }
}

/// A shell at a terminal.
struct Typed {
    shell: Child,
    keys: ChildStdin,
    screen: ChildStdout,
    shown: String,
}

impl Typed {
    /// Starts it, and waits for its prompt.
    fn start(desk: &Desk, shell: &str) -> Self {
        // A shell that never shows a line fails the test in the end.
        let mut command = desk.command("timeout 300 script --quiet --return --command");
        command.args([shell, "/dev/null"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut shell = command.spawn().expect("`script` starts");
        let mut typed = Self {
            keys: shell.stdin.take().expect("piped"),
            screen: shell.stdout.take().expect("piped"),
            shell,
            shown: String::new(),
        };
        typed.wait_for(PROMPT);
        typed
    }

    /// What is on the line after the key has been pressed behind `text`.
    fn complete(&mut self, text: &str) -> String {
        self.shown.clear();
        let keys = format!("{text}\t{SHOW}");
        self.keys.write_all(keys.as_bytes()).expect("keys");
        self.wait_for(">>");
        let (_, line) = self.shown.rsplit_once("<<").expect("a line");
        let line = line.trim_end_matches(">>").to_owned();
        self.wait_for(PROMPT);
        line
    }

    fn wait_for(&mut self, mark: &str) {
        let mut byte = [0];
        while !self.shown.ends_with(mark) {
            let read = self.screen.read(&mut byte).expect("a screen");
            assert_ne!(read, 0, "the shell ended:\n{}", self.shown);
            self.shown.push(byte[0].into());
        }
    }
}

impl Drop for Typed {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// Whether the machine has a program; says that the test is skipped when it has not.
fn has(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    let has = found.is_ok_and(|it| it.status.success());
    if !has {
        // Not by `eprintln!`, which is shown only when a test fails.
        let skipped = format!("skipped: there is no `{program}`\n");
        let _ = std::io::stderr().write_all(skipped.as_bytes());
    }
    has
}

fn check_lines(desk: &Desk, shell: &str) {
    let host = desk.session.serve_in("acme", "host");
    let url = format!("http://{}", host.addr());
    let mut typed = Typed::start(desk, shell);
    for (text, expected) in LINES {
        let line = typed.complete(&text.replace("URL", &url));
        assert_eq!(line.replace(&url, "URL"), expected, "{shell}");
    }
    drop(typed);
    host.stop();
    desk.check_untouched();
}

#[test]
fn bash_completes_both_programs() {
    if has("script") && has("bash") {
        let desk = Desk::new();
        desk.setup("bashrc", BASHRC);
        check_lines(&desk, "bash --noprofile --rcfile bashrc -i");
    }
}

#[test]
fn zsh_completes_both_programs() {
    if has("script") && has("zsh") {
        let desk = Desk::new();
        desk.setup(".zshrc", ZSHRC);
        check_lines(&desk, "zsh --no-globalrcs -i");
    }
}

#[test]
fn fish_offers_the_words_of_both_programs() {
    if !has("fish") {
        return;
    }
    let desk = Desk::new();
    let host = desk.session.serve_in("acme", "host");
    let url = format!("http://{}", host.addr());
    let offered = |line: &str| {
        let line = line.replace("URL", &url).replace('\'', "\\'");
        let asked =
            format!("source scripts/acme.fish; source scripts/sdk-cli.fish; complete -C '{line}'");
        let mut fish = desk.command("fish --no-config --command");
        let output = fish.arg(asked).output().expect("fish starts");
        String::from_utf8(output.stdout).expect("text")
    };
    for (text, expected) in LINES {
        let (_, word) = expected.trim_end().rsplit_once(' ').expect("two words");
        let found = offered(text);
        let first = found.lines().next().unwrap_or_default();
        assert_eq!(first.split('\t').next(), Some(word), "{text}: {found}");
    }
    insta::assert_snapshot!(offered("acme call geo "), @r"
    get-country	Gets a country by its code, with its name in a language
    search	Finds regions, countries, subdivisions, languages and currencies by what people call them, in any of the languages that there are translations for
    ");
    host.stop();
    desk.check_untouched();
}
