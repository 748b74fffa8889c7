//! From a command to the room that carries it out.

use std::path::Path;

use super::{
    Command, CommandError, DataCommand, JobCommand, LangCommand, Output, SeedCommand, data, doctor,
    job, lang, migrate, schema, seed, transfer,
};
use crate::{host::Host, migrate::Watch};

/// Carries out a command on an open host. `input` is what an import reads,
/// or where a snapshot goes; `watch` is told how migrations go on.
pub(crate) async fn execute(
    host: &Host,
    command: &Command,
    input: Option<&str>,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        Command::Serve(_) => Err(CommandError::usage("a running host cannot serve once more")),
        Command::Key(_) => Err(CommandError::usage(
            "a running host cannot change the key of its store",
        )),
        Command::Version => schema::write_version(host.linked(), out),
        Command::Schema => schema::write_schema(host.linked(), out),
        Command::Doctor => doctor::doctor(host, out).await,
        Command::Migrate(command) => migrate::run(host, command, watch, out).await,
        Command::Seed(command) => match command {
            SeedCommand::Real => seed::real(host, out).await,
            SeedCommand::Test { rows, rng } => seed::test(host, *rows, *rng, out).await,
        },
        Command::Data(command) => execute_data(host, command, input, out).await,
        Command::Job(command) => match command {
            JobCommand::List => job::list(host, out).await,
            JobCommand::Run { job } => job::run(host, job, out).await,
            JobCommand::History { job, limit } => {
                job::history(host, job.as_deref(), limit.get(), out).await
            }
        },
        Command::Lang(LangCommand::Show { locale, key }) => {
            lang::show(host.linked(), locale.as_deref(), key.as_deref(), out)
        }
    }
}

async fn execute_data(
    host: &Host,
    command: &DataCommand,
    input: Option<&str>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        DataCommand::List { table: None, .. } => data::tables(host, out).await,
        DataCommand::List {
            table: Some(table),
            filter,
            limit,
            after,
            reverse,
        } => {
            let selection = data::Selection {
                filter,
                limit: limit.get(),
                after: after.as_ref(),
                reverse: *reverse,
            };
            data::list(host, table, &selection, out).await
        }
        DataCommand::Get { table, key } => data::get(host, table, key, out).await,
        DataCommand::Export { tables } => transfer::export(host, tables, out).await,
        DataCommand::Import { file } => {
            transfer::import(host, file, input.unwrap_or_default(), out).await
        }
        DataCommand::Check { table, repair } => {
            data::check(host, table.as_deref(), *repair, out).await
        }
        DataCommand::Rewrite { table, .. } => data::rewrite(host, table.as_deref(), out).await,
        DataCommand::Compact => data::compact(host, out).await,
        DataCommand::Snapshot { file } => {
            let file = input.map_or(file.as_path(), Path::new);
            data::snapshot(host, file, out).await
        }
        DataCommand::Dump { tables } => data::dump(host, tables, out).await,
    }
}
