//! What is applied, in which order, and what a failure leaves behind.

use sdk::{
    migrate::{self, MigrateError, StepCode, StepDeclaration, StepFuture},
    module::{Declaration, Embedded, TableDeclaration},
    store::WriteTx,
};

use crate::bench::{Bench, files, link, module, text};

mod blog {
    #[derive(sdk::Table, Debug, Clone)]
    #[table(module = "blog")]
    pub(crate) struct Post {
        #[key]
        pub slug: String,
    }

    pub(crate) mod grown {
        #[derive(sdk::Table, Debug, Clone)]
        #[table(module = "blog")]
        pub(crate) struct Post {
            #[key]
            pub slug: String,
            #[default(0)]
            pub votes: i64,
        }
    }
}

mod shop {
    #[derive(sdk::Table, Debug, Clone)]
    #[table(module = "shop")]
    pub(crate) struct Item {
        #[key]
        pub sku: String,
    }
}

const CREATE_POST: (&str, &str) = (
    "20260103T000000Z_create_post.json",
    r#"{"format":1,"operations":[{"create_table":{"name":"post","key":["slug"],"fields":[{"name":"slug","type":"string"}]}}]}"#,
);
const ADD_VOTES: (&str, &str) = (
    "20260301T000000Z_add_votes.json",
    r#"{"format":1,"operations":[
        {"add_field":{"table":"post","field":{"name":"votes","type":"i64","default":0}}},
        {"run":{"step":"count_votes","revision":2}}]}"#,
);
const CREATE_ITEM: (&str, &str) = (
    "20260201T000000Z_create_item.json",
    r#"{"format":1,"operations":[{"create_table":{"name":"item","key":["sku"],"fields":[{"name":"sku","type":"string"}]}}]}"#,
);

fn blog() -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<blog::Post>()],
        embedded: Embedded {
            migrations: files([CREATE_POST]),
            ..Embedded::NONE
        },
        ..module("blog")
    }
}

/// The blog after its second migration, which runs `step`.
fn grown_blog(step: fn() -> StepDeclaration) -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<blog::grown::Post>()],
        steps: vec![step()],
        embedded: Embedded {
            migrations: files([CREATE_POST, ADD_VOTES]),
            ..Embedded::NONE
        },
        ..module("blog")
    }
}

fn shop() -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<shop::Item>()],
        embedded: Embedded {
            migrations: files([CREATE_ITEM]),
            ..Embedded::NONE
        },
        ..module("shop")
    }
}

/// Gives every post seven votes.
fn count_votes() -> StepDeclaration {
    fn run<'a>(tx: &'a mut WriteTx<'_>) -> StepFuture<'a> {
        Box::pin(async move {
            for mut post in tx.scan::<blog::grown::Post>().collect().await?.rows {
                post.votes = 7;
                tx.update(&post).await?;
            }
            Ok(())
        })
    }
    StepDeclaration {
        name: "count_votes",
        revision: 2,
        code: StepCode::Once(run),
    }
}

/// Deletes every post and fails.
fn failing() -> StepDeclaration {
    fn run<'a>(tx: &'a mut WriteTx<'_>) -> StepFuture<'a> {
        Box::pin(async move {
            for post in tx.scan::<blog::grown::Post>().collect().await?.rows {
                tx.delete::<blog::grown::Post>(&post.slug).await?;
            }
            anyhow::bail!("the votes are lost")
        })
    }
    StepDeclaration {
        code: StepCode::Once(run),
        ..count_votes()
    }
}

async fn ledger(bench: &Bench) -> String {
    let rows = migrate::history(&bench.store).await.unwrap();
    let line = |row: migrate::Migration| {
        let late = if row.late { " late" } else { "" };
        format!("{} {}{late}", row.position, row.id)
    };
    rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn insert_post(bench: &Bench) {
    let slug = "hello".to_owned();
    let post = blog::Post { slug };
    bench
        .store
        .write(async |tx| tx.insert(&post).await)
        .await
        .unwrap();
}

#[tokio::test]
async fn modules_are_applied_in_one_global_order() {
    let modules = [shop(), grown_blog(count_votes)];
    let bench = Bench::migrated(&modules).await;
    insta::assert_snapshot!(ledger(&bench).await, @r"
    1 sdk/19700101T000000Z_create_ledger
    2 sdk/19700101T000001Z_create_seed_tables
    3 sdk/19700101T000002Z_create_jobs
    4 sdk/19700101T000003Z_follow_migrations
    5 blog/20260103T000000Z_create_post
    6 shop/20260201T000000Z_create_item
    7 blog/20260301T000000Z_add_votes
    ");
    let again = bench.migrate(&modules).await.unwrap();
    assert!(again.applied.is_empty());
}

#[tokio::test]
async fn a_module_that_comes_later_brings_its_whole_chain() {
    let bench = Bench::migrated(&[grown_blog(count_votes)]).await;
    let report = bench
        .migrate(&[grown_blog(count_votes), shop()])
        .await
        .unwrap();
    assert!(report.applied[0].late);
    let ledger = ledger(&bench).await;
    assert!(
        ledger.ends_with("\n7 shop/20260201T000000Z_create_item late"),
        "{ledger}"
    );
}

#[tokio::test]
async fn a_module_that_is_gone_is_reported() {
    let bench = Bench::migrated(&[blog(), shop()]).await;
    let report = bench.migrate(&[blog()]).await.unwrap();
    let orphaned: Vec<_> = report.orphaned.iter().map(ToString::to_string).collect();
    assert_eq!(orphaned, ["shop/20260201T000000Z_create_item"]);
}

#[tokio::test]
async fn a_step_runs_inside_its_migration() {
    let bench = Bench::migrated(&[blog()]).await;
    insert_post(&bench).await;
    bench.migrate(&[grown_blog(count_votes)]).await.unwrap();
    assert_eq!(
        bench.rows("blog.post").await,
        r#"{"slug":"hello","votes":7}"#
    );
}

#[tokio::test]
async fn a_failing_step_undoes_its_migration_and_keeps_those_before_it() {
    let bench = Bench::migrated(&[blog()]).await;
    insert_post(&bench).await;
    let failure = bench
        .migrate(&[shop(), grown_blog(failing)])
        .await
        .unwrap_err();
    insta::assert_snapshot!(failure, @"migration blog/20260301T000000Z_add_votes, operation 2: step `count_votes`: the votes are lost");
    let applied: Vec<_> = failure.report.applied.iter().map(|a| &a.id.name).collect();
    assert_eq!(applied, ["create_item"]);
    assert_eq!(bench.rows("blog.post").await, r#"{"slug":"hello"}"#);
    assert!(ledger(&bench).await.ends_with("create_item"));
}

#[tokio::test]
async fn a_refused_operation_is_named_by_its_number() {
    let bench = Bench::migrated(&[blog()]).await;
    insert_post(&bench).await;
    let narrow = (
        "20260401T000000Z_narrow.json",
        r#"{"format":1,"operations":[
            {"add_index":{"table":"post","index":{"fields":["slug"]}}},
            {"change_field":{"table":"post","field":{"name":"slug","type":"u8"}}}]}"#,
    );
    let text = link_error(narrow);
    assert!(text.contains("20260401T000000Z_narrow"), "{text}");
}

/// What linking says of the blog with one more migration.
fn link_error(migration: (&'static str, &'static str)) -> String {
    let declaration = Declaration {
        embedded: Embedded {
            migrations: files([CREATE_POST, migration]),
            ..Embedded::NONE
        },
        ..blog()
    };
    let manifests = [sdk::module::core(), declaration].map(|module| module.manifest().unwrap());
    sdk_schema::Application::merge(manifests.into())
        .unwrap_err()
        .to_string()
}

#[tokio::test]
async fn nothing_is_applied_when_a_step_is_of_another_revision() {
    let bench = Bench::new();
    let application = link(&[grown_blog(count_votes)]);
    let plan = migrate::plan(&bench.store, &application, &[])
        .await
        .unwrap();
    let old = StepDeclaration {
        revision: 1,
        ..count_votes()
    };
    let mut steps = migrate::Steps::default();
    steps.add("blog", &[old]);
    let migrator = bench.migrator(&application, &steps);
    let failure = migrator
        .apply(&plan, migrate::Online::Now, &mut |_| {})
        .await
        .unwrap_err();
    insta::assert_snapshot!(failure, @"migration blog/20260301T000000Z_add_votes runs step `count_votes` at revision 2, but module `blog` has it at revision 1");
    assert_eq!(ledger(&bench).await, "");
}

#[tokio::test]
async fn a_file_that_was_changed_after_it_was_applied_is_refused() {
    let bench = Bench::migrated(&[blog()]).await;
    let changed = CREATE_POST
        .1
        .replace("\"format\":1", "\"format\":1,\"description\":\"new\"");
    let declaration = Declaration {
        embedded: Embedded {
            migrations: files([(CREATE_POST.0, &changed)]),
            ..Embedded::NONE
        },
        ..blog()
    };
    let error = migrate::plan(&bench.store, &link(&[declaration]), &[])
        .await
        .unwrap_err();
    assert!(matches!(error, MigrateError::Plan(_)));
    assert!(error.to_string().contains("create_post"), "{error}");
}

#[tokio::test]
async fn a_row_of_the_ledger_that_makes_no_sense_is_named() {
    let bench = Bench::migrated(&[blog()]).await;
    let key = text("blog/20260103T000000Z_create_post");
    bench
        .edit("sdk.migration", key, "checksum", text("nonsense"))
        .await;
    let error = migrate::plan(&bench.store, &link(&[blog()]), &[])
        .await
        .unwrap_err();
    insta::assert_snapshot!(error, @"row `blog/20260103T000000Z_create_post` of table `sdk.migration`: `nonsense` is not a checksum: expected 64 hexadecimal digits");
}

#[tokio::test]
async fn a_store_that_is_not_as_declared_is_said_with_table_and_field() {
    let bench = Bench::migrated(&[blog()]).await;
    let application = link(&[grown_blog(count_votes), shop()]);
    let found = bench.store.schema().schema();
    let differences = migrate::compare(&application, &found).unwrap_err();
    insta::assert_snapshot!(differences, @r"
    the store is not as the modules declare it:
      blog.post: field `votes` is not in the migrations
      shop.item: it is not in the migrations
    ");
}

#[tokio::test]
async fn a_store_without_tables_has_everything_pending() {
    let bench = Bench::new();
    let status = migrate::status(&bench.store, &link(&[blog()]))
        .await
        .unwrap();
    assert_eq!(status.len(), 5);
    assert!(status.iter().all(|one| one.state.as_str() == "pending"));
    assert!(bench.store.schema().tables.is_empty());
}
