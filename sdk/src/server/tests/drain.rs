//! How a server stops.

use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::*;

impl Stand {
    /// Stops as a host does; what the test still holds of the server is not waited for.
    async fn stop(self, grace: Duration) -> Play {
        self.edge.stop().await;
        timeout(LONG, self.running.stop(grace)).await.unwrap();
        self.play
    }
}

#[tokio::test]
async fn whoever_watches_is_told_and_holds_nobody_up() {
    let stand = Stand::open().await;
    let mut rows = stand.watch("answer").await;
    assert!(rows.message().await.unwrap().is_some());
    let mut health = HealthClient::new(stand.connect(None).await);
    let watched = health.watch(HealthCheckRequest::default()).await.unwrap();
    let mut watched = watched.into_inner();
    assert!(watched.message().await.unwrap().is_some());

    // The grace is longer than the test waits.
    let play = stand.stop(2 * LONG).await;
    let status = rows.message().await.unwrap_err();
    let expected = (Code::Unavailable, "HOST_STOPPING".to_owned());
    assert_eq!(code_and_reason(&status), expected);
    let told = watched.message().await.unwrap().unwrap();
    assert_eq!(told.status(), ServingStatus::NotServing);
    let status = watched.message().await.unwrap_err();
    assert_eq!(code_and_reason(&status), expected);
    timeout(LONG, play.over()).await.unwrap();
}

#[tokio::test]
async fn a_call_under_way_has_its_grace_and_new_ones_are_refused() {
    let stand = Stand::open().await;
    let connection = stand.connect(Some(&stand.owner)).await;
    let under_way = tokio::spawn(call_on(connection.clone(), request("wait")));
    stand.play.begun().await;
    stand.edge.stop().await;
    let refused = call_on(connection, request("answer")).await.unwrap_err();
    let expected = (Code::Unavailable, "HOST_STOPPING".to_owned());
    assert_eq!(code_and_reason(&refused), expected);

    let play = stand.play.clone();
    let stopped = tokio::spawn(stand.stop(2 * LONG));
    play.release();
    assert_eq!(under_way.await.unwrap().unwrap(), "owner");
    timeout(LONG, stopped).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_takes_longer_than_its_grace_is_cut_off() {
    let stand = Stand::open().await;
    let connection = stand.connect(Some(&stand.owner)).await;
    let under_way = tokio::spawn(call_on(connection, request("wait")));
    stand.play.begun().await;
    let play = stand.stop(Duration::from_millis(20)).await;
    under_way.await.unwrap().unwrap_err();
    timeout(LONG, play.over()).await.unwrap();
}

#[tokio::test]
async fn connections_on_which_nothing_was_asked_hold_nobody_up() {
    for tls in [false, true] {
        let stand = Stand::with(Limits::default(), tls).await;
        let silent = stand.raw().await;
        let address = stand.address;
        // Another is served, so that the first has been accepted.
        stand.serves_others().await;
        stand.stop(2 * LONG).await;
        assert!(converse(silent, b"").await.is_empty());
        assert!(TcpStream::connect(address).await.is_err());
    }
}
