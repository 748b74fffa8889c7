//! What an operator reads when a host refuses to work, and its exit code.

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
        requires: &[],
        tables: Vec::new(),
        jobs: Vec::new(),
        steps: Vec::new(),
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
        let ending = outcome(app, words, &mut out);
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
            run: fail,
        }],
        ..module("blog", &[FIRST, RUNS])
    };
    assert_snapshot!(Terminal::new().refusal(&[blog]), @r"
    applied sdk/19700101T000000Z_create_ledger
    applied sdk/19700101T000001Z_create_seed_tables
    applied sdk/19700101T000002Z_create_jobs
    applied blog/20260101T000000Z_first
    migrations: 4 applied
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

#[cfg(feature = "encryption")]
mod keys {
    use super::*;

    /// A folder with a store that is encrypted, beside its key.
    fn encrypted() -> (Terminal, tempfile::TempDir) {
        let keys = tempfile::tempdir().unwrap();
        let terminal = Terminal::applied(&[module("blog", &[FIRST])]);
        for name in ["first", "second"] {
            let made = on(&terminal, &keys, &format!("key new KEYS/{name}"));
            assert!(made.ends_with("exit code 0"), "{made}");
        }
        let rotated = on(&terminal, &keys, "key rotate --to KEYS/first");
        assert_eq!(
            rotated,
            "the store is encrypted under the key in KEYS/first\nexit code 0"
        );
        (terminal, keys)
    }

    fn on(terminal: &Terminal, keys: &tempfile::TempDir, line: &str) -> String {
        let folder = keys.path().display().to_string();
        let printed = terminal.run(&[module("blog", &[FIRST])], &line.replace("KEYS", &folder));
        printed.replace(&folder, "KEYS")
    }

    #[test]
    fn a_new_key_is_kept_safe_and_never_replaced() {
        let keys = tempfile::tempdir().unwrap();
        let terminal = Terminal::new();
        assert_snapshot!(on(&terminal, &keys, "key new KEYS/k"), @r"
        made KEYS/k
        keep a copy of it elsewhere: without it nobody can read the store
        exit code 0
        ");
        assert_snapshot!(on(&terminal, &keys, "key new KEYS/k"), @r"
        error: KEYS/k: File exists (os error 17)
        exit code 1
        ");
    }

    #[test]
    fn commands_work_with_the_key_and_say_what_they_lack_without_it() {
        let (terminal, keys) = encrypted();
        let with_key = on(&terminal, &keys, "data list --store-key-file KEYS/first");
        assert!(with_key.ends_with("exit code 0"), "{with_key}");
        assert_snapshot!(on(&terminal, &keys, "data list"), @r"
        error: DATA/store.redb is encrypted, and no key was given
        hint: --store-key-file names the file with its key
        exit code 1
        ");
        assert_snapshot!(on(&terminal, &keys, "data list --store-key-file KEYS/second"), @r"
        error: DATA/store.redb is encrypted under another key than the one given
        hint: nothing was changed; `--store-key-file` names the file with the right one
        exit code 1
        ");
        let plain = Terminal::applied(&[module("blog", &[FIRST])]);
        assert_snapshot!(on(&plain, &keys, "data list --store-key-file KEYS/first"), @r"
        error: DATA/store.redb is not encrypted, but a key was given
        hint: open it without a key; `key rotate --to FILE` without one encrypts it under that in FILE
        exit code 1
        ");
    }

    #[test]
    fn the_snapshot_before_migrations_is_encrypted_and_outlives_a_rotation() {
        let (terminal, keys) = encrypted();
        let folder = keys.path().display().to_string();
        let blog = [module("blog", &[FIRST, SECOND])];
        let line = format!("migrate apply --store-key-file {folder}/first");
        let applied = terminal.run(&blog, &line);
        assert!(applied.contains("snapshots/STAMP"), "{applied}");
        let snapshots = std::fs::read_dir(terminal.folder.path().join("snapshots")).unwrap();
        for snapshot in snapshots {
            let bytes = std::fs::read(snapshot.unwrap().path()).unwrap();
            assert!(bytes.starts_with(b"sdk encrypted"));
        }
        let line = "key rotate --store-key-file KEYS/first --to KEYS/second";
        assert_snapshot!(on(&terminal, &keys, line), @r"
        the store is encrypted under the key in KEYS/second
        snapshots that stay as they were: 1; remove them if nobody needs them
        exit code 0
        ");
        let line = "key rotate --store-key-file KEYS/second --to-plain";
        assert_snapshot!(on(&terminal, &keys, line), @r"
        the store is not encrypted any more
        snapshots that stay as they were: 1; remove them if nobody needs them
        exit code 0
        ");
        let plain = terminal.run(&blog, "data list");
        assert!(plain.ends_with("exit code 0"), "{plain}");
    }

    #[test]
    fn a_key_file_that_is_none_or_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let (terminal, keys) = encrypted();
        std::fs::write(keys.path().join("text"), "secret\n").unwrap();
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(keys.path().join("text"), private).unwrap();
        assert_snapshot!(on(&terminal, &keys, "data list --store-key-file KEYS/text"), @r"
        error: KEYS/text holds 6 characters that are no key: expected 32 bytes as 64 hex digits or as base64
        hint: `key new FILE` makes a key
        exit code 1
        ");
        let open = std::fs::Permissions::from_mode(0o644);
        std::fs::set_permissions(keys.path().join("first"), open).unwrap();
        assert_snapshot!(on(&terminal, &keys, "data list --store-key-file KEYS/first"), @r"
        error: KEYS/first may be read by others than its owner: its mode is 644, expected 600 or 400
        hint: `chmod 600` closes it to others; if any have read it, `key rotate`
        exit code 1
        ");
    }
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

mod upkeep {
    use redb::{ReadableDatabase, ReadableTable, TableDefinition};

    use super::*;

    type Tree<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

    /// The rows of `sdk.migration`, the first table there is.
    const MIGRATIONS: Tree<'_> = TableDefinition::new("r1");

    fn database(terminal: &Terminal) -> redb::Database {
        redb::Database::open(terminal.folder.path().join("store.redb")).unwrap()
    }

    /// Cuts the last byte of the first row off, behind the store's back.
    fn cut_a_row(terminal: &Terminal) {
        let database = database(terminal);
        let write = database.begin_write().unwrap();
        {
            let mut tree = write.open_table(MIGRATIONS).unwrap();
            let first = tree.first().unwrap().unwrap();
            let (key, row) = (first.0.value().to_vec(), first.1.value().to_vec());
            drop(first);
            tree.insert(key.as_slice(), &row[..row.len() - 1]).unwrap();
        }
        write.commit().unwrap();
    }

    /// Empties every index, behind the store's back.
    fn empty_the_indexes(terminal: &Terminal) {
        use redb::TableHandle;

        let database = database(terminal);
        let names: Vec<_> = {
            let read = database.begin_read().unwrap();
            let trees = read.list_tables().unwrap();
            trees.map(|tree| tree.name().to_owned()).collect()
        };
        let write = database.begin_write().unwrap();
        for name in names.iter().filter(|name| name.starts_with('x')) {
            let tree: Tree<'_> = TableDefinition::new(name);
            let mut tree = write.open_table(tree).unwrap();
            tree.retain(|_, _| false).unwrap();
        }
        write.commit().unwrap();
    }

    #[test]
    fn a_sound_store() {
        let terminal = Terminal::applied(&[]);
        assert_snapshot!(terminal.run(&[], "data check"), @r"
        TABLE             ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
        sdk.job           0     0               0              0           0
        sdk.job_override  0     0               0              0           0
        sdk.job_run       0     0               0              0           0
        sdk.migration     3     0               3              0           0
        sdk.seed_file     0     0               0              0           0
        sdk.seed_row      0     0               0              0           0
        pages: every checksum is right
        exit code 0
        ");
        assert_snapshot!(terminal.run(&[], "data check sdk.migration --json"), @r#"
        {
          "tables": [
            {
              "table": "sdk.migration",
              "rows": 3,
              "in_old_layouts": 0,
              "entries": 3,
              "references": 0,
              "faults": 0,
              "index_faults": 0
            }
          ],
          "faults": [],
          "unlisted": 0,
          "rebuilt": [],
          "pages": null
        }
        exit code 0
        "#);
        assert_snapshot!(terminal.run(&[], "data rewrite --all"), @r"
        TABLE             REWRITTEN  ALREADY NEW  UNREADABLE
        sdk.job           0          0            0
        sdk.job_override  0          0            0
        sdk.job_run       0          0            0
        sdk.migration     0          3            0
        sdk.seed_file     0          0            0
        sdk.seed_row      0          0            0
        exit code 0
        ");
        assert_snapshot!(terminal.run(&[], "data check sdk.gone"), @r"
        error: the store has no table `sdk.gone`
        hint: `data list` shows the tables
        exit code 1
        ");
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named_and_no_repair_touches_it() {
        let terminal = Terminal::applied(&[]);
        cut_a_row(&terminal);
        assert_snapshot!(terminal.run(&[], "data check sdk.migration"), @r#"
        TABLE          ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
        sdk.migration  3     0               3              0           1
        fault: `sdk.migration` "sdk/19700101T000000Z_create_ledger": 141 bytes found where 142 are needed; expected a row that can be read
        error: 1 fault found
        hint: rows are not repaired: mend those that are named, or restore the store from a backup
        exit code 1
        "#);
        assert_snapshot!(terminal.run(&[], "data check sdk.migration --repair"), @r#"
        TABLE          ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
        sdk.migration  3     0               3              0           1
        fault: `sdk.migration` "sdk/19700101T000000Z_create_ledger": 141 bytes found where 142 are needed; expected a row that can be read
        error: 1 fault found
        hint: rows are not repaired: mend those that are named, or restore the store from a backup
        exit code 1
        "#);
        assert_snapshot!(terminal.run(&[], "data check sdk.migration --json"), @r#"
        {
          "tables": [
            {
              "table": "sdk.migration",
              "rows": 3,
              "in_old_layouts": 0,
              "entries": 3,
              "references": 0,
              "faults": 1,
              "index_faults": 0
            }
          ],
          "faults": [
            {
              "kind": "row",
              "table": "sdk.migration",
              "key": "\"sdk/19700101T000000Z_create_ledger\"",
              "index": null,
              "found": "141 bytes found where 142 are needed",
              "expected": "a row that can be read"
            }
          ],
          "unlisted": 0,
          "rebuilt": [],
          "pages": null
        }
        error: 1 fault found
        hint: rows are not repaired: mend those that are named, or restore the store from a backup
        exit code 1
        "#);
    }

    #[test]
    fn indexes_that_lack_their_entries_are_made_anew() {
        let terminal = Terminal::applied(&[]);
        empty_the_indexes(&terminal);
        assert_snapshot!(terminal.run(&[], "data check"), @r#"
        TABLE             ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
        sdk.job           0     0               0              0           0
        sdk.job_override  0     0               0              0           0
        sdk.job_run       0     0               0              0           0
        sdk.migration     3     0               0              0           3
        sdk.seed_file     0     0               0              0           0
        sdk.seed_row      0     0               0              0           0
        pages: every checksum is right
        fault: `sdk.migration` "sdk/19700101T000000Z_create_ledger": index (position): no entry; expected an entry of its own for 1
        fault: `sdk.migration` "sdk/19700101T000001Z_create_seed_tables": index (position): no entry; expected an entry of its own for 2
        fault: `sdk.migration` "sdk/19700101T000002Z_create_jobs": index (position): no entry; expected an entry of its own for 3
        error: 3 faults found
        hint: `acme data check --repair` makes indexes anew
        exit code 1
        "#);
        assert_snapshot!(terminal.run(&[], "data check --repair"), @r"
        TABLE             ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
        sdk.job           0     0               0              0           0
        sdk.job_override  0     0               0              0           0
        sdk.job_run       0     0               0              0           0
        sdk.migration     3     0               3              0           0
        sdk.seed_file     0     0               0              0           0
        sdk.seed_row      0     0               0              0           0
        rebuilt the indexes of sdk.migration: 1, 3 entries
        pages: every checksum is right
        exit code 0
        ");
        assert_snapshot!(terminal.run(&[], "data check sdk.migration"), @r"
        TABLE          ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
        sdk.migration  3     0               3              0           0
        exit code 0
        ");
    }

    #[test]
    fn a_snapshot_goes_to_a_name_that_is_free() {
        let terminal = Terminal::applied(&[]);
        let line = format!("data snapshot {}/copy", terminal.folder.path().display());
        let taken = terminal.run(&[], &line);
        assert_snapshot!(without_bytes(&taken), @r"
        DATA/copy: 6 tables, 3 rows, MANY bytes, opened and checked
        exit code 0
        ");
        assert_snapshot!(terminal.run(&[], &line), @r"
        error: DATA/copy is there already
        hint: a snapshot replaces nothing: give a new name
        exit code 1
        ");
        let line = format!("data snapshot {}/no/copy", terminal.folder.path().display());
        assert_snapshot!(terminal.run(&[], &line), @r"
        error: the store's file: No such file or directory (os error 2)
        hint: the folder of the file must be there, with room for the copy
        exit code 1
        ");
    }

    /// The size of a file is the engine's affair.
    fn without_bytes(text: &str) -> String {
        let words = text.split(' ').map(|word| match word.parse::<u64>() {
            Ok(number) if number > 10_000 => "MANY",
            _ => word,
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_dump_has_the_head_of_the_catalogue_first() {
        let terminal = Terminal::applied(&[]);
        let dump = terminal.run(&[], "data dump sdk.migration");
        let trees: Vec<_> = dump
            .lines()
            .map(|line| &line[..line.len().min(40)])
            .collect();
        assert_snapshot!(trees.join("\n"), @r#"
        {"tree":"catalogue","key":"73746f7265","
        {"tree":"catalogue","key":"7231","value"
        {"tree":"r1","key":"73646b2f313937303031
        {"tree":"r1","key":"73646b2f313937303031
        {"tree":"r1","key":"73646b2f313937303031
        {"tree":"x2","key":"0000000000000001","v
        {"tree":"x2","key":"0000000000000002","v
        {"tree":"x2","key":"0000000000000003","v
        exit code 0
        "#);
    }
}
