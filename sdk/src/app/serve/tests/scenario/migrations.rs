//! Migrations are taken back, planned, applied, and said to be what they are.

use super::{super::shop, *};
use crate::proto::sdk::v1::{
    ApplyRequest, CheckCompatibleRequest, DownRequest, GetLedgerRequest, GetPlanRequest,
    GetReleaseRequest, GetStatusRequest, LedgerAction, LedgerEvent, MarkAs, MarkRequest,
    MigrationState, VerifyRequest, migration_service_client::MigrationServiceClient,
    schema_service_client::SchemaServiceClient,
};

/// The migrations that a plan has.
async fn planned(caller: &Recorded) -> Vec<String> {
    let mut migrations = MigrationServiceClient::new(caller.clone());
    let plan = migrations.get_plan(GetPlanRequest::default()).await;
    let pending = plan.unwrap().into_inner().pending;
    let id = |it: &crate::proto::sdk::v1::PlannedMigration| {
        format!("{}/{}_{}", it.module, it.stamp, it.name)
    };
    pending.iter().map(id).collect()
}

/// How the last migration stands.
async fn state(caller: &Recorded) -> MigrationState {
    let mut migrations = MigrationServiceClient::new(caller.clone());
    let status = migrations.get_status(GetStatusRequest {}).await.unwrap();
    let last = status.into_inner().migrations.pop().unwrap();
    assert!(shop::LAST.ends_with(&last.name), "{last:?}");
    last.state()
}

/// What is there keeps its rows, and rows that come in between get the default.
pub(super) async fn back_and_forth(caller: &Recorded) {
    assert_eq!(state(caller).await, MigrationState::Applied);
    let mut migrations = MigrationServiceClient::new(caller.clone());
    let to = shop::BEFORE_THE_LAST.to_owned();
    let told = all(migrations
        .down(DownRequest { to })
        .await
        .unwrap()
        .into_inner())
    .await;
    let report = told.last().unwrap().report.as_ref().unwrap();
    assert_eq!(report.taken_back, [shop::LAST]);
    assert_eq!(state(caller).await, MigrationState::Pending);
    assert_eq!(planned(caller).await, [shop::LAST]);
    put(caller, 4, "paper").await;
    assert_eq!(get(caller, 4).await.unwrap().get("stored"), None);

    let applied = migrations.apply(ApplyRequest::default()).await.unwrap();
    let told = all(applied.into_inner()).await;
    let report = told.last().unwrap().report.as_ref().unwrap();
    assert_eq!(report.applied[0].id, shop::LAST);
    assert!(report.snapshot.is_some());
    assert_eq!(planned(caller).await, [""; 0]);
    assert_eq!(get(caller, 4).await.unwrap()["stored"], 7);
}

/// Somebody says that it is pending, and thinks better of it.
pub(super) async fn by_hand(caller: &Recorded) {
    let mut migrations = MigrationServiceClient::new(caller.clone());
    for (mark, after) in [
        (MarkAs::Pending, vec![shop::LAST]),
        (MarkAs::Applied, vec![]),
    ] {
        let request = MarkRequest {
            migration: shop::LAST.to_owned(),
            r#as: mark.into(),
            reason: "to see what becomes of it".to_owned(),
        };
        migrations.mark(request).await.unwrap();
        assert_eq!(planned(caller).await, after);
    }
    let ledger = migrations.get_ledger(GetLedgerRequest {}).await.unwrap();
    let events = ledger.into_inner().events;
    let actions: Vec<_> = events.iter().map(LedgerEvent::action).collect();
    let expected = [
        LedgerAction::TakenBack,
        LedgerAction::MarkedPending,
        LedgerAction::MarkedApplied,
    ];
    assert_eq!(actions, expected);
    let verified = migrations.verify(VerifyRequest {}).await.unwrap();
    let checks = verified.into_inner().checks;
    assert!(checks.iter().all(|it| it.holds), "{checks:?}");
}

pub(super) async fn releases(caller: &Recorded) {
    let mut schema = SchemaServiceClient::new(caller.clone());
    let release = schema.get_release(GetReleaseRequest {}).await.unwrap();
    let release = release.into_inner().release;
    let mut earlier: Value = serde_json::from_str(&release).unwrap();
    earlier["migrations"].as_array_mut().unwrap().pop();
    let mut migrations = MigrationServiceClient::new(caller.clone());
    let mut new = async |release: String| {
        let request = CheckCompatibleRequest { release };
        let told = migrations.check_compatible(request).await;
        told.unwrap().into_inner().new
    };
    assert_eq!(new(release).await, [""; 0]);
    assert_eq!(new(earlier.to_string()).await, [shop::LAST]);
}
