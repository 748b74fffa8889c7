use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    Manifest,
    fixture::{id, lines, migration, module},
};

fn create(table: &str) -> Json {
    json!([{ "create_table": {
        "name": table, "key": ["id"], "fields": [{ "name": "id", "type": "id" }]
    } }])
}

/// A module that makes a table in each of these seconds.
fn at_seconds(name: &str, seconds: &[u8]) -> Manifest {
    let migrations = seconds.iter().map(|second| {
        let text = format!("{name}/20261120T1015{second:02}Z_create_t{second}");
        migration(&text, create(&format!("t{second}")))
    });
    module(name, migrations.collect())
}

fn app(manifests: Vec<Manifest>) -> Application {
    Application::merge(manifests).unwrap()
}

/// A ledger in which all migrations of `app` were applied in global order.
fn ledger(app: &Application) -> Vec<LedgerEntry> {
    entries(app.migrations())
}

fn entries<'a>(migrations: impl Iterator<Item = &'a Migration>) -> Vec<LedgerEntry> {
    let numbered = migrations.zip(1..);
    let entries = numbered.map(|(migration, position)| {
        LedgerEntry::new(migration.id.clone(), migration.checksum(), position)
    });
    entries.collect()
}

/// The plan or its faults, and the status, as people read them.
fn check(app: &Application, ledger: &[LedgerEntry], allow_late: &[&str]) -> String {
    let allow_late: Vec<_> = allow_late.iter().map(|text| id(text)).collect();
    let plan = match Plan::new(app, ledger, &allow_late) {
        Ok(plan) => show(&plan),
        Err(faults) => faults.to_string(),
    };
    let status = status(app, ledger).into_iter().map(|line| {
        let detail = line.detail.map(|_| " (why)").unwrap_or_default();
        format!(
            "{}/{}_{}: {}{detail}",
            line.module, line.stamp, line.name, line.state
        )
    });
    format!("{plan}\n---\n{}", lines(status))
}

fn show(plan: &Plan) -> String {
    let late = |planned: &Planned| if planned.late { ", late" } else { "" };
    let pending = plan.pending.iter();
    let pending = pending.map(|planned| format!("apply {}{}", planned.migration.id, late(planned)));
    let orphaned = plan
        .orphaned
        .iter()
        .map(|entry| format!("orphaned {}", entry.id));
    lines(pending.chain(orphaned))
}

#[test]
fn plans_everything_for_a_fresh_database() {
    let app = app(vec![at_seconds("shop", &[2]), at_seconds("blog", &[1, 3])]);
    assert_snapshot!(check(&app, &[], &[]), @"
    apply blog/20261120T101501Z_create_t1
    apply shop/20261120T101502Z_create_t2
    apply blog/20261120T101503Z_create_t3
    ---
    blog/20261120T101501Z_create_t1: pending
    shop/20261120T101502Z_create_t2: pending
    blog/20261120T101503Z_create_t3: pending
    ");
}

#[test]
fn plans_the_whole_chain_of_a_module_that_is_linked_later() {
    let before = app(vec![at_seconds("blog", &[2, 4])]);
    let after = app(vec![
        at_seconds("blog", &[2, 4, 6]),
        at_seconds("shop", &[1, 3, 5]),
    ]);
    assert_snapshot!(check(&after, &ledger(&before), &[]), @"
    apply shop/20261120T101501Z_create_t1, late
    apply shop/20261120T101503Z_create_t3, late
    apply shop/20261120T101505Z_create_t5
    apply blog/20261120T101506Z_create_t6
    ---
    shop/20261120T101501Z_create_t1: late
    blog/20261120T101502Z_create_t2: applied
    shop/20261120T101503Z_create_t3: late
    blog/20261120T101504Z_create_t4: applied
    shop/20261120T101505Z_create_t5: pending
    blog/20261120T101506Z_create_t6: pending
    ");
}

#[test]
fn refuses_what_is_late_within_its_module_unless_allowed_by_name() {
    let before = app(vec![at_seconds("blog", &[1, 3])]);
    let after = app(vec![at_seconds("blog", &[1, 2, 3])]);
    assert_snapshot!(check(&after, &ledger(&before), &[]), @"
    migration `blog/20261120T101502Z_create_t2` arrives late: its module has already applied `blog/20261120T101503Z_create_t3`; give it a later stamp, or allow it by name
    ---
    blog/20261120T101501Z_create_t1: applied
    blog/20261120T101502Z_create_t2: refused (why)
    blog/20261120T101503Z_create_t3: applied
    ");
    let late = "blog/20261120T101502Z_create_t2";
    assert_snapshot!(check(&after, &ledger(&before), &[late]), @"
    apply blog/20261120T101502Z_create_t2, late
    ---
    blog/20261120T101501Z_create_t1: applied
    blog/20261120T101502Z_create_t2: refused (why)
    blog/20261120T101503Z_create_t3: applied
    ");
}

#[test]
fn refuses_to_allow_what_nobody_declares() {
    let app = app(vec![at_seconds("blog", &[1])]);
    assert_snapshot!(check(&app, &[], &["blog/20261120T101502Z_create_t2"]), @"
    migration `blog/20261120T101502Z_create_t2` is allowed to be late, but no linked module has it
    ---
    blog/20261120T101501Z_create_t1: pending
    ");
}

#[test]
fn names_both_checksums_of_a_changed_migration() {
    let app = app(vec![at_seconds("blog", &[1, 2])]);
    let mut ledger = ledger(&app);
    ledger[0].checksum = Checksum([0xab; 32]);
    assert_snapshot!(check(&app, &ledger, &[]), @"
    migration `blog/20261120T101501Z_create_t1` was changed after it was applied: the ledger has checksum abababababababababababababababababababababababababababababababab, this binary has 1f77b307a013ddfec528c55593d9d3b9f4bedb286fa0c4738c0b97f50785a07f
    ---
    blog/20261120T101501Z_create_t1: changed (why)
    blog/20261120T101502Z_create_t2: applied
    ");
}

#[test]
fn reports_what_is_orphaned_and_goes_on() {
    let before = app(vec![at_seconds("blog", &[1, 3]), at_seconds("shop", &[2])]);
    let after = app(vec![at_seconds("blog", &[1, 3, 4])]);
    assert_snapshot!(check(&after, &ledger(&before), &[]), @"
    apply blog/20261120T101504Z_create_t4
    orphaned shop/20261120T101502Z_create_t2
    ---
    blog/20261120T101501Z_create_t1: applied
    shop/20261120T101502Z_create_t2: orphaned (why)
    blog/20261120T101503Z_create_t3: applied
    blog/20261120T101504Z_create_t4: pending
    ");
}

#[test]
fn refuses_a_database_that_is_newer_or_has_more_than_the_binary() {
    let before = app(vec![
        at_seconds("blog", &[1, 2, 3, 4]),
        at_seconds("shop", &[1]),
    ]);
    let after = app(vec![at_seconds("blog", &[1, 3]), at_seconds("shop", &[])]);
    assert_snapshot!(check(&after, &ledger(&before), &[]), @"
    migration `shop/20261120T101501Z_create_t1` was applied to this database, but it is newer than this binary, which ends with no migration
    migration `blog/20261120T101502Z_create_t2` was applied to this database, but is missing from this binary: was its file deleted or renamed?
    migration `blog/20261120T101504Z_create_t4` was applied to this database, but it is newer than this binary, which ends with `blog/20261120T101503Z_create_t3`
    ---
    blog/20261120T101501Z_create_t1: applied
    shop/20261120T101501Z_create_t1: refused (why)
    blog/20261120T101502Z_create_t2: refused (why)
    blog/20261120T101503Z_create_t3: applied
    blog/20261120T101504Z_create_t4: refused (why)
    ");
}

#[test]
fn status_in_json_has_a_fixed_shape() {
    let app = app(vec![at_seconds("blog", &[1])]);
    let json = serde_json::to_string_pretty(&status(&app, &[])).unwrap();
    assert_snapshot!(json, @r#"
    [
      {
        "module": "blog",
        "stamp": "20261120T101501Z",
        "name": "create_t1",
        "state": "pending",
        "description": "",
        "operations": [
          "create table `t1` with key (id) and fields id"
        ],
        "checksum": "1f77b307a013ddfec528c55593d9d3b9f4bedb286fa0c4738c0b97f50785a07f",
        "order": 1,
        "position": null,
        "late": false,
        "applied_at": null,
        "duration_ms": null,
        "module_version": null,
        "host": null,
        "sdk_version": null,
        "progress": null,
        "detail": null
      }
    ]
    "#);
}

#[test]
fn refuses_an_order_of_application_that_makes_another_schema() {
    let rename = json!([{ "rename_table": { "from": "t1", "to": "country" } }]);
    let geo = |migrations: Vec<Migration>| module("geo", migrations);
    let create_country = migration("geo/20261120T101501Z_create_t1", create("t1"));
    let renamed = vec![
        create_country,
        migration("geo/20261120T101503Z_rename_it", rename),
    ];
    let refers = json!([{ "create_table": { "name": "post", "key": ["id"], "fields": [
        { "name": "id", "type": "id", "references": { "table": "geo.t1" } }
    ] } }]);
    let mut blog = module(
        "blog",
        vec![migration("blog/20261120T101502Z_create_post", refers)],
    );
    let reference = blog.tables[0].fields[0].references.as_mut().unwrap();
    reference.table = "geo.country".parse().unwrap();
    blog.requires = vec![crate::fixture::name("geo")];

    let before = app(vec![geo(renamed.clone())]);
    let after = app(vec![geo(renamed), blog]);
    let plan = Plan::new(&after, &ledger(&before), &[]).unwrap();
    assert_snapshot!(plan.check_replay(&after, &ledger(&before)).unwrap_err(), @"in the order of this database the migrations make another schema; module `blog`: table `post`: field `id` is (id, references `geo.t1`) in the migrations and (id, references `geo.country`) in the source");
    let fresh = Plan::new(&after, &[], &[]).unwrap();
    assert_eq!(fresh.check_replay(&after, &[]), Ok(()));
}

#[test]
fn refuses_an_order_of_application_that_cannot_be_replayed() {
    let add = json!([{ "add_field": { "table": "t2", "field": { "name": "a", "type": "i8", "nullable": true } } }]);
    let app = app(vec![module(
        "blog",
        vec![
            migration("blog/20261120T101502Z_create_t2", create("t2")),
            migration("blog/20261120T101503Z_add_a", add),
        ],
    )]);
    let reversed = entries(app.migrations().collect::<Vec<_>>().into_iter().rev());
    assert_snapshot!(Plan::default().check_replay(&app, &reversed).unwrap_err(), @"in the order of this database: blog/20261120T101503Z_add_a, operation 1: table `blog.t2` does not exist; module `blog` has no tables");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn modules_may_arrive_in_any_order_and_the_schema_is_the_same(
        seconds in prop::collection::vec(prop::collection::btree_set(0_u8..20, 0..6), 1..5),
        arrival in prop::collection::vec(any::<u8>(), 5),
    ) {
        let modules: Vec<_> = seconds.iter().zip(["a", "b", "c", "d"]).map(|(seconds, name)| {
            at_seconds(name, &seconds.iter().copied().collect::<Vec<_>>())
        }).collect();
        let mut arriving: Vec<_> = modules.iter().zip(&arrival).collect();
        arriving.sort_by_key(|(_, dice)| **dice);
        let mut linked = Vec::new();
        let mut applied: Vec<Migration> = Vec::new();
        for (module, _) in arriving {
            linked.push(module.clone());
            let app = app(linked.clone());
            let ledger = entries(applied.iter());
            let plan = Plan::new(&app, &ledger, &[]).unwrap();
            prop_assert_eq!(plan.check_replay(&app, &ledger), Ok(()));
            let newest = applied.iter().filter_map(|migration| app.position(&migration.id)).max();
            for planned in &plan.pending {
                let position = app.position(&planned.migration.id);
                prop_assert_eq!(planned.late, position < newest);
            }
            applied.extend(plan.pending.into_iter().map(|planned| planned.migration));
        }
        let fresh = Plan::new(&app(modules), &[], &[]).unwrap();
        let mut ids: Vec<_> = applied.iter().map(|migration| &migration.id).collect();
        ids.sort();
        prop_assert_eq!(ids, fresh.pending.iter().map(|p| &p.migration.id).collect::<Vec<_>>());
    }

    #[test]
    fn every_migration_has_one_state_and_the_plan_agrees(
        seconds in prop::collection::vec(prop::collection::btree_set(0_u8..20, 0..8), 2),
        applied in any::<u64>(),
    ) {
        let modules = seconds.iter().zip(["a", "b"]).map(|(seconds, name)| {
            at_seconds(name, &seconds.iter().copied().collect::<Vec<_>>())
        });
        let app = app(modules.collect());
        let chosen = app.migrations().enumerate().filter(|(bit, _)| applied >> bit & 1 == 1);
        let ledger = entries(chosen.map(|(_, migration)| migration));
        let states = status(&app, &ledger);
        prop_assert_eq!(states.len(), app.order.len());
        let count = |states: &[MigrationStatus], wanted: &[MigrationState]| {
            states.iter().filter(|line| wanted.contains(&line.state)).count()
        };
        let open = count(&states, &[MigrationState::Pending, MigrationState::Late]);
        let refused = count(&states, &[MigrationState::Refused]);
        match Plan::new(&app, &ledger, &[]) {
            Ok(plan) => prop_assert_eq!((plan.pending.len(), 0), (open, refused)),
            Err(faults) => prop_assert_eq!(faults.0.len(), refused),
        }
    }
}
