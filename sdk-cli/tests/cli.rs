//! The tool from outside: each test is a session at a terminal, in a folder
//! that vanishes. Nothing is compiled here; `tests/tests/product/templates.rs`
//! builds and runs what the tool has written.

// Says to clippy that a panic is how a terminal reports a failure.
#[cfg(test)]
#[path = "cli/terminal.rs"]
mod terminal;

// The host is made for the tests, and panics as they do.
#[cfg(test)]
#[path = "cli/host.rs"]
mod host;

#[path = "cli/call.rs"]
mod call;
#[path = "cli/chain.rs"]
mod chain;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/completion.rs"]
mod completion;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/lints.rs"]
mod lints;
#[path = "cli/new_app.rs"]
mod new_app;
#[path = "cli/new_job.rs"]
mod new_job;
#[path = "cli/new_migration.rs"]
mod new_migration;
#[path = "cli/new_module.rs"]
mod new_module;
#[path = "cli/new_seed.rs"]
mod new_seed;
#[path = "cli/new_service.rs"]
mod new_service;
#[path = "cli/new_step.rs"]
mod new_step;
#[path = "cli/new_table.rs"]
mod new_table;
#[path = "cli/new_translation.rs"]
mod new_translation;
#[path = "cli/profile.rs"]
mod profile;
#[path = "cli/squash.rs"]
mod squash;
#[path = "cli/usage.rs"]
mod usage;
