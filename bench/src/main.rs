//! Benchmarks beside peers, in one run: same machine, same data, same durability.
//!
//! `make bench` runs all of them and writes `docs/benchmarks.md`,
//! `docs/benchmarks-migrate.md` and `docs/benchmarks-rpc.md`. A part of it by hand:
//!
//! ```sh
//! cargo run --release -p bench --features peers -- store --only get --only scan
//! ```
//!
//! **Files.** `rounds` takes the engines in turn and finds medians, `machine`
//! asks the system, `markdown` writes tables. Each subject has a room of its
//! own: `store` measures the store, `migrate` migrations, `rpc` calls.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the terminal is what this program is for"
)]

mod machine;
mod markdown;
mod rounds;

mod migrate;
mod rpc;
mod store;

use clap::{Parser, Subcommand};

/// Measures this project beside its peers.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    subject: Subject,
}

#[derive(Debug, Subcommand)]
enum Subject {
    /// The store beside redb and, with `--features peers`, beside its peers.
    Store(store::Options),
    /// Migrations and, with `--features peers`, beside refinery and sqlx.
    Migrate(migrate::Options),
    /// A step over very many rows, and the memory that it takes.
    MigrateStep(migrate::StepOptions),
    /// Calls beside a bare tonic service.
    Rpc(rpc::Options),
    /// Fills one database: what `store` runs as a process of its own.
    #[command(hide = true)]
    StoreLoad(store::LoadOptions),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().subject {
        Subject::Store(options) => store::run(&options),
        Subject::Migrate(options) => migrate::run(&options),
        Subject::MigrateStep(options) => migrate::run_step(&options),
        Subject::Rpc(options) => rpc::run(&options),
        Subject::StoreLoad(options) => store::load(&options),
    }
}
