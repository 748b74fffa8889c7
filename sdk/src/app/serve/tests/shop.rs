//! A module with something of everything that the system services are asked about.

use crate::{
    jobs::JobDeclaration,
    module::{Declaration, Embedded, EmbeddedFile, TableDeclaration},
};

/// Something that is sold.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "shop")]
#[sdk(crate = "crate")]
struct Item {
    #[key]
    id: u64,
    #[unique]
    name: String,
    #[default(7)]
    stored: u32,
}

/// That something was sold.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "shop")]
#[sdk(crate = "crate")]
struct Sale {
    #[key]
    id: u64,
    #[references(Item)]
    item: u64,
}

/// The newest stamp that stays when the last migration is taken back.
pub(super) const BEFORE_THE_LAST: &str = "20260101T000000Z";

/// The last migration.
pub(super) const LAST: &str = "shop/20260201T000000Z_add_stored";

const MIGRATIONS: [EmbeddedFile; 2] = [
    EmbeddedFile {
        name: "20260101T000000Z_create.json",
        text: r#"{ "format": 1, "description": "What is sold", "operations": [
            { "create_table": { "name": "item", "key": ["id"], "fields": [
                { "name": "id", "type": "u64" },
                { "name": "name", "type": "string" }
            ], "indexes": [{ "fields": ["name"], "unique": true }] } },
            { "create_table": { "name": "sale", "key": ["id"], "fields": [
                { "name": "id", "type": "u64" },
                { "name": "item", "type": "u64", "references": { "table": "shop.item" } }
            ] } }
        ] }"#,
    },
    EmbeddedFile {
        name: "20260201T000000Z_add_stored.json",
        text: r#"{ "format": 1, "description": "How many there are", "operations": [
            { "add_field": { "table": "item", "field": { "name": "stored", "type": "u32", "default": 7 } } }
        ] }"#,
    },
];

const SEED: EmbeddedFile = EmbeddedFile {
    name: "item.json",
    text: r#"{ "format": 1, "table": "item", "rows": [{ "id": 1, "name": "pen" }] }"#,
};

const ENGLISH: EmbeddedFile = EmbeddedFile {
    name: "en.arb",
    text: r#"{ "@@locale": "en", "thanks": "Thank you" }"#,
};

pub(super) fn module() -> Declaration {
    Declaration {
        name: "shop",
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: vec![
            TableDeclaration::of::<Item>(),
            TableDeclaration::of::<Sale>(),
        ],
        jobs: vec![
            JobDeclaration::nightly("tidy", |_| Box::pin(async { Ok(()) })),
            // Ends only when it is aborted.
            JobDeclaration::nightly("sleep", |_| Box::pin(std::future::pending())),
        ],
        steps: Vec::new(),
        services: Vec::new(),
        descriptors: &[],
        embedded: Embedded {
            migrations: &MIGRATIONS,
            seeds_real: &[SEED],
            translations: &[ENGLISH],
            ..Embedded::NONE
        },
    }
}
