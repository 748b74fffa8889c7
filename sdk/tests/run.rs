//! Migrations, seeds and jobs on a real store, with modules made by hand.

#[path = "run/bench.rs"]
mod bench;
#[path = "run/generate.rs"]
mod generate;
#[path = "run/jobs.rs"]
mod jobs;
#[path = "run/migrate.rs"]
mod migrate;
#[path = "run/seed.rs"]
mod seed;
