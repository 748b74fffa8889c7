//! The command line. What can be checked without reading a file is checked
//! here, so that a word that cannot be right ends in exit code 2.

use std::{ffi::OsString, fmt, path::PathBuf, str::FromStr};

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use sdk_client::{Fingerprint, completion::Shell};
use sdk_schema::{Locale, Name, Schedule, ScheduleError, SeedSet, Stamp};

use crate::{
    field_spec::{Columns, FieldSpec},
    names::{AppName, FunctionName, MigrationStem, ModuleName, TypeName},
    profiles::ProfileName,
};

/// The tool of module authors and host owners.
///
/// All commands but `new app` work from anywhere inside an application's folder.
/// Exit codes: 0 done, 1 failed, 2 the command line was not understood.
#[derive(Debug, Parser)]
#[command(name = "sdk-cli", version)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write an application, a module, or a part of one
    #[command(subcommand)]
    New(New),
    /// Say what a build or a start would refuse, and what migrations would do to rows and versions
    Check(Check),
    /// Write a module's chain of migrations anew, after a merge or when one was written by hand
    Chain(Chain),
    /// Replace the first migrations of a module by one that does the same to a fresh database
    Squash(Squash),
    /// Show the tables of all modules as the source declares them
    Schema {
        /// As a JSON document
        #[arg(long)]
        json: bool,
    },
    /// Show the code that a module's build script generates
    Expand {
        /// The module
        module: Name,
    },
    /// Call a method of a running host
    ///
    /// The host says what it has: `sdk-cli call --help`, and so on word by word. Its
    /// address stands before the first word. Exit codes: 100 and the number of the
    /// gRPC code where the host refused or failed.
    #[command(disable_help_flag = true)]
    Call(Call),
    /// Keep how servers are reached
    #[command(subcommand)]
    Profile(Profile),
    /// Write what other tools need
    #[command(subcommand)]
    Export(Export),
    /// Show what makes a shell complete this tool's commands
    Completion {
        /// The shell
        #[arg(value_enum)]
        shell: Shell,
    },
}

/// Which server is meant, and how it is trusted.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ServerArguments {
    /// Where it is: https://HOST:PORT, http://HOST:PORT or unix:PATH
    #[arg(long, value_name = "URL", conflicts_with = "profile")]
    pub(crate) server: Option<String>,
    /// The profile that says how it is reached [default: the one in use]
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<ProfileName>,
    /// Sign in with the token in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Trust the authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Trust the certificate with this fingerprint alone, sha256:AB:CD:…
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "ca")]
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl ServerArguments {
    /// These, and where they say nothing, those that stood further left.
    pub(crate) fn or(self, outer: Self) -> Self {
        // What is said of a server is not said of another one.
        let names_one = self.server.is_some() || self.profile.is_some();
        let outer = if names_one {
            Self {
                server: None,
                profile: None,
                ..outer
            }
        } else {
            outer
        };
        let trusts = self.ca.is_some() || self.fingerprint.is_some();
        Self {
            server: self.server.or(outer.server),
            profile: self.profile.or(outer.profile),
            token_file: self.token_file.or(outer.token_file),
            ca: self.ca.or(outer.ca.filter(|_| !trusts)),
            fingerprint: self.fingerprint.or(outer.fingerprint.filter(|_| !trusts)),
        }
    }

    /// Whether a server is named, rather than left to the profile in use.
    pub(crate) fn names_one(&self) -> bool {
        self.server.is_some() || self.profile.is_some()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Call {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
    /// The method and its request; the host says which there are
    #[arg(
        value_name = "MODULE [SERVICE] METHOD",
        help_heading = "Arguments",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub(crate) words: Vec<OsString>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Profile {
    /// Keep how a server is reached; the first one is used from then on
    Add(NewProfile),
    /// Use a profile where none is named
    Use {
        /// Its name
        name: ProfileName,
    },
    /// Show all profiles, without their tokens
    List,
    /// Forget a profile
    Remove {
        /// Its name
        name: ProfileName,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewProfile {
    /// Its name
    pub(crate) name: ProfileName,
    /// Where the server is: https://HOST:PORT, http://HOST:PORT or unix:PATH
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// Sign in with the token in this file, which is copied
    #[arg(long, value_name = "FILE", conflicts_with = "token_stdin")]
    pub(crate) token_file: Option<PathBuf>,
    /// Sign in with the token on standard input
    #[arg(long)]
    pub(crate) token_stdin: bool,
    /// Trust the authorities in this PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Trust the certificate with this fingerprint alone, sha256:AB:CD:…
    #[arg(long, value_name = "FINGERPRINT", conflicts_with = "ca")]
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The network is trusted: the token may go over it in plain text
    #[arg(long)]
    pub(crate) plaintext: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// The protos of this application's modules, or of a running host
    ///
    /// With --server or --profile, those of that host; else those in the `proto/`
    /// folders of the modules around, and those of the SDK.
    Proto {
        /// The folder to write to
        dir: PathBuf,
        #[command(flatten)]
        server: ServerArguments,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Lint only what is new since this git revision, and refuse changes of what was there
    #[arg(long, value_name = "REV")]
    pub(crate) base: Option<String>,
    /// Fail on warnings too
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    /// As a JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// As a SARIF 2.1.0 document, for code hosts
    #[arg(long, conflicts_with = "json")]
    pub(crate) sarif: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Chain {
    /// The module
    pub(crate) module: Name,
    /// Give this migration a stamp after all others; can be given several times
    #[arg(long, value_name = "STAMP_name")]
    pub(crate) restamp: Vec<MigrationStem>,
    /// This migration was edited or removed on purpose, and no database has applied it
    #[arg(long, value_name = "STAMP_name")]
    pub(crate) accept: Vec<MigrationStem>,
}

#[derive(Debug, Args)]
pub(crate) struct Squash {
    /// The module
    pub(crate) module: Name,
    /// The stamp of the last migration to replace
    #[arg(long, value_name = "STAMP")]
    pub(crate) until: Stamp,
    /// The name of the new migration [default: squash]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<Name>,
    /// Fresh databases do not need what steps did that were called once
    #[arg(long)]
    pub(crate) without_steps: bool,
    /// Show the new migration and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum New {
    /// An application without modules
    App(NewApp),
    /// A module, linked into the host
    Module(NewModule),
    /// A table of a module
    Table(NewTable),
    /// The migration from what the migrations produce to what the source declares
    Migration(NewMigration),
    /// A file of seed rows for a table
    Seed(NewSeed),
    /// A job of a module
    Job(NewJob),
    /// A service of a module: its proto and the type that serves it
    Service(NewService),
    /// A translation of a module's texts
    Translation(NewTranslation),
}

#[derive(Debug, Args)]
pub(crate) struct NewApp {
    /// Its name, which is that of its program
    pub(crate) name: AppName,
    #[command(flatten)]
    pub(crate) sdk: SdkSource,
    /// One program for all modules, or one for the system modules and one for the others
    #[arg(long, value_enum, default_value_t = Shape::Single)]
    pub(crate) shape: Shape,
    /// The folder to make [default: the name]
    #[arg(long)]
    pub(crate) dir: Option<PathBuf>,
}

/// In how many programs an application runs: one that links all modules, or one for
/// the system modules and one for the others, each with its own store.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shape {
    Single,
    Dual,
}

/// Where the application gets the SDK from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct SdkSource {
    /// Use the SDK in this folder; stays relative if it is
    #[arg(long, value_name = "PATH")]
    pub(crate) sdk_path: Option<PathBuf>,
    /// Use the SDK of this version from the registry
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub(crate) sdk_version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NewModule {
    /// Its name, which is that of its crate
    pub(crate) name: ModuleName,
    /// The package to link it into [default: the only host]
    #[arg(long, value_name = "PACKAGE")]
    pub(crate) host: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NewTable {
    /// The module
    pub(crate) module: Name,
    /// The type of its rows, such as `OrderLine`
    #[arg(value_name = "TYPE")]
    pub(crate) row_type: TypeName,
    /// `name:String`, `note:String?` (nullable), `votes:i64=0` (default),
    /// `author:Author` or `country:geo::Country` (reference to a table)
    #[arg(value_name = "FIELD:TYPE", required = true)]
    pub(crate) fields: Vec<FieldSpec>,
    /// The fields of the key, separated by commas [default: a field `id`]
    #[arg(long, value_name = "FIELDS")]
    pub(crate) key: Option<Columns>,
    /// No two rows share these fields; can be given several times
    #[arg(long, value_name = "FIELDS")]
    pub(crate) unique: Vec<Columns>,
    /// An index over these fields; can be given several times
    #[arg(long, value_name = "FIELDS")]
    pub(crate) index: Vec<Columns>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("named").args(["name", "name_option"])))]
pub(crate) struct NewMigration {
    /// The module
    pub(crate) module: Name,
    /// What it does, such as `add_price` [default: made from the difference]
    pub(crate) name: Option<Name>,
    /// The same as NAME
    #[arg(long = "name", value_name = "NAME")]
    pub(crate) name_option: Option<Name>,
    /// Show the files and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// A migration that runs a step of that name and does nothing else
    #[arg(long, requires = "named")]
    pub(crate) empty: bool,
    /// Call the step for each row of this table
    #[arg(long, requires = "empty")]
    pub(crate) table: Option<Name>,
    /// What a new field has in the rows that are there; can be given several times
    #[arg(long, value_name = "TABLE.FIELD=VALUE", conflicts_with = "empty")]
    pub(crate) fill: Vec<Fill>,
}

impl NewMigration {
    /// Its name, however it was given.
    pub(crate) fn name(&self) -> Option<&Name> {
        self.name.as_ref().or(self.name_option.as_ref())
    }
}

/// What a new field has in the rows that are there, `item.price=0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fill {
    /// The table.
    pub(crate) table: Name,
    /// The new field.
    pub(crate) field: Name,
    /// The value, which has not been checked against the field's type.
    pub(crate) value: String,
}

impl FromStr for Fill {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text
            .split_once('=')
            .and_then(|(place, value)| Some((place.split_once('.')?, value)));
        let ((table, field), value) =
            parts.ok_or_else(|| "expected TABLE.FIELD=VALUE, such as item.price=0".to_owned())?;
        let name = |text: &str| Name::new(text).map_err(|error| error.to_string());
        Ok(Self {
            table: name(table)?,
            field: name(field)?,
            value: value.to_owned(),
        })
    }
}

impl fmt::Display for Fill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}={}", self.table, self.field, self.value)
    }
}

#[derive(Debug, Args)]
pub(crate) struct NewSeed {
    /// The module
    pub(crate) module: Name,
    /// The table
    pub(crate) table: Name,
    /// What the rows are for
    #[arg(long, value_enum, default_value_t = Set::Real)]
    pub(crate) set: Set,
}

/// A seed set as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Set {
    /// Rows that production needs
    Real,
    /// Rows for demonstrations and tests
    Test,
}

#[derive(Debug, Args)]
pub(crate) struct NewJob {
    /// The module
    pub(crate) module: Name,
    /// Its name, which is that of its function
    pub(crate) name: FunctionName,
    /// When it is due: `minute hour day month weekday`
    #[arg(long, value_name = "CRON", value_parser = schedule)]
    pub(crate) schedule: String,
    /// The time zone of the schedule, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(crate) tz: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NewService {
    /// The module
    pub(crate) module: Name,
    /// The service, such as `Orders` [default: the type of the module]
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<TypeName>,
}

#[derive(Debug, Args)]
pub(crate) struct NewTranslation {
    /// The module
    pub(crate) module: Name,
    /// The locale, such as de, pt-BR or zh-Hant
    pub(crate) locale: Locale,
}

impl From<Set> for SeedSet {
    fn from(set: Set) -> Self {
        match set {
            Set::Real => Self::Real,
            Set::Test => Self::Test,
        }
    }
}

/// What cargo takes as a version: a number, perhaps behind an operator.
fn version(text: &str) -> Result<String, String> {
    let number = text.trim_start_matches(['^', '~', '=', '<', '>', ' ']);
    if number.starts_with(|first: char| first.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err("expected a version such as 0.1 or =0.1.2".to_owned())
}

/// Whether a schedule is possible does not depend on its zone.
fn schedule(text: &str) -> Result<String, ScheduleError> {
    Schedule::parse(text, "UTC").map(|_| text.to_owned())
}

fn zone(text: &str) -> Result<String, ScheduleError> {
    Schedule::parse("@daily", text).map(|_| text.to_owned())
}
