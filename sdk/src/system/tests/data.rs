//! Rows: written, read, listed, moved.

use tokio_stream::{StreamExt, iter};

use super::*;
use crate::proto::sdk::v1::{
    CheckRequest, DataServiceClient, DeleteRowRequest, DumpRequest, ExportRowsRequest,
    GetRowRequest, ImportRowsRequest, ListRowsRequest, ListTablesRequest, PutMode, PutRowRequest,
    SnapshotRequest,
};
use crate::system::rows::struct_to_json;

async fn put(data: &mut DataServiceClient, row: prost_types::Struct) -> Result<bool, Status> {
    let request = PutRowRequest {
        table: "shop.customer".to_owned(),
        row: Some(row),
        mode: 0,
    };
    Ok(data.put_row(request).await?.into_inner().created)
}

async fn shop_with(names: &[&str]) -> (Shop, DataServiceClient) {
    let shop = Shop::open().await;
    let mut data: DataServiceClient = shop.client();
    for (id, name) in (1..).zip(names) {
        put(&mut data, customer(id, name)).await.unwrap();
    }
    (shop, data)
}

fn list(filter: &[&str]) -> ListRowsRequest {
    ListRowsRequest {
        table: "shop.customer".to_owned(),
        filter: filter.iter().map(|it| (*it).to_owned()).collect(),
        ..ListRowsRequest::default()
    }
}

async fn names(data: &mut DataServiceClient, request: ListRowsRequest) -> String {
    let rows = data.list_rows(request).await.unwrap().into_inner().rows;
    let names = rows.iter().map(|row| struct_to_json(row)["name"].clone());
    let names: Vec<_> = names.map(|it| it.as_str().unwrap().to_owned()).collect();
    names.join(" ")
}

#[tokio::test]
async fn a_row_is_put_got_and_deleted() {
    let (_shop, mut data) = shop_with(&["Ada"]).await;
    assert!(!put(&mut data, customer(1, "Ada")).await.unwrap());
    let get = || GetRowRequest {
        table: "shop.customer".to_owned(),
        key: vec!["1".to_owned()],
    };
    let got = data.get_row(get()).await.unwrap().into_inner();
    let row = struct_to_json(&got.row.unwrap());
    assert_eq!(row["name"], "Ada");
    assert_eq!(row["credit"], serde_json::Value::Null);
    assert_eq!(
        got.fields,
        ["id", "name", "credit", "since", "notes", "photo"]
    );
    let delete = DeleteRowRequest {
        table: "shop.customer".to_owned(),
        key: vec!["1".to_owned()],
    };
    data.delete_row(delete).await.unwrap();
    insta::assert_snapshot!(shown(&data.get_row(get()).await.unwrap_err()), @r"
    NotFound: `shop.customer` has no row with key `1`
    reason ROW_UNKNOWN of sdk
    hint: `data list shop.customer` shows its rows
    ");
}

#[tokio::test]
async fn a_row_is_inserted_or_updated_only_when_that_is_asked_for() {
    let (_shop, mut data) = shop_with(&["Ada"]).await;
    let mut put = async |id, mode: PutMode| {
        let request = PutRowRequest {
            table: "shop.customer".to_owned(),
            row: Some(customer(id, "Bob")),
            mode: mode.into(),
        };
        data.put_row(request)
            .await
            .map(|it| it.into_inner().created)
    };
    let refused = put(1, PutMode::Insert).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    AlreadyExists: `shop.customer` already has a row with key 1
    reason ROW_EXISTS of sdk
    ");
    let refused = put(2, PutMode::Update).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    NotFound: `shop.customer` has no row with key 2
    reason ROW_UNKNOWN of sdk
    ");
    assert!(!put(1, PutMode::Update).await.unwrap());
}

#[tokio::test]
async fn what_is_wrong_with_a_row_is_said_of_its_field() {
    let (_shop, mut data) = shop_with(&["Ada"]).await;
    let mut refuse =
        async |json: serde_json::Value| shown(&put(&mut data, object(&json)).await.unwrap_err());
    insta::assert_snapshot!(refuse(json!({ "id": "x", "name": "Bob" })).await, @r#"
    InvalidArgument: field `id` of `customer`: expected u64, found "x"
    reason ROW_INVALID of sdk
    field row.id: field `id` of `customer`: expected u64, found "x"
    "#);
    insta::assert_snapshot!(refuse(json!({ "id": 2, "name": "Ada" })).await, @r#"
    AlreadyExists: `shop.customer` already has (name) = "Ada" in the row with key 1
    reason VALUES_EXIST of sdk
    "#);
}

#[tokio::test]
async fn rows_come_page_by_page_in_the_order_that_was_asked_for() {
    let (_shop, mut data) = shop_with(&["Cid", "Ada", "Eve", "Bob", "Dan"]).await;
    assert_eq!(names(&mut data, list(&[])).await, "Cid Ada Eve Bob Dan");
    let ordered = |page_token: String| ListRowsRequest {
        order_by: "name".to_owned(),
        descending: true,
        page_size: 2,
        page_token,
        ..list(&[])
    };
    let mut token = Some(String::new());
    let mut pages = Vec::new();
    while let Some(next) = token {
        pages.push(names(&mut data, ordered(next.clone())).await);
        token = data
            .list_rows(ordered(next))
            .await
            .unwrap()
            .into_inner()
            .next_page_token;
    }
    assert_eq!(pages, ["Eve Dan", "Cid Bob", "Ada"]);
}

#[tokio::test]
async fn conditions_hold_with_an_index_and_without() {
    let (_shop, mut data) = shop_with(&["Ada", "Bob", "Cid"]).await;
    let rich = object(&json!({ "id": 4, "name": "Dan", "credit": 10 }));
    put(&mut data, rich).await.unwrap();
    for (filter, found) in [
        (vec!["name=Bob"], "Bob"),
        (vec!["credit=10"], "Dan"),
        (vec!["credit>=10", "name=Dan"], "Dan"),
        (vec!["credit>10"], ""),
        (vec!["credit is null", "id>1"], "Bob Cid"),
        (vec!["name=Bob", "id=2"], "Bob"),
        (vec!["name=Bob", "id=3"], ""),
    ] {
        assert_eq!(names(&mut data, list(&filter)).await, found, "{filter:?}");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_given_says_why() {
    let (_shop, mut data) = shop_with(&[]).await;
    let mut refuse = async |request| shown(&data.list_rows(request).await.unwrap_err());
    insta::assert_snapshot!(refuse(list(&["id=x"])).await, @r#"
    InvalidArgument: field `id`: expected u64, found "x"
    reason FILTER_INVALID of sdk
    field filter[0]: field `id`: expected u64, found "x"
    "#);
    insta::assert_snapshot!(refuse(list(&["size=1"])).await, @r"
    InvalidArgument: `shop.customer` has no field `size`; it has id, name, credit, since, notes, photo
    reason FIELD_UNKNOWN of sdk
    ");
    let nowhere = ListRowsRequest {
        table: "shop.nothing".to_owned(),
        ..list(&[])
    };
    insta::assert_snapshot!(refuse(nowhere).await, @r"
    NotFound: the store has no table `shop.nothing`
    reason TABLE_UNKNOWN of sdk
    hint: `data list` shows the tables
    ");
    let order = ListRowsRequest {
        order_by: "credit".to_owned(),
        ..list(&[])
    };
    insta::assert_snapshot!(refuse(order).await, @r"
    InvalidArgument: no index of `shop.customer` serves a scan by (credit); there are the key (id), (name)
    reason NO_INDEX of sdk
    ");
    let token = ListRowsRequest {
        page_token: "x".to_owned(),
        ..list(&[])
    };
    assert!(
        refuse(token)
            .await
            .contains("reason PAGE_TOKEN_INVALID of sdk\nfield page_token:")
    );
}

#[tokio::test]
async fn a_page_of_large_rows_is_shorter() {
    let (_shop, mut data) = shop_with(&[]).await;
    for id in 0..6 {
        let notes = "x".repeat(400_000);
        let row = json!({ "id": id, "name": id.to_string(), "notes": format!("\"{notes}\"") });
        put(&mut data, object(&row)).await.unwrap();
    }
    let mut request = list(&[]);
    let mut sizes = Vec::new();
    loop {
        let page = data.list_rows(request.clone()).await.unwrap().into_inner();
        sizes.push(page.rows.len());
        let Some(next) = page.next_page_token else {
            break;
        };
        request.page_token = next;
    }
    assert_eq!(sizes, [3, 3]);
}

fn line(table: &str, row: &serde_json::Value) -> ImportRowsRequest {
    ImportRowsRequest {
        table: table.to_owned(),
        row: Some(object(row)),
        line: 0,
        last: false,
    }
}

/// Rows of which the last says that it is.
fn whole(mut rows: Vec<ImportRowsRequest>) -> Vec<ImportRowsRequest> {
    if let Some(row) = rows.last_mut() {
        row.last = true;
    }
    rows
}

#[tokio::test]
async fn what_is_exported_is_imported_elsewhere_in_any_order() {
    let (_shop, mut data) = shop_with(&["Ada", "Bob"]).await;
    let bought =
        json!({ "id": "018f3f64-0000-7000-8000-000000000001", "customer": 2, "bought_at": 7 });
    let rows = vec![line("shop.purchase", &bought)];
    data.import_rows(iter(whole(rows))).await.unwrap();
    let exported = data
        .export_rows(ExportRowsRequest::default())
        .await
        .unwrap();
    let exported: Vec<_> = exported.into_inner().map(|it| it.unwrap()).collect().await;
    let tables: Vec<_> = exported.iter().map(|it| it.table.as_str()).collect();
    assert_eq!(tables, ["shop.customer", "shop.customer", "shop.purchase"]);

    let (_other, mut other) = shop_with(&[]).await;
    let turned = exported.iter().rev().map(|it| ImportRowsRequest {
        table: it.table.clone(),
        row: it.row.clone(),
        line: 0,
        last: false,
    });
    let turned: Vec<_> = turned.collect();
    let imported = other
        .import_rows(iter(whole(turned)))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(imported.imported, 3);
    let again = other
        .export_rows(ExportRowsRequest::default())
        .await
        .unwrap();
    let again: Vec<_> = again.into_inner().map(|it| it.unwrap()).collect().await;
    assert_eq!(again, exported);
}

#[tokio::test]
async fn rows_without_a_last_one_were_cut_off() {
    let (_shop, mut data) = shop_with(&[]).await;
    let ada = line("shop.customer", &json!({ "id": 1, "name": "Ada" }));
    let refused = data.import_rows(iter(vec![ada.clone()])).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    Aborted: the rows were cut off: none of them is marked as the last
    reason IMPORT_CUT_OFF of sdk
    hint: nothing was imported
    ");
    assert_eq!(names(&mut data, list(&[])).await, "");
    let last = ImportRowsRequest {
        last: true,
        ..ImportRowsRequest::default()
    };
    let imported = data.import_rows(iter(vec![ada, last])).await.unwrap();
    assert_eq!(imported.into_inner().imported, 1);
}

#[tokio::test]
async fn an_import_with_a_fault_writes_nothing_and_names_each() {
    let (_shop, mut data) = shop_with(&[]).await;
    let rows = vec![
        line("shop.customer", &json!({ "id": 1, "name": "Ada" })),
        line("shop.customer", &json!({ "id": 1, "name": "Bob" })),
        line("shop.nothing", &json!({})),
        ImportRowsRequest {
            line: 9,
            ..line("shop.customer", &json!({ "id": 2 }))
        },
    ];
    let refused = data.import_rows(iter(whole(rows))).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    InvalidArgument: line 2: key [1] of `shop.customer` stands in line 1 already
    line 3: the store has no table `shop.nothing`
    line 9: field `name` of `customer` is missing; it has no default and is not nullable
    reason ROWS_INVALID of sdk
    hint: nothing was imported
    ");
    let orphan =
        json!({ "id": "018f3f64-0000-7000-8000-000000000001", "customer": 2, "bought_at": 7 });
    let rows = vec![
        line("shop.customer", &json!({ "id": 1, "name": "Ada" })),
        line("shop.purchase", &orphan),
    ];
    let refused = data.import_rows(iter(whole(rows))).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    FailedPrecondition: line 2: field `customer` of `shop.purchase` refers to 2, which `shop.customer` does not have
    reason REFERENCE_MISSING of sdk
    hint: nothing was imported
    field customer: refers to a row that is not there
    ");
    assert_eq!(names(&mut data, list(&[])).await, "");
}

#[tokio::test]
async fn an_import_holds_no_more_than_it_may() {
    let shop = Shop::open().await;
    let services = shop.rows_by(Data::holding(&shop.host, 300));
    let mut data = DataServiceClient::on(services.channel(Caller::owner()));
    let rows = |count: u64| {
        let row = |id: u64| {
            line(
                "shop.customer",
                &json!({ "id": id, "name": id.to_string() }),
            )
        };
        whole((1..=count).map(row).collect())
    };
    let refused = data.import_rows(iter(rows(50))).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    ResourceExhausted: the rows have more than 300 bytes, which is the most of an import
    reason IMPORT_TOO_LARGE of sdk
    hint: nothing was imported: import the rows in parts, those that others refer to first; an export may be cut between any two lines
    ");
    assert_eq!(names(&mut data, list(&[])).await, "");

    // What was held has been given back, and one part of it fits.
    let (held, waits) = tokio::sync::mpsc::channel(8);
    let mut other = data.clone();
    let import = tokio::spawn(async move {
        let rows = tokio_stream::wrappers::ReceiverStream::new(waits);
        other.import_rows(rows).await
    });
    for mut row in rows(4) {
        row.last = false;
        held.send(row).await.unwrap();
    }
    while held.capacity() < held.max_capacity() {
        tokio::task::yield_now().await;
    }
    let refused = data.import_rows(iter(rows(4))).await.unwrap_err();
    insta::assert_snapshot!(shown(&refused), @r"
    ResourceExhausted: with other imports these rows have more than 300 bytes
    reason IMPORTS_BUSY of sdk
    hint: nothing was imported
    ");
    held.send(ImportRowsRequest {
        last: true,
        ..ImportRowsRequest::default()
    })
    .await
    .unwrap();
    drop(held);
    assert_eq!(import.await.unwrap().unwrap().into_inner().imported, 4);
    let imported = data.import_rows(iter(rows(4))).await.unwrap();
    assert_eq!(imported.into_inner().imported, 4);
}

#[tokio::test]
async fn a_rare_row_is_found_in_pages_that_may_be_empty() {
    let shop = Shop::open().await;
    let customers = (0..30_000).map(|id| Customer {
        id,
        name: id.to_string(),
        credit: (id == 25_000).then_some(7),
        since: None,
        notes: None,
        photo: None,
    });
    let load = shop
        .host
        .store()
        .write_alone(async |tx| tx.load(customers).await);
    load.await.unwrap();
    let mut data: DataServiceClient = shop.client();
    let mut request = list(&["credit=7"]);
    let first = data.list_rows(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.rows.len(), 0);
    request.page_token = first.next_page_token.unwrap();
    let second = data.list_rows(request).await.unwrap().into_inner();
    assert_eq!(second.rows.len(), 1);
    assert_eq!(second.next_page_token, None);
    // Where an index serves, one page has it.
    assert_eq!(names(&mut data, list(&["name=25000"])).await, "25000");
}

/// What becomes of writing a row of a table in each way there is.
async fn written(data: &mut DataServiceClient, table: &str) -> [Status; 3] {
    let put = PutRowRequest {
        table: table.to_owned(),
        ..PutRowRequest::default()
    };
    let delete = DeleteRowRequest {
        table: table.to_owned(),
        key: Vec::new(),
    };
    let import = whole(vec![line(table, &json!({}))]);
    // No table takes an empty row, or has an empty key.
    [
        data.put_row(put).await.unwrap_err(),
        data.delete_row(delete).await.unwrap_err(),
        data.import_rows(iter(import)).await.unwrap_err(),
    ]
}

#[tokio::test]
async fn the_librarys_tables_are_written_by_those_alone_who_have_a_permission_for_that() {
    let shop = Shop::open().await;
    let token = |permissions: &[&str]| {
        let permissions = permissions.iter().map(|it| (*it).to_owned()).collect();
        let caller = Caller::token("ci", Vec::new(), permissions);
        DataServiceClient::on(shop.services.channel(caller))
    };
    let mut writer = token(&["sdk.data.*"]);
    let mut system = token(&["sdk.data.*", "sdk.system.write"]);
    let schema = shop.host.store().schema().schema();
    assert!(schema.tables.len() > 2);
    for name in schema.tables.keys() {
        let table = name.to_string();
        let is_denied = |status: &Status| status.code() == Code::PermissionDenied;
        let own = name.module == sdk_schema::BUILT_IN_MODULE;
        let found = written(&mut writer, &table).await;
        assert_eq!(
            found.each_ref().map(is_denied),
            [own; 3],
            "{table}: {found:?}"
        );
        let found = written(&mut system, &table).await;
        assert_eq!(
            found.each_ref().map(is_denied),
            [false; 3],
            "{table}: {found:?}"
        );
        let read = ListRowsRequest {
            table,
            ..ListRowsRequest::default()
        };
        writer.list_rows(read).await.unwrap();
    }
    let [put, _, import] = written(&mut writer, "sdk.job_override").await;
    insta::assert_snapshot!(shown(&put), @r"
    PermissionDenied: `sdk.job_override` is a table of the library: `token:ci` may not write it without the permission sdk.system.write
    reason SYSTEM_TABLE of sdk
    hint: `sdk.v1.JobService` changes what it holds
    ");
    insta::assert_snapshot!(shown(&import), @r"
    PermissionDenied: line 1: `sdk.job_override` is a table of the library: `token:ci` may not write it without the permission sdk.system.write
    reason SYSTEM_TABLE of sdk
    hint: `sdk.v1.JobService` changes what it holds
    ");
    let [put, ..] = written(&mut shop.client(), "sdk.job_override").await;
    assert_eq!(put.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn tables_are_counted_checked_and_dumped() {
    let (_shop, mut data) = shop_with(&["Ada", "Bob"]).await;
    let tables = data
        .list_tables(ListTablesRequest {})
        .await
        .unwrap()
        .into_inner()
        .tables;
    let customers = tables
        .iter()
        .find(|it| it.table == "shop.customer")
        .unwrap();
    assert_eq!(customers.rows, 2);
    let table = Some("shop.customer".to_owned());
    let checked = data
        .check(CheckRequest { table })
        .await
        .unwrap()
        .into_inner();
    let report = checked.report.unwrap();
    assert_eq!(
        (report.tables[0].rows, report.faults.len(), report.pages),
        (2, 0, None)
    );
    let tables = vec!["shop.customer".to_owned()];
    let dumped = data
        .dump(DumpRequest { tables })
        .await
        .unwrap()
        .into_inner();
    let dumped: Vec<_> = dumped.map(|it| it.unwrap().tree).collect().await;
    assert_eq!(dumped.len(), 6, "{dumped:?}");
}

#[tokio::test]
async fn a_copy_lands_in_a_file_that_the_owner_names() {
    let (shop, mut data) = shop_with(&["Ada"]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("copy.redb").display().to_string();
    let request = || SnapshotRequest { file: file.clone() };
    let copied = data.snapshot(request()).await.unwrap().into_inner();
    assert_eq!((copied.file.as_str(), copied.faults), (file.as_str(), 0));
    let again = data.snapshot(request()).await.unwrap_err();
    assert!(
        shown(&again).contains("is there already\nreason FILE_EXISTS"),
        "{again:?}"
    );
    let relative = SnapshotRequest {
        file: "copy.redb".to_owned(),
    };
    let relative = data.snapshot(relative).await.unwrap_err();
    assert!(
        shown(&relative).contains("reason FILE_INVALID"),
        "{relative:?}"
    );

    let token = Caller::token("ci", Vec::new(), vec!["*".to_owned()]);
    let mut stranger = DataServiceClient::on(shop.services.channel(token));
    let refused = stranger.snapshot(request()).await.unwrap_err();
    assert!(
        shown(&refused).contains("reason FILE_NOT_ALLOWED"),
        "{refused:?}"
    );
}
