//! What each item expands to, and that its mistakes are its only errors.

use insta::assert_snapshot;

use crate::ui::{errors, expansion};

const POST: &str = r#"
    #[table(index(author, published_at), unique(slug, kind))]
    #[was("article")]
    pub struct Post {
        #[key]
        pub id: Id<Post>,
        #[references(sys_account::Account, on_delete = "cascade")]
        pub author: Id<sys_account::Account>,
        #[references(Post, on_delete = "set_null")]
        pub parent: Option<Id<Post>>,
        #[unique]
        #[fake(slug)]
        pub slug: String,
        #[default(Kind::Draft)]
        pub kind: Kind,
        #[default([])]
        pub shown_to: Vec<Kind>,
        #[was("time")]
        pub(crate) published_at: Option<Timestamp>,
        #[default(0)]
        #[fake(range(-5, 100))]
        votes: i64,
        #[default("{}")]
        pub r#type: Json,
    }
"#;

#[test]
fn a_table() {
    assert_snapshot!(expansion(POST));
}

#[test]
fn a_table_of_another_module_with_a_composite_key() {
    assert_snapshot!(expansion(
        r#"
        #[table(module = "sdk", key(module, position))]
        #[sdk(crate = "crate")]
        struct Migration {
            position: u64,
            module: String,
            #[references(Run)]
            run: u64,
        }
        "#
    ));
}

#[test]
fn a_table_whose_rows_expire_and_reach_no_feed() {
    assert_snapshot!(expansion(
        r"
        #[table(feed = false)]
        struct Session {
            #[key]
            id: Id<Session>,
            #[index]
            tags: Vec<String>,
            #[expires]
            until: Option<Timestamp>,
        }
        "
    ));
}

#[test]
fn a_table_enum() {
    assert_snapshot!(expansion(
        "#[derive(TableEnum)] enum Kind { Draft, #[table_enum(name = \"online\")] Live }"
    ));
}

#[test]
fn a_module() {
    assert_snapshot!(expansion(
        r#"
        #[derive(Module)]
        #[module(
            name = "blog",
            was("diary", "journal"),
            requires(sys_account::SysAccount),
            tables(Post, tables::Comment),
            jobs(jobs::digest),
            steps(count_votes)
        )]
        pub struct Blog;
        "#
    ));
}

#[test]
fn a_job() {
    assert_snapshot!(expansion(
        r#"
        #[job(schedule = "0 7 * * *", tz = "Europe/Berlin", missed = "all", overlap = "replace", timeout = "2h", retry = 5)]
        #[sdk(crate = "crate::here")]
        /// Mails each author.
        async fn digest(cx: &JobContext) -> Result<()> {
            Ok(())
        }
        "#
    ));
}

#[test]
fn a_step() {
    assert_snapshot!(expansion(
        "#[step(revision = 2)] pub async fn count_votes(tx: &mut WriteTx<'_>) -> Result<()> { Ok(()) }"
    ));
}

#[test]
fn a_step_for_each_row() {
    let source = |arguments: &str| {
        format!(
            "#[step({arguments})] async fn shorten(tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()> {{ Ok(()) }}"
        )
    };
    assert_snapshot!(expansion(&source("revision = 2, batch = 500")));
    assert!(expansion(&source("")).contains("batch_rows: ::sdk::__private::BATCH_ROWS"));
}

#[test]
fn a_table_with_faults_stands_in_for_what_it_was_meant_to_be() {
    assert_snapshot!(expansion(
        r#"
        #[table(name = "entry")]
        struct Post {
            #[key]
            id: Id<Post>,
            #[default("x")]
            votes: i64,
            size: usize,
        }
        "#
    ));
}

#[test]
fn a_job_with_faults_stays_a_function_and_a_declaration() {
    assert_snapshot!(expansion(
        "#[job(schedule = \"0 7 * *\")] async fn digest(cx: &JobContext) -> Result<()> { Ok(()) }"
    ));
}

#[test]
fn each_mistake_is_one_error() {
    for (mistakes, source) in [
        (0, POST),
        (1, "struct Post { id: u64 }"),
        (1, "struct Post { #[key] id: usize }"),
        (1, "struct Post(u64);"),
        (1, "struct Post<T> { #[key] id: Id<T> }"),
        (
            2,
            "struct Post { #[key] id: Option<u64>, #[default(1)] title: String }",
        ),
        (
            5,
            "#[table(nam = \"a\", index(b), key(c))] struct Post { #[key] id: usize }",
        ),
        (
            2,
            "#[derive(TableEnum)] enum Kind { A(u8), #[table_enum(nam = \"b\")] B }",
        ),
        (
            2,
            "#[table(feed = 1)] struct Post { #[key] id: u64, #[expires] until: Date }",
        ),
        (2, "#[derive(Module)] #[module(tables(A, A))] struct Blog;"),
        (
            4,
            "#[job(missed = \"x\", retry = \"y\")] fn digest(cx: &JobContext) -> Result<()> {}",
        ),
        (
            1,
            "#[step(revision = -1)] async fn count(tx: &mut WriteTx<'_>) -> Result<()> {}",
        ),
    ] {
        assert_eq!(errors(source), mistakes, "{source}");
    }
}

#[test]
fn what_is_no_item_of_the_right_kind_is_one_error_and_stays() {
    let expanded = crate::derive::job(
        quote::quote!(),
        quote::quote!(
            struct Digest;
        ),
    );
    assert_snapshot!(expanded.to_string(), @r#"struct Digest ; :: core :: compile_error ! { "expected `fn`" }"#);
}
