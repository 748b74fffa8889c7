//! The server: one port for gRPC, gRPC-Web and plain HTTP.
//!
//! A [`Listener`] accepts connections, in TLS or in plain text ([`Transport`]),
//! and hands what is asked on them to an [`Edge`]. The edge finds out who calls
//! ([`identity`]), holds callers to the [`Limits`], gives the call to the
//! [`Dispatch`](crate::rpc::Dispatch), which asks the policy, and counts how it
//! ends ([`Metrics`]). All that is no gRPC goes to the pages of the host.
//!
//! ```text
//! accept -> TLS -> HTTP/1.1 or 2 -+-> pages of the host
//!                                 `-> edge: request id, identity, limits, deadline -> dispatch
//! ```
//!
//! **Invariants.** Whoever shows a wrong token is refused, not taken for
//! anonymous. One caller cannot use up what the others need: connections,
//! calls at once, calls in a second, the size of a request, what all requests of a
//! caller hold in memory, and the time of a call have limits. A host that stops ends streams by UNAVAILABLE, waits for
//! the calls under way, and cuts off what takes longer than its grace.
//! `docs/server.md` has the numbers.

mod activity;
mod certificate;
mod edge;
pub mod identity;
mod limits;
mod listener;
mod metrics;
mod observed;
mod places;
mod request_body;
mod source;
mod standard;
#[cfg(test)]
mod tests;
mod throttle;
mod transport;

pub use certificate::{Certificate, CertificateError};
pub use edge::{Edge, Peer};
pub use limits::Limits;
pub use listener::{Listener, Pages, RunningListener};
pub use metrics::Metrics;
pub use transport::{TlsSettings, Transport, TransportError};
