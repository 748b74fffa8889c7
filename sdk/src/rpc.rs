//! Calls: who calls what, whether they may, and how the call gets there.
//!
//! A module declares its services in `proto/`; its manifest lists the types
//! that serve them ([`Service`]). A host puts all services of its modules into
//! one [`Dispatch`], which knows the policy of each method and refuses callers
//! that it does not allow. Whoever calls, calls through a [`Channel`]: it hands
//! the request to the dispatch of this process, or sends it to the host where
//! the service lives. Who calls ([`Caller`]), the request's id and its deadline
//! travel along.
//!
//! ```text
//! network -> server (identity, limits) -\
//! command line, jobs, modules -> Channel -+-> Dispatch (policy) -> service
//!                                  \-> another host
//! ```
//!
//! **Invariants.** No method is reached but through the dispatch. A caller that
//! is not known is [`Caller::anonymous`], and may call what is `public`. An error
//! that leaves says what its caller can do about it; inner detail goes to the
//! log ([`Failure`]).

mod budget;
mod call;
mod caller;
mod channel;
mod clients;
mod context;
pub(crate) mod deadline;
mod dispatch;
mod failure;
mod methods;
mod refused;
mod remote;
mod replies;
mod service;
pub mod time;

pub(crate) use budget::{Budget, UsedUp};
pub use call::{CallInfo, RequestId};
pub use caller::{Caller, CallerKind};
pub use channel::Channel;
pub use clients::{Clients, Services};
pub use context::{CallContext, ServiceContext};
pub use deadline::{TimeoutError, format_timeout, parse_timeout};
pub use dispatch::Dispatch;
pub use failure::Failure;
pub use methods::{Audit, Method, Methods, MethodsError, Policy};
pub(crate) use refused::{MAKE_ROOM, hint_of};
pub use remote::Remote;
pub(crate) use remote::{ON_BEHALF_OF, REQUEST_ID, read_on_behalf_of};
pub use replies::{Outlet, Replies, replies, replies_from_thread};
pub use service::{Client, MAX_REQUEST_BYTES, MadeService, Served, Service, ServiceDeclaration};

/// The messages of `google/protobuf/*.proto`.
pub use prost_types as well_known;
pub use tonic::{Code, Request, Response, Status, Streaming, async_trait, body::Body};

#[cfg(test)]
mod tests;
