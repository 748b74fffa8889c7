//! The store is checked, put in order and copied.

use super::*;
use crate::proto::sdk::v1::{
    CheckReport, CheckRequest, CompactRequest, DumpRequest, DumpResponse, PageState, RepairRequest,
    RewriteRequest, SnapshotRequest,
};

async fn check(caller: &Recorded) -> CheckReport {
    let mut data = DataServiceClient::new(caller.clone());
    let table = Some(ITEM.to_owned());
    let checked = data.check(CheckRequest { table }).await.unwrap();
    checked.into_inner().report.unwrap()
}

/// Rows from before the last migration are written in the newest layout.
pub(super) async fn layouts(caller: &Recorded) {
    let before = check(caller).await.tables[0].in_old_layouts;
    assert!(before > 0, "a migration was applied to rows");
    let mut data = DataServiceClient::new(caller.clone());
    let table = Some(ITEM.to_owned());
    let rewritten = data.rewrite(RewriteRequest { table }).await.unwrap();
    assert_eq!(rewritten.into_inner().tables[0].rewritten, before);
    assert_eq!(check(caller).await.tables[0].in_old_layouts, 0);
}

pub(super) async fn store(caller: &Recorded, folder: &Path) {
    let mut data = DataServiceClient::new(caller.clone());
    let repaired = data.repair(RepairRequest { table: None }).await.unwrap();
    let report = repaired.into_inner().report.unwrap();
    assert_eq!(report.pages(), PageState::Verified);
    assert_eq!((report.faults.len(), report.rebuilt.len()), (0, 0));

    let compacted = data.compact(CompactRequest {}).await.unwrap().into_inner();
    assert!(compacted.bytes_before >= compacted.bytes_after);
    assert!(compacted.bytes_after > 0);

    let file = folder.join("copy.redb");
    let request = SnapshotRequest {
        file: file.display().to_string(),
    };
    let copied = data.snapshot(request).await.unwrap().into_inner();
    assert_eq!(copied.faults, 0);
    assert_eq!(copied.bytes, file.metadata().unwrap().len());

    let rows = check(caller).await.tables[0].rows;
    let tables = vec![ITEM.to_owned()];
    let dumped = all(data
        .dump(DumpRequest { tables })
        .await
        .unwrap()
        .into_inner())
    .await;
    let is_of = |letter: char| move |it: &&DumpResponse| it.tree.starts_with(letter);
    let rows_dumped = dumped.iter().filter(is_of('r')).count() as u64;
    let entries = dumped.iter().filter(is_of('x')).count() as u64;
    assert_eq!((rows_dumped, entries), (rows, rows));
}
