//! The client from outside: command lines made from a pool that is compiled
//! here, and sessions with a server on this machine that knows the same pool.

// `cfg(test)` says to clippy that a panic is how these report a failure.
#[cfg(test)]
#[path = "client/descriptors.rs"]
mod descriptors;
#[cfg(test)]
#[path = "client/host.rs"]
mod host;
#[cfg(test)]
#[path = "client/reflection.rs"]
mod reflection;
#[cfg(test)]
#[path = "client/screen.rs"]
mod screen;

#[cfg(test)]
#[path = "client/completion.rs"]
mod completion;
#[cfg(test)]
#[path = "client/connections.rs"]
mod connections;
#[cfg(test)]
#[path = "client/flags.rs"]
mod flags;
#[cfg(test)]
#[path = "client/help.rs"]
mod help;
#[cfg(test)]
#[path = "client/names.rs"]
mod names;
#[cfg(test)]
#[path = "client/proto_text.rs"]
mod proto_text;
#[cfg(test)]
#[path = "client/round_trip.rs"]
mod round_trip;
#[cfg(test)]
#[path = "client/session.rs"]
mod session;
