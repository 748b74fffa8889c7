//! What can be typed.

use std::{ffi::OsString, num::NonZeroUsize, path::PathBuf, time::Duration};

use clap::{ArgGroup, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use sdk_client::completion::Shell;
use sdk_schema::{MigrationId, Stamp, Timestamp};

use crate::{config::Defaults, host::Pending, proto::sdk::v1 as wire, store::Cursor};

/// A host's command line.
#[derive(Debug, Clone, Parser)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub struct CommandLine {
    /// Folder of the host's data
    #[arg(long, value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// File with the key that the store is encrypted under
    #[arg(long, value_name = "FILE", global = true)]
    pub store_key_file: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What a host can be asked to do.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Start: migrate, seed, run the jobs and listen until interrupted
    Serve(ServeArgs),
    /// Show migrations, apply them, take them back
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Show the tables that the linked modules declare
    Schema,
    /// Fill tables
    #[command(subcommand)]
    Seed(SeedCommand),
    /// Read and write rows
    #[command(subcommand)]
    Data(DataCommand),
    /// Show and run jobs
    #[command(subcommand)]
    Job(JobCommand),
    /// Show translations
    #[command(subcommand)]
    Lang(LangCommand),
    /// Call a method of a service: `call --help` lists them
    #[command(disable_help_flag = true)]
    Call(CallArgs),
    /// Make tokens for callers, show them, take them away
    Token(TokenArgs),
    /// Make keys, and change the one that the store is encrypted under
    #[command(subcommand)]
    Key(KeyCommand),
    /// Check that this host can do its work, and say what is wrong
    Doctor,
    /// Show the versions of the host and of its modules
    Version,
    /// Show what makes a shell complete the commands of this host
    Completion {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// What to call.
#[derive(Debug, Clone, Args)]
pub struct CallArgs {
    /// The method and its request
    #[arg(
        value_name = "MODULE [SERVICE] METHOD",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub words: Vec<OsString>,
}

/// How to serve.
#[derive(Debug, Clone, Args)]
pub struct ServeArgs {
    /// Address to listen on
    #[arg(long, value_name = "IP:PORT")]
    pub addr: Option<String>,
    /// PEM file with the certificate to speak TLS with
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// PEM file with the key of the certificate
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// Speak TLS although only this machine can reach the address
    #[arg(long)]
    pub tls: bool,
    /// Speak plain text although others can reach the address
    #[arg(long)]
    pub plaintext: bool,
    /// JSON file with the tokens of callers [default: tokens.json in the data folder, if it is there]
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// What the log shows: a level, or levels by target such as info,sdk=debug [default: info]
    #[arg(long, value_name = "LEVELS")]
    pub log: Option<String>,
    /// How the log is written [default: text]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// Seconds that running jobs get to finish when the host stops
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub grace: u64,
    /// Apply this migration although its module has moved past it
    #[arg(long, value_name = "MIGRATION")]
    pub allow_late: Vec<MigrationId>,
    /// What to do about pending migrations
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    pub migrate: MigratePolicy,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people
    Text,
    /// A line of JSON for programs
    Json,
}

/// Commands about migrations.
#[derive(Debug, Clone, Subcommand)]
pub enum MigrateCommand {
    /// List all migrations in global order with their state
    Status,
    /// Show what would be applied, and how; writes nothing
    Plan {
        /// Plan this migration although its module has moved past it
        #[arg(long, value_name = "MIGRATION")]
        allow_late: Vec<MigrationId>,
    },
    /// Apply what is pending
    Apply {
        /// Apply this migration although its module has moved past it
        #[arg(long, value_name = "MIGRATION")]
        allow_late: Vec<MigrationId>,
    },
    /// Take back every migration that is newer than a stamp, by inverses
    Down {
        /// The newest stamp that stays, such as 20261120T101530Z
        #[arg(long, value_name = "STAMP")]
        to: Stamp,
    },
    /// Put the store back as it was before the last migrations; no host may run
    Undo {
        /// Do it, rather than show what it means
        #[arg(long)]
        yes: bool,
    },
    /// Hold the store, its ledger and this binary against each other
    Verify,
    /// Repair the ledger by hand: say what is so without applying anything
    Mark {
        /// Migration as `module/STAMP_name`
        migration: MigrationId,
        /// What is so
        #[arg(long = "as", value_enum, value_name = "WHAT")]
        mark: MarkAs,
        /// Why, for whoever reads the ledger later
        #[arg(long)]
        reason: String,
    },
    /// Show what was applied in its order, and what was done by hand
    Ledger,
    /// Say whether an older binary could run on the schema of this one
    Compatible {
        /// File that `schema --json` of the older binary wrote
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
    },
}

/// What can be said of a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MarkAs {
    /// What it does has been done otherwise: it is not to be applied
    Applied,
    /// It has not been applied, or its module is gone for good
    Pending,
    /// What was applied is as good as the file, which was changed since
    Accepted,
}

impl From<MarkAs> for wire::MarkAs {
    fn from(mark: MarkAs) -> Self {
        match mark {
            MarkAs::Applied => Self::Applied,
            MarkAs::Pending => Self::Pending,
            MarkAs::Accepted => Self::Accepted,
        }
    }
}

/// What a start does about pending migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MigratePolicy {
    /// Apply them
    #[default]
    Apply,
    /// Refuse to start
    Check,
}

impl From<MigratePolicy> for Pending {
    fn from(policy: MigratePolicy) -> Self {
        match policy {
            MigratePolicy::Apply => Self::Apply,
            MigratePolicy::Check => Self::Refuse,
        }
    }
}

/// Commands about seeds.
#[derive(Debug, Clone, Subcommand)]
pub enum SeedCommand {
    /// Apply the real seeds of all modules, as a start does
    Real,
    /// Generate rows for demonstrations and tests
    Test {
        /// Rows for each table
        #[arg(long, default_value_t = 20)]
        rows: u64,
        /// Seed of the random numbers: equal seeds give equal rows
        #[arg(long, value_name = "SEED", default_value_t = 1)]
        rng: u64,
    },
}

/// Commands about rows.
#[derive(Debug, Clone, Subcommand)]
pub enum DataCommand {
    /// List the rows of a table, or all tables
    List {
        /// Table as module.table; without it, the tables are listed
        table: Option<String>,
        /// Only rows of which this holds: FIELD=VALUE, also < <= > >=, or "FIELD is null"
        #[arg(long = "where", value_name = "CONDITION", requires = "table")]
        filter: Vec<String>,
        /// Rows at most
        #[arg(long, default_value = "50", requires = "table")]
        limit: NonZeroUsize,
        /// Go on after the cursor that the last list ended with
        #[arg(long, value_name = "CURSOR", requires = "table")]
        after: Option<Cursor>,
        /// From the end
        #[arg(long, requires = "table")]
        reverse: bool,
    },
    /// Show one row
    Get {
        /// Table as module.table
        table: String,
        /// Key; a composite key takes one word for each of its fields
        #[arg(required = true, allow_negative_numbers = true)]
        key: Vec<String>,
    },
    /// Write one row; one that is there is replaced
    Put {
        /// Table as module.table
        table: String,
        /// The row as JSON, or @FILE
        row: String,
    },
    /// Delete one row
    Delete {
        /// Table as module.table
        table: String,
        /// Key; a composite key takes one word for each of its fields
        #[arg(required = true, allow_negative_numbers = true)]
        key: Vec<String>,
    },
    /// Write changes as JSON lines as they are made, until interrupted
    Watch {
        /// Tables as module.table; without any, all that have a feed
        tables: Vec<String>,
        /// Only rows of which this holds, before or after the change
        #[arg(long = "where", value_name = "CONDITION", requires = "tables")]
        filter: Vec<String>,
        /// Begin after this revision, rather than with the next change
        #[arg(long, value_name = "REVISION")]
        from: Option<u64>,
    },
    /// Write rows as JSON lines
    Export {
        /// Tables as module.table; without any, all of them
        tables: Vec<String>,
    },
    /// Read rows as JSON lines, all or nothing; rows that exist are replaced
    Import {
        /// File that `data export` wrote, or - for standard input
        file: PathBuf,
    },
    /// Check that rows, keys, indexes and references agree, and say what does not
    Check {
        /// Table as module.table; without it, the whole store
        table: Option<String>,
        /// Make the indexes anew in which entries are missing or wrong
        #[arg(long)]
        repair: bool,
    },
    /// Write the rows that have an older layout in the newest
    #[command(group(ArgGroup::new("which").required(true).args(["table", "all"])))]
    Rewrite {
        /// Table as module.table
        table: Option<String>,
        /// All tables
        #[arg(long)]
        all: bool,
    },
    /// Give the room that the store does not use back to the disk
    Compact,
    /// Copy the store to a file while it is in use, and check the copy
    Snapshot {
        /// File to write, which must not be there yet
        file: PathBuf,
    },
    /// Write the entries of the store undecoded, as JSON lines
    Dump {
        /// Tables as module.table; without any, everything
        tables: Vec<String>,
    },
}

/// What to do about tokens, and where they are.
#[derive(Debug, Clone, Args)]
pub struct TokenArgs {
    /// JSON file with the tokens of callers [default: tokens.json in the data folder]
    #[arg(long, value_name = "FILE", global = true)]
    pub tokens: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: TokenCommand,
}

/// Commands about the tokens of callers.
#[derive(Debug, Clone, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it, this once; the file keeps its hash
    New(NewToken),
    /// List the tokens, and whether they hold
    List,
    /// Take a token away; a running host refuses it from then on
    Remove {
        /// Its name
        name: String,
    },
}

/// A token to make.
#[derive(Debug, Clone, Args)]
pub struct NewToken {
    /// Whose it is, as logs show it
    pub name: String,
    /// A role of the caller; can be given several times
    #[arg(long)]
    pub role: Vec<String>,
    /// What the caller may do: sdk.data.read, sdk.data.*, *; can be given several times
    #[arg(long)]
    pub permission: Vec<String>,
    /// From when on it holds: 2027-01-01T00:00:00Z, or 12h from now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub not_before: Option<Moment>,
    /// Until when it holds: 2027-01-01T00:00:00Z, or 90d from now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub expires: Option<Moment>,
    /// It may call on behalf of others, as one program of two does
    #[arg(long)]
    pub delegate: bool,
}

/// A time as it is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// That instant.
    At(Timestamp),
    /// So long from now.
    In(Duration),
}

fn moment(text: &str) -> Result<Moment, String> {
    let instant = text.parse().map(Moment::At);
    let wait = || sdk_client::parse_time_limit(text).map(Moment::In);
    instant.or_else(|_| wait()).map_err(|_| {
        "expected a time such as 2027-01-01T00:00:00Z, or from now on 90d, 12h or 1h30m".to_owned()
    })
}

/// Commands about the key that the store is encrypted under.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a file with a new key that only its owner may read
    New {
        /// File to make
        file: PathBuf,
    },
    /// Encrypt the store under another key, or its first one; no host may run
    Rotate {
        /// File with the key to encrypt the store under
        #[arg(long, value_name = "FILE", required_unless_present = "to_plain")]
        to: Option<PathBuf>,
        /// Leave the store unencrypted
        #[arg(long, conflicts_with = "to")]
        to_plain: bool,
    },
}

/// Commands about jobs.
#[derive(Debug, Clone, Subcommand)]
pub enum JobCommand {
    /// List all jobs with their schedule and next run
    List,
    /// Run a job now
    Run {
        /// Job as module.job
        job: String,
    },
    /// List past runs, the newest first
    History {
        /// Job as module.job; without it, of all jobs
        job: Option<String>,
        /// Runs at most
        #[arg(long, default_value = "20")]
        limit: NonZeroUsize,
    },
    /// Set something otherwise than the code declares; it survives new versions
    Set {
        /// Job as module.job
        job: String,
        /// Another cron expression
        #[arg(long, value_name = "CRON")]
        schedule: Option<String>,
        /// Another time zone
        #[arg(long, value_name = "ZONE")]
        tz: Option<String>,
        /// Do not run it on its schedule
        #[arg(long)]
        off: bool,
    },
    /// Go back to what the code declares
    Reset {
        /// Job as module.job
        job: String,
    },
}

/// Commands about translations.
#[derive(Debug, Clone, Subcommand)]
pub enum LangCommand {
    /// List the locales, or show the texts of one
    Show {
        /// Locale such as de or pt-PT
        locale: Option<String>,
        /// Only this text, as module.key
        key: Option<String>,
    },
}

/// Reads the words of a command line; the first is the program's name.
///
/// # Errors
/// Returns clap's message for `--help`, `--version` and what is not understood.
pub fn parse(
    name: &str,
    about: &str,
    version: &str,
    words: &[String],
) -> Result<CommandLine, clap::Error> {
    parse_with(name, about, version, &Defaults::default(), words)
}

/// The same for a host that has defaults of its own, which help shows.
pub fn parse_with(
    name: &str,
    about: &str,
    version: &str,
    defaults: &Defaults,
    words: &[String],
) -> Result<CommandLine, clap::Error> {
    let mut matches = command(name, about, version, defaults).try_get_matches_from(words)?;
    CommandLine::from_arg_matches_mut(&mut matches)
}

/// All that can be typed, as help shows it and shells complete it.
pub(crate) fn command(
    name: &str,
    about: &str,
    version: &str,
    defaults: &Defaults,
) -> clap::Command {
    let data = defaults.data.display();
    let data = format!("Folder of the host's data [default: {data}]");
    let addr = format!("Address to listen on [default: {}]", defaults.addr);
    CommandLine::command()
        .name(name.to_owned())
        .bin_name(name)
        .about(about.to_owned())
        .version(version.to_owned())
        .mut_arg("data", |it| it.help(data))
        .mut_subcommand("serve", |it| it.mut_arg("addr", |it| it.help(addr)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn help_lists_every_command() {
        let words = ["acme", "--help"].map(str::to_owned);
        let help = parse("acme", "An application", "1.0.0", &words).unwrap_err();
        insta::assert_snapshot!(help, @r"
        An application

        Usage: acme [OPTIONS] <COMMAND>

        Commands:
          serve       Start: migrate, seed, run the jobs and listen until interrupted
          migrate     Show migrations, apply them, take them back
          schema      Show the tables that the linked modules declare
          seed        Fill tables
          data        Read and write rows
          job         Show and run jobs
          lang        Show translations
          call        Call a method of a service: `call --help` lists them
          token       Make tokens for callers, show them, take them away
          key         Make keys, and change the one that the store is encrypted under
          doctor      Check that this host can do its work, and say what is wrong
          version     Show the versions of the host and of its modules
          completion  Show what makes a shell complete the commands of this host
          help        Print this message or the help of the given subcommand(s)

        Options:
              --data <DIR>             Folder of the host's data [default: ./data]
              --store-key-file <FILE>  File with the key that the store is encrypted under
              --json                   Print JSON instead of text
          -h, --help                   Print help
          -V, --version                Print version
        ");
    }
}
