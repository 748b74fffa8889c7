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
    reflection: Boxed,
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
        path.starts_with(REFLECTION)
            .then(|| self.reflection.clone())
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
fn reflection(dispatch: &Dispatch) -> Boxed {
    let mut pool = dispatch.methods().pool().clone();
    let standard = [
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
    ];
    for descriptors in standard {
        // Services that are listed and not described can be called nevertheless.
        if let Err(error) = pool.decode_file_descriptor_set(descriptors) {
            tracing::error!(%error, "the standard services cannot be described");
        }
    }
    let standard = [
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
    ];
    let services = dispatch.services().chain(standard);
    Boxed::new(sdk_client::reflection::service(pool, services))
}

impl std::fmt::Debug for Standard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Standard")
    }
}
