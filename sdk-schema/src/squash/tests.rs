use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    Run, Step,
    evolution::{Evolution, dice},
    fixture::{id, migration, module, name},
};

fn create(table: &str) -> Json {
    json!([{ "create_table": {
        "name": table, "key": ["id"], "fields": [{ "name": "id", "type": "id" }]
    } }])
}

/// A field `field` of `table` that refers to `target`.
fn referring(table: &str, field: &str, target: &str) -> Json {
    json!([{ "add_field": { "table": table, "field": {
        "name": field, "type": "id", "nullable": true, "references": { "table": target }
    } } }])
}

fn rename(from: &str, to: &str) -> Json {
    json!([{ "rename_table": { "from": from, "to": to } }])
}

/// Migration `nth` of a module, at that day.
fn at(text: &str, json: Json) -> Migration {
    let (module, day) = text.split_once('/').unwrap();
    migration(&format!("{module}/202601{day}T000000Z_m{day}"), json)
}

fn until(day: &str) -> Squashing {
    Squashing {
        module: name("blog"),
        until: format!("202601{day}T000000Z").parse().unwrap(),
        name: None,
        without_steps: false,
    }
}

fn requiring(mut manifest: Manifest, required: &str) -> Manifest {
    manifest.requires.push(name(required));
    manifest
}

/// The squash of `blog` and what follows from it, or why there is none.
fn check(modules: Vec<Manifest>, squashing: &Squashing) -> String {
    let app = Application::merge(modules).unwrap();
    let squash = match app.squash(squashing) {
        Ok(squash) => squash,
        Err(fault) => {
            let instead = match &fault {
                SquashFault::NoPlace { instead, .. } => instead.clone(),
                _ => None,
            };
            let instead = instead.map(|id| format!("\ninstead: {id}"));
            return format!("{fault}{}", instead.unwrap_or_default());
        }
    };
    let replaced = app.replaced(squashing).unwrap();
    let squashed = Application::merge(app.with(&squash, &replaced)).unwrap();
    assert_eq!(squashed.schema, app.schema);
    for gone in replaced {
        assert_eq!(squashed.squash_of(&gone.id), Some(&squash));
        assert_eq!(squashed.migration(&gone.id), None);
    }
    assert_eq!(squashed.squash_of(&squash.id), None);
    format!("{}\n{}", squash.id, squash.to_text())
}

fn blog() -> Vec<Migration> {
    vec![
        at("blog/01", create("post")),
        at("blog/03", create("comment")),
        at("blog/05", referring("comment", "post", "blog.post")),
        at("blog/07", referring("post", "best", "blog.comment")),
        at("blog/09", create("tag")),
    ]
}

#[test]
fn tables_that_refer_to_each_other_are_created_in_an_order_that_works() {
    assert_snapshot!(check(vec![module("blog", blog())], &until("07")), @r#"
    blog/20260107T000000Z_squash
    {
      "format": 1,
      "description": "Stands for 4 migrations, 20260101T000000Z_m01 to 20260107T000000Z_m07",
      "replaces": [
        "20260101T000000Z_m01",
        "20260103T000000Z_m03",
        "20260105T000000Z_m05",
        "20260107T000000Z_m07"
      ],
      "operations": [
        {
          "create_table": {
            "name": "comment",
            "key": [
              "id"
            ],
            "fields": [
              {
                "name": "id",
                "type": "id"
              },
              {
                "name": "post",
                "type": "id",
                "nullable": true
              }
            ]
          }
        },
        {
          "create_table": {
            "name": "post",
            "key": [
              "id"
            ],
            "fields": [
              {
                "name": "id",
                "type": "id"
              },
              {
                "name": "best",
                "type": "id",
                "nullable": true,
                "references": {
                  "table": "blog.comment",
                  "on_delete": "restrict"
                }
              }
            ]
          }
        },
        {
          "change_field": {
            "table": "comment",
            "field": {
              "name": "post",
              "type": "id",
              "nullable": true,
              "references": {
                "table": "blog.post",
                "on_delete": "restrict"
              }
            }
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_squash_of_a_squash_knows_what_that_stood_for() {
    let app = Application::merge(vec![module("blog", blog())]).unwrap();
    let first = app.squash(&until("03")).unwrap();
    let replaced = app.replaced(&until("03")).unwrap();
    let app = Application::merge(app.with(&first, &replaced)).unwrap();
    let second = app.squash(&until("05")).unwrap();
    assert_snapshot!(serde_json::to_string(&second.replaces).unwrap(), @r#"[{"migration":"20260103T000000Z_squash","replaces":["20260101T000000Z_m01","20260103T000000Z_m03"]},"20260105T000000Z_m05"]"#);
    let replaced = app.replaced(&until("05")).unwrap();
    let app = Application::merge(app.with(&second, &replaced)).unwrap();
    assert_eq!(
        app.squash_of(&id("blog/20260101T000000Z_m01")),
        Some(&second)
    );
}

#[test]
fn a_squash_of_its_own_name_gets_another() {
    let mut migrations = blog();
    migrations[1].id.name = name("squash");
    let app = Application::merge(vec![module("blog", migrations)]).unwrap();
    assert_eq!(app.squash(&until("03")).unwrap().id.name, "squash_2");
}

#[test]
fn stands_first_where_another_module_refers_to_a_table_in_between() {
    let shop = module(
        "shop",
        vec![
            at("shop/02", create("item")),
            at("shop/04", referring("item", "post", "blog.post")),
        ],
    );
    let shop = requiring(shop, "blog");
    let text = check(vec![module("blog", blog()), shop], &until("07"));
    assert!(text.starts_with("blog/20260101T000000Z_squash"), "{text}");
}

#[test]
fn stands_first_where_another_module_comes_after_one_in_between() {
    let mut item = at("shop/04", create("item"));
    item.after.push(id("blog/20260103T000000Z_m03"));
    let text = check(
        vec![module("blog", blog()), module("shop", vec![item])],
        &until("07"),
    );
    assert!(text.starts_with("blog/20260101T000000Z_squash"), "{text}");
}

#[test]
fn stands_last_where_it_refers_to_what_came_in_between() {
    let mut migrations = vec![
        at("blog/01", create("post")),
        at("blog/05", referring("post", "country", "geo.country")),
    ];
    migrations[1].after.push(id("geo/20260104T000000Z_m04"));
    let blog = requiring(module("blog", migrations), "geo");
    let geo = module(
        "geo",
        vec![
            at("geo/02", create("land")),
            at("geo/04", rename("land", "country")),
        ],
    );
    let text = check(vec![blog, geo], &until("05"));
    assert!(text.starts_with("blog/20260105T000000Z_squash"), "{text}");
    assert!(text.contains("geo/20260104T000000Z_m04"), "{text}");
}

#[test]
fn names_what_is_in_its_way_and_where_it_could_end() {
    let shop = module(
        "shop",
        vec![
            at("shop/06", create("item")),
            at("shop/08", referring("item", "post", "blog.post")),
        ],
    );
    let mut migrations = blog();
    migrations.push(at("blog/11", rename("post", "article")));
    let modules = [module("blog", migrations), requiring(shop, "blog")];
    // The reference follows the rename.
    let mut shop = modules[1].clone();
    let reference = shop.tables[0].fields[1].references.as_mut().unwrap();
    reference.table = "blog.article".parse().unwrap();
    assert_snapshot!(check(vec![modules[0].clone(), shop], &until("11")), @"
    a squash can stand nowhere: with the stamp 20260111T000000Z: migration `shop/20260108T000000Z_m08` refers to `blog.post`, which would not be there; with the stamp 20260101T000000Z: migration `shop/20260108T000000Z_m08` refers to `blog.post`, which would not be there
    instead: blog/20260109T000000Z_m09
    ");
}

#[test]
fn refuses_what_cannot_be_meant() {
    let app = || vec![module("blog", blog())];
    assert_snapshot!(check(app(), &until("04")), @"no migration of module `blog` has the stamp 20260104T000000Z; the last one before it is `blog/20260103T000000Z_m03`");
    assert_snapshot!(check(app(), &until("01")), @"there is only `blog/20260101T000000Z_m01` up to there: expected two migrations or more");
    let nobody = Squashing {
        module: name("shop"),
        ..until("01")
    };
    assert_snapshot!(check(app(), &nobody), @"no migration of module `shop` has the stamp 20260101T000000Z; all are later");
}

#[test]
fn steps_for_each_row_are_left_out_and_those_called_once_are_asked_about() {
    let mut blog = module("blog", blog());
    let step = |step: &str, rows| Step {
        name: name(step),
        revision: 1,
        rows,
    };
    blog.steps = vec![step("fill", true), step("seed", false)];
    let runs = [
        Run::for_each_row(name("fill"), 1, name("post")),
        Run::once(name("seed"), 1),
    ];
    for (nth, run) in runs.into_iter().enumerate() {
        blog.migrations[nth].operations.push(Operation::Run(run));
    }
    assert_snapshot!(check(vec![blog.clone()], &until("05")), @"fresh databases would not run step `seed` of `blog/20260103T000000Z_m03`, which may write rows");
    let without = Squashing {
        without_steps: true,
        ..until("05")
    };
    let text = check(vec![blog], &without);
    assert!(!text.contains("run"), "{text}");
}

proptest! {
    #[test]
    fn a_squash_and_the_rest_make_what_all_made(history in dice(60), cut in any::<prop::sample::Index>()) {
        let mut evolution = Evolution::new("blog");
        let migrations: Vec<_> = evolution
            .run(&history)
            .into_iter()
            .zip(1000..)
            .map(|(operation, second)| {
                let text = format!("blog/20260101T00{:02}{:02}Z_m", second / 60, second % 60);
                Migration::new(id(&text), vec![operation])
            })
            .collect();
        prop_assume!(migrations.len() > 1);
        let last = &migrations[1 + cut.index(migrations.len() - 1)];
        let squashing = Squashing { until: last.id.stamp, ..until("01") };
        let app = Application::merge(vec![module("blog", migrations.clone())]).unwrap();
        let squash = app.squash(&squashing).unwrap();
        let mut folded = FoldedSchema::new();
        folded.apply_migration(&squash).unwrap();
        let rest = migrations.iter().filter(|it| it.id.stamp > squashing.until);
        for migration in rest {
            folded.apply_migration(migration).unwrap();
        }
        prop_assert_eq!(folded.schema(), app.schema);
    }
}
