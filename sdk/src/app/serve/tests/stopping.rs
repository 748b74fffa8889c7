//! How a host stops.

use tokio::{task::yield_now, time::timeout};

use super::*;
use crate::{
    proto::sdk::v1::{DataServiceClient, ImportRowsRequest},
    rpc::{Client, Status},
};

/// Longer than the test waits.
const GRACE: Duration = Duration::from_mins(30);

impl Shop {
    /// Begins a call over the port that never ends, and returns once it is under way.
    async fn imports_forever(&self) -> tokio::task::JoinHandle<Result<(), Status>> {
        let mut data = DataServiceClient::on(self.over_the_port());
        let importing = tokio::spawn(async move {
            let rows = tokio_stream::pending::<ImportRowsRequest>();
            data.import_rows(rows).await.map(drop)
        });
        while !self.page("/metrics").await.contains("sdk_calls_open 1") {}
        importing
    }

    /// Begins a run that ends only when it is aborted, and returns once it is under way.
    async fn sleeps(&self) {
        let scheduler = self.host.scheduler().clone();
        let mut changes = scheduler.changes();
        let sleeper = scheduler.clone();
        tokio::spawn(async move { sleeper.run_now("shop.sleep").await });
        while scheduler.history(None, 1).await.unwrap().is_empty() {
            changes.changed().await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_a_job_has_had_of_the_grace_a_call_over_the_port_does_not_get_again() {
    let shop = Shop::open(false).await;
    shop.sleeps().await;
    let importing = shop.imports_forever().await;
    let clock = shop.host.clock().clone();
    let time_passes = async {
        loop {
            clock.advance(Duration::from_mins(1));
            yield_now().await;
        }
    };
    let stopped = async {
        tokio::select! {
            () = shop.serving.stop(GRACE) => {}
            () = time_passes => {}
        }
    };
    timeout(LONG, stopped).await.expect("the grace has passed");
    importing.await.unwrap().unwrap_err();
}
