//! Migrations, seeds and jobs on a real store, with modules made by hand.

#[cfg(test)]
#[path = "run/bench.rs"]
mod bench;
#[cfg(test)]
#[path = "run/evolutions.rs"]
mod evolutions;
#[cfg(test)]
#[path = "run/generate.rs"]
mod generate;
#[cfg(test)]
#[path = "run/history.rs"]
mod history;
#[cfg(test)]
#[path = "run/jobs.rs"]
mod jobs;
#[cfg(test)]
#[path = "run/killed.rs"]
mod killed;
#[cfg(test)]
#[path = "run/killed_migrations.rs"]
mod killed_migrations;
#[cfg(test)]
#[path = "run/link.rs"]
mod link;
#[cfg(test)]
#[path = "run/migrate.rs"]
mod migrate;
#[cfg(test)]
#[path = "run/old_format.rs"]
mod old_format;
#[cfg(test)]
#[path = "run/repair.rs"]
mod repair;
#[cfg(test)]
#[path = "run/row_steps.rs"]
mod row_steps;
#[cfg(test)]
#[path = "run/seed.rs"]
mod seed;
#[cfg(test)]
#[path = "run/start.rs"]
mod start;
