//! What an operator types about tokens, and what becomes of the file.

use std::{fs, path::PathBuf, time::Duration};

use clap::Parser;

use super::*;
use crate::{
    cli::{Command, CommandLine},
    clock::Clock,
    host::Linked,
};

/// A folder with a file of tokens, a clock, and a host of no modules.
struct Desk {
    folder: tempfile::TempDir,
    clock: Clock,
    linked: Linked,
}

impl Desk {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Clock::manual("2026-11-20T10:00:00.5Z".parse().unwrap()),
            linked: Linked::link("acme", "1.0.0", Vec::new()).unwrap(),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("tokens.json")
    }

    /// What a line prints, remarks and complaints below it, without the token.
    fn type_line(&self, line: &str) -> String {
        let words = ["acme"].into_iter().chain(line.split(' '));
        let parsed = CommandLine::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"));
        let Command::Token(args) = parsed.command else {
            panic!("{line} is about tokens");
        };
        let mut printed = Vec::new();
        let mut out = Output::new(&mut printed, parsed.json);
        let methods = self.linked.methods().unwrap();
        let now = self.clock.now();
        let ended = run(&args.command, &self.file(), methods, now, &mut out);
        let mut text = String::from_utf8(printed).unwrap();
        match ended {
            Ok(remarks) => text.extend(remarks.iter().map(|remark| format!("{remark}\n"))),
            Err(error) => text.extend([format!("{error}\nexit code {}\n", error.exit_code())]),
        }
        self.redacted(&text)
    }

    fn redacted(&self, text: &str) -> String {
        let text = text.replace(&self.folder.path().display().to_string(), "DATA");
        match text.split_once("sdkt_") {
            Some((before, after)) => format!("{before}TOKEN{}", &after[43..]),
            None => text,
        }
    }
}

#[test]
fn a_new_token_is_printed_and_only_its_hash_is_kept() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.type_line("token new ci --permission sdk.data.* --expires 90d"), @r"
    TOKEN
    made `ci` in DATA/tokens.json, which holds until 2027-02-18T10:00:00Z
    hint: it is shown this once: keep it in a file of mode 0600, and call with `sdk-cli --server URL --token-file FILE call …` or the header `authorization: Bearer TOKEN`
    ");
    insta::assert_snapshot!(desk.type_line("token new later --permission sdk.job.run --not-before 2027-01-01T00:00:00Z --delegate --json"), @r#"
    {
      "name": "later",
      "token": "TOKEN",
      "file": "DATA/tokens.json",
      "expires": null
    }
    made `later` in DATA/tokens.json, which holds from 2027-01-01T00:00:00Z
    hint: it is shown this once: keep it in a file of mode 0600, and call with `sdk-cli --server URL --token-file FILE call …` or the header `authorization: Bearer TOKEN`
    "#);
    let text = fs::read_to_string(desk.file()).unwrap();
    assert!(!text.contains("sdkt_"), "{text}");
    insta::assert_snapshot!(desk.type_line("token list"), @r"
    NAME   STATE                            EXPIRES               ROLES  PERMISSIONS  DELEGATES
    ci     valid                            2027-02-18T10:00:00Z         sdk.data.*
    later  not before 2027-01-01T00:00:00Z  never                        sdk.job.run  yes
    ");
    desk.clock.advance(Duration::from_hours(24 * 91));
    insta::assert_snapshot!(desk.type_line("token list --json"), @r#"
    [
      {
        "name": "ci",
        "state": "expired",
        "roles": [],
        "permissions": [
          "sdk.data.*"
        ],
        "not_before": null,
        "expires": "2027-02-18T10:00:00.000000Z",
        "delegate": false
      },
      {
        "name": "later",
        "state": "valid",
        "roles": [],
        "permissions": [
          "sdk.job.run"
        ],
        "not_before": "2027-01-01T00:00:00.000000Z",
        "expires": null,
        "delegate": true
      }
    ]
    "#);
    insta::assert_snapshot!(desk.type_line("token remove ci"), @"removed `ci` from DATA/tokens.json");
    insta::assert_snapshot!(desk.type_line("token remove later"), @"removed `later` from DATA/tokens.json");
    insta::assert_snapshot!(desk.type_line("token list"), @"no tokens");
}

#[test]
fn the_token_that_is_printed_is_the_one_whose_hash_is_kept() {
    let desk = Desk::new();
    let now = desk.clock.now();
    let new = NewToken {
        name: "ci".to_owned(),
        role: Vec::new(),
        permission: Vec::new(),
        not_before: None,
        expires: None,
        delegate: false,
    };
    let mut printed = Vec::new();
    let methods = desk.linked.methods().unwrap();
    let command = TokenCommand::New(new);
    let mut out = Output::new(&mut printed, false);
    run(&command, &desk.file(), methods, now, &mut out).unwrap();
    let token = String::from_utf8(printed).unwrap();
    let kept = token_entries(&desk.file()).unwrap();
    assert_eq!(kept[0].sha256, token_hash(token.trim_end()));
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_file() {
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new();
    desk.type_line("token new ci");
    let mode = |mode| fs::set_permissions(desk.file(), fs::Permissions::from_mode(mode)).unwrap();
    let found = fs::metadata(desk.file()).unwrap().permissions().mode();
    assert_eq!(found & 0o777, 0o600);
    mode(0o644);
    insta::assert_snapshot!(desk.type_line("token list"), @r"
    error: DATA/tokens.json has mode 644: expected 600, so that nobody else can read it
    hint: chmod 600 DATA/tokens.json
    exit code 1
    ");
}

#[test]
fn what_no_method_asks_for_is_said_with_what_there_is() {
    let desk = Desk::new();
    insta::assert_snapshot!(desk.type_line("token new ci --permission sdk.date.read --permission * --role boss"), @r"
    TOKEN
    made `ci` in DATA/tokens.json, which holds until it is removed
    warning: no method asks for the role `boss`; those that are asked for: none
    warning: no method asks for the permission `sdk.date.read`; those that are asked for: sdk.data.read, sdk.data.write, sdk.doctor, sdk.job.read, sdk.job.run, sdk.job.set, sdk.migrate.apply, sdk.migrate.read, sdk.schema.read, sdk.seed, sdk.store.maintain, sdk.store.read, sdk.system.write
    hint: it is shown this once: keep it in a file of mode 0600, and call with `sdk-cli --server URL --token-file FILE call …` or the header `authorization: Bearer TOKEN`
    ");
    insta::assert_snapshot!(desk.type_line("token new guest"), @r"
    TOKEN
    made `guest` in DATA/tokens.json, which holds until it is removed
    warning: it has no role and no permission: it may call what is public, and what asks for no more than to be signed in
    hint: it is shown this once: keep it in a file of mode 0600, and call with `sdk-cli --server URL --token-file FILE call …` or the header `authorization: Bearer TOKEN`
    ");
}

#[test]
fn what_cannot_be_is_refused_and_changes_nothing() {
    let desk = Desk::new();
    desk.type_line("token new ci");
    let before = fs::read_to_string(desk.file()).unwrap();
    insta::assert_snapshot!(desk.type_line("token new ci"), @r"
    error: DATA/tokens.json has a token `ci` already
    hint: choose another name, or take that one away first: token remove ci
    exit code 1
    ");
    insta::assert_snapshot!(desk.type_line("token new c/i"), @r"
    error: `c/i` is no name of a token: expected 1 to 64 letters, digits, `.`, `_`, `-` and `@`
    exit code 2
    ");
    insta::assert_snapshot!(desk.type_line("token new x --expires 2026-11-20T10:00:00Z"), @r"
    error: the token would never hold: it expires at 2026-11-20T10:00:00Z
    exit code 2
    ");
    insta::assert_snapshot!(desk.type_line("token new x --not-before 2d --expires 1d"), @r"
    error: the token would never hold: it expires at 2026-11-21T10:00:00Z
    exit code 2
    ");
    insta::assert_snapshot!(desk.type_line("token remove none"), @r"
    error: DATA/tokens.json has no token `none`
    hint: `token list` shows those that there are
    exit code 1
    ");
    assert_eq!(fs::read_to_string(desk.file()).unwrap(), before);
    fs::write(desk.file(), "[{ half").unwrap();
    insta::assert_snapshot!(desk.type_line("token new x"), @r"
    error: DATA/tokens.json: key must be a string at line 1 column 4
    exit code 1
    ");
    let words = ["acme", "token", "new", "x", "--expires", "soon"];
    let refused = CommandLine::try_parse_from(words).unwrap_err().to_string();
    insta::assert_snapshot!(refused.lines().next().unwrap(), @"error: invalid value 'soon' for '--expires <TIME>': expected a time such as 2027-01-01T00:00:00Z, or from now on 90d, 12h or 1h30m");
}

#[test]
fn of_changes_at_once_none_is_lost() {
    let desk = Desk::new();
    let make = |name: String| {
        let entry = TokenEntry {
            sha256: token_hash(&name),
            name,
            roles: Vec::new(),
            permissions: Vec::new(),
            not_before: None,
            expires: None,
            delegate: false,
        };
        add(&entry, &desk.file())
            .map_err(|error| error.to_string())
            .unwrap();
    };
    std::thread::scope(|scope| {
        for at in 0..8 {
            let make = &make;
            scope.spawn(move || make(format!("ci-{at}")));
        }
    });
    assert_eq!(token_entries(&desk.file()).unwrap().len(), 8);
}
