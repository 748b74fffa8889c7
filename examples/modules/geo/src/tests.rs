//! What the generated data promises to the modules that build on it.

mod service;

use std::collections::BTreeSet;

use sdk::{Module, schema::Manifest};

use crate::Geo;

fn manifest() -> Manifest {
    Geo::declaration()
        .manifest()
        .expect("embedded files that can be read")
}

/// The texts of one field, over all seed rows of a table.
fn texts(manifest: &Manifest, table: &str, field: &str) -> BTreeSet<String> {
    let files = manifest.seeds.iter().filter(|file| file.table == table);
    let rows = files.flat_map(|file| &file.rows);
    rows.filter_map(|row| Some(row[field].as_str()?.to_owned()))
        .collect()
}

#[test]
fn the_world_is_complete() {
    let manifest = manifest();
    assert_eq!(texts(&manifest, "country", "code").len(), 249);
    assert!(texts(&manifest, "currency", "code").len() > 150);
    assert!(texts(&manifest, "language", "code").len() > 200);
    assert!(texts(&manifest, "subdivision", "code").len() > 5_000);
}

#[test]
fn every_row_refers_to_rows_that_are_there() {
    let manifest = manifest();
    let check = |table: &str, field: &str, target: &str| {
        let known = texts(&manifest, target, "code");
        let named = texts(&manifest, table, field);
        let lost: Vec<_> = named.difference(&known).collect();
        assert!(lost.is_empty(), "{table}.{field}: {lost:?} not in {target}");
    };
    check("region", "parent", "region");
    check("country", "region", "region");
    check("country", "currency", "currency");
    check("subdivision", "country", "country");
    check("subdivision", "parent", "subdivision");
    check("country_language", "country", "country");
    check("country_language", "language", "language");
}

#[test]
fn every_row_has_an_english_name_among_the_messages() {
    let manifest = manifest();
    let english = manifest
        .catalogues
        .iter()
        .find(|it| it.locale == "en")
        .expect("en.arb");
    for table in ["region", "country", "language", "currency"] {
        for code in texts(&manifest, table, "code") {
            let key = format!("{table}_{code}");
            assert!(english.messages.contains_key(&key), "{key}");
        }
    }
}

#[test]
fn every_locale_names_every_country() {
    let manifest = manifest();
    assert!(manifest.catalogues.len() >= 40);
    for catalogue in &manifest.catalogues {
        for code in texts(&manifest, "country", "code") {
            let key = format!("country_{code}");
            assert!(
                catalogue.messages.contains_key(&key),
                "{key} in {}",
                catalogue.locale
            );
        }
    }
}
