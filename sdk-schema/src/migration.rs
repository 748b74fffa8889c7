//! Migrations: one stamped file of typed operations.
//!
//! The file `20261120T101530Z_create_post.json` of module `blog` is the
//! migration `blog/20261120T101530Z_create_post`; `docs/format-migration.md`
//! describes its content.

mod allowance;
mod describe;
mod inverse;
mod names;
mod replaced;
mod run;
#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use allowance::Allowance;
pub(crate) use describe::describe_feed;
pub use replaced::Replaced;
pub use run::{Inverse, Run};

use crate::{
    Checksum, Field, Index, Name, NameError, Stamp, StampError, Table,
    versioned::{self, Unread},
};

/// The `format` that this version reads and writes.
pub const FORMAT: u32 = 1;

/// What identifies a migration, written `blog/20261120T101530Z_create_post`.
///
/// Sorts by stamp, then module, then name: the global order before `after`
/// and `requires` are taken into account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MigrationId {
    /// When it was written, in UTC.
    pub stamp: Stamp,
    /// The module it belongs to.
    pub module: Name,
    /// What it does, in a few words.
    pub name: Name,
}

/// Why a text does not identify a migration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationIdError {
    /// The parts are not separated as they should be.
    #[error("`{found}` does not name a migration: expected {expected}")]
    Shape {
        /// The refused text.
        found: String,
        /// The shape it should have.
        expected: &'static str,
    },
    /// The stamp is not one.
    #[error(transparent)]
    Stamp(#[from] StampError),
    /// The module or the name is not one.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl MigrationId {
    /// Reads the name of a file, with its `.json`, in the folder of `module`.
    pub fn from_file_name(module: &Name, file_name: &str) -> Result<Self, MigrationIdError> {
        let (stamp, name) = file_name
            .strip_suffix(".json")
            .and_then(|stem| stem.split_once('_'))
            .ok_or_else(|| MigrationIdError::Shape {
                found: file_name.to_owned(),
                expected: "STAMP_name.json, such as 20261120T101530Z_create_post.json",
            })?;
        Ok(Self {
            stamp: stamp.parse()?,
            module: module.clone(),
            name: Name::new(name)?,
        })
    }

    /// `STAMP_name`: what identifies it within its module.
    pub fn stem(&self) -> String {
        format!("{}_{}", self.stamp, self.name)
    }

    /// The name of its file in the folder of its module.
    pub fn file_name(&self) -> String {
        format!("{}.json", self.stem())
    }
}

impl fmt::Display for MigrationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}_{}", self.module, self.stamp, self.name))
    }
}

impl std::str::FromStr for MigrationId {
    type Err = MigrationIdError;
    fn from_str(text: &str) -> Result<Self, MigrationIdError> {
        let parts = text
            .split_once('/')
            .and_then(|(module, rest)| Some((module, rest.split_once('_')?)));
        let Some((module, (stamp, name))) = parts else {
            return Err(MigrationIdError::Shape {
                found: text.to_owned(),
                expected: "module/STAMP_name, such as blog/20261120T101530Z_create_post",
            });
        };
        Ok(Self {
            stamp: stamp.parse()?,
            module: Name::new(module)?,
            name: Name::new(name)?,
        })
    }
}

impl TryFrom<String> for MigrationId {
    type Error = MigrationIdError;
    fn try_from(text: String) -> Result<Self, MigrationIdError> {
        text.parse()
    }
}

impl From<MigrationId> for String {
    fn from(id: MigrationId) -> Self {
        id.to_string()
    }
}

/// One typed step of a migration. Tables are named without their module: a
/// migration changes tables of its own module only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Operation {
    /// Makes a table with its key, fields and indexes.
    CreateTable(Table),
    /// Gives a table another name; its rows stay.
    RenameTable {
        /// The name until now.
        from: Name,
        /// The name from now on.
        to: Name,
    },
    /// Removes a table and its rows.
    DropTable {
        /// The table.
        table: Name,
    },
    /// Adds a field that is nullable or has a default; rewrites no row.
    AddField {
        /// The table.
        table: Name,
        /// The new field.
        field: Field,
    },
    /// Gives a field another name; rewrites no row.
    RenameField {
        /// The table.
        table: Name,
        /// The name until now.
        from: Name,
        /// The name from now on.
        to: Name,
    },
    /// Removes a field and its values; rewrites no row.
    DropField {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// Replaces what is declared of the field of that name: type, default, nullability,
    /// reference, expiry.
    ChangeField {
        /// The table.
        table: Name,
        /// The field as it shall be.
        field: Field,
    },
    /// Adds an index and fills it.
    AddIndex {
        /// The table.
        table: Name,
        /// The new index.
        index: Index,
    },
    /// Removes an index.
    DropIndex {
        /// The table.
        table: Name,
        /// Its fields, which are its identity.
        fields: Vec<Name>,
    },
    /// Replaces what is declared of a table as a whole; rewrites no row.
    ChangeTable {
        /// The table.
        table: Name,
        /// Whether changes of its rows reach the change feed.
        feed: bool,
    },
    /// Gives a table another key; rewrites its rows, whose new keys must differ.
    ChangeKey {
        /// The table.
        table: Name,
        /// The fields of the key, the most significant first.
        key: Vec<Name>,
    },
    /// Calls a Rust step that the module lists.
    Run(Run),
}

/// A migration of one module.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Migration {
    /// Module, stamp and name.
    pub id: MigrationId,
    /// What it does, in a sentence.
    pub description: String,
    /// Migrations, usually of other modules, that must come earlier.
    pub after: Vec<MigrationId>,
    /// The migrations of its module that it stands for, if it is a squash.
    pub replaces: Vec<Replaced>,
    /// Lints that its author has considered and allows. No part of the checksum:
    /// they change nothing that is applied.
    pub allow: Vec<Allowance>,
    /// The steps in their order.
    pub operations: Vec<Operation>,
    /// The checksum of its file, where that cannot be told from the rest: names of
    /// modules that have changed since are their present ones here, but not there.
    pub recorded: Option<Checksum>,
}

/// The content of a migration's file; its name is not in it.
#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `format` and `operations`"
)]
struct File {
    format: u32,
    #[serde(default)]
    description: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    after: Vec<MigrationId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replaces: Vec<Replaced>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    allow: Vec<Allowance>,
    operations: Vec<Operation>,
}

impl File {
    fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect(Self::INVARIANT);
        text.push('\n');
        text
    }

    fn checksum(&self) -> Checksum {
        Checksum::of(&serde_json::to_vec(self).expect(Self::INVARIANT))
    }

    const INVARIANT: &str = "a migration is made of strings, numbers and lists";
}

/// Why a file is not a migration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationFileError {
    /// The name of the file does not identify a migration.
    #[error("{file}: {source}")]
    Id {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        source: MigrationIdError,
    },
    /// The text is not JSON of the expected shape; the source says line and column.
    #[error("{file}: {source}")]
    Json {
        /// The file's name.
        file: String,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// The file is of a format that this version cannot read.
    #[error("{file}: format {found} is not known to this version, which reads format {FORMAT}")]
    Format {
        /// The file's name.
        file: String,
        /// The number in the file.
        found: u32,
    },
}

impl Migration {
    /// Reads the file `file_name` of `module`.
    pub fn parse(module: &Name, file_name: &str, text: &str) -> Result<Self, MigrationFileError> {
        let file = || file_name.to_owned();
        let id = MigrationId::from_file_name(module, file_name).map_err(|source| {
            MigrationFileError::Id {
                file: file(),
                source,
            }
        })?;
        let content: File = versioned::read(text, FORMAT).map_err(|unread| match unread {
            Unread::Json(source) => MigrationFileError::Json {
                file: file(),
                source,
            },
            Unread::Format(found) => MigrationFileError::Format {
                file: file(),
                found,
            },
        })?;
        Ok(Self {
            id,
            description: content.description,
            after: content.after,
            replaces: content.replaces,
            allow: content.allow,
            operations: content.operations,
            recorded: None,
        })
    }

    /// A migration of these operations and nothing else.
    pub fn new(id: MigrationId, operations: Vec<Operation>) -> Self {
        Self {
            id,
            description: String::new(),
            after: Vec::new(),
            replaces: Vec::new(),
            allow: Vec::new(),
            operations,
            recorded: None,
        }
    }

    /// The text of the file, indented by two spaces, with a line feed at its end.
    pub fn to_text(&self) -> String {
        self.content().to_text()
    }

    /// SHA-256 of the normalised file: white space, the order of keys and what it
    /// allows do not count.
    pub fn checksum(&self) -> Checksum {
        if let Some(recorded) = self.recorded {
            return recorded;
        }
        let content = File {
            allow: Vec::new(),
            ..self.content()
        };
        content.checksum()
    }

    fn content(&self) -> File {
        File {
            format: FORMAT,
            description: self.description.clone(),
            after: self.after.clone(),
            replaces: self.replaces.clone(),
            allow: self.allow.clone(),
            operations: self.operations.clone(),
        }
    }
}
