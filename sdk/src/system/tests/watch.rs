//! Changes, told as they are committed.

use std::time::Duration;

use super::*;
use crate::{
    proto::sdk::v1::{
        DataServiceClient, Effect, PutRowRequest, WatchRowsRequest, WatchRowsResponse,
    },
    rpc::Streaming,
    store::Retention,
    system::rows::struct_to_json,
};

async fn put(data: &mut DataServiceClient, id: u64, name: &str) {
    let request = PutRowRequest {
        table: "shop.customer".to_owned(),
        row: Some(customer(id, name)),
        mode: 0,
    };
    data.put_row(request).await.unwrap();
}

fn customers(filter: &[&str], from: Option<u64>) -> WatchRowsRequest {
    WatchRowsRequest {
        tables: vec!["shop.customer".to_owned()],
        filter: filter.iter().map(|it| (*it).to_owned()).collect(),
        from,
    }
}

async fn next(stream: &mut Streaming<WatchRowsResponse>) -> WatchRowsResponse {
    let next = tokio::time::timeout(Duration::from_secs(30), stream.message());
    next.await.unwrap().unwrap().unwrap()
}

#[tokio::test]
async fn changes_come_with_what_was_before_and_go_on_from_a_revision() {
    let shop = Shop::open().await;
    let mut data: DataServiceClient = shop.client();
    let watched = data
        .watch_rows(customers(&["name=Ada"], None))
        .await
        .unwrap();
    let mut stream = watched.into_inner();
    let begins = next(&mut stream).await;
    assert!(begins.changes.is_empty());
    put(&mut data, 1, "Ada").await;
    put(&mut data, 1, "Bob").await;
    let enters = next(&mut stream).await;
    assert_eq!(enters.changes[0].effect(), Effect::Enters);
    assert_eq!(enters.changes[0].old, None);
    let leaves = next(&mut stream).await;
    assert_eq!(leaves.changes[0].effect(), Effect::Leaves);
    let new = leaves.changes[0].new.as_ref().unwrap();
    assert_eq!(struct_to_json(new)["name"], "Bob");
    assert_eq!(leaves.revision, enters.revision + 1);

    let again = data
        .watch_rows(customers(&[], Some(enters.revision)))
        .await
        .unwrap();
    let mut again = again.into_inner();
    assert_eq!(next(&mut again).await.revision, enters.revision);
    assert_eq!(next(&mut again).await.revision, leaves.revision);
}

#[tokio::test]
async fn a_revision_that_the_log_has_no_longer_is_out_of_range() {
    let shop = Shop::open().await;
    let mut data: DataServiceClient = shop.client();
    shop.host.store().keep_log(Retention {
        bytes: 0,
        ..Retention::default()
    });
    for name in ["Ada", "Bob", "Cid"] {
        put(&mut data, 1, name).await;
    }
    let newest = shop.host.store().revision();
    let ahead = data
        .watch_rows(customers(&[], Some(newest + 9)))
        .await
        .unwrap_err();
    assert!(
        shown(&ahead).contains(&format!("reason AHEAD of sdk\nnewest: {newest}")),
        "{ahead:?}"
    );

    let mut stream = data
        .watch_rows(customers(&[], Some(1)))
        .await
        .unwrap()
        .into_inner();
    next(&mut stream).await;
    let compacted = stream.message().await.unwrap_err();
    assert_eq!(compacted.code(), tonic::Code::OutOfRange);
    assert!(
        shown(&compacted).contains("reason COMPACTED of sdk"),
        "{compacted:?}"
    );
    assert!(shown(&compacted).contains("oldest: "), "{compacted:?}");
}

#[tokio::test]
async fn a_host_that_stops_ends_the_stream() {
    let shop = Shop::open().await;
    let mut data: DataServiceClient = shop.client();
    let mut stream = data
        .watch_rows(customers(&[], None))
        .await
        .unwrap()
        .into_inner();
    next(&mut stream).await;
    shop.host.begin_stop();
    insta::assert_snapshot!(shown(&stream.message().await.unwrap_err()), @r"
    Unavailable: the host stops
    reason HOST_STOPPING of sdk
    hint: watch again from the revision of the last message
    ");
}
