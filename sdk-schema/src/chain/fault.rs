//! What can be wrong with a chain.

use super::Recorded;
use crate::Checksum;

/// Why a text is not a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFileError {
    /// Git could not merge it.
    #[error("two branches have added migrations: {}", .0.describe_sides())]
    Conflict(Box<Recorded>),
    /// A line is none of a chain.
    #[error(
        "`{found}` is not a line of a chain: expected STAMP_name CHECKSUM SUM, with 64 hexadecimal digits each"
    )]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What it says, shortened.
        found: String,
    },
}

/// What does not agree between a chain and the migrations of its module.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// A migration has no line.
    #[error("`{migration}` has no line")]
    LineMissing {
        /// The migration.
        migration: String,
    },
    /// A migration has two lines.
    #[error("`{migration}` has two lines")]
    LineTwice {
        /// The migration.
        migration: String,
    },
    /// A line is of a migration that is not there.
    #[error("`{migration}` has a line, but no file")]
    FileMissing {
        /// The migration.
        migration: String,
    },
    /// A migration is not what it was when its line was written.
    #[error("`{migration}` was edited: its line says checksum {recorded}, the file has {found}")]
    Edited {
        /// The migration.
        migration: String,
        /// The checksum in the chain.
        recorded: Checksum,
        /// The checksum of the file.
        found: Checksum,
    },
    /// Two lines stand in the wrong order.
    #[error("`{first}` stands before `{second}`, whose stamp is earlier")]
    Order {
        /// The upper line.
        first: String,
        /// The lower line.
        second: String,
    },
    /// A sum does not follow from the line before.
    #[error("the sum of `{migration}` is {recorded}, but what stands up to there gives {expected}")]
    Sum {
        /// The migration.
        migration: String,
        /// The sum in the chain.
        recorded: Checksum,
        /// The sum of the lines.
        expected: Checksum,
    },
}

impl ChainFault {
    /// The migration, `STAMP_name`, whose change only its author can accept: an
    /// applied migration that was edited or is gone stops every start.
    pub fn hides(&self) -> Option<&str> {
        match self {
            Self::Edited { migration, .. } | Self::FileMissing { migration } => Some(migration),
            _ => None,
        }
    }
}
