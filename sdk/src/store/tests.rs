//! Tests of the store through its public API.

mod alterations;
mod batches;
mod check;
mod compact;
mod constraints;
mod conversions;
mod damage;
#[cfg(feature = "encryption")]
mod encryption;
mod expired;
mod expiry;
mod faults;
mod feed;
mod filters;
mod fixture;
mod fuzzing;
mod groups;
mod keys;
mod layouts;
mod lists;
mod load;
mod model;
mod modules;
mod opening;
mod random_tables;
mod rewrite;
mod rows;
mod scans;
mod snapshots;
mod transactions;
mod types;
