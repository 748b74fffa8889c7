//! Rows are written, read, watched and moved.

use tonic::Code;

use super::*;
use crate::proto::sdk::v1::{
    DeleteRowRequest, Effect, ExportRowsRequest, ImportRowsRequest, ListRowsRequest,
    ListTablesRequest, WatchRowsRequest,
};

async fn delete(caller: &Recorded, id: u64) {
    let request = DeleteRowRequest {
        table: ITEM.to_owned(),
        key: vec![id.to_string()],
    };
    let mut data = DataServiceClient::new(caller.clone());
    data.delete_row(request).await.unwrap();
}

/// The names of all items, as a list gives them.
async fn names(caller: &Recorded) -> Vec<String> {
    let request = ListRowsRequest {
        table: ITEM.to_owned(),
        order_by: "name".to_owned(),
        ..ListRowsRequest::default()
    };
    let mut data = DataServiceClient::new(caller.clone());
    let listed = data.list_rows(request).await.unwrap().into_inner();
    let names = listed
        .rows
        .iter()
        .map(|row| struct_to_json(row)["name"].clone());
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// The pen is a seed.
pub(super) async fn rows(caller: &Recorded) {
    assert!(put(caller, 2, "ink").await.created);
    assert!(!put(caller, 2, "blue ink").await.created);
    assert_eq!(get(caller, 2).await.unwrap()["name"], "blue ink");
    assert_eq!(names(caller).await, ["blue ink", "pen"]);

    let mut data = DataServiceClient::new(caller.clone());
    let tables = data.list_tables(ListTablesRequest {}).await.unwrap();
    let tables = tables.into_inner().tables;
    let items = tables.iter().find(|it| it.table == ITEM).unwrap();
    assert_eq!(items.rows, 2);

    delete(caller, 2).await;
    assert_eq!(get(caller, 2).await.unwrap_err().code(), Code::NotFound);
}

pub(super) async fn changes(caller: &Recorded) {
    let mut data = DataServiceClient::new(caller.clone());
    let request = WatchRowsRequest {
        tables: vec![ITEM.to_owned()],
        ..WatchRowsRequest::default()
    };
    let mut watched = data.watch_rows(request).await.unwrap().into_inner();
    let begins = watched.message().await.unwrap().unwrap();
    assert!(begins.changes.is_empty());
    put(caller, 3, "chalk").await;
    let change = watched.message().await.unwrap().unwrap();
    assert_eq!(change.changes[0].effect(), Effect::Enters);
    let new = change.changes[0].new.as_ref().unwrap();
    assert_eq!(struct_to_json(new)["name"], "chalk");
}

/// What was exported comes back by an import, although it was deleted.
pub(super) async fn transfer(caller: &Recorded) {
    let mut data = DataServiceClient::new(caller.clone());
    let request = ExportRowsRequest {
        tables: vec![ITEM.to_owned()],
    };
    let exported = all(data.export_rows(request).await.unwrap().into_inner()).await;
    let before = names(caller).await;
    assert_eq!(exported.len(), before.len());
    delete(caller, 1).await;
    delete(caller, 3).await;
    assert_ne!(names(caller).await, before);

    let count = exported.len();
    let rows = (1..).zip(exported).map(move |(at, row)| ImportRowsRequest {
        table: row.table,
        row: row.row,
        line: 0,
        last: at == count,
    });
    let imported = data.import_rows(tokio_stream::iter(rows)).await.unwrap();
    assert_eq!(imported.into_inner().imported, count as u64);
    assert_eq!(names(caller).await, before);
}
