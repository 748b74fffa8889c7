//! What a module lists in `services(…)`, and what a build makes of its protos.

use std::{convert::Infallible, fmt};

use tonic::body::Body;
use tower::util::BoxCloneSyncService;

use super::{Channel, ServiceContext};

/// The largest message that a service takes, in bytes.
pub const MAX_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// A service in a dispatch.
pub(super) type BoxedService =
    BoxCloneSyncService<http::Request<Body>, http::Response<Body>, Infallible>;

/// A type that serves a service of the module's protos. The manifest lists it.
///
/// ```ignore
/// pub struct BlogService { cx: ServiceContext }
///
/// impl Service for BlogService {
///     type Server = BlogServer<Self>;
///
///     fn new(cx: ServiceContext) -> Self {
///         Self { cx }
///     }
/// }
/// ```
pub trait Service: Sized + Send + Sync + 'static {
    /// The server that the build has made for the service.
    type Server: Served<Implementation = Self>;

    /// Makes it, once in the life of a host, before the first call.
    fn new(cx: ServiceContext) -> Self;
}

/// A generated server. The build implements it.
pub trait Served:
    tower::Service<
        http::Request<Body>,
        Response = http::Response<Body>,
        Error = Infallible,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static
{
    /// The full name of the service: `blog.v1.Blog`.
    const NAME: &'static str;

    /// What serves it.
    type Implementation;

    /// The server around an implementation, which takes messages up to that size.
    fn serving(implementation: Self::Implementation, max_request_bytes: usize) -> Self;
}

/// A generated client. The build implements it.
pub trait Client: Sized {
    /// The full name of the service: `blog.v1.Blog`.
    const SERVICE: &'static str;

    /// A client on a channel.
    fn on(channel: Channel) -> Self;
}

/// A service as a module lists it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ServiceDeclaration {
    /// The full name of the service: `blog.v1.Blog`.
    pub name: &'static str,
    make: fn(ServiceContext) -> BoxedService,
}

impl ServiceDeclaration {
    /// The service that a type serves.
    pub fn of<S: Service>() -> Self {
        Self {
            name: <S::Server as Served>::NAME,
            make: |cx| BoxCloneSyncService::new(S::Server::serving(S::new(cx), MAX_REQUEST_BYTES)),
        }
    }

    /// Makes the service.
    pub fn make(&self, cx: ServiceContext) -> MadeService {
        MadeService {
            name: self.name,
            service: (self.make)(cx),
        }
    }
}

/// A service that has been made.
pub struct MadeService {
    pub(super) name: &'static str,
    pub(super) service: BoxedService,
}

impl MadeService {
    /// A service around what serves it.
    pub fn of<S: Served>(implementation: S::Implementation) -> Self {
        Self {
            name: S::NAME,
            service: BoxCloneSyncService::new(S::serving(implementation, MAX_REQUEST_BYTES)),
        }
    }
}

impl fmt::Debug for MadeService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MadeService({})", self.name)
    }
}

impl fmt::Debug for ServiceDeclaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServiceDeclaration({})", self.name)
    }
}
