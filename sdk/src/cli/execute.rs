//! From a command to the room that carries it out.

use std::{io::BufRead, path::PathBuf};

use super::{
    Command, CommandError, DataCommand, JobCommand, LangCommand, Output, SeedCommand, Session,
    data, doctor, job, lang,
    migrate::{self, Watch},
    schema, seed, transfer,
};

/// What a command reads or writes besides standard output: the process opens it, for a
/// command knows no files.
#[derive(Default)]
pub(crate) struct Input {
    /// What an import reads.
    pub(crate) lines: Option<Box<dyn BufRead + Send>>,
    /// Where a copy of the store goes, in full.
    pub(crate) file: Option<PathBuf>,
    /// The row to put, as JSON text, or the release of an older binary.
    pub(crate) text: Option<String>,
    /// The call to make, which was understood before a host is asked.
    pub(crate) call: Option<sdk_client::Call>,
}

/// Carries out a command by calls to a host. `watch` is told how migrations go on.
pub(crate) async fn execute(
    session: &Session<'_>,
    command: &Command,
    input: Input,
    watch: Watch<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        // Calls are made by the process: they show replies as they come.
        Command::Serve(_)
        | Command::Key(_)
        | Command::Token(_)
        | Command::Completion { .. }
        | Command::Call(_) => Err(CommandError::usage("this is not for a host to do")),
        Command::Version => schema::version(session, out).await,
        Command::Schema => schema::schema(session, out).await,
        Command::Doctor => doctor::doctor(session, out).await,
        Command::Migrate(command) => migrate::run(session, command, input, watch, out).await,
        Command::Seed(command) => match command {
            SeedCommand::Real => seed::real(session, out).await,
            SeedCommand::Test { rows, rng } => seed::test(session, *rows, *rng, out).await,
        },
        Command::Data(command) => execute_data(session, command, input, out).await,
        Command::Job(command) => execute_job(session, command, out).await,
        Command::Lang(LangCommand::Show { locale, key }) => {
            lang::show(session, locale.as_deref(), key.as_deref(), out).await
        }
    }
}

async fn execute_data(
    session: &Session<'_>,
    command: &DataCommand,
    input: Input,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        DataCommand::List { table: None, .. } => data::tables(session, out).await,
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
            data::list(session, table, &selection, out).await
        }
        DataCommand::Get { table, key } => data::get(session, table, key, out).await,
        DataCommand::Put { table, .. } => {
            data::put(session, table, &input.text.unwrap_or_default(), out).await
        }
        DataCommand::Delete { table, key } => data::delete(session, table, key, out).await,
        DataCommand::Watch {
            tables,
            filter,
            from,
        } => data::watch(session, tables, filter, *from, out).await,
        DataCommand::Export { tables } => transfer::export(session, tables, out).await,
        DataCommand::Import { file } => transfer::import(session, file, input.lines, out).await,
        DataCommand::Check { table, repair } => {
            data::check(session, table.as_deref(), *repair, out).await
        }
        DataCommand::Rewrite { table, .. } => data::rewrite(session, table.as_deref(), out).await,
        DataCommand::Compact => data::compact(session, out).await,
        DataCommand::Snapshot { file } => {
            let full = input.file.as_deref().unwrap_or(file);
            data::snapshot(session, full, out).await
        }
        DataCommand::Dump { tables } => data::dump(session, tables, out).await,
    }
}

async fn execute_job(
    session: &Session<'_>,
    command: &JobCommand,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    match command {
        JobCommand::List => job::list(session, out).await,
        JobCommand::Run { job } => job::run(session, job, out).await,
        JobCommand::History { job, limit } => {
            job::history(session, job.as_deref(), limit.get(), out).await
        }
        JobCommand::Set {
            job,
            schedule,
            tz,
            off,
        } => job::set(session, job, schedule.as_deref(), tz.as_deref(), !off, out).await,
        JobCommand::Reset { job } => job::reset(session, job, out).await,
    }
}
