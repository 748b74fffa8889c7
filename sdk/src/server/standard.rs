//! The services that every gRPC server has: health and reflection.

use std::{collections::BTreeSet, convert::Infallible, sync::OnceLock};

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

/// Health and reflection; everybody may ask them. There is health from the start,
/// reflection once it is known what is served.
pub(super) struct Standard {
    health: Boxed,
    reporter: HealthReporter,
    reflection: OnceLock<Boxed>,
}

impl Standard {
    /// Those of a host that starts, with services of these names.
    pub(super) async fn starting(services: &BTreeSet<&str>) -> Self {
        let (reporter, health) = tonic_health::server::health_reporter();
        let standard = Self {
            health: Boxed::new(health),
            reporter,
            reflection: OnceLock::new(),
        };
        for service in services.iter().copied().chain([""]) {
            standard.set(service, ServingStatus::NotServing).await;
        }
        standard
    }

    /// The host serves this, and no other of the services.
    pub(super) async fn ready(&self, services: &BTreeSet<&str>, dispatch: &Dispatch) {
        // A host is ready once.
        let _ = self.reflection.set(reflection(dispatch));
        let mut reporter = self.reporter.clone();
        for service in services.iter().filter(|it| !dispatch.serves(it)) {
            reporter.clear_service_status(service).await;
        }
        for service in dispatch.services().chain([""]) {
            self.set(service, ServingStatus::Serving).await;
        }
    }

    /// The host, which has served this, stops.
    pub(super) async fn stopping(&self, dispatch: &Dispatch) {
        for service in dispatch.services().chain([""]) {
            self.set(service, ServingStatus::NotServing).await;
        }
    }

    async fn set(&self, service: &str, status: ServingStatus) {
        self.reporter.set_service_status(service, status).await;
    }

    /// The service for a path, if it is one of these and there already.
    pub(super) fn find(&self, path: &str) -> Option<(Shape, Boxed)> {
        if path == REFLECTION {
            return Some((Shape::STREAM, self.reflection.get()?.clone()));
        }
        if path == REFLECTION_ALPHA {
            let service = self.reflection.get()?.clone().map_request(at_version_1);
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
