//! The services over a host in memory, called in this process.

mod data;
mod matrix;
mod others;
mod watch;

use std::{collections::HashMap, sync::Arc};

use serde_json::json;
use tonic_types::StatusExt;

use super::{data::Data, rows::json_to_wire, services};
use crate::{
    clock::Clock,
    host::{Host, Linked},
    jobs::JobDeclaration,
    module::{Declaration, Embedded, EmbeddedFile, TableDeclaration},
    prelude::Id,
    proto::sdk::v1::DataServiceServer,
    rpc::{Caller, Client, Clients, Code, MadeService, Services, Status},
    store::{Store, Timestamp},
};

/// Somebody who is sold things.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "shop")]
#[sdk(crate = "crate")]
struct Customer {
    #[key]
    id: u64,
    #[unique]
    name: String,
    credit: Option<i64>,
    since: Option<Timestamp>,
    notes: Option<crate::store::Json>,
    photo: Option<Vec<u8>>,
}

/// What somebody has bought.
#[derive(crate::Table, Debug, Clone, PartialEq)]
#[table(module = "shop", index(customer, bought_at))]
#[sdk(crate = "crate")]
struct Purchase {
    #[key]
    id: Id<Purchase>,
    #[references(Customer)]
    customer: u64,
    bought_at: u32,
}

const CREATE: EmbeddedFile = EmbeddedFile {
    name: "20260101T000000Z_create.json",
    text: r#"{ "format": 1, "description": "Customers and what they buy", "operations": [
        { "create_table": { "name": "customer", "key": ["id"], "fields": [
            { "name": "id", "type": "u64" },
            { "name": "name", "type": "string" },
            { "name": "credit", "type": "i64", "nullable": true },
            { "name": "since", "type": "timestamp", "nullable": true },
            { "name": "notes", "type": "json", "nullable": true },
            { "name": "photo", "type": "bytes", "nullable": true }
        ], "indexes": [{ "fields": ["name"], "unique": true }] } },
        { "create_table": { "name": "purchase", "key": ["id"], "fields": [
            { "name": "id", "type": "id" },
            { "name": "customer", "type": "u64", "references": { "table": "shop.customer" } },
            { "name": "bought_at", "type": "u32" }
        ], "indexes": [{ "fields": ["customer", "bought_at"] }] } }
    ] }"#,
};

const ENGLISH: EmbeddedFile = EmbeddedFile {
    name: "en.arb",
    text: r#"{ "@@locale": "en", "thanks": "Thank you" }"#,
};

fn shop() -> Declaration {
    Declaration {
        name: "shop",
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: vec![
            TableDeclaration::of::<Customer>(),
            TableDeclaration::of::<Purchase>(),
        ],
        jobs: vec![
            JobDeclaration::nightly("tidy", |_| Box::pin(async { Ok(()) })),
            JobDeclaration::nightly("fail", |_| {
                Box::pin(async { anyhow::bail!("out of paper") })
            }),
        ],
        steps: Vec::new(),
        services: Vec::new(),
        descriptors: &[],
        embedded: Embedded {
            migrations: &[CREATE],
            translations: &[ENGLISH],
            ..Embedded::NONE
        },
    }
}

/// A host in memory and its services.
struct Shop {
    host: Arc<Host>,
    services: Services,
}

impl Shop {
    /// A host whose migrations are pending.
    fn new() -> Self {
        let clock = Clock::manual("2026-11-20T10:15:30Z".parse().unwrap());
        let linked = Linked::link("acme", "1.0.0", vec![shop()]).unwrap();
        let store = Store::in_memory(clock.clone()).unwrap();
        let host = Arc::new(Host::on(Arc::new(linked), store, clock));
        let services = services(&host, HashMap::new()).unwrap();
        Self { host, services }
    }

    /// A host that has started.
    async fn open() -> Self {
        let shop = Self::new();
        shop.host.start(&[]).await.unwrap();
        shop
    }

    fn client<C: Client>(&self) -> C {
        C::on(self.services.channel(Caller::owner()))
    }

    /// The service for rows alone, in another form than the host's.
    fn rows_by(&self, data: Data) -> Services {
        let methods = self.services.dispatch().methods().clone();
        let made = [MadeService::of::<DataServiceServer<_>>(data)];
        Services::new(methods, made, HashMap::new(), &Clients::default())
    }
}

fn object(json: &serde_json::Value) -> prost_types::Struct {
    match json_to_wire(json).kind {
        Some(prost_types::value::Kind::StructValue(object)) => object,
        other => panic!("expected an object, found {other:?}"),
    }
}

fn customer(id: u64, name: &str) -> prost_types::Struct {
    object(&json!({ "id": id, "name": name }))
}

/// An error as its caller sees it.
fn shown(status: &Status) -> String {
    let details = status.get_error_details();
    let mut lines = vec![format!("{:?}: {}", status.code(), status.message())];
    if let Some(info) = details.error_info() {
        lines.push(format!("reason {} of {}", info.reason, info.domain));
        let mut metadata: Vec<_> = info.metadata.iter().collect();
        metadata.sort();
        lines.extend(
            metadata
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
    }
    if let Some(request) = details.bad_request() {
        let violations = request.field_violations.iter();
        lines.extend(violations.map(|it| format!("field {}: {}", it.field, it.description)));
    }
    lines.join("\n")
}
