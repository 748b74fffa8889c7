//! What a squash stands for.

use serde::{Deserialize, Serialize};

use crate::{Name, Stamp};

/// A migration that is no longer there because another one stands for it. In a
/// file its name, `"20260107T100000Z_create_post"`, or, if it stood for others
/// itself, an object with that name and what it `replaces`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Replaced {
    /// When it was written.
    pub stamp: Stamp,
    /// Its name.
    pub name: Name,
    /// What it stood for itself.
    pub replaces: Vec<Replaced>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "STAMP_name, or an object with `migration` and `replaces`"
)]
enum Raw {
    Plain(String),
    Squash {
        migration: String,
        replaces: Vec<Replaced>,
    },
}

impl Replaced {
    /// `STAMP_name`, as the file was called.
    pub fn stem(&self) -> String {
        format!("{}_{}", self.stamp, self.name)
    }

    /// Whether a database that has applied what `is_applied` says has got all of it.
    pub fn is_covered(&self, is_applied: &impl Fn(Stamp, &Name) -> bool) -> bool {
        let parts = &self.replaces;
        is_applied(self.stamp, &self.name)
            || (!parts.is_empty() && parts.iter().all(|part| part.is_covered(is_applied)))
    }

    /// This one and all that it stood for, in any depth.
    pub fn all(&self) -> Vec<&Self> {
        let parts = self.replaces.iter().flat_map(Self::all);
        std::iter::once(self).chain(parts).collect()
    }
}

impl TryFrom<Raw> for Replaced {
    type Error = String;

    fn try_from(raw: Raw) -> Result<Self, String> {
        let (text, replaces) = match raw {
            Raw::Plain(text) => (text, Vec::new()),
            Raw::Squash {
                migration,
                replaces,
            } => (migration, replaces),
        };
        let expected = || {
            format!(
                "`{text}` names no migration: expected STAMP_name, such as 20261120T101530Z_create_post"
            )
        };
        let (stamp, name) = text.split_once('_').ok_or_else(expected)?;
        Ok(Self {
            stamp: stamp.parse().map_err(|_| expected())?,
            name: Name::new(name).map_err(|_| expected())?,
            replaces,
        })
    }
}

impl From<Replaced> for Raw {
    fn from(replaced: Replaced) -> Self {
        let stem = replaced.stem();
        if replaced.replaces.is_empty() {
            Self::Plain(stem)
        } else {
            Self::Squash {
                migration: stem,
                replaces: replaced.replaces,
            }
        }
    }
}
