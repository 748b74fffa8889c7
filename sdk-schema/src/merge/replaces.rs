//! Which migrations are no longer there, and which squash stands for each.

use std::collections::{HashMap, HashSet};

use crate::{Migration, MigrationId, Name, Replaced};

/// What is wrong with what a squash replaces.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplacesFault {
    /// A migration is there and replaced as well.
    #[error(
        "migration `{squash}` replaces `{replaced}`, which is still there: remove it, or do not replace it"
    )]
    Present {
        /// The squash.
        squash: MigrationId,
        /// The migration it replaces.
        replaced: MigrationId,
    },
    /// Two squashes, or one twice, replace the same migration.
    #[error("migration `{squash}` replaces `{replaced}`, which `{other}` replaces already")]
    Twice {
        /// The squash.
        squash: MigrationId,
        /// The migration it replaces.
        replaced: MigrationId,
        /// Which squash does so too.
        other: MigrationId,
    },
    /// The replaced migrations are not in the order of their stamps.
    #[error(
        "migration `{squash}` replaces `{replaced}` after one with a later stamp: expected the order of stamps"
    )]
    Order {
        /// The squash.
        squash: MigrationId,
        /// The migration that stands too late.
        replaced: MigrationId,
    },
    /// A migration stands between those that a squash replaces, or between them and it.
    #[error(
        "migration `{between}` stands between `{squash}` and what that replaces: expected it to be replaced, too"
    )]
    Gap {
        /// The squash.
        squash: MigrationId,
        /// The migration that stays.
        between: MigrationId,
    },
}

impl ReplacesFault {
    /// The squash in whose file the fault is.
    pub fn squash(&self) -> &MigrationId {
        match self {
            Self::Present { squash, .. }
            | Self::Twice { squash, .. }
            | Self::Order { squash, .. }
            | Self::Gap { squash, .. } => squash,
        }
    }
}

/// By identity of a migration that is no longer there, the squash that stands for it.
pub(crate) type Squashes<'a> = HashMap<MigrationId, &'a Migration>;

/// The squashes among these migrations, by what they replace in any depth.
pub(crate) fn squashes<'a>(migrations: impl IntoIterator<Item = &'a Migration>) -> Squashes<'a> {
    let mut squashes = Squashes::new();
    for squash in migrations {
        for replaced in squash.replaces.iter().flat_map(Replaced::all) {
            let id = identity(replaced, &squash.id.module);
            squashes.entry(id).or_insert(squash);
        }
    }
    squashes
}

/// What is wrong with the squashes among the migrations of one module.
pub fn check_replaces<'a>(
    migrations: impl IntoIterator<Item = &'a Migration>,
) -> Vec<ReplacesFault> {
    let migrations: Vec<_> = migrations.into_iter().collect();
    if migrations.iter().all(|it| it.replaces.is_empty()) {
        return Vec::new();
    }
    let there: HashSet<_> = migrations.iter().map(|it| &it.id).collect();
    let mut seen: HashMap<MigrationId, &MigrationId> = HashMap::new();
    let mut faults = Vec::new();
    for squash in &migrations {
        for replaced in squash.replaces.iter().flat_map(Replaced::all) {
            let replaced = identity(replaced, &squash.id.module);
            if there.contains(&replaced) {
                faults.push(ReplacesFault::Present {
                    squash: squash.id.clone(),
                    replaced,
                });
            } else if let Some(other) = seen.insert(replaced.clone(), &squash.id) {
                faults.push(ReplacesFault::Twice {
                    squash: squash.id.clone(),
                    replaced,
                    other: other.clone(),
                });
            }
        }
        faults.extend(check_order(squash));
        faults.extend(check_gap(squash, &migrations));
    }
    faults
}

/// Those that it replaces directly; what they replaced was checked in its day.
fn check_order(squash: &Migration) -> Option<ReplacesFault> {
    let mut pairs = squash.replaces.windows(2);
    let pair = pairs.find(|pair| pair[0].stamp >= pair[1].stamp)?;
    Some(ReplacesFault::Order {
        squash: squash.id.clone(),
        replaced: identity(&pair[1], &squash.id.module),
    })
}

fn check_gap(squash: &Migration, migrations: &[&Migration]) -> Option<ReplacesFault> {
    if squash.replaces.is_empty() {
        return None;
    }
    let stamps = squash.replaces.iter().map(|replaced| replaced.stamp);
    let stamps = stamps.chain([squash.id.stamp]);
    let (first, last) = (stamps.clone().min()?, stamps.max()?);
    let between = migrations.iter().find(|other| {
        // What is there and replaced has its own fault.
        let replaced = squash.replaces.iter().any(|it| it.stamp == other.id.stamp);
        other.id != squash.id && !replaced && (first..=last).contains(&other.id.stamp)
    })?;
    Some(ReplacesFault::Gap {
        squash: squash.id.clone(),
        between: between.id.clone(),
    })
}

fn identity(replaced: &Replaced, module: &Name) -> MigrationId {
    MigrationId {
        stamp: replaced.stamp,
        module: module.clone(),
        name: replaced.name.clone(),
    }
}
