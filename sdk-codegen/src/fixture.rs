//! A small module on disk, for tests: sound until a test changes a file.

use std::{fs, path::Path};

use sdk_schema::{Chain, Migration, Name};
use tempfile::TempDir;

/// The files of a module `blog` that has one of everything.
const FILES: [(&str, &str); 11] = [
    (
        "src/lib.rs",
        r#"use sdk::prelude::*;
sdk::include_module!();
mod tables;
/// A blog.
#[derive(Module)]
#[module(
    name = "blog",
    tables(Author, Post),
    jobs(digest),
    steps(count_votes)
)]
pub struct Blog;

/// Mails each author what happened.
#[job(schedule = "0 7 * * MON-FRI", tz = "Europe/Berlin")]
async fn digest(cx: &JobContext) -> Result<()> { Ok(()) }

#[step(revision = 1)]
async fn count_votes(tx: &mut WriteTx<'_>) -> Result<()> { Ok(()) }
"#,
    ),
    (
        "src/tables.rs",
        r"use sdk::prelude::*;

#[derive(Table)]
pub struct Author {
    #[key]
    pub handle: String,
    pub name: String,
}

#[derive(Table)]
pub struct Post {
    #[key]
    pub slug: String,
    #[references(Author)]
    pub author: String,
    pub state: State,
    #[default(0)]
    pub votes: i64,
}

#[derive(TableEnum)]
pub enum State { Draft, Live }
",
    ),
    (
        "migrations/20260101T120000Z_create_author.json",
        r#"{
  "format": 1,
  "operations": [
    { "create_table": { "name": "author", "key": ["handle"], "fields": [
      { "name": "handle", "type": "string" },
      { "name": "name", "type": "string" }
    ] } }
  ]
}"#,
    ),
    (
        "migrations/20260102T120000Z_create_post.json",
        r#"{
  "format": 1,
  "after": ["blog/20260101T120000Z_create_author"],
  "operations": [
    { "create_table": { "name": "post", "key": ["slug"], "fields": [
      { "name": "slug", "type": "string" },
      { "name": "author", "type": "string", "references": { "table": "blog.author" } },
      { "name": "state", "type": { "enum": ["draft", "live"] } },
      { "name": "votes", "type": "i64", "default": 0 }
    ] } },
    { "run": { "step": "count_votes", "revision": 1 } }
  ]
}"#,
    ),
    (
        "seeds/real/author.json",
        r#"{ "format": 1, "table": "author", "rows": [ { "handle": "ada", "name": "Ada" } ] }"#,
    ),
    (
        "seeds/test/post.json",
        r#"{ "format": 1, "table": "post", "rows": [
  { "slug": "first", "author": "ada", "state": "live" }
] }"#,
    ),
    (
        "translations/en.arb",
        r#"{
  "@@locale": "en",
  "greeting": "Hello {name}",
  "postCount": "{count, plural, one {# post} other {# posts}}"
}"#,
    ),
    (
        "translations/de.arb",
        r#"{
  "@@locale": "de",
  "greeting": "Hallo {name}",
  "postCount": "{count, plural, one {# Beitrag} other {# Beiträge}}"
}"#,
    ),
    ("mail/welcome.html", "<p>Welcome</p>"),
    ("mail/welcome.txt", "Welcome"),
    ("migrations/README.md", "People read this."),
];

/// The chain that the module has unless a test writes one.
pub(crate) const CHAIN: &str = "migrations/chain.txt";

/// The folder of the module with some files replaced, added, or, where the
/// text is empty, left out. The chain agrees with the migrations that can be read.
pub(crate) fn module(changes: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().expect("the temporary folder is writable");
    let kept = FILES
        .iter()
        .filter(|(path, _)| changes.iter().all(|(changed, _)| changed != path));
    for (path, text) in kept.chain(changes.iter().filter(|(_, text)| !text.is_empty())) {
        write(&dir.path().join(path), text);
    }
    if changes.iter().all(|(changed, _)| *changed != CHAIN) {
        write(&dir.path().join(CHAIN), &chain_of(changes));
    }
    dir
}

/// The chain of the module with these changes.
pub(crate) fn chain_of(changes: &[(&str, &str)]) -> String {
    let blog = Name::new("blog").expect("a word in lower case is a name");
    let kept = FILES
        .iter()
        .filter(|(path, _)| changes.iter().all(|(changed, _)| changed != path));
    let migrations: Vec<_> = kept
        .chain(changes)
        .filter_map(|(path, text)| {
            let file = path.strip_prefix("migrations/")?;
            Migration::parse(&blog, file, text).ok()
        })
        .collect();
    Chain::of(&migrations).to_text(&blog)
}

/// A file of the sound module with a piece of its text replaced.
pub(crate) fn edited(path: &str, from: &str, to: &str) -> String {
    let (_, text) = FILES
        .iter()
        .find(|(known, _)| *known == path)
        .expect("the test edits a file that exists");
    assert!(text.contains(from), "{path} has no {from:?}");
    text.replacen(from, to, 1)
}

fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file stands in a folder");
    fs::create_dir_all(folder).expect("the temporary folder is writable");
    fs::write(path, text).expect("the temporary folder is writable");
}
