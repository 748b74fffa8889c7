//! Calls of Rust steps.

use serde::{Deserialize, Serialize};

use crate::Name;

/// A call of a step that the module lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The name of the step.
    pub step: Name,
    /// Which version of the step's code this migration needs.
    pub revision: u32,
    /// The table for each of whose rows the step is called, in batches that are
    /// transactions of their own; none when it is called once, inside the
    /// transaction of the migration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<Name>,
    /// Whether the application may read and write while the batches go on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub online: bool,
    /// What takes the step back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<Inverse>,
}

/// What takes a step back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Inverse {
    /// Nothing needs to be done: what the step wrote may stay, or goes with the
    /// fields and tables that the migration's other operations take back.
    Nothing,
    /// Another step, called in the same manner.
    Run {
        /// The name of the step.
        step: Name,
        /// Which version of its code.
        revision: u32,
    },
}

impl Run {
    /// A call inside the transaction of the migration.
    pub fn once(step: Name, revision: u32) -> Self {
        Self {
            step,
            revision,
            table: None,
            online: false,
            inverse: None,
        }
    }

    /// A call for each row of a table.
    pub fn for_each_row(step: Name, revision: u32, table: Name) -> Self {
        Self {
            table: Some(table),
            ..Self::once(step, revision)
        }
    }

    /// The steps that this call may make: itself, then its inverse.
    pub fn steps(&self) -> impl Iterator<Item = (&Name, u32)> {
        let inverse = match &self.inverse {
            Some(Inverse::Run { step, revision }) => Some((step, *revision)),
            _ => None,
        };
        std::iter::once((&self.step, self.revision)).chain(inverse)
    }

    /// The call that takes this one back: none when nobody can, an empty one
    /// when nothing needs to be done.
    pub fn taken_back(&self) -> Option<Option<Self>> {
        Some(match self.inverse.as_ref()? {
            Inverse::Nothing => None,
            Inverse::Run { step, revision } => Some(Self {
                step: step.clone(),
                revision: *revision,
                inverse: None,
                ..self.clone()
            }),
        })
    }
}
