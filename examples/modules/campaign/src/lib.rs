//! Organisations raise money for projects.
//!
//! An example of a module that grew over months: its migrations rename,
//! fill, widen and drop, interleaved in time with those of `geo`, to whose
//! countries, currencies and languages its tables refer. Read `tables.rs` for
//! what it stores, `jobs.rs` for what it does by itself, `steps.rs` for the code
//! that its migrations run.

mod jobs;
mod progress;
mod service;
mod slug;
mod steps;
mod tables;
#[cfg(test)]
mod testing;

use sdk::prelude::*;

use crate::{
    jobs::{digest, expire_pledges},
    steps::{count_minor_units, fill_slugs},
};

pub use service::CampaignService;
pub use tables::{
    Organisation, Pledge, PledgeStatus, Project, ProjectStatus, ProjectTag, Supporter, Tag,
};

sdk::include_module!();

/// The module, for a host to link.
#[derive(Module)]
#[module(
    name = "campaign",
    requires(geo::Geo),
    tables(Organisation, Project, Supporter, Pledge, Tag, ProjectTag),
    jobs(digest, expire_pledges),
    steps(fill_slugs, count_minor_units),
    services(CampaignService)
)]
pub struct Campaign;
