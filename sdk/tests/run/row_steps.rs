//! Steps that are called for each row: in batches, resumed where they stood.

use sdk::{
    migrate::{self, Event, Migration, Online, StepCode, StepDeclaration, StepFuture},
    module::{self, Declaration, Embedded, TableDeclaration},
    store::WriteTx,
};
use sdk_schema::{Row, Value};

use crate::bench::{Bench, files, link, module, text};

#[derive(sdk::Table, Debug, Clone)]
#[table(module = "blog")]
pub(crate) struct Post {
    #[key]
    pub(crate) slug: String,
    #[default(0)]
    pub(crate) votes: i64,
}

const CREATE: (&str, &str) = (
    "20260103T000000Z_create_post.json",
    r#"{"format":1,"operations":[{"create_table":{"name":"post","key":["slug"],"fields":[{"name":"slug","type":"string"},{"name":"votes","type":"i64","default":0}]}}]}"#,
);
const COUNT: (&str, &str) = (
    "20260301T000000Z_count_votes.json",
    r#"{"format":1,"operations":[
        {"add_index":{"table":"post","index":{"fields":["votes"]}}},
        {"run":{"step":"count_votes","revision":1,"table":"post"}},
        {"drop_index":{"table":"post","fields":["votes"]}}]}"#,
);
const COUNT_ONLINE: (&str, &str) = (
    "20260301T000000Z_count_votes.json",
    r#"{"format":1,"operations":[{"run":{"step":"count_votes","revision":1,"table":"post","online":true}}]}"#,
);

fn blog(
    migrations: &'static [sdk::module::EmbeddedFile],
    steps: Vec<StepDeclaration>,
) -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<Post>()],
        steps,
        embedded: Embedded {
            migrations,
            ..Embedded::NONE
        },
        ..module("blog")
    }
}

fn step(run: migrate::RowStepFn) -> Vec<StepDeclaration> {
    vec![StepDeclaration {
        name: "count_votes",
        revision: 1,
        code: StepCode::EachRow {
            run,
            batch_rows: 10,
        },
    }]
}

fn add_one(row: &mut Row) {
    let Some(Value::Int(votes)) = row.get("votes").cloned() else {
        panic!("a number of votes");
    };
    row.set("votes".parse().unwrap(), Value::Int(votes + 1));
}

/// Adds one vote to each row that it is called for.
fn count<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        add_one(row);
        Ok(())
    })
}

/// Fails on the row `p17`.
fn count_but_17<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        anyhow::ensure!(row.get("slug") != Some(&text("p17")), "it is not counted");
        add_one(row);
        Ok(())
    })
}

/// Deletes the rows `p20` and later, and leaves others as they are.
fn prune<'a>(tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        let slug = row.get("slug").cloned().unwrap();
        if matches!(&slug, Value::String(slug) if slug.as_str() >= "p20") {
            tx.table("blog.post")?.delete(&[slug]).await?;
        }
        Ok(())
    })
}

/// Gives the row another key.
fn rename<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        row.set("slug".parse().unwrap(), text("other"));
        Ok(())
    })
}

/// A store with 25 posts, `p10` to `p34`.
async fn with_posts() -> Bench {
    let bench = Bench::migrated(&[blog(files([CREATE]), Vec::new())]).await;
    for number in 10..35 {
        insert(&bench, number).await;
    }
    bench
}

async fn insert(bench: &Bench, number: u32) {
    let post = Post {
        slug: format!("p{number}"),
        votes: 0,
    };
    let insert = bench.store.write(async |tx| tx.insert(&post).await);
    insert.await.unwrap();
}

/// The votes of all posts, in the order of their keys.
async fn votes(bench: &Bench) -> String {
    let rows = bench.all("blog.post").await;
    let votes = rows.iter().map(|row| row.get("votes").unwrap().to_json());
    votes.map(|it| it.to_string()).collect()
}

async fn last_entry(bench: &Bench) -> Migration {
    migrate::history(&bench.store).await.unwrap().pop().unwrap()
}

#[tokio::test]
async fn a_failing_row_is_named_and_the_next_run_goes_on_before_its_batch() {
    let bench = with_posts().await;
    let failing = blog(files([CREATE, COUNT]), step(count_but_17));
    let failure = bench.migrate(&[failing]).await.unwrap_err();
    insta::assert_snapshot!(failure, @r#"migration blog/20260301T000000Z_count_votes, operation 2: step `count_votes`, row "p17" of `blog.post`: it is not counted"#);
    assert_eq!(votes(&bench).await, "0".repeat(25));
    assert_eq!(
        last_entry(&bench).await.id,
        "blog/20260103T000000Z_create_post"
    );

    bench
        .edit("blog.post", text("p10"), "votes", Value::Int(5))
        .await;
    bench.delete("blog.post", text("p17")).await;
    insert(&bench, 35).await;
    insert(&bench, 40).await;
    let posts = format!("5{}", "0".repeat(25));
    assert_eq!(votes(&bench).await, posts);
    let sound = blog(files([CREATE, COUNT]), step(count));
    bench.migrate(&[sound]).await.unwrap();
    assert_eq!(votes(&bench).await, format!("6{}", "1".repeat(25)));
}

#[tokio::test]
async fn batches_that_were_committed_are_not_run_again() {
    let bench = with_posts().await;
    bench
        .edit("blog.post", text("p25"), "votes", Value::Int(1))
        .await;
    let failing: migrate::RowStepFn = |_tx, row| {
        Box::pin(async move {
            anyhow::ensure!(row.get("slug") != Some(&text("p25")), "it is not counted");
            add_one(row);
            Ok(())
        })
    };
    let failing = blog(files([CREATE, COUNT]), step(failing));
    let failure = bench.migrate(&[failing]).await.unwrap_err();
    assert!(failure.to_string().contains("row \"p25\""), "{failure}");
    let entry = last_entry(&bench).await;
    assert_eq!(entry.state, migrate::LedgerState::Running);
    assert_eq!((entry.operations, entry.rows), (Some(1), Some(10)));
    assert_eq!(
        votes(&bench).await,
        format!("{}{}", "1".repeat(10), "000001000000000")
    );

    let sound = [blog(files([CREATE, COUNT]), step(count))];
    let status = migrate::status(&bench.store, &link(&sound)).await.unwrap();
    assert_eq!(status.last().unwrap().state.as_str(), "running");
    let report = bench.migrate(&sound).await.unwrap();
    assert_eq!(report.applied.len(), 1);
    assert_eq!(
        votes(&bench).await,
        format!("{}{}", "1".repeat(15), "2111111111")
    );
    let entry = last_entry(&bench).await;
    assert_eq!(entry.state, migrate::LedgerState::Applied);
    assert_eq!(
        (entry.operations, entry.rows, entry.after),
        (None, None, None)
    );
    assert!(bench.store.check().await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn each_batch_is_told_with_the_number_of_rows() {
    let bench = with_posts().await;
    let modules = [blog(files([CREATE, COUNT]), step(count))];
    let application = link(&modules);
    let steps = module::steps(&modules);
    let migrator = bench.migrator(&application, &steps);
    let plan = migrator.plan(&[]).await.unwrap();
    let mut told = Vec::new();
    let mut watch = |event: Event<'_>| {
        told.push(match event {
            Event::Begins { number, of, .. } => format!("begins {number} of {of}"),
            Event::Rows { step, done, of, .. } => format!("{step} {done} of {of}"),
            Event::Applied(applied) => format!("applied {}", applied.id.name),
            other => format!("{other:?}"),
        });
    };
    migrator
        .apply(&plan, Online::Now, &mut watch)
        .await
        .unwrap();
    assert_eq!(
        told,
        [
            "begins 1 of 1",
            "count_votes 10 of 25",
            "count_votes 20 of 25",
            "applied count_votes"
        ]
    );
}

#[tokio::test]
async fn an_online_step_is_left_for_later_and_new_rows_are_not_its_business() {
    let bench = with_posts().await;
    let modules = [blog(files([CREATE, COUNT_ONLINE]), step(count))];
    let application = link(&modules);
    let steps = module::steps(&modules);
    let migrator = bench.migrator(&application, &steps);
    let plan = migrator.plan(&[]).await.unwrap();
    let report = migrator
        .apply(&plan, Online::Later, &mut |_| {})
        .await
        .unwrap();
    assert!(report.applied.is_empty());
    assert_eq!(report.online.len(), 1);
    assert_eq!(votes(&bench).await, "0".repeat(25));

    let store = bench.store.clone();
    let mut batches = 0;
    let mut watch = |event: Event<'_>| {
        if let Event::Rows { .. } = event {
            batches += 1;
        }
    };
    let first = Post {
        slug: "a".to_owned(),
        votes: 7,
    };
    let (done, wrote) = tokio::join!(
        migrator.finish_online(&mut watch),
        store.write(async |tx| tx.insert(&first).await),
    );
    wrote.unwrap();
    assert_eq!(done.unwrap().len(), 1);
    assert_eq!(batches, 2);
    let votes = votes(&bench).await;
    assert!(votes == format!("7{}", "1".repeat(25)) || votes == format!("8{}", "1".repeat(25)));
    assert!(migrator.plan(&[]).await.unwrap().is_empty());
    assert!(
        migrator
            .finish_online(&mut |_| {})
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_step_may_delete_the_row_it_is_called_for() {
    let bench = with_posts().await;
    let modules = [blog(files([CREATE, COUNT]), step(prune))];
    bench.migrate(&modules).await.unwrap();
    assert_eq!(votes(&bench).await, "0".repeat(10));
}

#[tokio::test]
async fn a_step_that_changes_the_key_is_refused() {
    let bench = with_posts().await;
    let modules = [blog(files([CREATE, COUNT]), step(rename))];
    let failure = bench.migrate(&modules).await.unwrap_err();
    insta::assert_snapshot!(failure, @r#"migration blog/20260301T000000Z_count_votes, operation 2: step `count_votes`, row "p10" of `blog.post`: row "p10" of `blog.post` would get the key "other": a row keeps its key when it is changed in its place"#);
    assert_eq!(votes(&bench).await, "0".repeat(25));
}
