//! What is to be said of each migration, of the binary or of the ledger.

use std::collections::{HashMap, HashSet};

use super::{EntryState, LedgerEntry, PlanFault, Resumed};
use crate::{Application, Migration, MigrationId, Name, Replaced, Stamp};

/// A migration of the binary, of the ledger, or of both.
pub(super) struct Judged<'a> {
    pub(super) id: &'a MigrationId,
    pub(super) verdict: Verdict<'a>,
}

/// What is to be said of a migration.
pub(super) enum Verdict<'a> {
    /// It is in the binary and in the ledger.
    Applied(&'a Migration, &'a LedgerEntry),
    /// It is to be applied, late or in time, or to be gone on with.
    Pending {
        migration: &'a Migration,
        late: bool,
        resumes: Option<Resumed>,
    },
    /// It stands for what these entries say was applied.
    Adopted {
        migration: &'a Migration,
        entries: Vec<&'a LedgerEntry>,
    },
    /// A squash stands for it.
    Replaced {
        entry: &'a LedgerEntry,
        by: &'a MigrationId,
    },
    /// Its module is not linked.
    Orphaned(&'a LedgerEntry),
    /// It stands in the way of any plan.
    Fault {
        migration: Option<&'a Migration>,
        entry: Option<&'a LedgerEntry>,
        fault: PlanFault,
    },
}

/// Judges every migration of the application and of the ledger, in global order.
pub(super) fn judge<'a>(
    app: &'a Application,
    ledger: &'a [LedgerEntry],
    allow_late: &[MigrationId],
) -> Vec<Judged<'a>> {
    let court = Court::new(app, ledger, allow_late);
    let known = app
        .migrations()
        .enumerate()
        .map(|(position, migration)| Judged {
            id: &migration.id,
            verdict: court.known(position, migration),
        });
    let foreign = ledger
        .iter()
        .filter(|entry| app.position(&entry.id).is_none());
    let mut foreign: Vec<_> = foreign
        .map(|entry| Judged {
            id: &entry.id,
            verdict: court.foreign(entry),
        })
        .collect();
    foreign.sort_by_key(|judged| judged.id);
    interleave(known, foreign)
}

/// Both lists are sorted by stamp; so is the result. Among equal stamps the
/// global order of `known` stays as it is.
fn interleave<'a>(
    known: impl Iterator<Item = Judged<'a>>,
    foreign: Vec<Judged<'a>>,
) -> Vec<Judged<'a>> {
    let mut foreign = foreign.into_iter().peekable();
    let mut all = Vec::new();
    for judged in known {
        while let Some(earlier) = foreign.next_if(|next| next.id < judged.id) {
            all.push(earlier);
        }
        all.push(judged);
    }
    all.extend(foreign);
    all
}

struct Court<'a, 'b> {
    entries: HashMap<&'a MigrationId, &'a LedgerEntry>,
    allowed: HashSet<&'b MigrationId>,
    /// The newest applied migration of all, by position in the global order.
    newest_applied: Option<usize>,
    /// The newest applied migration of each module.
    applied_of: HashMap<&'a str, (usize, &'a MigrationId)>,
    /// The newest migration of each linked module, if it has any.
    binary_of: HashMap<&'a str, Option<&'a MigrationId>>,
    /// What each squash stands for, and the squash.
    replaced: HashMap<(&'a str, Stamp, &'a Name), &'a MigrationId>,
}

impl<'a, 'b> Court<'a, 'b> {
    fn new(app: &'a Application, ledger: &'a [LedgerEntry], allow_late: &'b [MigrationId]) -> Self {
        let mut court = Self {
            entries: ledger.iter().map(|entry| (&entry.id, entry)).collect(),
            allowed: allow_late.iter().collect(),
            newest_applied: None,
            applied_of: HashMap::new(),
            binary_of: app
                .modules
                .iter()
                .map(|m| (m.name.as_str(), None))
                .collect(),
            replaced: HashMap::new(),
        };
        for (position, migration) in app.migrations().enumerate() {
            let (id, module) = (&migration.id, migration.id.module.as_str());
            court.binary_of.insert(module, Some(id));
            let replaced = migration.replaces.iter().flat_map(Replaced::all);
            for replaced in replaced {
                let key = (module, replaced.stamp, &replaced.name);
                court.replaced.insert(key, id);
            }
            if court.entries.contains_key(id) || court.is_covered(migration) {
                court.newest_applied = Some(position);
                court.applied_of.insert(module, (position, id));
            }
        }
        court
    }

    /// Whether all that a squash stands for has been applied.
    fn is_covered(&self, squash: &Migration) -> bool {
        let is_applied = |stamp, name: &Name| self.part(squash, stamp, name).is_some();
        let mut parts = squash.replaces.iter();
        !squash.replaces.is_empty() && parts.all(|part| part.is_covered(&is_applied))
    }

    /// The entry of one of those that a squash stands for, if it was applied.
    fn part(&self, squash: &Migration, stamp: Stamp, name: &Name) -> Option<&'a LedgerEntry> {
        let id = MigrationId {
            stamp,
            module: squash.id.module.clone(),
            name: name.clone(),
        };
        let entry = self.entries.get(&id).copied();
        entry.filter(|entry| !entry.is_running())
    }

    fn known(&self, position: usize, migration: &'a Migration) -> Verdict<'a> {
        match self.entries.get(&migration.id) {
            Some(entry) => applied(migration, entry),
            None if migration.replaces.is_empty() => self.pending(position, migration),
            None => self.squash(position, migration),
        }
    }

    fn squash(&self, position: usize, migration: &'a Migration) -> Verdict<'a> {
        let parts: Vec<_> = migration.replaces.iter().flat_map(Replaced::all).collect();
        let entry = |part: &&Replaced| self.part(migration, part.stamp, &part.name);
        let mut entries: Vec<_> = parts.iter().filter_map(entry).collect();
        if entries.is_empty() {
            return self.pending(position, migration);
        }
        if self.is_covered(migration) {
            entries.sort_by_key(|entry| entry.position);
            return Verdict::Adopted { migration, entries };
        }
        let is_applied = |stamp, name: &Name| self.part(migration, stamp, name).is_some();
        let mut missing = migration.replaces.iter();
        let missing = missing.find(|part| !part.is_covered(&is_applied));
        Verdict::Fault {
            migration: Some(migration),
            entry: None,
            fault: PlanFault::HalfReplaced {
                migration: migration.id.clone(),
                missing: missing.map(Replaced::stem).unwrap_or_default(),
            },
        }
    }

    fn pending(&self, position: usize, migration: &'a Migration) -> Verdict<'a> {
        let id = &migration.id;
        let newest = self.applied_of.get(id.module.as_str());
        match newest.filter(|(newest, _)| *newest > position) {
            Some((_, newest)) if !self.allowed.contains(id) => Verdict::Fault {
                migration: Some(migration),
                entry: None,
                fault: PlanFault::LateInModule {
                    migration: id.clone(),
                    newest: (*newest).clone(),
                },
            },
            _ => Verdict::Pending {
                migration,
                late: self.newest_applied.is_some_and(|newest| newest > position),
                resumes: None,
            },
        }
    }

    fn foreign(&self, entry: &'a LedgerEntry) -> Verdict<'a> {
        let (module, id) = (entry.id.module.as_str(), &entry.id);
        if let Some(by) = self.replaced.get(&(module, id.stamp, &id.name)) {
            return Verdict::Replaced { entry, by };
        }
        let Some(newest) = self.binary_of.get(entry.id.module.as_str()) else {
            return Verdict::Orphaned(entry);
        };
        let migration = entry.id.clone();
        let fault = match newest {
            Some(newest) if **newest > entry.id => PlanFault::MissingFromBinary { migration },
            newest => PlanFault::NewerThanBinary {
                newest: newest.map_or("no migration".to_owned(), |id| format!("`{id}`")),
                migration,
            },
        };
        Verdict::Fault {
            migration: None,
            entry: Some(entry),
            fault,
        }
    }
}

fn applied<'a>(migration: &'a Migration, entry: &'a LedgerEntry) -> Verdict<'a> {
    let found = migration.checksum();
    match &entry.state {
        EntryState::Running(progress) if found == entry.checksum => {
            return Verdict::Pending {
                migration,
                late: entry.late,
                resumes: Some(Resumed {
                    position: entry.position,
                    progress: progress.clone(),
                    duration_ms: entry.duration_ms,
                }),
            };
        }
        _ if found == entry.checksum => return Verdict::Applied(migration, entry),
        _ => {}
    }
    Verdict::Fault {
        migration: Some(migration),
        entry: Some(entry),
        fault: PlanFault::Changed {
            migration: entry.id.clone(),
            applied: entry.checksum,
            found,
        },
    }
}
