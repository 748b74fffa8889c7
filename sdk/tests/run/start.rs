//! A start that finds nothing to do reads no migration; all others read them.

use std::sync::Arc;

use sdk::{
    host::{Host, Linked, StartError},
    migrate::Inventory,
    module::{self, Declaration, Embedded, TableDeclaration},
};

use crate::bench::{Bench, files, module};

mod blog {
    #[derive(sdk::Table, Debug, Clone)]
    #[table(module = "blog")]
    pub(crate) struct Post {
        #[key]
        pub slug: String,
    }
}

const FILE: &str = "20260103T000000Z_create_post.json";
const CREATE_POST: &str = r#"{"format":1,"operations":[{"create_table":{"name":"post","key":["slug"],"fields":[{"name":"slug","type":"string"}]}}]}"#;

/// A module with one migration, as its build script would have embedded it.
fn blog(text: &str, checksum: &str) -> Declaration {
    Declaration {
        tables: vec![TableDeclaration::of::<blog::Post>()],
        embedded: Embedded {
            migrations: files([(FILE, text)]),
            migration_checksums: vec![&*checksum.to_owned().leak()].leak(),
            ..Embedded::NONE
        },
        ..module("blog")
    }
}

fn checksum(text: &str) -> String {
    let module = "blog".parse().unwrap();
    let migration = sdk_schema::Migration::parse(&module, FILE, text).unwrap();
    migration.checksum().to_string()
}

/// A store in which the migration was applied.
async fn applied() -> Bench {
    Bench::migrated(&[blog(CREATE_POST, &checksum(CREATE_POST))]).await
}

fn inventory(modules: &[Declaration]) -> Inventory {
    let all = [module::core()].into_iter().chain(modules.iter().cloned());
    module::inventory(&all.collect::<Vec<_>>()).unwrap()
}

async fn start(bench: &Bench, modules: Vec<Declaration>) -> Result<usize, StartError> {
    let linked = Arc::new(Linked::link("office", "1.0.0", modules).unwrap());
    let host = Host::on(linked, bench.store.clone(), bench.clock.clone());
    let report = host.migrate(&[]).await?;
    Ok(report.applied.len())
}

#[tokio::test]
async fn a_start_that_has_nothing_to_do_reads_no_migration() {
    let bench = applied().await;
    let unread = blog("not read", &checksum(CREATE_POST));
    assert_eq!(start(&bench, vec![unread]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_start_that_has_something_to_do_reads_all_migrations() {
    let bench = Bench::new();
    let broken = blog("not JSON", &checksum(CREATE_POST));
    let error = start(&bench, vec![broken]).await.unwrap_err();
    insta::assert_snapshot!(error, @r"
    module `blog` cannot be linked:
      migrations/20260103T000000Z_create_post.json: expected ident at line 1 column 2
    ");
    assert!(bench.store.schema().tables.is_empty());
    let whole = blog(CREATE_POST, &checksum(CREATE_POST));
    assert!(start(&bench, vec![whole]).await.unwrap() > 0);
}

#[tokio::test]
async fn faults_of_migrations_are_found_before_anything_is_applied() {
    let bench = Bench::new();
    let text = CREATE_POST.replace(
        r#""format":1,"#,
        r#""format":1,"after":["shop/20260101T000000Z_first"],"#,
    );
    let error = start(&bench, vec![blog(&text, &checksum(&text))]).await;
    insta::assert_snapshot!(error.unwrap_err(), @"migration `blog/20260103T000000Z_create_post` comes after `shop/20260101T000000Z_first`, but module `shop` is not linked");
    assert!(bench.store.schema().tables.is_empty());
}

#[tokio::test]
async fn tables_that_are_not_as_declared_are_found_although_all_is_applied() {
    let bench = applied().await;
    let tables = Declaration {
        tables: Vec::new(),
        ..blog(CREATE_POST, &checksum(CREATE_POST))
    };
    let error = start(&bench, vec![tables]).await.unwrap_err();
    insta::assert_snapshot!(error, @"module `blog`: table `post`: it is in the migrations, but the source does not declare it");
}

async fn check(modules: &[Declaration], expect: bool) {
    let bench = applied().await;
    let is_applied = inventory(modules).is_applied(&bench.store).await;
    assert_eq!(is_applied.unwrap(), expect);
}

#[tokio::test]
async fn all_is_applied_when_the_ledger_has_just_that() {
    let same = checksum(CREATE_POST);
    check(&[blog(CREATE_POST, &same)], true).await;
    let unknown = Declaration {
        embedded: Embedded {
            migration_checksums: &[],
            ..blog(CREATE_POST, &same).embedded
        },
        ..blog(CREATE_POST, &same)
    };
    check(&[unknown], true).await;
    check(
        &[blog(CREATE_POST, &checksum(CREATE_POST).replace('a', "b"))],
        false,
    )
    .await;
    check(&[], false).await;
    check(&[blog(CREATE_POST, &same), module("shop")], true).await;
    let shop = Declaration {
        embedded: blog(CREATE_POST, &same).embedded,
        ..module("shop")
    };
    check(&[blog(CREATE_POST, &same), shop], false).await;
}

#[tokio::test]
async fn a_new_store_has_applied_nothing() {
    let bench = Bench::new();
    assert!(!inventory(&[]).is_applied(&bench.store).await.unwrap());
    assert!(Inventory::default().is_applied(&bench.store).await.unwrap());
}
