use std::fmt::Write;

use insta::assert_snapshot;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::fixture::{lines, migration, name};

fn first() -> Migration {
    let create = json!([{ "create_table": {
        "name": "post", "key": ["id"], "fields": [{ "name": "id", "type": "id" }]
    } }]);
    migration("blog/20261120T101530Z_create_post", create)
}

fn dropping(text: &str) -> Migration {
    migration(text, json!([{ "drop_table": { "table": "post" } }]))
}

fn two() -> [Migration; 2] {
    [first(), dropping("blog/20261121T080000Z_drop_post")]
}

/// What is said of the chain of two migrations beside others.
fn check(migrations: &[Migration]) -> String {
    let migrations: Vec<_> = migrations.iter().collect();
    lines(Chain::of(&two()).check(&migrations))
}

#[test]
fn the_example_of_the_page_is_right() {
    let page = include_str!("../../../docs/format-migration.md");
    let text = Chain::of(&two()).to_text(&name("blog"));
    assert!(page.contains(&text), "expected on the page:\n{text}");
    // By hand: what the page says of the bytes.
    let mut bytes = vec![0_u8; 32];
    bytes.extend(b"20261120T101530Z_create_post");
    bytes.extend(first().checksum().0);
    assert_eq!(Chain::of(&two()).links[0].sum, Checksum::of(&bytes));
}

#[test]
fn agrees_with_its_migrations_in_any_order_and_with_what_they_allow() {
    let [first, mut second] = two();
    second.allow.push(crate::Allowance {
        lint: "drops_table".to_owned(),
        reason: "never shipped".to_owned(),
    });
    assert_eq!(check(&[second, first]), "");
}

#[test]
fn names_the_edited_file_only() {
    let [mut first, second] = two();
    first.description = "Posts".to_owned();
    assert_snapshot!(check(&[first, second]), @"`20261120T101530Z_create_post` was edited: its line says checksum ce0d7f007affa0d4fdc083c28f56abc27125a77dd0f3be2c0db65c0395b2e3af, the file has e162f83b6973a33baf783f33afdd432fb7efcdacd2dbdfa3a89b68197c84782d");
}

#[test]
fn names_what_has_no_line_and_what_has_no_file() {
    assert_snapshot!(check(&[first(), dropping("blog/20261122T080000Z_drop_post")]), @"
    `20261122T080000Z_drop_post` has no line
    `20261121T080000Z_drop_post` has a line, but no file
    ");
}

#[test]
fn names_lines_that_stand_twice_or_in_the_wrong_order() {
    let migrations = two();
    let migrations: Vec<_> = migrations.iter().collect();
    let mut chain = Chain::of(&two());
    chain.links.reverse();
    let reversed = lines(chain.check(&migrations));
    chain.links = [
        chain.links[1].clone(),
        chain.links[1].clone(),
        chain.links[0].clone(),
    ]
    .into();
    assert_snapshot!(reversed + "\n" + &lines(chain.check(&migrations)), @"
    `20261121T080000Z_drop_post` stands before `20261120T101530Z_create_post`, whose stamp is earlier
    `20261120T101530Z_create_post` has two lines
    ");
}

#[test]
fn refuses_a_sum_that_does_not_follow() {
    let mut chain = Chain::of(&two());
    chain.links[0].sum = Checksum::of(b"");
    let migrations = two();
    let migrations: Vec<_> = migrations.iter().collect();
    assert_snapshot!(lines(chain.check(&migrations)), @"the sum of `20261120T101530Z_create_post` is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, but what stands up to there gives 366757ccc6f9ea47d72cfad819bfb9d06a3bb621863ed32ca97723683d9b1358");
}

#[test]
fn a_migration_between_two_others_changes_all_sums_after_it() {
    let between = dropping("blog/20261120T200000Z_drop_post");
    let [first, last] = two();
    let (before, after) = (Chain::of(&two()), Chain::of([&first, &between, &last]));
    assert_eq!(before.links[0], after.links[0]);
    assert_ne!(before.links[1].sum, after.links[2].sum);
    assert_eq!(before.links[1].checksum, after.links[2].checksum);
}

#[test]
fn a_conflict_names_the_migrations_of_both_sides() {
    let [first, ours] = two();
    let theirs = dropping("blog/20261121T070000Z_drop_post");
    let (ours, theirs) = (Chain::of([&first, &ours]), Chain::of([&first, &theirs]));
    let text = format!(
        "# kept\n{}\n<<<<<<< HEAD\n{}\n||||||| 1234567\n=======\n{}\n>>>>>>> votes\n",
        ours.links[0], ours.links[1], theirs.links[1]
    );
    assert_snapshot!(Chain::parse(&text).unwrap_err(), @"two branches have added migrations: `HEAD` has `20261121T080000Z_drop_post`; `votes` has `20261121T070000Z_drop_post`");
    let recorded = Recorded::read(&text).unwrap();
    assert_eq!(recorded.all().count(), 3);
}

#[test]
fn refuses_lines_of_another_shape_with_their_number() {
    let link = Chain::of(&two()).links[0].to_string();
    for line in [
        "x",
        "=======",
        &format!("{link} "),
        &link[..link.len() - 1],
        &link[1..],
    ] {
        let text = format!("# kept\n\n{link}\n{line}\n");
        let error = Chain::parse(&text).unwrap_err();
        assert!(
            matches!(error, ChainFileError::Line { line: 4, .. }),
            "{error}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(names in prop::collection::btree_set("[a-z][a-z0-9_]{0,9}", 0..6)) {
        let migrations: Vec<_> = names
            .iter()
            .zip(10..)
            .map(|(name, second)| dropping(&format!("blog/20261121T0800{second}Z_{name}")))
            .collect();
        let chain = Chain::of(&migrations);
        prop_assert_eq!(Chain::parse(&chain.to_text(&name("blog"))), Ok(chain.clone()));
        prop_assert_eq!(chain.check(&migrations.iter().collect::<Vec<_>>()), []);
    }

    #[test]
    fn no_text_makes_it_panic(lines in prop::collection::vec("(<<<<<<<|=======|>>>>>>>|\\|{7}|#|\\PC)\\PC{0,9}", 0..9)) {
        let mut text = String::new();
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
        let _ = Chain::parse(&text);
    }
}
