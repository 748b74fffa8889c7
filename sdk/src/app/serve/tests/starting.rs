//! What is answered while a host starts.

use tonic::{Code, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_types::StatusExt;

use super::*;
use crate::{
    proto::sdk::v1::{ListModulesRequest, ModuleServiceClient},
    rpc::Client,
};

fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

impl Shop {
    async fn lists_modules(&self) -> Result<usize, Status> {
        let mut modules = ModuleServiceClient::on(self.over_the_port());
        let listed = modules.list_modules(ListModulesRequest {}).await?;
        Ok(listed.into_inner().modules.len())
    }

    async fn is_ready(&mut self) {
        self.host.start(&[]).await.unwrap();
        self.serving.ready(HashMap::new()).await.unwrap();
    }
}

#[tokio::test]
async fn health_says_that_a_host_starts_and_tells_whoever_watches_when_it_serves() {
    let mut shop = Shop::starting(false).await;
    let connection = shop.server().connect().await.unwrap();
    let mut health = HealthClient::new(connection);
    let watched = health.watch(about("")).await.unwrap();
    let mut watched = watched.into_inner();
    let mut next = async || watched.message().await.unwrap().unwrap().status();
    for service in ["", "sdk.v1.ModuleService"] {
        let answer = health.check(about(service)).await.unwrap();
        let status = answer.into_inner().status();
        assert_eq!(status, ServingStatus::NotServing, "{service}");
    }
    assert_eq!(next().await, ServingStatus::NotServing);
    shop.is_ready().await;
    assert_eq!(next().await, ServingStatus::Serving);
    assert_eq!(shop.lists_modules().await.unwrap(), 2);
    let Shop { serving, .. } = shop;
    let (told, ()) = tokio::join!(next(), serving.stop(Duration::ZERO));
    assert_eq!(told, ServingStatus::NotServing);
}

#[tokio::test]
async fn what_is_called_while_a_host_starts_is_refused_and_counted() {
    let mut shop = Shop::starting(false).await;
    let refused = shop.lists_modules().await.unwrap_err();
    let details = refused.get_error_details();
    let reason = details.error_info().map(|it| it.reason.as_str());
    assert_eq!(
        (refused.code(), reason),
        (Code::Unavailable, Some("HOST_STARTING"))
    );
    assert!(refused.metadata().contains_key("x-request-id"));

    // What the host serves is not known yet.
    let connection = shop.server().connect().await.unwrap();
    let described = sdk_client::reflection::pool(connection).await;
    let refused = described.unwrap_err().to_string();
    assert!(refused.contains("the host starts"), "{refused}");

    let counted = shop.page("/metrics").await;
    let method = r#"method="sdk.v1.ModuleService/ListModules",code="UNAVAILABLE"} 1"#;
    assert!(counted.contains(method), "{counted}");
    assert!(shop.page("/readyz").await.starts_with("HTTP/1.0 503"));
    shop.is_ready().await;
    assert_eq!(shop.lists_modules().await.unwrap(), 2);
}
