//! Every system service, called in each way that there is.

use tokio::time::timeout;

use super::{recorded::Recorded, *};

impl Shop {
    /// Plays the scenario on a channel, and holds it to all methods of `sdk.v1`.
    async fn serves_everything_on(self, channel: Channel) {
        let caller = Recorded::new(channel);
        let played = scenario::play(&caller, self.data.path());
        timeout(LONG, played).await.expect("all calls are answered");

        let methods = self.host.linked().methods().unwrap();
        let own = methods
            .iter()
            .map(|(path, _)| path)
            .filter(|path| path.starts_with("/sdk.v1."));
        let missing: Vec<_> = own.filter(|path| !caller.has_answered(path)).collect();
        assert!(missing.is_empty(), "the scenario leaves out {missing:?}");
        self.serving.stop(Duration::ZERO).await;
    }
}

#[tokio::test]
async fn every_system_service_works_in_process() {
    let shop = Shop::open(false).await;
    let services = shop.serving.services.as_ref().unwrap();
    let channel = services.channel(Caller::owner());
    shop.serves_everything_on(channel).await;
}

#[cfg(unix)]
#[tokio::test]
async fn every_system_service_works_over_the_socket_of_the_owner() {
    let shop = Shop::open(false).await;
    let channel = crate::app::socket::connect(shop.data.path()).await.unwrap();
    shop.serves_everything_on(channel).await;
}

#[tokio::test]
async fn every_system_service_works_over_the_port_in_plain_text() {
    let shop = Shop::open(false).await;
    let channel = shop.over_the_port();
    shop.serves_everything_on(channel).await;
}

#[tokio::test]
async fn every_system_service_works_over_tls_with_a_certificate_known_by_its_fingerprint() {
    let shop = Shop::open(true).await;
    assert!(shop.server().url.starts_with("https://"));
    assert!(shop.server().fingerprint.is_some());
    let channel = shop.over_the_port();
    shop.serves_everything_on(channel).await;
}
