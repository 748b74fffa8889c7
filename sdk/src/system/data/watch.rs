//! Changes as they are committed.

use std::sync::Arc;

use sdk_schema::Row;
use tonic::{Response, Status};

use super::filter;
use crate::{
    host::Host,
    proto::sdk::v1::{self as wire, WatchRowsRequest, WatchRowsResponse},
    rpc::{Failure, Outlet, Replies, replies, time},
    store::{self, Batch, Effect, Feed, FeedError, StoreError},
    system::rows::to_struct,
};

/// The changes of the named tables, or of all, from a revision on.
pub(super) fn watch(
    host: &Arc<Host>,
    request: &WatchRowsRequest,
) -> Result<Response<Replies<WatchRowsResponse>>, Failure> {
    let store = host.store();
    let newest = store.revision();
    let from = request.from.unwrap_or(newest);
    if from > newest {
        return Err(FeedError::Ahead { from, newest }.into());
    }
    let feed = chosen(host, request)?.from(from);
    let host = Arc::clone(host);
    Ok(replies(move |out| async move {
        tokio::select! {
            ended = follow(feed, from, &out) => ended,
            () = host.stopping() => Err(stops().into()),
        }
    }))
}

fn stops() -> Failure {
    Failure::unavailable("HOST_STOPPING", "the host stops")
        .hint("watch again from the revision of the last message")
}

fn chosen(host: &Host, request: &WatchRowsRequest) -> Result<store::Watch<Row>, Failure> {
    let store = host.store();
    let schema = store.schema().schema();
    let named = request.tables.iter().map(|text| {
        let name = text.parse::<sdk_schema::TableName>().ok();
        let table = name.and_then(|name| schema.tables.get(&name));
        let table = table.ok_or_else(|| StoreError::UnknownTable {
            table: text.clone(),
        })?;
        Ok((text, table))
    });
    let named = named.collect::<Result<Vec<_>, StoreError>>()?;
    let watch = match named.as_slice() {
        [] => store.watch_all(),
        _ => store.watch_tables(request.tables.iter().cloned()),
    };
    let Some((name, table)) = named.first().filter(|_| !request.filter.is_empty()) else {
        return if request.filter.is_empty() {
            Ok(watch)
        } else {
            let detail = "conditions are on the fields of tables that are named";
            Err(Failure::invalid("TABLE_MISSING", detail).violation("tables", detail))
        };
    };
    let filters = filter::parse(name, table, &request.filter)?;
    Ok(filters
        .into_iter()
        .fold(watch, |watch, filter| filter.watch(watch)))
}

async fn follow(
    mut feed: Feed<Row>,
    from: u64,
    out: &Outlet<WatchRowsResponse>,
) -> Result<(), Status> {
    let begins = WatchRowsResponse {
        revision: from,
        is_last: true,
        ..WatchRowsResponse::default()
    };
    out.send(begins).await?;
    loop {
        match feed.next().await {
            Ok(batch) => out.send(message(&batch)).await?,
            // Nothing is lost, and whoever reads slowly knows that.
            Err(FeedError::Lagged { .. }) => {}
            Err(error) => return Err(Failure::from(error).into()),
        }
    }
}

fn message(batch: &Batch<Row>) -> WatchRowsResponse {
    let changes = batch.changes.iter().map(|change| wire::Change {
        table: change.table.to_string(),
        old: change.old.as_ref().map(to_struct),
        new: change.new.as_ref().map(to_struct),
        effect: effect(change.effect).into(),
        expired: change.expired,
    });
    WatchRowsResponse {
        revision: batch.revision,
        time: Some(time::to_message(batch.time)),
        changes: changes.collect(),
        is_last: batch.is_last,
    }
}

fn effect(effect: Effect) -> wire::Effect {
    match effect {
        Effect::Enters => wire::Effect::Enters,
        Effect::Stays => wire::Effect::Stays,
        Effect::Leaves => wire::Effect::Leaves,
    }
}
