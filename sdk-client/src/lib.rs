//! What speaks to a host from outside, with no generated code: everything
//! follows from descriptors, which are known at run time only.
//!
//! * [`Calls`] is the command line of a [`DescriptorPool`](prost_reflect::DescriptorPool):
//!   services and methods are commands, fields of requests are flags. A command
//!   line that was understood is a [`Call`], which runs on any channel and
//!   shows its replies on a [`Terminal`].
//! * [`Server`] says where a host is and how it is trusted, and connects to it.
//! * [`reflection::pool`] asks a host for its descriptors.
//! * [`completion`] makes shells complete commands.
//! * [`proto_text`] writes descriptors as `.proto` files again.
//!
//! This crate depends on no other of this workspace, and touches neither the
//! environment nor the home folder. Files and standard input are opened by the
//! caller's [`Inputs`], and what is shown goes to the caller's [`Terminal`].
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # std::fs::write(folder.path().join("geo.proto"), "syntax = \"proto3\"; package geo.v1;
//! #     service Geo { rpc Search(Query) returns (Query); } message Query { string text = 1; }")?;
//! # let descriptors = protox::Compiler::new([folder.path()])?.open_file("geo.proto")?.encode_file_descriptor_set();
//! use prost_reflect::DescriptorPool;
//! use sdk_client::{Calls, Files};
//!
//! let calls = Calls::new(DescriptorPool::decode(descriptors.as_slice())?);
//! let command = calls.command("call");
//! let matches = command.try_get_matches_from(["call", "geo", "search", "--text", "Wien"])?;
//! let call = calls.parse(&matches, &Files)?;
//! assert_eq!(call.method().full_name(), "geo.v1.Geo.Search");
//! // call.run(channel, &mut console, ctrl_c).await?;
//! # Ok(())
//! # }
//! ```
//!
//! It fails by [`UsageError`] when a command line is not understood, by
//! [`ConnectError`] when there is no connection, and by [`CallError`] when a
//! call does not end well.

mod comments;
mod human;
mod json;
mod options;
mod text;

mod command;
mod input;
mod names;
mod parse;
mod value;

mod call;
mod codec;
mod failure;
mod progress;
mod render;
mod terminal;

pub mod completion;
mod connection;
pub mod proto_text;
pub mod reflection;

#[cfg(any(test, sdk_fuzz))]
#[doc(hidden)]
pub mod fuzz;

pub use call::Call;
pub use codec::DynamicCodec;
pub use command::Calls;
pub use connection::{ConnectError, Connection, Fingerprint, FingerprintError, Server};
pub use failure::{CallError, Violation};
pub use human::parse_limit as parse_time_limit;
pub use input::{Files, Inputs, Source};
pub use parse::UsageError;
pub use progress::Progress;
pub use terminal::{Console, Terminal};
