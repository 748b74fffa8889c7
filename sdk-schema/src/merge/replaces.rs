//! Which migrations are no longer there, and which squash stands for each.

use std::collections::{HashMap, HashSet};

use crate::{Migration, MigrationId, Name, Replaced, Stamp};

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
    /// The stamp of a squash lies outside of what it replaces.
    #[error(
        "migration `{squash}` replaces what lies between {first} and {last}: expected a stamp from then"
    )]
    Stamp {
        /// The squash.
        squash: MigrationId,
        /// The first stamp that it replaces.
        first: Stamp,
        /// The last one.
        last: Stamp,
    },
    /// A migration stands between those that a squash replaces.
    #[error(
        "migration `{squash}` replaces what comes before and after `{between}`: expected that to be replaced, too"
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
            | Self::Stamp { squash, .. }
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
    let [first, .., last] = squash.replaces.as_slice() else {
        let only = squash.replaces.first()?.stamp;
        return outside(squash, only, only);
    };
    let mut pairs = squash.replaces.windows(2);
    match pairs.find(|pair| pair[0].stamp >= pair[1].stamp) {
        Some(pair) => Some(ReplacesFault::Order {
            squash: squash.id.clone(),
            replaced: identity(&pair[1], &squash.id.module),
        }),
        None => outside(squash, first.stamp, last.stamp),
    }
}

fn outside(squash: &Migration, first: Stamp, last: Stamp) -> Option<ReplacesFault> {
    let inside = (first..=last).contains(&squash.id.stamp);
    (!inside).then(|| ReplacesFault::Stamp {
        squash: squash.id.clone(),
        first,
        last,
    })
}

fn check_gap(squash: &Migration, migrations: &[&Migration]) -> Option<ReplacesFault> {
    let stamps = squash.replaces.iter().map(|replaced| replaced.stamp);
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
