//! What a module declares, as plain data.
//!
//! Tables and their fields, migrations and their operations, the fold of
//! migrations into a schema, the difference between two schemas, the merge of
//! modules and the plan in global order. Everything here is a pure function
//! over values: no I/O, no parsing of Rust, no async, no clock.

mod arb;
mod chain;
mod checksum;
mod diff;
#[cfg(any(test, feature = "testing"))]
#[doc(hidden)]
pub mod evolution;
mod fake;
mod field_type;
#[cfg(test)]
mod fixture;
mod fold;
mod graph;
mod job;
mod lint;
mod manifest;
mod merge;
pub mod message;
mod migration;
mod name;
mod plan;
mod release;
mod schedule;
mod seed;
mod squash;
mod stamp;
mod table;
mod value;
mod versioned;

pub use arb::{
    Arb, ArbFault, ArbFaultKind, ArbFaults, ArbMessage, Locale, LocaleError, Place, Placeholder,
    PlaceholderType, check_translation,
};
pub use chain::{Chain, ChainFault, ChainFileError, Link, Recorded, Side};
pub use checksum::{Checksum, ChecksumError};
pub use diff::{
    Declared, DiffFault, Difference, DifferenceKind, Draft, Given, History, StepPurpose, StepStub,
    diff,
};
pub use fake::{Fake, FakeKind};
pub use field_type::{Conversion, FieldType};
pub use fold::{FoldError, FoldFault, FoldedSchema, FoldedTable, ReferenceError};
pub use job::{Job, JobWordError, Missed, Overlap};
pub use lint::{Lint, LintCategory, LintCode, LintContext, LintLevel, lint, lint_with};
pub use manifest::{MailBody, MailTemplate, MailTemplateError, Manifest, Step};
pub use merge::{
    Application, BUILT_IN_MODULE, MergeFault, MergeFaults, ReplacesFault, check_replaces,
};
pub use message::{Argument, ArgumentKind, MessageFault, MessagePattern};
pub use migration::{
    Allowance, FORMAT, Inverse, Migration, MigrationFileError, MigrationId, MigrationIdError,
    Operation, Replaced, Run,
};
pub use name::{MAX_NAME_BYTES, Name, NameError, TableName, TableNameError};
pub use plan::{
    Adopted, DownFault, DownFaults, DownPlan, EntryState, LedgerEntry, MigrationIdParts,
    MigrationState, MigrationStatus, ModuleRename, Plan, PlanFault, PlanFaults, Planned, Preview,
    PreviewedMigration, PreviewedOperation, PreviewedSquash, Progress, Resumed, TakenBack, Work,
    status,
};
pub use release::{Break, CompatibilityReport, Release, ReleasedMigration};
pub use schedule::{Schedule, ScheduleError};
pub use seed::{SEED_FORMAT, SeedFile, SeedFileError, SeedRowFault, SeedRowsError, SeedSet};
pub use squash::{Obstacle, SquashFault, Squashing};
pub use stamp::{Stamp, StampError};
pub use table::{Field, Index, OnDelete, Reference, RowError, Schema, Table};
pub use value::{Row, Timestamp, Value, ValueError};
