//! The commands that keep a store in order, as an operator sees them.

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
fn a_sound_store_is_said_to_be_so() {
    let terminal = Terminal::applied(&[]);
    assert_snapshot!(terminal.run(&[], "data check"), @r"
    TABLE                ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
    sdk.job              0     0               0              0           0
    sdk.job_override     0     0               0              0           0
    sdk.job_run          0     0               0              0           0
    sdk.migration        4     3               4              0           0
    sdk.migration_event  0     0               0              0           0
    sdk.seed_file        0     0               0              0           0
    sdk.seed_row         0     0               0              0           0
    pages: every checksum is right
    exit code 0
    ");
    assert_snapshot!(terminal.run(&[], "data check sdk.migration --json"), @r#"
    {
      "tables": [
        {
          "table": "sdk.migration",
          "rows": 4,
          "in_old_layouts": 3,
          "entries": 4,
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
    TABLE                REWRITTEN  ALREADY NEW  UNREADABLE
    sdk.job              0          0            0
    sdk.job_override     0          0            0
    sdk.job_run          0          0            0
    sdk.migration        3          1            0
    sdk.migration_event  0          0            0
    sdk.seed_file        0          0            0
    sdk.seed_row         0          0            0
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
    sdk.migration  4     2               4              0           1
    fault: `sdk.migration` "sdk/19700101T000000Z_create_ledger": 141 bytes found where 142 are needed; expected a row that can be read
    error: 1 fault found
    hint: rows are not repaired: mend those that are named, or restore the store from a backup
    exit code 1
    "#);
    assert_snapshot!(terminal.run(&[], "data check sdk.migration --repair"), @r#"
    TABLE          ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
    sdk.migration  4     2               4              0           1
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
          "rows": 4,
          "in_old_layouts": 2,
          "entries": 4,
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
          "expected": "a row that can be read",
          "message": "`sdk.migration` \"sdk/19700101T000000Z_create_ledger\": 141 bytes found where 142 are needed; expected a row that can be read"
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
    TABLE                ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
    sdk.job              0     0               0              0           0
    sdk.job_override     0     0               0              0           0
    sdk.job_run          0     0               0              0           0
    sdk.migration        4     3               0              0           4
    sdk.migration_event  0     0               0              0           0
    sdk.seed_file        0     0               0              0           0
    sdk.seed_row         0     0               0              0           0
    pages: every checksum is right
    fault: `sdk.migration` "sdk/19700101T000000Z_create_ledger": index (position): no entry; expected an entry of its own for 1
    fault: `sdk.migration` "sdk/19700101T000001Z_create_seed_tables": index (position): no entry; expected an entry of its own for 2
    fault: `sdk.migration` "sdk/19700101T000002Z_create_jobs": index (position): no entry; expected an entry of its own for 3
    fault: `sdk.migration` "sdk/19700101T000003Z_follow_migrations": index (position): no entry; expected an entry of its own for 4
    error: 4 faults found
    hint: `acme data check --repair` makes indexes anew
    exit code 1
    "#);
    assert_snapshot!(terminal.run(&[], "data check --repair"), @r"
    TABLE                ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
    sdk.job              0     0               0              0           0
    sdk.job_override     0     0               0              0           0
    sdk.job_run          0     0               0              0           0
    sdk.migration        4     3               4              0           0
    sdk.migration_event  0     0               0              0           0
    sdk.seed_file        0     0               0              0           0
    sdk.seed_row         0     0               0              0           0
    rebuilt the indexes of sdk.migration: 1, 4 entries
    pages: every checksum is right
    exit code 0
    ");
    assert_snapshot!(terminal.run(&[], "data check sdk.migration"), @r"
    TABLE          ROWS  IN OLD LAYOUTS  INDEX ENTRIES  REFERENCES  FAULTS
    sdk.migration  4     3               4              0           0
    exit code 0
    ");
}

#[test]
fn a_snapshot_goes_to_a_name_that_is_free() {
    let terminal = Terminal::applied(&[]);
    let line = format!("data snapshot {}/copy", terminal.folder.path().display());
    let taken = terminal.run(&[], &line);
    assert_snapshot!(without_bytes(&taken), @r"
    DATA/copy: 7 tables, 4 rows, MANY bytes, opened and checked
    exit code 0
    ");
    assert_snapshot!(terminal.run(&[], &line), @r"
    error: DATA/copy is there already
    hint: a snapshot replaces nothing: give a new name
    exit code 1
    ");
    let line = format!("data snapshot {}/no/copy", terminal.folder.path().display());
    assert_snapshot!(terminal.run(&[], &line), @r"
    error: DATA/no/copy: No such file or directory (os error 2)
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
    {"tree":"r1","key":"73646b2f313937303031
    {"tree":"x2","key":"0000000000000001","v
    {"tree":"x2","key":"0000000000000002","v
    {"tree":"x2","key":"0000000000000003","v
    {"tree":"x2","key":"0000000000000004","v
    exit code 0
    "#);
}
