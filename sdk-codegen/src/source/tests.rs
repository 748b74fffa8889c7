//! What source is refused for, and what is passed over.

use super::Module;
use crate::fixture::{edited, module};

const LIB: &str = "src/lib.rs";
const TABLES: &str = "src/tables.rs";

/// What the source of the sound module with these files changed declares, or its faults.
fn check(changes: &[(&str, &str)]) -> String {
    let dir = module(changes);
    match Module::read(dir.path()) {
        Ok(module) => summary(&module),
        Err(faults) => faults.to_string(),
    }
}

fn summary(module: &Module) -> String {
    let tables: Vec<_> = module
        .tables
        .iter()
        .map(|it| format!("{}({})", it.table.name, it.table.field_list()))
        .collect();
    let jobs: Vec<_> = module.jobs.iter().map(|job| job.name.to_string()).collect();
    let steps: Vec<_> = module.steps.iter().map(|it| it.name.to_string()).collect();
    format!(
        "{} as {}: {}; jobs {}; steps {}",
        module.name,
        module.type_name,
        tables.join(", "),
        jobs.join(", "),
        steps.join(", ")
    )
}

/// The faults after one piece of one file was replaced.
fn check_edit(path: &str, from: &str, to: &str) -> String {
    check(&[(path, &edited(path, from, to))])
}

/// The source with one more file.
fn check_more(text: &str) -> String {
    check(&[("src/more.rs", text)])
}

const TAG: &str = "#[derive(Table)] pub struct Tag { #[key] pub name: String }";

#[test]
fn reads_what_the_manifest_lists() {
    insta::assert_snapshot!(check(&[]), @"blog as Blog: author(handle, name), post(slug, author, state, votes); jobs digest; steps count_votes");
}

#[test]
fn knows_derives_and_attributes_by_path() {
    let lib = edited(LIB, "#[derive(Module)]", "#[derive(Debug, sdk::Module)]")
        .replace("#[job(", "#[sdk::job(");
    assert_eq!(check(&[(LIB, &lib)]), check(&[]));
}

#[test]
fn finds_declarations_in_inline_modules_and_nested_files() {
    let lib = edited(
        LIB,
        "tables(Author, Post)",
        "tables(Author, Post, Tag, inner::Mark)",
    );
    let mark = format!("pub mod inner {{ {} }}", TAG.replace("Tag", "Mark"));
    insta::assert_snapshot!(check(&[
        (LIB, &lib),
        ("src/deep/down/tag.rs", TAG),
        ("src/mark.rs", &mark),
    ]), @"blog as Blog: author(handle, name), post(slug, author, state, votes), tag(name), mark(name); jobs digest; steps count_votes");
}

#[test]
fn passes_over_what_only_tests_see() {
    let lib = edited(
        LIB,
        "mod tables;",
        "mod tables;\n#[cfg(test)]\nmod fixtures;",
    );
    let inline =
        format!("#[cfg(all(test, unix))] mod tests {{ {TAG} }} #[test] fn one() {{ {TAG} }}");
    let files = [
        (LIB, lib.as_str()),
        ("src/fixtures.rs", TAG),
        ("src/fixtures/deep.rs", TAG),
        ("src/inline.rs", &inline),
    ];
    assert_eq!(check(&files), check(&[]));
}

#[test]
fn refuses_what_the_manifest_does_not_list() {
    insta::assert_snapshot!(check_edit(LIB, "tables(Author, Post),\n    jobs(digest),\n    steps(count_votes)", "tables(Author)"), @"
    src/lib.rs:14:10: job `digest` is not listed: add it to `jobs(…)` of the manifest in src/lib.rs
    src/lib.rs:17:10: step `count_votes` is not listed: add it to `steps(…)` of the manifest in src/lib.rs
    src/tables.rs:11:12: table `Post` is not listed: add it to `tables(…)` of the manifest in src/lib.rs
    ");
}

#[test]
fn refuses_what_is_listed_but_does_not_exist() {
    insta::assert_snapshot!(check_edit(LIB, "tables(Author, Post),\n    jobs(digest),\n    steps(count_votes)", "tables(Author, Post, tables::Tag),\n    jobs(digest, sweep),\n    steps(count_votes, count_all)"), @"
    src/lib.rs:8:26: table `Tag` is listed, but nothing in src has that name and `#[derive(Table)]`; found `Author`, `Post`
    src/lib.rs:9:18: job `sweep` is listed, but nothing in src has that name and `#[job(…)]`; found `digest`
    src/lib.rs:10:24: step `count_all` is listed, but nothing in src has that name and `#[step(…)]`; found `count_votes`
    ");
}

#[test]
fn refuses_two_tables_of_one_name() {
    let post = TAG.replace("Tag", "Post");
    insta::assert_snapshot!(check_more(&post), @"src/tables.rs:11:12: table `post` stands in src/more.rs:1:29 already, as `Post`");
    let named = format!("#[table(name = \"post\")] {TAG}");
    let lib = edited(LIB, "tables(Author, Post)", "tables(Author, Post, Tag)");
    insta::assert_snapshot!(check(&[(LIB, &lib), ("src/more.rs", &named)]), @"src/tables.rs:11:12: table `post` stands in src/more.rs:1:53 already, as `Tag`");
}

#[test]
fn refuses_two_enums_of_one_name() {
    insta::assert_snapshot!(check_more("#[derive(TableEnum)] enum State { Open, Shut }"), @"src/tables.rs:22:10: an enum `State` stands in src/more.rs already: a field finds its enum by the last name alone");
}

#[test]
fn refuses_an_enum_that_is_not_there() {
    insta::assert_snapshot!(check_edit(TABLES, "#[derive(TableEnum)]", "#[derive(Debug)]"), @"src/tables.rs:16:16: `State` is no type of a field: no enum of this crate with `#[derive(TableEnum)]` has that name; expected bool, an integer such as i64, f32, f64, String, Vec<u8>, Id<T>, Timestamp, Date, Json, an enum with `#[derive(TableEnum)]`, or Option<T> or Vec<T> of these");
}

#[test]
fn reports_an_enum_at_fault_once() {
    insta::assert_snapshot!(check_edit(TABLES, "Live }", "Live(u8) }"), @"src/tables.rs:22:29: variant `Live` holds data: a field holds the name of a variant alone; use Json, or several fields");
}

#[test]
fn refuses_no_manifest_and_two() {
    insta::assert_snapshot!(check(&[(LIB, "mod tables;")]), @"src: nothing has `#[derive(Module)]`: a module has one manifest, which lists what it declares");
    insta::assert_snapshot!(check_more("#[derive(Module)] #[module(name = \"other\")] struct Other;"), @"src/more.rs:1:52: `Other` is a second manifest: a crate is one module");
}

#[test]
fn refuses_a_table_of_another_module() {
    insta::assert_snapshot!(check_edit(TABLES, "#[derive(Table)]\npub struct Post", "#[derive(Table)]\n#[table(module = \"news\")]\npub struct Post"), @"src/tables.rs:12:12: table `Post` says module `news`, but the manifest's name is `blog`");
}

#[test]
fn refuses_the_name_of_the_built_in_module() {
    insta::assert_snapshot!(check_edit(LIB, "name = \"blog\"", "name = \"sdk\""), @"src/lib.rs:12:12: the name `sdk` is that of the built-in module: choose another");
}

#[test]
fn refuses_what_depends_on_the_build() {
    let gated = format!("#[cfg(feature = \"tags\")] {TAG}");
    insta::assert_snapshot!(check_more(&gated), @r#"src/more.rs:1:54: `Tag` stands behind `#[cfg(feature = "tags")]`: a module declares the same in every build"#);
    let conditional = TAG.replace(
        "#[derive(Table)]",
        "#[cfg_attr(feature = \"tags\", derive(Debug, Table))]",
    );
    insta::assert_snapshot!(check_more(&conditional), @"src/more.rs:1:44: `Table` stands in a `cfg_attr`: a module declares the same in every build");
    let lib = edited(LIB, "mod tables;", "#[cfg(unix)]\nmod tables;");
    insta::assert_snapshot!(check(&[(LIB, &lib)]), @"
    src/tables.rs:4:12: `Author` stands behind `#[cfg(unix)]`: a module declares the same in every build
    src/tables.rs:11:12: `Post` stands behind `#[cfg(unix)]`: a module declares the same in every build
    src/tables.rs:22:10: `State` stands behind `#[cfg(unix)]`: a module declares the same in every build
    ");
}

#[test]
fn refuses_what_a_macro_or_a_function_hides() {
    insta::assert_snapshot!(check_more(&format!("make! {{ {TAG} }}")), @"src/more.rs:1:18: `Table` stands in a macro: write the declaration out, so that it can be read");
    insta::assert_snapshot!(check_more("macro_rules! sweep { () => { #[job(schedule = \"@daily\")] async fn sweep() {} } }"), @"src/more.rs:1:32: `job` stands in a macro: write the declaration out, so that it can be read");
    insta::assert_snapshot!(check_more(&format!("fn hidden() {{ {TAG} }}")), @"src/more.rs:1:43: `Tag` stands inside a function: write it outside, where the manifest can name it");
}

#[test]
fn refuses_tables_that_only_a_compiler_could_write_out() {
    insta::assert_snapshot!(check_more("macro_rules! table { ($name:ident) => { #[derive(Debug, Table)] pub struct $name { #[key] pub id: u64 } } }\ntable!(Tag);"), @"src/more.rs:1:57: `Table` stands in a macro: write the declaration out, so that it can be read");
    insta::assert_snapshot!(check_more("#[derive(Table)]\npub struct Tag<T> { #[key] pub id: Id<T> }"), @"src/more.rs:2:15: a table has no generics");
    insta::assert_snapshot!(check_more("#[derive(TableEnum)]\npub enum Kind<const N: usize> { Draft }"), @"src/more.rs:2:14: an enum of a table has no generics");
    insta::assert_snapshot!(check_edit(TABLES, "pub votes: i64,", "pub votes: i64,\n    #[cfg(feature = \"tags\")]\n    pub tag: String,"), @"src/tables.rs:19:7: a module declares the same in every build: expected no `#[cfg]` here");
}

#[test]
fn refuses_source_that_stands_elsewhere() {
    insta::assert_snapshot!(check_more("mod deep {\n    std::include!(\"../../tags.in\");\n}"), @"src/more.rs:2:10: `include!` brings in source that cannot be read here: make it a `mod` with a file in src");
    insta::assert_snapshot!(check_more("#[path = \"../elsewhere/tags.rs\"]\nmod tags;"), @"src/more.rs:1:10: `mod tags` has a file outside of src, which cannot be read here: move it into src");
    let harmless = "#[path = \"./other.rs\"] mod tags; #[cfg(test)] include!(\"fixtures.in\");\nconst TEXT: &str = include!(\"text.in\");";
    assert_eq!(check(&[("src/harmless.rs", harmless)]), check(&[]));
}

#[test]
fn refuses_what_is_not_rust() {
    insta::assert_snapshot!(check_more("pub struct Tag {\n    name String\n}"), @"src/more.rs:2:10: is not Rust: expected `:`");
    insta::assert_snapshot!(check_edit(TABLES, "pub votes: i64", "pub votes i64"), @"src/tables.rs:18:15: is not Rust: expected `:`");
    insta::assert_snapshot!(check_edit(LIB, "mod tables;", "mod tables"), @"src/lib.rs:4:1: is not Rust: expected `;` or curly braces");
}

#[test]
fn refuses_a_crate_without_source() {
    let dir = tempfile::tempdir().unwrap();
    let faults = Module::read(dir.path()).unwrap_err().to_string();
    insta::assert_snapshot!(faults, @"
    src: cannot be read: No such file or directory (os error 2); expected the folder of a crate's source
    ");
}

#[test]
fn a_name_in_a_test_is_a_word_and_one_beside_it_is_none() {
    let lib = edited(
        LIB,
        "mod tables;",
        "mod tables;\n#[cfg(test)] mod more;\nmod plain;",
    );
    let dir = module(&[
        (LIB, &lib),
        ("src/more.rs", "fn a() { in_file(); }"),
        (
            "src/plain.rs",
            "fn outside() {} #[cfg(test)] mod tests { #[test] fn b() { assert!(in_module(1)); } } #[test] fn in_function() {} // in_comment",
        ),
        ("tests/deep/whole.rs", "fn c() { in_folder(\"in_text\"); }"),
        ("tests/broken.rs", "fn {"),
    ]);
    let words = super::words_in_tests(dir.path());
    let found = |word: &&str| words.contains(*word);
    let expected = ["in_file", "in_module", "in_function", "in_folder"];
    assert!(expected.iter().all(found), "{words:?}");
    let others = ["outside", "count_votes", "in_comment", "in_text"];
    assert!(!others.iter().any(found), "{words:?}");
}
