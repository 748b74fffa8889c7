//! What the derives' output does once it is compiled.

use insta::assert_snapshot;

use super::same_name;
use crate::{
    Result, Table, TableEnum,
    jobs::JobContext,
    store::{Id, Json, WriteTx},
};

#[derive(TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[sdk(crate = "crate")]
enum Stage {
    NotYet,
    #[table_enum(name = "online")]
    Live,
}

#[derive(Table, Debug, Clone)]
#[table(module = "test", key(author, number), index(stage, number))]
#[sdk(crate = "crate")]
struct Post {
    number: u16,
    #[references(Author, on_delete = "cascade")]
    author: Id<Author>,
    #[references(Author, on_delete = "set_null")]
    editor: Option<Id<Author>>,
    #[unique]
    #[fake(slug)]
    slug: String,
    #[default(Stage::Live)]
    stage: Stage,
    #[default([Stage::NotYet])]
    stages: Vec<Stage>,
    #[default(-3)]
    #[fake(range(-5, 5))]
    votes: i64,
    #[default(b"\x00\x01")]
    raw: Vec<u8>,
    #[default("{\"open\": true}")]
    r#type: Json,
}

#[derive(Table, Debug, Clone)]
#[table(module = "test", name = "author")]
#[sdk(crate = "crate")]
struct Author {
    #[key]
    id: Id<Author>,
}

#[test]
fn a_derived_table_declares_what_its_struct_says() {
    let json = serde_json::to_string_pretty(Post::table()).unwrap();
    assert_snapshot!(json);
}

#[test]
fn a_derived_table_has_its_key_its_handles_and_its_fakes() {
    let author = Id::new();
    let post = Post {
        number: 7,
        author,
        editor: None,
        slug: "a".to_owned(),
        stage: Stage::Live,
        stages: Vec::new(),
        votes: 0,
        raw: Vec::new(),
        r#type: Json::Null,
    };
    assert_eq!(post.key(), (author, 7));
    assert_eq!((Post::TYPE.name(), Post::AUTHOR.name()), ("type", "author"));
    assert_eq!(<Post as Table>::TABLE_NAME, "test.post");
    assert_snapshot!(format!("{:?}", Post::fakes()), @r#"[("slug", Word(Slug)), ("votes", Range { min: -5, max: 5 })]"#);
}

#[test]
fn a_derived_enum_is_known_by_the_names_of_its_variants() {
    assert_eq!(Stage::VARIANTS, ["not_yet", "online"]);
    for stage in [Stage::NotYet, Stage::Live] {
        assert_eq!(Stage::from_name(stage.as_str()), Some(stage));
    }
    assert_eq!(Stage::from_name("live"), None);
}

/// Tidies up,
/// once a day.
#[crate::job(schedule = "@daily", missed = "once", timeout = "2h", retry = 3)]
#[sdk(crate = "crate")]
async fn tidy(cx: &JobContext) -> Result<()> {
    tokio::task::yield_now().await;
    anyhow::ensure!(!cx.is_cancelled(), "cancelled");
    Ok(())
}

#[crate::step(revision = 2)]
#[sdk(crate = "crate")]
async fn number_posts(tx: &mut WriteTx<'_>) -> Result<()> {
    tx.insert(&Author { id: Id::new() }).await?;
    Ok(())
}

#[test]
fn functions_declare_jobs_and_steps() {
    let job = tidy::declaration().job().unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&job).unwrap(), @r#"
        {
          "name": "tidy",
          "description": "Tidies up, once a day.",
          "schedule": "@daily",
          "tz": "UTC",
          "missed": "once",
          "overlap": "allow",
          "timeout": {
            "secs": 7200,
            "nanos": 0
          },
          "retry": 3
        }
    "#);
    let step = number_posts::declaration();
    assert_eq!((step.name, step.revision), ("number_posts", 2));
}

#[test]
fn names_are_the_same_letter_by_letter() {
    assert!(same_name("geo.country", "geo.country"));
    assert!(!same_name("geo.country", "geo.county"));
    assert!(!same_name("geo.country", "geo.countrx"));
}
