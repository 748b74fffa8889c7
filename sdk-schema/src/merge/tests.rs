use std::collections::BTreeMap;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    Job, Missed, Overlap, SeedFile, SeedSet, Stamp, Step,
    evolution::{Dice, Evolution, dice},
    fixture::{id, lines, migration, module, name, table},
};

fn create(table: &str) -> Json {
    json!([{ "create_table": {
        "name": table, "key": ["id"], "fields": [{ "name": "id", "type": "id" }]
    } }])
}

fn with_after(mut migration: Migration, after: &str) -> Migration {
    migration.after.push(id(after));
    migration
}

fn requiring(mut manifest: Manifest, required: &[&str]) -> Manifest {
    manifest.requires = required.iter().map(|required| name(required)).collect();
    manifest
}

/// The global order of the modules, or what is wrong with them.
fn check(manifests: Vec<Manifest>) -> String {
    match Application::merge(manifests) {
        Ok(app) => lines(app.order),
        Err(faults) => faults.to_string(),
    }
}

/// A module with one table and one migration, at that second of 2026-11-20.
fn one(module_name: &str, second: u8) -> Manifest {
    module(module_name, vec![at(module_name, second)])
}

fn at(module_name: &str, second: u8) -> Migration {
    let text = format!("{module_name}/20261120T1015{second:02}Z_create_t{second}");
    migration(&text, create(&format!("t{second}")))
}

#[test]
fn orders_by_stamp_over_modules() {
    let blog = module("blog", vec![at("blog", 1), at("blog", 4)]);
    let shop = module("shop", vec![at("shop", 2), at("shop", 3)]);
    assert_snapshot!(check(vec![shop, blog]), @"
    blog/20261120T101501Z_create_t1
    shop/20261120T101502Z_create_t2
    shop/20261120T101503Z_create_t3
    blog/20261120T101504Z_create_t4
    ");
}

#[test]
fn orders_equal_stamps_by_after_and_requires_before_names() {
    let a = module(
        "a",
        vec![with_after(at("a", 1), "b/20261120T101501Z_create_t1")],
    );
    let b = requiring(one("b", 1), &["c"]);
    assert_snapshot!(check(vec![a, b, one("c", 1), one("d", 1)]), @"
    c/20261120T101501Z_create_t1
    b/20261120T101501Z_create_t1
    a/20261120T101501Z_create_t1
    d/20261120T101501Z_create_t1
    ");
}

#[test]
fn orders_equal_stamps_by_what_is_required_through_others() {
    let a = requiring(one("a", 1), &["m"]);
    let m = requiring(Manifest::new(name("m"), "0.1.0"), &["z"]);
    assert_snapshot!(check(vec![a, m, one("z", 1)]), @"
    z/20261120T101501Z_create_t1
    a/20261120T101501Z_create_t1
    ");
}

#[test]
fn puts_required_modules_first_and_the_built_in_one_before_all() {
    let a = requiring(one("a", 1), &["z"]);
    let app = Application::merge(vec![a, one("b", 1), one("z", 1), one("sdk", 1)]).unwrap();
    let names: Vec<_> = app
        .modules
        .iter()
        .map(|module| module.name.as_str())
        .collect();
    assert_eq!(names, ["sdk", "b", "z", "a"]);
    assert_eq!(app.order[0].module, "sdk");
    assert_eq!(app.module("z").unwrap().name, "z");
    assert_eq!(app.migration(&app.order[3]).unwrap().id, app.order[3]);
    assert!(app.migration(&id("b/20261120T101502Z_create_t1")).is_none());
}

#[test]
fn names_both_of_what_is_there_twice() {
    let mut newer = one("blog", 2);
    newer.version = "0.2.0".to_owned();
    assert_snapshot!(check(vec![one("blog", 1), newer, one("sdk", 1), one("sdk", 2)]), @"
    a module of version 0.1.0 is named `sdk`, which is the built-in module: rename it
    two modules are named `blog`, versions 0.1.0 and 0.2.0: a name is linked once
    ");

    let mut stamps = module("blog", vec![at("blog", 1), at("blog", 2)]);
    stamps.migrations[1].id.stamp = stamps.migrations[0].id.stamp;
    assert_snapshot!(check(vec![stamps]), @"migrations `blog/20261120T101501Z_create_t1` and `blog/20261120T101501Z_create_t2` have one stamp: within a module each has its own");

    let mut twice = one("blog", 1);
    twice.migrations.push(twice.migrations[0].clone());
    assert_snapshot!(check(vec![twice]), @"migration `blog/20261120T101501Z_create_t1` is there twice");
}

#[test]
fn refuses_requirements_that_cannot_be_met() {
    let missing = requiring(one("blog", 1), &["account"]);
    let a = requiring(one("a", 1), &["b"]);
    let b = requiring(one("b", 1), &["c"]);
    let c = requiring(one("c", 1), &["a"]);
    let waits = requiring(one("waits", 1), &["a"]);
    assert_snapshot!(check(vec![missing, a, b, c, waits]), @"
    module `blog` requires `account`, which is not linked; linked are a, b, blog, c, waits
    modules require each other in a circle: `a`, `b`, `c`
    ");
}

#[test]
fn refuses_an_after_that_cannot_be() {
    let later = with_after(at("a", 1), "b/20261120T101502Z_create_t2");
    let unknown = with_after(at("b", 2), "a/20261120T101501Z_create_t9");
    let unlinked = with_after(at("c", 3), "geo/20261120T101501Z_create_t1");
    let manifests = vec![
        module("a", vec![later]),
        module("b", vec![unknown]),
        module("c", vec![unlinked]),
    ];
    assert_snapshot!(check(manifests), @"
    migration `a/20261120T101501Z_create_t1` comes after `b/20261120T101502Z_create_t2`, whose stamp is later: give `a/20261120T101501Z_create_t1` a stamp after 20261120T101502Z
    migration `b/20261120T101502Z_create_t2` comes after `a/20261120T101501Z_create_t9`, which module `a` does not have
    migration `c/20261120T101503Z_create_t3` comes after `geo/20261120T101501Z_create_t1`, but module `geo` is not linked
    ");
}

#[test]
fn names_all_members_of_a_circle_of_migrations() {
    let a = with_after(at("a", 1), "b/20261120T101501Z_create_t1");
    let b = with_after(at("b", 1), "a/20261120T101501Z_create_t1");
    let outside = with_after(at("c", 1), "a/20261120T101501Z_create_t1");
    let itself = with_after(at("d", 1), "d/20261120T101501Z_create_t1");
    let manifests = [("a", a), ("b", b), ("c", outside), ("d", itself)];
    let manifests = manifests.map(|(name, migration)| module(name, vec![migration]));
    assert_snapshot!(check(manifests.to_vec()), @"
    migrations come after each other in a circle: `a/20261120T101501Z_create_t1`, `b/20261120T101501Z_create_t1`
    migrations come after each other in a circle: `d/20261120T101501Z_create_t1`
    ");
}

#[test]
fn refuses_an_after_against_the_order_of_requires() {
    let required = with_after(at("z", 1), "a/20261120T101501Z_create_t1");
    let manifests = vec![requiring(one("a", 1), &["z"]), module("z", vec![required])];
    assert_snapshot!(check(manifests), @"migrations come after each other in a circle: `a/20261120T101501Z_create_t1`, `z/20261120T101501Z_create_t1`");
}

#[test]
fn reports_the_first_mistake_of_a_module_and_nothing_that_follows_from_it() {
    let mut blog = one("blog", 1);
    let wrong = json!([{ "drop_table": { "table": "t1" } }, { "drop_table": { "table": "t1" } }]);
    blog.migrations
        .push(migration("blog/20261120T101502Z_drop_it", wrong));
    blog.migrations.push(migration(
        "blog/20261120T101503Z_drop_it_again",
        operations_of_drop(),
    ));
    assert_snapshot!(check(vec![blog, one("shop", 1)]), @"blog/20261120T101502Z_drop_it, operation 2: table `blog.t1` does not exist; module `blog` has no tables");
}

fn operations_of_drop() -> Json {
    json!([{ "drop_table": { "table": "t1" } }])
}

#[test]
fn refuses_to_drop_a_table_to_which_another_module_refers() {
    let drop = migration("geo/20261120T101503Z_drop_t1", operations_of_drop());
    let geo = module("geo", vec![at("geo", 1), drop]);
    let refers = json!([{ "create_table": { "name": "post", "key": ["id"], "fields": [
        { "name": "id", "type": "id", "references": { "table": "geo.t1" } }
    ] } }]);
    let blog = module(
        "blog",
        vec![migration("blog/20261120T101502Z_create_post", refers)],
    );
    assert_snapshot!(check(vec![geo, requiring(blog, &["geo"])]), @"
    field `id` of `blog.post` refers to `geo.t1`, which does not exist; module `geo` has no tables
    geo/20261120T101503Z_drop_t1, operation 1: table `geo.t1` cannot be dropped: field `id` of `blog.post` refers to it
    ");
}

#[test]
fn names_what_is_declared_but_not_migrated_and_the_other_way_round() {
    let mut blog = module("blog", vec![at("blog", 1), at("blog", 2), at("blog", 3)]);
    blog.tables.remove(0);
    blog.tables[0] = table(json!({ "name": "t2", "key": ["id"],
        "fields": [
            { "name": "id", "type": "i64", "default": 0 },
            { "name": "votes", "type": "i64", "default": 0 }
        ],
        "indexes": [{ "fields": ["votes"], "unique": true }]
    }));
    blog.tables.push(table(
        json!({ "name": "t4", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] }),
    ));
    blog.tables[1] =
        table(json!({ "name": "t3", "key": ["key"], "fields": [{ "name": "key", "type": "id" }] }));
    assert_snapshot!(check(vec![blog]), @"
    module `blog`: table `t1`: it is in the migrations, but the source does not declare it
    module `blog`: table `t2`: field `id` is (id) in the migrations and (i64, default 0) in the source
    module `blog`: table `t2`: field `votes` is not in the migrations
    module `blog`: table `t2`: unique index (votes) is not in the migrations
    module `blog`: table `t3`: field `id` is in the migrations, but the source does not declare it
    module `blog`: table `t3`: field `key` is not in the migrations
    module `blog`: table `t3`: its key is (id) in the migrations and (key) in the source
    module `blog`: table `t4`: it is not in the migrations
    ");
}

#[test]
fn refuses_references_to_modules_that_are_not_required_and_to_what_they_lack() {
    let refers = |target: &str, ty: &str| {
        json!([{ "create_table": { "name": "post", "key": ["id"], "fields": [
            { "name": "id", "type": "id" },
            { "name": "up", "type": ty, "references": { "table": target } }
        ] } }])
    };
    let one_migration = |module_name: &str, target: &str, ty: &str| {
        let text = format!("{module_name}/20261120T101509Z_create_post");
        module(module_name, vec![migration(&text, refers(target, ty))])
    };
    assert_snapshot!(check(vec![
        one_migration("a", "geo.t1", "id"),
        requiring(one_migration("b", "geo.t7", "id"), &["geo"]),
        requiring(one_migration("c", "geo.t1", "string"), &["geo"]),
        requiring(one_migration("d", "off.t1", "id"), &["off"]),
        requiring(one_migration("fine", "geo.t1", "id"), &["geo"]),
        one("geo", 1),
    ]), @"
    field `up` of `a.post` refers to `geo.t1`, but module `a` does not require `geo`
    field `up` of `b.post` refers to `geo.t7`, which does not exist; module `geo` has t1
    field `up` of `c.post` is string, but the key `id` of `geo.t1`, to which it refers, is id
    module `d` requires `off`, which is not linked; linked are a, b, c, d, fine, geo
    ");
}

#[test]
fn refuses_steps_that_the_module_does_not_list() {
    let run = json!([{ "run": { "step": "count", "revision": 1 } }, { "run": { "step": "sum", "revision": 1 } }]);
    let mut blog = one("blog", 1);
    blog.migrations
        .push(migration("blog/20261120T101502Z_count", run));
    let count = Step {
        name: name("count"),
        revision: 2,
        rows: false,
    };
    blog.steps = vec![count.clone(), count];
    assert_snapshot!(check(vec![blog]), @"
    migration `blog/20261120T101502Z_count` runs revision 1 of step `count`, but module `blog` lists revision 2
    migration `blog/20261120T101502Z_count` runs step `sum`, which module `blog` does not list; it lists count, count
    module `blog` declares step `count` twice
    ");
}

#[test]
fn refuses_jobs_of_one_name_or_that_are_never_due() {
    let mut blog = one("blog", 1);
    let job = Job {
        name: name("digest"),
        description: String::new(),
        schedule: "0 7 * * *".to_owned(),
        tz: "UTC".to_owned(),
        missed: Missed::Skip,
        overlap: Overlap::Allow,
        timeout: std::time::Duration::from_mins(1),
        retry: 0,
    };
    let never = Job {
        name: name("never"),
        schedule: "0 0 31 2 *".to_owned(),
        ..job.clone()
    };
    blog.jobs = vec![job.clone(), job, never];
    assert_snapshot!(check(vec![blog]), @"
    module `blog` declares job `digest` twice
    module `blog`: job `never`: the schedule `0 0 31 2 *` is never due: no date fits it
    ");
}

#[test]
fn refuses_seeds_that_do_not_fit_with_the_number_of_the_row() {
    let key = "00000000-0000-0000-0000-000000000001";
    let seed = |file: &str, table: &str, rows: Json| {
        let text = json!({ "format": 1, "table": table, "rows": rows }).to_string();
        SeedFile::parse(SeedSet::Real, file, &text).unwrap()
    };
    let mut blog = one("blog", 1);
    blog.seeds = vec![
        seed(
            "t1.json",
            "t1",
            json!([{ "id": key }, { "id": 7 }, { "id": key }, {}, { "di": key }]),
        ),
        seed("t2.json", "t2", json!([])),
    ];
    assert_snapshot!(check(vec![blog]), @r#"
    module `blog`: seeds/real/t1.json, row 2: field `id` of `t1`: expected id, found 7
    module `blog`: seeds/real/t1.json, row 3: key "00000000-0000-0000-0000-000000000001" stands in row 1 already
    module `blog`: seeds/real/t1.json, row 4: field `id` of `t1` is missing; it has no default and is not nullable
    module `blog`: seeds/real/t1.json, row 5: `t1` has no field `di`; it has id
    module `blog`: seeds/real/t2.json is for table `t2`, which does not exist; the module has t1
    "#);
}

/// A module of the property tests: for each migration a stamp and, perhaps, an `after`.
type Plot = Vec<(u8, Option<(u8, u8)>)>;

/// Modules `a`, `b`, … with migrations in few seconds, so that many stamps are equal.
fn cast(plots: &[Plot], requires: &[u8]) -> Vec<Manifest> {
    let letters = |index: usize| char::from(b'a' + u8::try_from(index).unwrap()).to_string();
    let stamps = |plot: &Plot| -> BTreeMap<u8, Option<(u8, u8)>> {
        plot.iter()
            .map(|(second, after)| (second % 8, *after))
            .collect()
    };
    let known: Vec<_> = plots.iter().map(stamps).collect();
    let modules = known.iter().enumerate().map(|(index, plot)| {
        let migrations = plot.iter().map(|(second, after)| {
            let migration = at(&letters(index), *second);
            let Some((other, pick)) = after else {
                return migration;
            };
            let other = usize::from(*other) % known.len();
            let seconds: Vec<_> = known[other]
                .keys()
                .filter(|known| *known <= second)
                .collect();
            let Some(before) = usize::from(*pick).checked_rem(seconds.len()) else {
                return migration;
            };
            let before = at(&letters(other), *seconds[before]).id.to_string();
            with_after(migration, &before)
        });
        let mut manifest = module(&letters(index), migrations.collect());
        let earlier = requires.get(index).map(|dice| usize::from(*dice));
        if let Some(earlier) = earlier.filter(|earlier| *earlier < index) {
            manifest.requires = vec![name(&letters(earlier))];
        }
        manifest
    });
    modules.collect()
}

/// The order by its definition: of all migrations that nothing else must come
/// before, always the one with the smallest identity. `None` if there is none.
fn by_definition(manifests: &[Manifest]) -> Option<Vec<MigrationId>> {
    let mut open: Vec<_> = manifests
        .iter()
        .flat_map(|module| &module.migrations)
        .collect();
    open.sort_by_key(|migration| &migration.id);
    let mut order = Vec::new();
    while !open.is_empty() {
        let comes_before = |first: &Migration, then: &Migration| {
            first.id.stamp < then.id.stamp
                || then.after.contains(&first.id)
                || first.id.stamp == then.id.stamp
                    && requires(manifests, &then.id.module, &first.id.module)
        };
        let free = |then: &&Migration| !open.iter().any(|first| comes_before(first, then));
        let next = open.iter().position(free)?;
        order.push(open.remove(next).id.clone());
    }
    Some(order)
}

fn requires(manifests: &[Manifest], module: &str, required: &str) -> bool {
    let manifest = manifests
        .iter()
        .find(|manifest| manifest.name == module)
        .unwrap();
    let direct = manifest.requires.iter();
    direct
        .into_iter()
        .any(|name| name == required || requires(manifests, name, required))
}

fn plots() -> impl Strategy<Value = Vec<Plot>> {
    let after = prop::option::weighted(0.3, any::<(u8, u8)>());
    prop::collection::vec(prop::collection::vec((any::<u8>(), after), 0..5), 1..6)
}

/// Histories of several modules at once: each takes its turns at the dice, and
/// each turn is a migration.
fn saga(turns: &[(u8, Vec<Dice>)]) -> Vec<Manifest> {
    let mut cast = ["a", "b", "c"].map(|name| (Evolution::new(name), Vec::new()));
    for (second, (who, dice)) in turns.iter().enumerate() {
        let (evolution, migrations) = &mut cast[usize::from(*who) % 3];
        let minute = 10 + second / 60;
        let text = format!(
            "{}/202611{minute}T1015{:02}Z_turn",
            evolution.module,
            second % 60
        );
        let mut turn = migration(&text, json!([]));
        turn.operations = evolution.run(dice);
        migrations.push(turn);
    }
    cast.map(|(evolution, migrations)| module(&evolution.module, migrations))
        .to_vec()
}

/// A migration at that second which stands for others.
fn squash(text: &str, replaces: Json) -> Migration {
    Migration {
        replaces: serde_json::from_value(replaces).unwrap(),
        ..migration(text, json!([]))
    }
}

#[test]
fn what_comes_after_a_replaced_migration_comes_after_its_squash() {
    let squash = squash(
        "b/20261120T101502Z_squash",
        json!([
            { "migration": "20261120T101501Z_old", "replaces": ["20261120T101500Z_older", "20261120T101501Z_oldest"] },
            "20261120T101502Z_create"
        ]),
    );
    let a = |after: &str| module("a", vec![with_after(at("a", 2), after)]);
    let b = || module("b", vec![squash.clone()]);
    for after in [
        "b/20261120T101500Z_older",
        "b/20261120T101501Z_old",
        "b/20261120T101502Z_create",
    ] {
        let order = Application::merge(vec![a(after), b()]).unwrap().order;
        assert_eq!(order[0], squash.id, "after {after}");
    }
    let app = Application::merge(vec![b()]).unwrap();
    assert_eq!(
        app.squash_of(&id("b/20261120T101500Z_older")),
        Some(&squash)
    );
    assert_eq!(app.squash_of(&id("b/20261120T101500Z_other")), None);
    let early = module(
        "a",
        vec![with_after(at("a", 1), "b/20261120T101500Z_older")],
    );
    assert_snapshot!(check(vec![early, b()]), @"migration `a/20261120T101501Z_create_t1` comes after `b/20261120T101500Z_older`, for which `b/20261120T101502Z_squash` stands now, whose stamp is later: squash up to an earlier migration, or squash `a/20261120T101501Z_create_t1` too");
    let own = with_after(squash.clone(), "b/20261120T101500Z_older");
    assert_snapshot!(check(vec![module("b", vec![own])]), @"migrations come after each other in a circle: `b/20261120T101502Z_squash`");
}

#[test]
fn refuses_squashes_that_cannot_stand_for_what_they_replace() {
    let one = |second: u8, replaces: Json| {
        let text = format!("a/20261120T1015{second:02}Z_squash{second}");
        squash(&text, replaces)
    };
    let check = |migrations| check(vec![module("a", migrations)]);
    assert_snapshot!(check(vec![at("a", 1), one(2, json!(["20261120T101501Z_create_t1", "20261120T101502Z_x"]))]), @"migration `a/20261120T101502Z_squash2` replaces `a/20261120T101501Z_create_t1`, which is still there: remove it, or do not replace it");
    assert_snapshot!(check(vec![
        one(2, json!(["20261120T101501Z_x", "20261120T101502Z_x"])),
        one(3, json!([{ "migration": "20261120T101503Z_x", "replaces": ["20261120T101502Z_x"] }])),
    ]), @"migration `a/20261120T101503Z_squash3` replaces `a/20261120T101502Z_x`, which `a/20261120T101502Z_squash2` replaces already");
    assert_snapshot!(check(vec![one(2, json!(["20261120T101502Z_x", "20261120T101501Z_x"]))]), @"migration `a/20261120T101502Z_squash2` replaces `a/20261120T101501Z_x` after one with a later stamp: expected the order of stamps");
    assert_eq!(
        check(vec![one(
            3,
            json!(["20261120T101501Z_x", "20261120T101502Z_x"])
        )]),
        "a/20261120T101503Z_squash3"
    );
    assert_snapshot!(check(vec![at("a", 3), one(4, json!(["20261120T101501Z_x", "20261120T101502Z_x"]))]), @"migration `a/20261120T101503Z_create_t3` stands between `a/20261120T101504Z_squash4` and what that replaces: expected it to be replaced, too");
    assert_snapshot!(check(vec![at("a", 2), one(3, json!(["20261120T101501Z_x", "20261120T101503Z_x"]))]), @"migration `a/20261120T101502Z_create_t2` stands between `a/20261120T101503Z_squash3` and what that replaces: expected it to be replaced, too");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn the_order_is_the_one_global_order_however_modules_are_linked(
        plots in plots(),
        requires in prop::collection::vec(0_u8..6, 6),
        shuffle in any::<prop::sample::Index>(),
    ) {
        let mut manifests = cast(&plots, &requires);
        let expected = by_definition(&manifests);
        let middle = shuffle.index(manifests.len());
        manifests.rotate_left(middle);
        manifests[..middle].reverse();
        match Application::merge(manifests) {
            Ok(app) => prop_assert_eq!(Some(app.order), expected),
            Err(faults) => {
                let circles = faults.0.iter().all(|fault| matches!(fault, MergeFault::AfterCircle { .. }));
                prop_assert!(circles && expected.is_none(), "{}", faults);
            }
        }
    }

    #[test]
    fn any_histories_merge(turns in prop::collection::vec((any::<u8>(), dice(6)), 0..12)) {
        let manifests = saga(&turns);
        let declared: usize = manifests.iter().map(|manifest| manifest.tables.len()).sum();
        let app = Application::merge(manifests).unwrap();
        prop_assert_eq!(app.schema.tables.len(), declared);
        let stamps: Vec<Stamp> = app.migrations().map(|migration| migration.id.stamp).collect();
        prop_assert!(stamps.is_sorted());
    }
}

#[test]
fn merges_ten_thousand_migrations_without_a_quadratic_loop() {
    // Two hundred modules that all require each other in a chain, all with the
    // same fifty stamps: the worst case for ordering.
    let manifests = (0..200).map(|index| {
        let own = format!("m{index:03}");
        let migrations = (0..50).map(|second| at(&own, second)).collect();
        let manifest = module(&own, migrations);
        let required = format!("m{:03}", index - 1);
        if index == 0 {
            manifest
        } else {
            requiring(manifest, &[required.as_str()])
        }
    });
    let app = Application::merge(manifests.collect()).unwrap();
    assert_eq!(app.order.len(), 10_000);
    let ledger: Vec<_> = app
        .migrations()
        .zip(0..)
        .map(|(migration, position)| {
            crate::LedgerEntry::new(migration.id.clone(), migration.checksum(), position)
        })
        .collect();
    let plan = crate::Plan::new(&app, &ledger, &[]).unwrap();
    assert_eq!(plan, crate::Plan::default());
}

#[test]
fn frames_report_all_but_the_faults_of_migrations() {
    let broken = with_after(at("blog", 1), "shop/20261120T101501Z_create_t1");
    let mut blog = requiring(module("blog", vec![broken]), &["shop"]);
    assert!(check(vec![blog.clone()]).contains("shop/20261120T101501Z_create_t1"));
    blog.migrations.clear();
    let faults = Application::merge_frames(vec![blog.clone()]).unwrap_err();
    assert_snapshot!(faults, @"module `blog` requires `shop`, which is not linked; linked are blog");
    blog.requires.clear();
    let frame = Application::merge_frames(vec![blog]).unwrap();
    assert_eq!(frame.schema.tables.len(), 1);
    assert!(frame.order.is_empty());
}
