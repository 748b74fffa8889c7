//! The README's command blocks are run, and print what it says they print.
//!
//! Blocks marked `console` are one terminal session: lines that begin with
//! `$ ` are typed, the others are expected, `…` alone stands for any lines.
//! Stamps differ from run to run and are not compared.

use std::{fs, process::Command};

use product_tests::{Session, get, workspace_root};

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

/// Types all steps into one shell beside a folder `sdk`, the workspace, and
/// returns what each printed.
fn type_all(session: &Session, steps: &[Step]) -> Vec<Vec<String>> {
    session.share_builds();
    std::os::unix::fs::symlink(workspace_root(), session.path().join("sdk")).expect("a link");
    let lines = steps.iter().map(|step| {
        let typed = &step.typed;
        format!("echo '@@step'\n{typed} || echo \"exit code $?\"\n")
    });
    let script = format!("exec 2>&1\ncd sdk\n{}", lines.collect::<String>());
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

#[test]
fn the_tour_prints_what_it_says() {
    let session = Session::new(&[]);
    let steps = steps();
    assert!(steps.len() >= 8, "the tour has its commands");
    let printed = type_all(&session, &steps);
    assert_eq!(printed.len(), steps.len(), "{printed:#?}");
    for (step, printed) in steps.iter().zip(&printed) {
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
fn the_first_command_runs_the_main_job_and_the_second_the_tests() {
    let commands = blocks("sh");
    assert_eq!(commands[0], "cargo run -p acme -- serve\n");
    assert_eq!(
        commands[1],
        "cargo test --workspace --features sdk/encryption\n"
    );
    // The same command; folder and port are the environment's.
    let session = Session::new(&["acme"]);
    let host = session.serve("acme");
    assert_eq!(get(host.addr(), "/readyz", &[]).body, "ready\n");
    host.stop();
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
