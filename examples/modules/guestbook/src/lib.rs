//! People leave a word and say where they are from.
//!
//! An example of a module that calls another one: `service.rs` and `jobs.rs` take
//! clients of `geo.v1.Geo` from their contexts and never learn where `geo` runs. A host
//! links both modules, or says with `App::remote` at which other host `geo` is. No
//! table here refers to one of `geo`: rows of two stores cannot refer to each other.

mod country;
mod jobs;
mod service;
mod tables;
#[cfg(test)]
mod tests;

use sdk::prelude::*;

use crate::jobs::tally;

pub use service::GuestbookService;
pub use tables::Entry;

sdk::include_module!();

/// The module, for a host to link.
#[derive(Module)]
#[module(
    name = "guestbook",
    requires(geo::Geo),
    tables(Entry),
    jobs(tally),
    services(GuestbookService)
)]
pub struct Guestbook;
