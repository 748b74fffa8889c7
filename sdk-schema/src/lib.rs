//! What a module declares, as plain data.
//!
//! Tables and their fields, migrations and their operations, the fold of
//! migrations into a schema, the difference between two schemas, the merge of
//! modules and the plan in global order. Everything here is a pure function
//! over values: no I/O, no parsing of Rust, no async, no clock.

mod field_type;
mod migration;
mod name;
mod schedule;
mod stamp;
mod table;
mod value;

pub use field_type::FieldType;
pub use migration::{
    Checksum, FORMAT, Migration, MigrationFileError, MigrationId, MigrationIdError, Operation,
};
pub use name::{MAX_NAME_BYTES, Name, NameError, TableName, TableNameError};
pub use schedule::{Schedule, ScheduleError};
pub use stamp::{Stamp, StampError};
pub use table::{Field, Index, OnDelete, Reference, RowError, Schema, Table};
pub use value::{Row, Timestamp, Value, ValueError};
