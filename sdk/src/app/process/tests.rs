//! What an operator reads when a host refuses to work, and its exit code.

#[cfg(feature = "encryption")]
mod keys;
mod migrations;
mod upkeep;

use std::fmt::Write as _;

use insta::assert_snapshot;

use super::*;
use crate::{
    migrate::{StepDeclaration, StepFuture},
    module::{Declaration, Embedded, EmbeddedFile},
    store::WriteTx,
};

/// A migration that makes nothing.
const EMPTY: &str = r#"{ "format": 1, "operations": [] }"#;

/// A module without tables.
fn module(name: &'static str, migrations: &'static [EmbeddedFile]) -> Declaration {
    Declaration {
        name,
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: Vec::new(),
        jobs: Vec::new(),
        steps: Vec::new(),
        services: Vec::new(),
        descriptors: &[],
        embedded: Embedded {
            migrations,
            ..Embedded::NONE
        },
    }
}

fn requiring(requires: &'static [&'static str], module: Declaration) -> Declaration {
    Declaration { requires, ..module }
}

const fn file(name: &'static str, text: &'static str) -> EmbeddedFile {
    EmbeddedFile { name, text }
}

const FIRST: EmbeddedFile = file("20260101T000000Z_first.json", EMPTY);
const SECOND: EmbeddedFile = file("20260201T000000Z_second.json", EMPTY);
const THIRD: EmbeddedFile = file("20260301T000000Z_third.json", EMPTY);

/// A host's data folder and what is typed there.
struct Terminal {
    folder: tempfile::TempDir,
}

impl Terminal {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder to which these modules have been applied.
    fn applied(modules: &[Declaration]) -> Self {
        let terminal = Self::new();
        let printed = terminal.run(modules, "migrate apply");
        assert!(printed.ends_with("exit code 0"), "{printed}");
        terminal
    }

    /// What a host of these modules prints, complains about and ends with.
    fn run(&self, modules: &[Declaration], line: &str) -> String {
        let app = App {
            declarations: modules.to_vec(),
            ..App::new("acme")
        };
        let folder = self.folder.path().display().to_string();
        let mut words = vec!["acme".to_owned(), format!("--data={folder}")];
        words.extend(line.split(' ').map(str::to_owned));
        let mut out = Vec::new();
        let ending = outcome(app, &words, &mut out);
        let mut text = String::from_utf8(out).unwrap();
        if !ending.complaint.is_empty() {
            let _ = writeln!(text, "{}", ending.complaint);
        }
        let _ = write!(text, "exit code {}", ending.exit_code);
        without_stamp(&text.replace(&folder, "DATA"))
    }

    /// What these modules are refused for.
    fn refusal(&self, modules: &[Declaration]) -> String {
        self.run(modules, "migrate apply")
    }
}

/// The stamp in a snapshot's name is that of the run.
fn without_stamp(text: &str) -> String {
    match text.split_once("snapshots/") {
        Some((before, after)) => {
            format!(
                "{before}snapshots/STAMP{}",
                &after["20261120T101530Z".len()..]
            )
        }
        None => text.to_owned(),
    }
}

mod linking {
    use super::*;

    #[test]
    fn two_modules_of_one_name() {
        let other = Declaration {
            version: "2.0.0",
            ..module("blog", &[])
        };
        assert_snapshot!(Terminal::new().refusal(&[module("blog", &[]), other]), @r"
        error: two modules are named `blog`, versions 1.0.0 and 2.0.0: a name is linked once
        hint: take one `blog` out of the host's `main`
        exit code 1
        ");
    }

    #[test]
    fn a_required_module_that_is_not_linked_and_a_circle() {
        let modules = [
            requiring(&["account"], module("blog", &[])),
            requiring(&["sales"], module("stock", &[])),
            requiring(&["stock"], module("sales", &[])),
        ];
        assert_snapshot!(Terminal::new().refusal(&modules), @r"
        error: module `blog` requires `account`, which is not linked; linked are blog, sales, sdk, stock
        error: modules require each other in a circle: `sales`, `stock`
        hint: link `account` in the host's `main`, with another `.module(…)`
        hint: move what these modules share into one that all of them require
        exit code 1
        ");
    }

    #[test]
    fn a_migration_that_comes_after_a_later_one() {
        const AFTER: &[EmbeddedFile] = &[file(
            "20260101T000000Z_first.json",
            r#"{ "format": 1, "after": ["geo/20260201T000000Z_second"], "operations": [] }"#,
        )];
        let modules = [
            requiring(&["geo"], module("blog", AFTER)),
            module("geo", &[SECOND]),
        ];
        assert_snapshot!(Terminal::new().refusal(&modules), @r"
        error: migration `blog/20260101T000000Z_first` comes after `geo/20260201T000000Z_second`, whose stamp is later: give `blog/20260101T000000Z_first` a stamp after 20260201T000000Z
        exit code 1
        ");
    }

    #[test]
    fn files_that_no_build_script_has_checked() {
        const BROKEN: &[EmbeddedFile] = &[
            file("2026_first.json", EMPTY),
            file("20260201T000000Z_second.json", "{"),
        ];
        assert_snapshot!(Terminal::new().refusal(&[module("blog", BROKEN)]), @r"
        error: module `blog` cannot be linked:
          migrations/2026_first.json: `2026` is not a stamp: expected a UTC second such as 20261120T101530Z
          migrations/20260201T000000Z_second.json: EOF while parsing an object at line 1 column 1
        exit code 1
        ");
    }
}

mod planning {
    use super::*;

    #[test]
    fn a_database_that_is_newer_than_the_binary() {
        let terminal = Terminal::applied(&[module("blog", &[FIRST, SECOND])]);
        assert_snapshot!(terminal.refusal(&[module("blog", &[FIRST])]), @r"
        error: migration `blog/20260201T000000Z_second` was applied to this database, but it is newer than this binary, which ends with `blog/20260101T000000Z_first`
        hint: start the newer version of this host, or restore a backup that this version made
        exit code 1
        ");
    }

    #[test]
    fn a_migration_that_was_changed_after_it_was_applied() {
        const CHANGED: EmbeddedFile = file(
            "20260101T000000Z_first.json",
            r#"{ "format": 1, "description": "Something else", "operations": [] }"#,
        );
        let terminal = Terminal::applied(&[module("blog", &[FIRST])]);
        assert_snapshot!(terminal.refusal(&[module("blog", &[CHANGED])]), @r"
        error: migration `blog/20260101T000000Z_first` was changed after it was applied: the ledger has checksum 10beb89b7204d07f7a0b18a0a531faddce3c78d1714c5fd86d2389f40582fda9, this binary has aea7fd72d2b283bda34ab0e1a7dfc64038ada1e66734bee6082fd06789648ba2
        hint: put its file back as it was, and change what it made by `sdk-cli new migration blog`
        exit code 1
        ");
    }

    #[test]
    fn migrations_that_are_gone_and_one_that_is_late() {
        let terminal = Terminal::applied(&[module("blog", &[FIRST, THIRD])]);
        let modules = [module("blog", &[SECOND, THIRD])];
        assert_snapshot!(terminal.refusal(&modules), @r"
        error: migration `blog/20260101T000000Z_first` was applied to this database, but is missing from this binary: was its file deleted or renamed?
        error: migration `blog/20260201T000000Z_second` arrives late: its module has already applied `blog/20260301T000000Z_third`; give it a later stamp, or allow it by name
        hint: put its file back: what was applied stays in the module
        hint: `--allow-late blog/20260201T000000Z_second` applies it all the same
        exit code 1
        ");
        assert_snapshot!(terminal.run(&[module("blog", &[FIRST, SECOND, THIRD])],
            "migrate apply --allow-late blog/20260201T000000Z_second"), @r"
            snapshot of the store as it was: DATA/snapshots/STAMP.redb
            applied blog/20260201T000000Z_second (late)
            migrations: 1 applied
            exit code 0
            ");
    }

    #[test]
    fn a_late_migration_that_nobody_has() {
        let terminal = Terminal::applied(&[module("blog", &[FIRST])]);
        assert_snapshot!(terminal.run(&[module("blog", &[FIRST])],
            "migrate apply --allow-late blog/20260201T000000Z_second"), @r"
            error: migration `blog/20260201T000000Z_second` is allowed to be late, but no linked module has it
            hint: `migrate status` shows the migrations
            exit code 1
            ");
    }
}

#[test]
fn a_step_that_fails_says_what_stays_applied() {
    fn fail<'a>(_: &'a mut WriteTx<'_>) -> StepFuture<'a> {
        Box::pin(async { anyhow::bail!("the votes are lost") })
    }
    const RUNS: EmbeddedFile = file(
        "20260201T000000Z_count.json",
        r#"{ "format": 1, "operations": [{ "run": { "step": "count", "revision": 1 } }] }"#,
    );
    let blog = Declaration {
        steps: vec![StepDeclaration {
            name: "count",
            revision: 1,
            code: crate::migrate::StepCode::Once(fail),
        }],
        ..module("blog", &[FIRST, RUNS])
    };
    assert_snapshot!(Terminal::new().refusal(&[blog]), @r"
    applied sdk/19700101T000000Z_create_ledger
    applied sdk/19700101T000001Z_create_seed_tables
    applied sdk/19700101T000002Z_create_jobs
    applied sdk/19700101T000003Z_follow_migrations
    applied blog/20260101T000000Z_first
    migrations: 5 applied
    error: migration blog/20260201T000000Z_count, operation 1: step `count`: the votes are lost
    hint: the migration was undone, those before it stay applied: mend it and start again
    exit code 1
    ");
}

#[test]
fn a_folder_that_another_process_has_open() {
    let terminal = Terminal::applied(&[]);
    let _holder = Store::open(terminal.folder.path(), Clock::system()).unwrap();
    assert_snapshot!(terminal.run(&[], "data list"), @r"
    error: DATA/store.redb is in use: another host has it open
    hint: stop the other host, or give this one another --data
    exit code 1
    ");
}

#[test]
fn a_file_that_is_no_store() {
    let terminal = Terminal::new();
    std::fs::write(
        terminal.folder.path().join("store.redb"),
        "my shopping list",
    )
    .unwrap();
    assert_snapshot!(terminal.run(&[], "data list"), @r"
    error: DATA/store.redb is not a store: Not a redb database: magic number mismatch
    hint: nothing was changed; is it the right --data? If so, move the file away
    exit code 1
    ");
}

#[test]
fn a_command_that_comes_before_the_migrations() {
    let terminal = Terminal::applied(&[]);
    assert_snapshot!(terminal.run(&[module("blog", &[FIRST])], "seed real"), @r"
    error: migrations are pending: 1
    hint: `acme migrate apply` applies them
    exit code 1
    ");
}

#[cfg(not(feature = "encryption"))]
#[test]
fn a_host_without_encryption_says_so() {
    let terminal = Terminal::applied(&[]);
    let said = terminal.run(&[], "data list --store-key-file k");
    assert_snapshot!(said, @r"
    error: this host was built without encryption
    hint: build it with the feature `encryption` of `sdk`
    exit code 1
    ");
    assert_eq!(terminal.run(&[], "key new k"), said);
}
