//! One story in which each method of `sdk.v1` does what it is for.

mod data;
mod host;
mod migrations;
mod upkeep;

use std::path::Path;

use prost_types::Struct;
use serde_json::{Value, json};
use tokio_stream::StreamExt;

use super::recorded::Recorded;
use crate::{
    proto::sdk::v1::{
        GetRowRequest, PutRowRequest, PutRowResponse, data_service_client::DataServiceClient,
    },
    rpc::{Status, Streaming},
    system::rows::{json_to_wire, struct_to_json},
};

/// The table of the story.
const ITEM: &str = "shop.item";

/// Plays it on a host that has just started. Files of the host go into `folder`.
pub(super) async fn play(caller: &Recorded, folder: &Path) {
    host::modules(caller).await;
    host::schema(caller).await;
    host::texts(caller).await;
    data::rows(caller).await;
    data::changes(caller).await;
    migrations::back_and_forth(caller).await;
    upkeep::layouts(caller).await;
    migrations::by_hand(caller).await;
    migrations::releases(caller).await;
    data::transfer(caller).await;
    upkeep::store(caller, folder).await;
    host::seeds(caller).await;
    host::jobs(caller).await;
    host::doctor(caller).await;
}

/// All messages of a stream that ends well.
async fn all<T>(stream: Streaming<T>) -> Vec<T> {
    stream.map(Result::unwrap).collect().await
}

fn object(json: &Value) -> Struct {
    match json_to_wire(json).kind {
        Some(prost_types::value::Kind::StructValue(object)) => object,
        other => panic!("expected an object, found {other:?}"),
    }
}

async fn put(caller: &Recorded, id: u64, name: &str) -> PutRowResponse {
    let request = PutRowRequest {
        table: ITEM.to_owned(),
        row: Some(object(&json!({ "id": id, "name": name }))),
        mode: 0,
    };
    let mut data = DataServiceClient::new(caller.clone());
    data.put_row(request).await.unwrap().into_inner()
}

async fn get(caller: &Recorded, id: u64) -> Result<Value, Status> {
    let request = GetRowRequest {
        table: ITEM.to_owned(),
        key: vec![id.to_string()],
    };
    let mut data = DataServiceClient::new(caller.clone());
    let row = data.get_row(request).await?.into_inner().row;
    Ok(struct_to_json(&row.unwrap()))
}
