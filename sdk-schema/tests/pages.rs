//! The examples on the pages about formats are read by the parsers of the formats.

use std::{fs, path::Path};

use sdk_schema::{Arb, FakeKind, FoldedTable, Migration, Name, SeedFile, SeedSet, Table};

/// A page under `docs`, and the JSON blocks on it.
fn page(name: &str) -> (String, Vec<String>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs")
        .join(name);
    let page = fs::read_to_string(path).expect("a page");
    let blocks = page.split("```json\n").skip(1);
    let blocks = blocks.filter_map(|block| Some(block.split_once("```")?.0.to_owned()));
    let blocks = blocks.collect();
    (page, blocks)
}

#[test]
fn the_page_of_migrations_shows_a_migration_and_a_table() {
    let (page, blocks) = page("format-migration.md");
    let [migration, table] = blocks.as_slice() else {
        panic!("two examples, found {}", blocks.len());
    };
    let module = Name::new("blog").unwrap();
    let file = "20261120T101530Z_count_votes.json";
    let migration = Migration::parse(&module, file, migration).unwrap();
    assert!(
        page.contains(&migration.checksum().to_string()),
        "{}",
        migration.checksum()
    );

    let table: Table = serde_json::from_str(table).unwrap();
    FoldedTable::new(table).unwrap();
}

#[test]
fn the_page_of_seeds_shows_a_seed_file() {
    let (page, blocks) = page("format-seed.md");
    let [seed] = blocks.as_slice() else {
        panic!("one example, found {}", blocks.len());
    };
    let seed = SeedFile::parse(SeedSet::Real, "country.json", seed).unwrap();
    assert!(
        page.contains(&seed.checksum.to_string()),
        "{}",
        seed.checksum
    );
}

#[test]
fn the_page_of_translations_shows_a_source() {
    let (_, blocks) = page("format-translation.md");
    let source = Arb::parse("en.arb", &blocks[0]).unwrap();
    assert_eq!(source.arguments("posts").len(), 2);
}

#[test]
fn the_page_of_tables_lists_all_kinds_of_text() {
    let (page, _) = page("../sdk-macros/docs/table.md");
    let words = FakeKind::WORDS.iter().map(|(word, _)| format!("`{word}`"));
    let missing: Vec<_> = words.filter(|word| !page.contains(word)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
