//! What a module is refused for, as its author reads it.

use super::check as check_folder;
use crate::fixture::{edited, module};

const LIB: &str = "src/lib.rs";
const TABLES: &str = "src/tables.rs";
const AUTHOR: &str = "migrations/20260101T120000Z_create_author.json";
const POST: &str = "migrations/20260102T120000Z_create_post.json";
const LATER: &str = "migrations/20260103T120000Z_later.json";

/// The faults of the sound module with these files changed.
fn check(changes: &[(&str, &str)]) -> String {
    let dir = module(changes);
    match check_folder(dir.path()) {
        Ok(_) => "accepted".to_owned(),
        Err(faults) => faults.to_string(),
    }
}

/// The faults after one piece of one file was replaced.
fn check_edit(path: &str, from: &str, to: &str) -> String {
    check(&[(path, &edited(path, from, to))])
}

/// The faults with one more migration of these operations.
fn check_operations(operations: &str) -> String {
    check(&[(
        LATER,
        &format!(r#"{{ "format": 1, "operations": [{operations}] }}"#),
    )])
}

#[test]
fn accepts_a_sound_module() {
    assert_eq!(check(&[]), "accepted");
}

#[test]
fn accepts_a_module_without_folders() {
    let lib = r#"#[derive(Module)] #[module(name = "blog")] pub struct Blog;"#;
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("src")).unwrap();
    std::fs::write(dir.path().join(LIB), lib).unwrap();
    assert!(check_folder(dir.path()).is_ok());
}

#[test]
fn says_where_a_mark_of_a_former_name_stands() {
    insta::assert_snapshot!(check_edit(TABLES, "pub votes: i64", "#[was(\"vote\")] pub stars: i64"), @"src/tables.rs:18:24: table `post`: field `stars` says that it was `vote`, which the migrations do not have; they have slug, author, state, votes");
}

#[test]
fn reports_faults_of_all_kinds_at_once() {
    insta::assert_snapshot!(check(&[
        (TABLES, &edited(TABLES, "pub votes: i64", "pub votes: usize")),
        (POST, "{\n"),
        ("seeds/real/author.json", "[]"),
        ("translations/de.arb", "{}"),
        ("mail/welcome", "Hello"),
    ]), @r#"
    mail/welcome: welcome is not the name of a mail template: expected welcome.html, welcome.txt, or with a locale welcome.de.html
    migrations/20260102T120000Z_create_post.json:2:1: EOF while parsing an object
    seeds/real/author.json:1:2: invalid length 0, expected an object with `format`, `table` and `rows`
    src/tables.rs:18:16: a field cannot be `usize`: use u64 or u32, which are the same on all machines; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these
    translations/de.arb: `@@locale` is missing, expected "@@locale": "de"
    "#);
}

mod migrations {
    use super::*;

    #[test]
    fn refuses_a_bad_stamp() {
        insta::assert_snapshot!(check(&[("migrations/2026-01-03_later.json", "{}")]), @"migrations/2026-01-03_later.json: `2026-01-03` is not a stamp: expected a UTC second such as 20261120T101530Z");
    }

    #[test]
    fn refuses_a_file_that_is_no_migration() {
        insta::assert_snapshot!(check(&[("migrations/later.sql", "SELECT 1")]), @"migrations/later.sql: `later.sql` does not name a migration: expected STAMP_name.json, such as 20261120T101530Z_create_post.json");
        insta::assert_snapshot!(check(&[("migrations/old/readme.txt", "SELECT 1")]), @"migrations/old: is a folder, expected a file");
    }

    #[test]
    fn refuses_two_equal_stamps() {
        let text = r#"{ "format": 1, "operations": [] }"#;
        insta::assert_snapshot!(check(&[("migrations/20260102T120000Z_other.json", text)]), @"migrations/20260102T120000Z_other.json: the stamp 20260102T120000Z is that of migrations/20260102T120000Z_create_post.json already: expected a later one");
    }

    #[test]
    fn refuses_broken_json_with_its_place() {
        insta::assert_snapshot!(check_edit(AUTHOR, r#""key": ["handle"],"#, r#""key": ["handle","#), @"migrations/20260101T120000Z_create_author.json:4:69: expected `,` or `]`");
    }

    #[test]
    fn refuses_an_unknown_format() {
        insta::assert_snapshot!(check_edit(AUTHOR, r#""format": 1"#, r#""format": 7"#), @"migrations/20260101T120000Z_create_author.json: format 7 is not known to this version, which reads format 1");
    }

    #[test]
    fn refuses_an_unknown_operation() {
        insta::assert_snapshot!(check_operations(r#"{ "truncate_table": { "table": "post" } }"#), @"migrations/20260103T120000Z_later.json:1:48: unknown variant `truncate_table`, expected one of `create_table`, `rename_table`, `drop_table`, `add_field`, `rename_field`, `drop_field`, `change_field`, `add_index`, `drop_index`, `change_table`, `change_key`, `run`");
    }

    #[test]
    fn refuses_an_unknown_field_type() {
        insta::assert_snapshot!(check_edit(AUTHOR, r#""name": "name", "type": "string""#, r#""name": "name", "type": "text""#), @r#"migrations/20260101T120000Z_create_author.json:6:38: invalid value: string "text", expected a field type: bool, i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, f32, f64, string, bytes, id, timestamp, date, json, {"vec": TYPE} or {"enum": [NAME, …]}"#);
    }

    #[test]
    fn refuses_an_operation_on_a_missing_table() {
        insta::assert_snapshot!(check_operations(
            r#"{ "drop_table": { "table": "post" } }, { "drop_field": { "table": "comment", "field": "text" } }"#
        ), @"migrations/20260103T120000Z_later.json: operation 2: table `blog.comment` does not exist; module `blog` has author");
    }

    #[test]
    fn refuses_a_step_that_the_module_lacks() {
        insta::assert_snapshot!(check_operations(r#"{ "run": { "step": "count_all", "revision": 1 } }"#), @"migrations/20260103T120000Z_later.json: operation 1: step `count_all` is not listed in `steps(…)` of the manifest, which has `count_votes`");
    }

    #[test]
    fn refuses_another_revision_of_a_step() {
        insta::assert_snapshot!(check_edit(LIB, "revision = 1", "revision = 2"), @"migrations/20260102T120000Z_create_post.json: operation 2: step `count_votes` has revision 2 in the source, expected 1");
    }

    #[test]
    fn refuses_to_come_after_what_is_later_or_absent() {
        let text = r#"{
            "format": 1,
            "after": [
                "blog/20260103T120000Z_later",
                "blog/20260101T120000Z_create_reader",
                "geo/20270101T120000Z_create_country",
                "geo/20260101T120000Z_create_country"
            ],
            "operations": []
        }"#;
        insta::assert_snapshot!(check(&[(LATER, text)]), @"
        migrations/20260103T120000Z_later.json: comes after `blog/20260101T120000Z_create_reader`, which does not exist
        migrations/20260103T120000Z_later.json: comes after `blog/20260103T120000Z_later`, whose stamp is not earlier
        migrations/20260103T120000Z_later.json: comes after `geo/20270101T120000Z_create_country`, whose stamp is not earlier
        ");
    }
}

mod squash {
    use super::*;

    #[test]
    fn refuses_to_replace_what_is_there() {
        let text = r#"{ "format": 1, "replaces": ["20260102T120000Z_create_post", "20260103T120000Z_gone"], "operations": [] }"#;
        insta::assert_snapshot!(check(&[(LATER, text)]), @"migrations/20260103T120000Z_later.json: migration `blog/20260103T120000Z_later` replaces `blog/20260102T120000Z_create_post`, which is still there: remove it, or do not replace it");
    }

    #[test]
    fn a_migration_may_come_after_what_a_squash_stands_for() {
        let post = edited(
            POST,
            "\"after\"",
            "\"replaces\": [\"20260101T120500Z_a\", \"20260102T120000Z_b\"],\n  \"after\"",
        );
        let later = r#"{ "format": 1, "after": ["blog/20260101T120500Z_a"], "operations": [] }"#;
        assert_eq!(check(&[(POST, &post), (LATER, later)]), "accepted");
    }
}

#[test]
fn migrations_may_know_the_module_by_a_former_name() {
    let lib = edited(LIB, "name = \"blog\"", "name = \"journal\", was = \"blog\"");
    assert_eq!(check(&[(LIB, &lib)]), "accepted");
}

mod difference {
    use super::*;

    #[test]
    fn names_the_field_that_the_migrations_lack_and_the_command() {
        insta::assert_snapshot!(
            check_edit(TABLES, "pub votes: i64,", "pub votes: i64,\n    pub title: Option<String>,"), @"src/tables.rs:19:9: table `post`: field `title` is not in the migrations; write one with: sdk-cli new migration blog"
        );
    }

    #[test]
    fn names_the_table_that_the_migrations_lack() {
        insta::assert_snapshot!(check(&[(POST, r#"{ "format": 1, "operations": [] }"#)]), @"src/tables.rs:11:12: table `post`: it is not in the migrations; write one with: sdk-cli new migration blog");
    }

    #[test]
    fn names_the_table_that_the_source_dropped() {
        insta::assert_snapshot!(check_operations(
            r#"{ "create_table": { "name": "tag", "key": ["name"], "fields": [{ "name": "name", "type": "string" }] } }"#
        ), @"src/lib.rs: table `tag`: it is in the migrations, but the source does not declare it; write one with: sdk-cli new migration blog");
    }

    #[test]
    fn names_what_changed() {
        insta::assert_snapshot!(check(&[(TABLES, &edited(TABLES, "#[default(0)]", "#[default(1)]\n    #[index]"))]), @"
        src/tables.rs:11:12: table `post`: index (votes) is not in the migrations; write one with: sdk-cli new migration blog
        src/tables.rs:19:9: table `post`: field `votes` is (i64, default 0) in the migrations and (i64, default 1) in the source; write one with: sdk-cli new migration blog
        ");
    }

    #[test]
    fn says_what_to_do_where_no_migration_can_be_written() {
        insta::assert_snapshot!(
            check_edit(TABLES, "pub votes: i64,", "pub votes: i64,\n    pub title: String,"), @"
        seeds/test/post.json: row 1: field `title` of `post` is missing; it has no default and is not nullable
        src/tables.rs:19:9: table `post`: field `title` is new, and the rows that exist need a value: add #[default(…)], make it an Option, or give it to `new migration` by --fill post.title=VALUE
        "
        );
    }

    #[test]
    fn refuses_a_reference_to_a_module_that_is_not_required() {
        let references = r#"{ "add_field": { "table": "author", "field": { "name": "country", "type": "string", "nullable": true, "references": { "table": "geo.country" } } } }"#;
        let migration = format!(r#"{{ "format": 1, "operations": [{references}] }}"#);
        let tables = edited(
            TABLES,
            "pub name: String,",
            "pub name: String,\n    #[references(geo::Country)]\n    pub country: Option<String>,",
        );
        let files = [(TABLES, tables.as_str()), (LATER, &migration)];
        insta::assert_snapshot!(check(&files), @"src/tables.rs:9:9: table `author`: field `country` refers to `geo.country`, but the manifest does not list `geo` in `requires(…)`");
        let lib = edited(LIB, "tables(", "requires(geo::Geo),\n    tables(");
        assert_eq!(check(&[files[0], files[1], (LIB, &lib)]), "accepted");
    }
}

mod seeds {
    use super::*;

    const REAL: &str = "seeds/real/author.json";
    const TEST: &str = "seeds/test/post.json";

    #[test]
    fn refuses_broken_json_with_its_place() {
        insta::assert_snapshot!(check(&[(REAL, "{ \"format\": 1,\n  \"table\" }")]), @"seeds/real/author.json:2:11: expected `:`");
    }

    #[test]
    fn refuses_files_without_a_place() {
        insta::assert_snapshot!(check(&[
            ("seeds/author.json", "{}"),
            ("seeds/demo/author.json", "{}"),
            ("seeds/real/author.csv", "handle,name"),
        ]), @"
        seeds/author.json: has no place here: expected seeds/real or seeds/test
        seeds/demo: has no place here: expected seeds/real or seeds/test
        seeds/real/author.csv: has no place here: expected a seed file such as country.json
        ");
    }

    #[test]
    fn refuses_rows_of_an_unknown_table() {
        insta::assert_snapshot!(check_edit(REAL, r#""author""#, r#""autor""#), @"seeds/real/author.json: table `autor` is not one of module `blog`, which has `author`, `post`");
    }

    #[test]
    fn refuses_a_value_of_a_wrong_type_and_goes_on() {
        insta::assert_snapshot!(check(&[(TEST, r#"{ "format": 1, "table": "post", "rows": [
            { "slug": "a", "author": "ada", "state": "live" },
            { "slug": "b", "author": "ada", "state": "lost" },
            { "slug": "c", "author": "ada", "state": "live", "votes": "many" },
            { "slug": "d", "author": "ada", "state": "live", "title": "D" },
            { "author": "ada", "state": "live" },
            7
        ] }"#)]), @r#"
        seeds/test/post.json: row 2: field `state` of `post`: expected enum of draft, live, found "lost"
        seeds/test/post.json: row 3: field `votes` of `post`: expected i64, found "many"
        seeds/test/post.json: row 4: `post` has no field `title`; it has slug, author, state, votes
        seeds/test/post.json: row 5: field `slug` of `post` is missing; it has no default and is not nullable
        seeds/test/post.json: row 6: a row of `post` is an object, found 7
        "#);
    }

    #[test]
    fn refuses_a_reference_to_a_row_that_is_not_seeded() {
        insta::assert_snapshot!(check_edit(TEST, r#""ada""#, r#""eve""#), @r#"seeds/test/post.json: row 1: field `author` is "eve", expected the key of a seeded row of `author`"#);
    }

    #[test]
    fn refuses_a_real_row_that_refers_to_a_test_row() {
        let authors =
            r#"{ "format": 1, "table": "author", "rows": [ { "handle": "eve", "name": "Eve" } ] }"#;
        let post = edited(TEST, r#""ada""#, r#""eve""#);
        assert_eq!(
            check(&[("seeds/test/author.json", authors), (TEST, &post)]),
            "accepted"
        );
        insta::assert_snapshot!(check(&[
            ("seeds/test/author.json", authors),
            ("seeds/real/post.json", &post),
        ]), @r#"seeds/real/post.json: row 1: field `author` is "eve", expected the key of a seeded row of `author`"#);
    }

    #[test]
    fn refuses_a_key_that_stands_twice() {
        let text =
            r#"{ "format": 1, "table": "author", "rows": [ { "handle": "ada", "name": "A." } ] }"#;
        insta::assert_snapshot!(check(&[("seeds/real/more.json", text)]), @r#"seeds/real/more.json: row 1: (handle) is "ada" in row 1 of seeds/real/author.json already"#);
        insta::assert_snapshot!(check(&[(REAL, r#"{ "format": 1, "table": "author", "rows": [
            { "handle": "ada", "name": "A." }, { "handle": "ada", "name": "Ada" }
        ] }"#)]), @r#"seeds/real/author.json: row 2: key "ada" stands in row 1 already"#);
    }

    #[test]
    fn refuses_a_unique_value_that_stands_twice() {
        let tables = edited(
            TABLES,
            "    pub name: String,",
            "    #[unique]\n    pub name: String,",
        );
        let index = r#"{ "format": 1, "operations": [
            { "add_index": { "table": "author", "index": { "fields": ["name"], "unique": true } } }
        ] }"#;
        let rows =
            r#"{ "format": 1, "table": "author", "rows": [ { "handle": "a", "name": "Ada" } ] }"#;
        insta::assert_snapshot!(check(&[
            (TABLES, &tables), (LATER, index), ("seeds/real/more.json", rows),
        ]), @r#"seeds/real/more.json: row 1: (name) is "Ada" in row 1 of seeds/real/author.json already"#);
    }
}

mod translations {
    use super::*;

    const EN: &str = "translations/en.arb";
    const DE: &str = "translations/de.arb";

    #[test]
    fn refuses_a_broken_message() {
        insta::assert_snapshot!(check_edit(DE, "Hallo {name}", "Hallo {name"), @"translations/de.arb:3:3: message `greeting`: not an ICU message at character 12: expected ','");
    }

    #[test]
    fn refuses_a_translation_that_lacks_a_placeholder() {
        insta::assert_snapshot!(check_edit(DE, "Hallo {name}", "Hallo"), @"translations/de.arb:3:3: message `greeting`: placeholder `{name}` of `en` is missing");
    }

    #[test]
    fn refuses_a_key_that_the_source_lacks() {
        insta::assert_snapshot!(check_edit(EN, "greeting", "welcome"), @"translations/de.arb:3:3: message `greeting`: `en` has no such message, and a translation cannot add one");
    }

    #[test]
    fn refuses_translations_without_their_source() {
        insta::assert_snapshot!(check(&[(EN, "")]), @"translations/en.arb: is missing: translations/de.arb translates it, and the texts of module `blog` are written in `en`");
    }

    #[test]
    fn a_broken_source_is_the_only_fault() {
        insta::assert_snapshot!(check(&[(EN, "{ \"@@locale\": \"en\",")]), @"translations/en.arb:1:19: not a JSON object: EOF while parsing a value");
    }

    #[test]
    fn refuses_a_source_locale_that_is_none() {
        insta::assert_snapshot!(check_edit(LIB, "name = \"blog\",", "name = \"blog\", locale = \"english\","), @"src/lib.rs: `english` is not a locale: expected BCP 47 in its usual spelling, such as `de`, `pt-PT` or `zh-Hant`");
    }

    #[test]
    fn refuses_messages_that_share_a_function() {
        insta::assert_snapshot!(check_edit(EN, "\"postCount\"", "\"post_count\": \"x\", \"postCount\""), @"translations/en.arb:4:22: message `postCount`: messages `post_count` and `postCount` are both `post_count` in Rust: rename one");
    }

    #[test]
    fn refuses_names_that_rust_cannot_have() {
        insta::assert_snapshot!(check(&[
            (EN, r#"{
  "@@locale": "en",
  "self": "Me",
  "greeting": "{userName}, {user_name}",
  "farewell": "Bye"
}"#),
            (DE, ""),
        ]), @"
        translations/en.arb:3:3: message `self`: `self` cannot be a name in Rust: use another word
        translations/en.arb:4:3: message `greeting`: placeholders `userName` and `user_name` are both `user_name` in Rust: rename one
        ");
    }
}

mod mail {
    use super::*;

    #[test]
    fn refuses_html_without_plain_text() {
        insta::assert_snapshot!(check(&[("mail/welcome.de.html", "<p>Hallo</p>")]), @"mail/welcome.de.html: has no plain text beside it: expected mail/welcome.de.txt");
    }

    #[test]
    fn refuses_a_file_that_is_no_template() {
        insta::assert_snapshot!(check(&[("mail/logo.png", "PNG"), ("mail/welcome.german.txt", "Hallo")]), @"
        mail/logo.png: logo.png is not the name of a mail template: expected welcome.html, welcome.txt, or with a locale welcome.de.html
        mail/welcome.german.txt: `german` is not a locale: expected BCP 47 in its usual spelling, such as `de`, `pt-PT` or `zh-Hant`
        ");
    }
}

mod jobs {
    use super::*;

    #[test]
    fn refuses_an_impossible_schedule() {
        insta::assert_snapshot!(check_edit(LIB, "0 7 * * MON-FRI", "0 0 31 2 *"), @"src/lib.rs:15:18: the schedule `0 0 31 2 *` is never due: no date fits it");
    }

    #[test]
    fn refuses_an_unknown_time_zone() {
        insta::assert_snapshot!(check_edit(LIB, "Europe/Berlin", "Europe/Bonn"), @"src/lib.rs:15:42: `Europe/Bonn` is not a time zone: expected an IANA name such as Europe/Berlin");
    }
}

mod chain {
    use super::*;
    use crate::fixture::{CHAIN, chain_of};

    const EMPTY: &str = r#"{ "format": 1, "operations": [] }"#;

    #[test]
    fn refuses_migrations_without_a_chain() {
        insta::assert_snapshot!(check(&[(CHAIN, "")]), @"migrations/chain.txt: is missing; write it with: sdk-cli chain blog");
    }

    #[test]
    fn refuses_a_migration_that_it_lacks() {
        insta::assert_snapshot!(check(&[(LATER, EMPTY), (CHAIN, &chain_of(&[]))]), @"migrations/chain.txt: `20260103T120000Z_later` has no line; mend it with: sdk-cli chain blog");
    }

    #[test]
    fn refuses_a_line_whose_migration_is_gone() {
        insta::assert_snapshot!(check(&[(CHAIN, &chain_of(&[(LATER, EMPTY)]))]), @"migrations/chain.txt: `20260103T120000Z_later` has a line, but no file; put the file back, or, if no database has applied it: sdk-cli chain blog --accept 20260103T120000Z_later");
    }

    #[test]
    fn refuses_an_edited_migration() {
        let edited = edited(
            AUTHOR,
            "\"format\": 1,",
            "\"format\": 1, \"description\": \"Authors\",",
        );
        insta::assert_snapshot!(check(&[(AUTHOR, &edited), (CHAIN, &chain_of(&[]))]), @"migrations/chain.txt: `20260101T120000Z_create_author` was edited: its line says checksum 008f61f415b25335bafabeb4823ebcf6072e9b48332e09ec182302a11df6873a, the file has a5759e9dd9c2d71dec5a0359bb5358591d8ca08ba3b4652f1bc151ed4bb208c9; put the file back, or, if no database has applied it: sdk-cli chain blog --accept 20260101T120000Z_create_author");
    }

    #[test]
    fn accepts_a_migration_in_another_layout() {
        let edited = edited(AUTHOR, "\"format\": 1,", "\n\n\"format\":   1,");
        assert_eq!(
            check(&[(AUTHOR, &edited), (CHAIN, &chain_of(&[]))]),
            "accepted"
        );
    }

    #[test]
    fn refuses_a_conflict_and_what_is_no_line() {
        let ours = chain_of(&[("migrations/20260103T120000Z_ours.json", EMPTY)]);
        let theirs = chain_of(&[("migrations/20260104T120000Z_theirs.json", EMPTY)]);
        let (agreed, ours) = ours.rsplit_once("\n20260103").unwrap();
        let (_, theirs) = theirs.rsplit_once("\n20260104").unwrap();
        let text = format!(
            "{agreed}\n<<<<<<< HEAD\n20260103{ours}=======\n20260104{theirs}>>>>>>> votes\n"
        );
        insta::assert_snapshot!(check(&[(CHAIN, &text)]), @"migrations/chain.txt: two branches have added migrations: `HEAD` has `20260103T120000Z_ours`; `votes` has `20260104T120000Z_theirs`; mend it with: sdk-cli chain blog");
        insta::assert_snapshot!(check(&[(CHAIN, "# kept\nhello\n")]), @"migrations/chain.txt:2:1: `hello` is not a line of a chain: expected STAMP_name CHECKSUM SUM, with 64 hexadecimal digits each");
    }
}
