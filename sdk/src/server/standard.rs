//! The services that every gRPC server has: health and reflection.

use std::convert::Infallible;

use tonic::body::Body;
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::{Service as _, util::BoxCloneSyncService};

use crate::rpc::Dispatch;

/// The path below which health is asked for.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// The path below which reflection is asked for.
const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/";

type Boxed = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

/// Health and reflection. Cheap to clone; everybody may ask them.
#[derive(Clone)]
pub struct Standard {
    health: Boxed,
    reporter: HealthReporter,
    reflection: Option<Boxed>,
}

impl Standard {
    /// Those of a host that serves this.
    pub async fn serving(dispatch: &Dispatch) -> Self {
        let (reporter, health) = tonic_health::server::health_reporter();
        let standard = Self {
            health: Boxed::new(health),
            reporter,
            reflection: reflection(dispatch),
        };
        standard.set(dispatch, ServingStatus::Serving).await;
        standard
    }

    /// The host stops.
    pub async fn stopping(&self, dispatch: &Dispatch) {
        self.set(dispatch, ServingStatus::NotServing).await;
    }

    async fn set(&self, dispatch: &Dispatch, status: ServingStatus) {
        for service in dispatch.services().chain([""]) {
            self.reporter.set_service_status(service, status).await;
        }
    }

    /// The service for a path, if it is one of these.
    fn find(&self, path: &str) -> Option<Boxed> {
        if path.starts_with(HEALTH) {
            return Some(self.health.clone());
        }
        let asks_reflection = path.starts_with(REFLECTION);
        self.reflection.clone().filter(|_| asks_reflection)
    }

    /// Answers what is asked of these services; gives back what is not.
    pub(super) async fn call(
        &self,
        request: http::Request<Body>,
    ) -> Result<http::Response<Body>, http::Request<Body>> {
        let Some(mut service) = self.find(request.uri().path()) else {
            return Err(request);
        };
        match service.call(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}

/// Reflection, version 1, with comments and options.
fn reflection(dispatch: &Dispatch) -> Option<Boxed> {
    let descriptors = dispatch.methods().pool().encode_to_vec();
    let mut builder = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(&descriptors)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .with_service_name("grpc.health.v1.Health")
        .with_service_name("grpc.reflection.v1.ServerReflection");
    for service in dispatch.services() {
        builder = builder.with_service_name(service);
    }
    match builder.build_v1() {
        Ok(service) => Some(Boxed::new(service)),
        Err(error) => {
            tracing::error!(%error, "the services cannot be described");
            None
        }
    }
}

impl std::fmt::Debug for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Standard")
    }
}
