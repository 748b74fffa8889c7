//! Taking back, verifying and repairing what was applied; modules that come,
//! go and change their names; squashes.

use sdk::{
    migrate::{
        self, EventAction, Mark, MigrateError, Online, StepCode, StepDeclaration, StepFuture,
    },
    module::{self, Declaration, Embedded, TableDeclaration},
    store::WriteTx,
};
use sdk_schema::{MigrationId, Value};

use crate::bench::{Bench, files, link, module, text};

mod blog {
    #[derive(sdk::Table, Debug, Clone)]
    #[table(module = "blog")]
    pub(crate) struct Post {
        #[key]
        pub slug: String,
        pub author: Option<String>,
        #[default(0)]
        pub votes: i64,
    }
}

mod press {
    #[derive(sdk::Table, Debug, Clone)]
    #[table(module = "press")]
    pub(crate) struct Post {
        #[key]
        pub slug: String,
        pub author: Option<String>,
        #[default(0)]
        pub votes: i64,
    }
}

const CREATE: (&str, &str) = (
    "20260103T000000Z_create_post.json",
    r#"{"format":1,"operations":[{"create_table":{"name":"post","key":["slug"],"fields":[{"name":"slug","type":"string"},{"name":"writer","type":"string","nullable":true}]}}]}"#,
);
const RENAME: (&str, &str) = (
    "20260201T000000Z_rename_writer.json",
    r#"{"format":1,"operations":[{"rename_field":{"table":"post","from":"writer","to":"author"}}]}"#,
);
const ADD_VOTES: (&str, &str) = (
    "20260301T000000Z_add_votes.json",
    r#"{"format":1,"operations":[
        {"add_field":{"table":"post","field":{"name":"votes","type":"i64","default":0}}},
        {"run":{"step":"greet","revision":1,"table":"post","inverse":{"run":{"step":"unsay","revision":1}}}}]}"#,
);
const SQUASH: (&str, &str) = (
    "20260201T000000Z_squash.json",
    r#"{"format":1,"replaces":["20260103T000000Z_create_post","20260201T000000Z_rename_writer"],
        "operations":[{"create_table":{"name":"post","key":["slug"],"fields":[{"name":"slug","type":"string"},{"name":"author","type":"string","nullable":true}]}}]}"#,
);

fn blog(migrations: &'static [sdk::module::EmbeddedFile]) -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<blog::Post>()],
        steps: steps(),
        embedded: Embedded {
            migrations,
            ..Embedded::NONE
        },
        ..module("blog")
    }
}

fn all() -> [Declaration; 1] {
    [blog(files([CREATE, RENAME, ADD_VOTES]))]
}

fn steps() -> Vec<StepDeclaration> {
    let step = |name, run: migrate::RowStepFn| StepDeclaration {
        name,
        revision: 1,
        code: StepCode::EachRow { run, batch_rows: 2 },
    };
    vec![step("greet", greet), step("unsay", unsay)]
}

fn greet<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut sdk_schema::Row) -> StepFuture<'a> {
    Box::pin(async move {
        if let Some(Value::String(author)) = row.get("author") {
            let greeted = text(&format!("hello {author}"));
            row.set("author".parse()?, greeted);
        }
        Ok(())
    })
}

fn unsay<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut sdk_schema::Row) -> StepFuture<'a> {
    Box::pin(async move {
        if let Some(Value::String(author)) = row.get("author") {
            let plain = text(author.trim_start_matches("hello "));
            row.set("author".parse()?, plain);
        }
        Ok(())
    })
}

/// A store in which `posts` were written before the votes came.
async fn with_posts() -> Bench {
    let mut declaration = blog(files([CREATE, RENAME]));
    let application = cut(&mut declaration);
    let bench = Bench::new();
    let steps = module::steps(&[declaration]);
    let migrator = bench.migrator(&application, &steps);
    let plan = migrator.plan(&[]).await.unwrap();
    migrator
        .apply(&plan, Online::Now, &mut |_| {})
        .await
        .unwrap();
    let write = bench.store.write(async |tx| {
        for (slug, author) in [("a", "Ada"), ("b", "Bob"), ("c", "Cem")] {
            let json = serde_json::json!({ "slug": slug, "author": author });
            let mut row = sdk_schema::Row::new();
            row.set(
                "slug".parse().unwrap(),
                text(json["slug"].as_str().unwrap()),
            );
            row.set(
                "author".parse().unwrap(),
                text(json["author"].as_str().unwrap()),
            );
            tx.table("blog.post")?.insert(row).await?;
        }
        Ok::<_, sdk::store::StoreError>(())
    });
    write.await.unwrap();
    bench
}

/// The application of a blog whose tables are what its migrations make.
fn cut(declaration: &mut Declaration) -> sdk_schema::Application {
    let tables = std::mem::take(&mut declaration.tables);
    let mut manifest = declaration.manifest().unwrap();
    declaration.tables = tables;
    let mut folded = sdk_schema::FoldedSchema::new();
    for migration in &manifest.migrations {
        folded.apply_migration(migration).unwrap();
    }
    manifest.tables = folded.schema().tables.into_values().collect();
    let core = module::core().manifest().unwrap();
    sdk_schema::Application::merge(vec![core, manifest]).unwrap()
}

fn id(text: &str) -> MigrationId {
    text.parse().unwrap()
}

async fn history(bench: &Bench) -> Vec<String> {
    let rows = migrate::history(&bench.store).await.unwrap();
    let ids = rows.into_iter().map(|row| row.id);
    ids.filter(|id| !id.starts_with("sdk/")).collect()
}

async fn actions(bench: &Bench) -> Vec<(EventAction, String, Option<String>)> {
    let events = migrate::events(&bench.store).await.unwrap();
    let told = events.into_iter();
    told.map(|it| (it.action, it.migration, it.reason))
        .collect()
}

const POSTS: &str = r#"{"slug":"a","author":"Ada"}
{"slug":"b","author":"Bob"}
{"slug":"c","author":"Cem"}"#;
const GREETED: &str = r#"{"slug":"a","author":"hello Ada","votes":0}
{"slug":"b","author":"hello Bob","votes":0}
{"slug":"c","author":"hello Cem","votes":0}"#;

#[tokio::test]
async fn what_was_taken_back_is_as_before_and_can_be_applied_again() {
    let bench = with_posts().await;
    bench.migrate(&all()).await.unwrap();
    assert_eq!(bench.rows("blog.post").await, GREETED);

    let application = link(&all());
    let steps = module::steps(&all());
    let migrator = bench.migrator(&application, &steps);
    let plan = migrator
        .plan_down("20260201T000000Z".parse().unwrap())
        .await
        .unwrap();
    let report = migrator.down(&plan, &mut |_| {}).await.unwrap();
    assert_eq!(report.taken_back, [id("blog/20260301T000000Z_add_votes")]);
    assert_eq!(bench.rows("blog.post").await, POSTS);
    assert_eq!(history(&bench).await.len(), 2);
    assert_eq!(actions(&bench).await[0].0, EventAction::TakenBack);

    bench.migrate(&all()).await.unwrap();
    assert_eq!(bench.rows("blog.post").await, GREETED);
}

#[tokio::test]
async fn nothing_is_taken_back_when_one_of_them_has_no_inverse() {
    let drop = (
        "20260401T000000Z_drop_votes.json",
        r#"{"format":1,"operations":[{"drop_field":{"table":"post","field":"votes"}}]}"#,
    );
    let mut declaration = blog(files([CREATE, RENAME, ADD_VOTES, drop]));
    let application = cut(&mut declaration);
    let steps = module::steps(&[declaration]);
    let bench = with_posts().await;
    let migrator = bench.migrator(&application, &steps);
    let plan = migrator.plan(&[]).await.unwrap();
    migrator
        .apply(&plan, Online::Now, &mut |_| {})
        .await
        .unwrap();
    let error = migrator
        .plan_down("20260103T000000Z".parse().unwrap())
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"migration `blog/20260401T000000Z_drop_votes`, operation 1, cannot be taken back: drop field `votes` of `post` and its values has no inverse");
}

#[tokio::test]
async fn a_sound_store_is_verified_and_an_unsound_one_says_where() {
    let bench = with_posts().await;
    bench.migrate(&all()).await.unwrap();
    let application = link(&all());
    let steps = module::steps(&all());
    let migrator = bench.migrator(&application, &steps);
    let shown = |verification: migrate::Verification| {
        let checks = verification.checks.iter();
        let lines = checks.map(|it| format!("{} {}: {}", it.holds, it.check, it.found.join("; ")));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(shown(migrator.verify().await.unwrap()), @r"
    true checksums: 7 migrations are as they were applied
    true ledger: it fits this binary
    true running: no migration is half done
    true order: the order of arrival (0 late) makes the schema of the global order
    true schema: 8 tables are as declared
    ");
    let key = text("blog/20260103T000000Z_create_post");
    bench
        .edit("sdk.migration", key, "checksum", text(&"0".repeat(64)))
        .await;
    let operation = r#"{"rename_field":{"table":"post","from":"votes","to":"points"}}"#;
    let operation: sdk_schema::Operation = serde_json::from_str(operation).unwrap();
    let module = "blog".parse().unwrap();
    let alter = bench
        .store
        .write(async |tx| tx.apply(&module, &operation).await);
    alter.await.unwrap();
    insta::assert_snapshot!(shown(migrator.verify().await.unwrap()), @r"
    false checksums: migration `blog/20260103T000000Z_create_post` was changed after it was applied: the ledger has checksum 0000000000000000000000000000000000000000000000000000000000000000, this binary has 6a8bf6050f6ef3be064508dcce92a19106c730a458bfa97b46fd68c031878765
    true ledger: it fits this binary
    true running: no migration is half done
    ");
    let create = id("blog/20260103T000000Z_create_post");
    let reason = "only the description was changed";
    migrator
        .mark(&create, Mark::Accepted, reason)
        .await
        .unwrap();
    insta::assert_snapshot!(shown(migrator.verify().await.unwrap()), @r"
    true checksums: 7 migrations are as they were applied
    true ledger: it fits this binary
    true running: no migration is half done
    true order: the order of arrival (0 late) makes the schema of the global order
    false schema: blog.post: field `votes` is not in the migrations; blog.post: field `points` is in the migrations, but the source does not declare it
    ");
}

#[tokio::test]
async fn marks_change_the_ledger_alone_and_are_written_down() {
    let bench = with_posts().await;
    let application = link(&all());
    let steps = module::steps(&all());
    let migrator = bench.migrator(&application, &steps);
    let votes = id("blog/20260301T000000Z_add_votes");
    let marked = migrator
        .mark(&votes, Mark::Applied, " done by hand ")
        .await
        .unwrap();
    assert_eq!(marked.before, "pending");
    assert!(migrator.plan(&[]).await.unwrap().is_empty());
    assert_eq!(bench.rows("blog.post").await, POSTS);
    migrator
        .mark(&votes, Mark::Pending, "it was not")
        .await
        .unwrap();
    assert_eq!(migrator.plan(&[]).await.unwrap().pending.len(), 1);
    let expected = |action, reason: &str| (action, votes.to_string(), Some(reason.to_owned()));
    assert_eq!(
        actions(&bench).await,
        [
            expected(EventAction::MarkedApplied, "done by hand"),
            expected(EventAction::MarkedPending, "it was not"),
        ]
    );
}

#[tokio::test]
async fn marks_that_cannot_be_are_refused() {
    let bench = with_posts().await;
    let application = link(&all());
    let steps = module::steps(&all());
    let migrator = bench.migrator(&application, &steps);
    let mut refused = Vec::new();
    for (migration, mark, reason) in [
        ("blog/20260301T000000Z_add_votes", Mark::Applied, " "),
        ("blog/20260302T000000Z_other", Mark::Applied, "so"),
        ("blog/20260103T000000Z_create_post", Mark::Applied, "so"),
        ("blog/20260301T000000Z_add_votes", Mark::Pending, "so"),
        ("blog/20260301T000000Z_add_votes", Mark::Accepted, "so"),
        ("blog/20260103T000000Z_create_post", Mark::Accepted, "so"),
    ] {
        let error = migrator
            .mark(&id(migration), mark, reason)
            .await
            .unwrap_err();
        assert!(matches!(error, MigrateError::Mark(_)));
        refused.push(error.to_string());
    }
    insta::assert_snapshot!(refused.join("\n"), @r"
    the reason is empty: whoever reads the ledger later needs one
    migration `blog/20260302T000000Z_other` is neither in this binary nor in the ledger
    migration `blog/20260103T000000Z_create_post` is applied already
    migration `blog/20260301T000000Z_add_votes` is pending already
    migration `blog/20260301T000000Z_add_votes` has not been applied: there is nothing to accept
    migration `blog/20260103T000000Z_create_post` is accepted already
    ");
    assert!(actions(&bench).await.is_empty());
}

#[tokio::test]
async fn a_module_that_is_renamed_keeps_its_rows_and_its_history() {
    let bench = with_posts().await;
    bench.migrate(&all()).await.unwrap();
    let press = Declaration {
        name: "press",
        was: &["blog"],
        tables: vec![TableDeclaration::of::<press::Post>()],
        ..blog(files([CREATE, RENAME, ADD_VOTES]))
    };
    let report = bench.migrate(std::slice::from_ref(&press)).await.unwrap();
    assert!(report.applied.is_empty());
    assert_eq!(report.renamed.len(), 1);
    assert_eq!(bench.rows("press.post").await, GREETED);
    assert!(!bench.store.has_table("blog.post"));
    assert_eq!(
        history(&bench).await,
        [
            "press/20260103T000000Z_create_post",
            "press/20260201T000000Z_rename_writer",
            "press/20260301T000000Z_add_votes"
        ]
    );
    let again = bench.migrate(std::slice::from_ref(&press)).await.unwrap();
    assert!(again.renamed.is_empty());

    // On a fresh store the former name means nothing.
    let fresh = Bench::migrated(&[press]).await;
    assert!(fresh.store.has_table("press.post"));
}

#[tokio::test]
async fn a_module_that_is_removed_and_added_again_goes_on_where_it_was() {
    let bench = with_posts().await;
    let report = bench.migrate(&[]).await.unwrap();
    assert_eq!(report.orphaned.len(), 2);
    assert_eq!(bench.rows("blog.post").await, POSTS);
    let report = bench.migrate(&all()).await.unwrap();
    assert_eq!(report.applied.len(), 1);
    assert_eq!(bench.rows("blog.post").await, GREETED);
}

#[tokio::test]
async fn a_squash_takes_the_place_of_what_was_applied_and_makes_the_same_of_a_fresh_store() {
    let squashed = [blog(files([SQUASH, ADD_VOTES]))];
    let fresh = Bench::migrated(&squashed).await;
    let old = with_posts().await;
    let report = old.migrate(&squashed).await.unwrap();
    assert_eq!(report.adopted, [id("blog/20260201T000000Z_squash")]);
    assert_eq!(old.rows("blog.post").await, GREETED);
    assert_eq!(history(&old).await, history(&fresh).await);
    let schema = |bench: &Bench| bench.store.schema().schema();
    assert!(schema(&old).differences(&schema(&fresh)).is_empty());
    assert_eq!(actions(&old).await[0].0, EventAction::Adopted);
    let again = old.migrate(&squashed).await.unwrap();
    assert!(again.adopted.is_empty() && again.applied.is_empty());
}

#[tokio::test]
async fn a_store_that_has_half_of_what_a_squash_stands_for_is_refused() {
    let bench = with_posts().await;
    bench
        .delete("sdk.migration", text("blog/20260201T000000Z_rename_writer"))
        .await;
    let application = link(&[blog(files([SQUASH, ADD_VOTES]))]);
    let error = migrate::plan(&bench.store, &application, &[])
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"migration `blog/20260201T000000Z_squash` stands for several of which this database has applied only some: `20260201T000000Z_rename_writer` is missing; start the version of the module that still has them, then this one");
}
