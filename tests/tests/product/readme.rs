//! The README's command blocks are run, and print what it says they print.
//!
//! Blocks marked `console` are one terminal session: lines that begin with
//! `$ ` are typed, the others are expected, `…` alone stands for any lines.
//! Stamps differ from run to run and are not compared. What is typed from where a line
//! names the address of the host on is typed into another shell, while the host serves.
//!
//! Hosts listen on a free port instead of 8080, and `acme` keeps its data in a folder of
//! the test: by their environment, or in the line where it names the address.

use std::{fs, process::Command};

use product_tests::{Finished, Running, Serving, Session, get, workspace_root};

/// Where a host listens unless it is told otherwise.
const ADDRESS: &str = "127.0.0.1:8080";

/// Any free port.
const ANY: &str = "127.0.0.1:0";

fn readme() -> String {
    fs::read_to_string(workspace_root().join("README.md")).expect("a README")
}

/// The blocks of the README with that mark, without their fences.
fn blocks(mark: &str) -> Vec<String> {
    let readme = readme();
    let fence = format!("```{mark}\n");
    let blocks = readme.split(&fence).skip(1);
    blocks
        .map(|after| after.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

/// What is typed, and what is expected to follow.
struct Step {
    typed: String,
    expected: Vec<String>,
}

fn steps() -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in blocks("console").iter().flat_map(|block| block.lines()) {
        match line.strip_prefix("$ ") {
            Some(typed) => steps.push(Step {
                typed: typed.to_owned(),
                expected: Vec::new(),
            }),
            None => steps
                .last_mut()
                .expect("a command")
                .expected
                .push(line.to_owned()),
        }
    }
    steps
}

/// What a line says apart from stamps.
fn constant_part(line: &str) -> String {
    let words: Vec<_> = line.split_whitespace().map(without_stamp).collect();
    words.join(" ")
}

/// Replaces `20261120T101530Z` inside a word.
fn without_stamp(word: &str) -> String {
    let is_stamp = |text: &str| {
        text.char_indices().all(|(at, c)| match at {
            8 => c == 'T',
            15 => c == 'Z',
            _ => c.is_ascii_digit(),
        })
    };
    let mut starts = word.char_indices().map(|(at, _)| at);
    let found = starts.find(|at| word.get(*at..*at + 16).is_some_and(is_stamp));
    match found {
        Some(at) => format!("{}STAMP{}", &word[..at], &word[at + 16..]),
        None => word.to_owned(),
    }
}

/// Whether the printed lines are the expected ones, `…` standing for any.
fn agrees(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=printed.len()).any(|skipped| agrees(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed.split_first().is_some_and(|(line, others)| {
            constant_part(first) == constant_part(line) && agrees(rest, others)
        }),
    }
}

/// Types steps into one shell after `first`, in the folder of the session, and returns what
/// each printed.
fn type_all(session: &Session, first: &str, steps: &[Step]) -> Vec<Vec<String>> {
    let lines = steps.iter().map(|step| {
        let typed = &step.typed;
        format!("echo '@@step'\n{typed} || echo \"exit code $?\"\n")
    });
    let script = format!("exec 2>&1\n{first}\n{}", lines.collect::<String>());
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(session.path())
        .output()
        .expect("bash starts");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let parts = printed.split("@@step\n").skip(1);
    parts
        .map(|part| part.lines().map(str::to_owned).collect())
        .collect()
}

fn check(steps: &[Step], printed: &[Vec<String>]) {
    assert_eq!(printed.len(), steps.len(), "{printed:#?}");
    for (step, printed) in steps.iter().zip(printed) {
        assert!(
            agrees(&step.expected, printed),
            "$ {}\nREADME says:\n{}\nit printed:\n{}",
            step.typed,
            step.expected.join("\n"),
            printed.join("\n")
        );
    }
}

#[test]
fn the_tour_prints_what_it_says() {
    let session = Session::new(&[]);
    session.share_builds();
    // The folder of the repository, as the tour calls it.
    std::os::unix::fs::symlink(workspace_root(), session.path().join("sdk")).expect("a link");
    let mut tour = steps();
    let from = tour.iter().position(|step| step.typed.contains(ADDRESS));
    let mut elsewhere = tour.split_off(from.expect("the host is called over its port"));
    assert!(tour.len() >= 8, "the tour has its commands");
    check(&tour, &type_all(&session, "cd sdk", &tour));

    let mut serve = session.command("cargo run --quiet -- serve");
    serve.current_dir(session.path().join("shop"));
    serve.env("SHOP_ADDR", ANY);
    let host = Serving::wait(Running::start(&mut serve));
    for step in &mut elsewhere {
        step.typed = step.typed.replace(ADDRESS, host.addr());
    }
    let first = "export PATH=\"$PWD/sdk/target/debug:$PATH\"\ncd shop";
    check(&elsewhere, &type_all(&session, first, &elsewhere));
    host.interrupt();
}

/// The example host as the README starts it, from the root of the workspace.
struct Acme(Session);

impl Acme {
    /// The command that a line of the README is, in which `acme` stands for its program.
    fn command(&self, line: &str) -> Command {
        let line = match line.strip_prefix("acme ") {
            Some(words) => format!("cargo run -p acme -- {words}"),
            None => line.to_owned(),
        };
        let mut command = self.0.command(&line);
        command.current_dir(workspace_root());
        command.env("ACME_DATA", self.0.path().join("data"));
        command.env("ACME_ADDR", ANY);
        command
    }

    fn run(&self, line: &str) -> Finished {
        Finished::of(&mut self.command(line))
    }

    fn start(&self, line: &str) -> Running {
        Running::start(&mut self.command(line))
    }
}

/// The commands that stand in the README outside of the tour.
fn other_commands() -> Vec<String> {
    let blocks = blocks("sh");
    let lines = blocks.iter().flat_map(|block| block.lines());
    let readme = readme();
    let prose: String = readme.split("```").step_by(2).collect();
    let words = prose.split('`').skip(1).step_by(2);
    let programs = ["cargo ", "sdk-cli ", "acme "];
    let is_command = |word: &&str| programs.iter().any(|program| word.starts_with(program));
    lines
        .chain(words.filter(is_command))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_commands_outside_of_the_tour_do_what_they_are_for() {
    let commands = other_commands();
    let commands: Vec<_> = commands.iter().map(String::as_str).collect();
    let [serve, tests, get_row, search, watch, serve_shop, again] = commands[..] else {
        panic!("each command of the README is to be run by a test: {commands:#?}");
    };
    // They are under way.
    assert_eq!(tests, "cargo test --workspace --features sdk/encryption");
    // The tour does.
    assert_eq!([serve_shop, again], ["cargo run -- serve"; 2]);

    let acme = Acme(Session::new(&["acme"]));
    assert_eq!(serve, "cargo run -p acme -- serve");
    let host = Serving::wait(acme.start(serve));
    assert_eq!(get(host.addr(), "/readyz", &[]).body, "ready\n");
    insta::assert_snapshot!(acme.run(get_row).success(), @r"
    code              DE
    name              Germany
    alpha3            DEU
    numeric           276
    region            155
    currency          EUR
    population        84119100
    gdp_ppp_usd       5230000000000
    literacy_percent  99.0
    week_start        monday
    measurement       metric
    ");
    insta::assert_snapshot!(acme.run(search).success(), @r"
    kind      code  name          matched       matched_locale
    country   JP    Japan         Japan         en
    language  ja    Japanese      japán         hu
    currency  JPY   Japanese Yen  Japanese Yen  en
    ");

    acme.run("acme seed test --rows 1").success();
    let projects = acme.run("acme data list campaign.project --json").json();
    let project = projects["rows"][0]["id"].as_str().expect("an id");
    let mut watching = acme.start(&watch.replace("PROJECT", project));
    let total = watching.line().expect("a total").to_owned();
    assert!(total.contains("currency="), "{total}");
    assert!(host.interrupt().ends_with("stopped\n"));
    watching.finish().failure(114);
}

#[test]
fn lines_are_compared_without_stamps() {
    let line = |text: &str| vec![text.to_owned()];
    let said = line("applied a/20260101T000000Z_b");
    assert!(agrees(&said, &line("applied a/20261231T235959Z_b")));
    assert!(!agrees(&said, &line("applied a/20261231T235959Z_c")));
    assert!(agrees(&line("…"), &[]));
    assert!(!agrees(&[], &said));
}
