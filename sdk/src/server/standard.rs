//! The services that every gRPC server has: health and reflection.

use std::convert::Infallible;

use tonic::body::Body;
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::{Service as _, ServiceExt as _, util::BoxCloneSyncService};

use super::edge::Shape;
use crate::rpc::Dispatch;

/// What health is asked by.
const HEALTH: [(&str, Shape); 2] = [
    ("/grpc.health.v1.Health/Check", Shape::UNARY),
    ("/grpc.health.v1.Health/Watch", Shape::STREAM),
];

/// What reflection is asked by.
const REFLECTION: &str = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";

/// What reflection was asked by before version 1, with the same messages. Python's
/// `grpcio-reflection` knows no other. It is answered, and not listed.
const REFLECTION_ALPHA: &str = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

/// The paths of these services, as requests have them.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    let health = HEALTH.iter().map(|(path, _)| *path);
    health.chain([REFLECTION, REFLECTION_ALPHA])
}

/// A service of these. It is always ready.
pub(super) type Boxed = BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

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
    pub(super) fn find(&self, path: &str) -> Option<(Shape, Boxed)> {
        if path == REFLECTION {
            return Some((Shape::STREAM, self.reflection.clone()));
        }
        if path == REFLECTION_ALPHA {
            let service = self.reflection.clone().map_request(at_version_1);
            return Some((Shape::STREAM, Boxed::new(service)));
        }
        let (_, shape) = HEALTH.iter().find(|(known, _)| *known == path)?;
        Some((*shape, self.health.clone()))
    }

    pub(super) async fn answer(
        mut service: Boxed,
        request: http::Request<Body>,
    ) -> http::Response<Body> {
        match service.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// The same question as version 1 is asked it.
fn at_version_1(mut request: http::Request<Body>) -> http::Request<Body> {
    *request.uri_mut() = http::Uri::from_static(REFLECTION);
    request
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
