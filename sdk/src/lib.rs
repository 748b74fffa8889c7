//! Link modules, get an application.

extern crate self as sdk;

pub mod clock;

pub mod app;
pub mod cli;
pub mod jobs;
pub mod lang;
pub mod migrate;
pub mod module;
pub mod seed;
pub mod store;
