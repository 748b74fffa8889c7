//! The squash: one migration that replaces the first ones of a module.
//!
//! Its operations create what those have made, so that a fresh database gets
//! there at once; a database that has applied them all is there already. Since
//! other modules may have built on what lay between, where it stands matters:
//! with the **stamp** of the last replaced migration nothing that it refers to
//! is missing yet; with that of the first, nothing that refers to it comes too
//! early. Each is tried, in this order, by merging the whole application anew.
//!
//! A step that is called for each row finds no row in a fresh database, and is
//! left out. One that is called once may write rows: that is its author's to
//! say ([`Squashing::without_steps`]).

mod fault;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use fault::{Obstacle, SquashFault};

use crate::{
    Application, Declared, FoldedSchema, Given, MAX_NAME_BYTES, Manifest, Migration, MigrationId,
    Name, Operation, Replaced, Stamp, TableName, diff,
};

/// What is to be replaced, and how.
#[derive(Debug, Clone)]
pub struct Squashing {
    /// The module.
    pub module: Name,
    /// The stamp of the last migration that is replaced.
    pub until: Stamp,
    /// The name of the squash; `squash` by default.
    pub name: Option<Name>,
    /// Whether fresh databases can do without the steps that were called once.
    pub without_steps: bool,
}

impl Application {
    /// The migration that stands for all of a module up to a stamp.
    ///
    /// # Errors
    /// What is not to be replaced, and, where the squash can stand nowhere, what is
    /// in its way and which earlier migration it could end with.
    pub fn squash(&self, squashing: &Squashing) -> Result<Migration, SquashFault> {
        let replaced = self.replaced(squashing)?;
        if !squashing.without_steps {
            refuse_steps(&replaced)?;
        }
        self.place(squashing, &replaced).map_err(|obstacles| {
            let shorter = (2..replaced.len()).rev().map(|count| &replaced[..count]);
            let mut possible = shorter.filter(|fewer| self.place(squashing, fewer).is_ok());
            SquashFault::NoPlace {
                obstacles,
                instead: possible
                    .next()
                    .and_then(<[_]>::last)
                    .map(|last| last.id.clone()),
            }
        })
    }

    fn replaced(&self, squashing: &Squashing) -> Result<Vec<&Migration>, SquashFault> {
        let Squashing { module, until, .. } = squashing;
        let own = self.migrations().filter(|it| it.id.module == *module);
        let replaced: Vec<_> = own.filter(|it| it.id.stamp <= *until).collect();
        let last = replaced.last().map(|it| it.id.clone());
        if last.as_ref().is_none_or(|last| last.stamp != *until) {
            return Err(SquashFault::UntilUnknown {
                module: module.clone(),
                until: *until,
                before: last,
            });
        }
        match replaced.as_slice() {
            [only] => Err(SquashFault::OnlyOne {
                migration: only.id.clone(),
            }),
            _ => Ok(replaced),
        }
    }

    /// The squash at the first stamp at which it fits, or all obstacles.
    fn place(
        &self,
        squashing: &Squashing,
        replaced: &[&Migration],
    ) -> Result<Migration, Vec<Obstacle>> {
        let ends = [replaced.last(), replaced.first()].into_iter().flatten();
        let mut obstacles = Vec::new();
        for end in ends {
            match self.place_at(&end.id, squashing, replaced) {
                Ok(squash) => return Ok(squash),
                Err(reason) => obstacles.push(Obstacle {
                    stamp: end.id.stamp,
                    reason,
                }),
            }
        }
        Err(obstacles)
    }

    fn place_at(
        &self,
        end: &MigrationId,
        squashing: &Squashing,
        replaced: &[&Migration],
    ) -> Result<Migration, String> {
        let id = MigrationId {
            stamp: end.stamp,
            module: squashing.module.clone(),
            name: free_name(squashing, end.stamp, replaced),
        };
        let made = self.made_at(end, replaced)?;
        let squash = squash(id, replaced, &made)?;
        let stays = |migration: &&Migration| replaced.iter().all(|it| it.id != migration.id);
        let order = self.migrations().filter_map(|migration| {
            let stands_here = migration.id == *end;
            let squash = stands_here.then_some(&squash);
            squash.or(Some(migration).filter(stays))
        });
        let known = self.dangling(self.migrations());
        let dangling = self.dangling(order).into_iter();
        let mut new = dangling.filter(|(_, target)| !known.iter().any(|(_, old)| old == target));
        if let Some((migration, target)) = new.next() {
            return Err(format!(
                "migration `{migration}` refers to `{target}`, which would not be there"
            ));
        }
        match Self::merge(self.with(&squash, replaced)) {
            Ok(_) => Ok(squash),
            Err(faults) => Err(faults
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()),
        }
    }

    /// What is there when the squash has been applied: all that it replaces, and
    /// what other modules have that came before the one in whose place it stands.
    fn made_at(&self, end: &MigrationId, replaced: &[&Migration]) -> Result<FoldedSchema, String> {
        let mut made = FoldedSchema::new();
        let mut before = true;
        for migration in self.migrations() {
            before &= migration.id != *end;
            let own = replaced.iter().any(|it| it.id == migration.id);
            if own || (before && migration.id.module != end.module) {
                made.apply_migration(migration)
                    .map_err(|fault| fault.to_string())?;
            }
        }
        Ok(made)
    }

    /// The modules as they are with the squash.
    fn with(&self, squash: &Migration, replaced: &[&Migration]) -> Vec<Manifest> {
        let mut modules = self.modules.clone();
        let own = modules
            .iter_mut()
            .find(|module| module.name == squash.id.module);
        if let Some(own) = own {
            own.migrations
                .retain(|it| !replaced.iter().any(|replaced| replaced.id == it.id));
            own.migrations.push(squash.clone());
        }
        modules
    }

    /// The migrations that begin to refer to a table of a linked module that is
    /// not there at that time. The merge does not mind them, because a later
    /// migration may rename a table to what is referred to.
    fn dangling<'a>(
        &self,
        order: impl Iterator<Item = &'a Migration>,
    ) -> Vec<(MigrationId, TableName)> {
        let mut folded = FoldedSchema::new();
        let mut dangling = Vec::new();
        for migration in order {
            for operation in &migration.operations {
                // What does not fold is found by the merge.
                let _ = folded.apply(&migration.id.module, operation);
                let targets = targets(operation).into_iter();
                let missing = targets.filter(|target| {
                    self.module(&target.module).is_some() && !folded.tables.contains_key(*target)
                });
                dangling.extend(missing.map(|target| (migration.id.clone(), target.clone())));
            }
        }
        dangling
    }
}

/// The tables to which an operation lets fields refer.
fn targets(operation: &Operation) -> Vec<&TableName> {
    let fields = match operation {
        Operation::CreateTable(table) => table.fields.as_slice(),
        Operation::AddField { field, .. } | Operation::ChangeField { field, .. } => {
            std::slice::from_ref(field)
        }
        _ => &[],
    };
    let references = fields.iter().filter_map(|field| field.references.as_ref());
    references.map(|reference| &reference.table).collect()
}

/// A name that no replaced migration of that stamp has: the ledger would take
/// one for the other.
fn free_name(squashing: &Squashing, stamp: Stamp, replaced: &[&Migration]) -> Name {
    let parts: Vec<_> = replaced.iter().map(|it| as_replaced(it)).collect();
    let taken: BTreeSet<_> = parts
        .iter()
        .flat_map(Replaced::all)
        .filter(|part| part.stamp == stamp)
        .map(|part| part.name.as_str())
        .collect();
    let base = squashing.name.as_ref().map_or("squash", Name::as_str);
    if !taken.contains(base)
        && let Ok(name) = Name::new(base)
    {
        return name;
    }
    let short = base.get(..MAX_NAME_BYTES / 2).unwrap_or(base);
    let numbered = (2..).map(|number: u32| format!("{short}_{number}"));
    numbered
        .filter(|name| !taken.contains(name.as_str()))
        .find_map(|name| Name::new(&name).ok())
        .expect("a short name with a number is a name, and few are taken")
}

fn refuse_steps(replaced: &[&Migration]) -> Result<(), SquashFault> {
    let steps = replaced.iter().flat_map(|migration| {
        let runs = migration
            .operations
            .iter()
            .filter_map(|operation| match operation {
                Operation::Run(run) if run.table.is_none() => Some(run.step.clone()),
                _ => None,
            });
        runs.map(|step| (migration.id.clone(), step))
    });
    let steps: Vec<_> = steps.collect();
    if steps.is_empty() {
        Ok(())
    } else {
        Err(SquashFault::Steps { steps })
    }
}

/// The migration that creates the tables of its module as they are in `made`.
fn squash(
    id: MigrationId,
    replaced: &[&Migration],
    made: &FoldedSchema,
) -> Result<Migration, String> {
    let (own, others): (Vec<_>, Vec<_>) = made
        .tables
        .iter()
        .map(|(name, folded)| (name.clone(), folded.clone()))
        .partition(|(name, _)| name.module == id.module);
    let others = FoldedSchema {
        tables: others.into_iter().collect(),
    };
    let declared = own
        .into_iter()
        .map(|(_, folded)| Declared::from(folded.table));
    let declared: Vec<_> = declared.collect();
    let draft = diff(&id.module, &others.into(), &declared, &Given::default());
    let draft = draft.map_err(|faults| {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        faults.join("; ")
    })?;
    let after = replaced.iter().flat_map(|migration| &migration.after);
    let after: BTreeSet<_> = after.filter(|after| after.module != id.module).collect();
    Ok(Migration {
        description: describe(replaced),
        after: after.into_iter().cloned().collect(),
        replaces: replaced
            .iter()
            .map(|migration| as_replaced(migration))
            .collect(),
        ..Migration::new(id, draft.operations)
    })
}

fn describe(replaced: &[&Migration]) -> String {
    let stem =
        |migration: Option<&&Migration>| migration.map(|it| it.id.stem()).unwrap_or_default();
    format!(
        "Stands for {} migrations, {} to {}",
        replaced.len(),
        stem(replaced.first()),
        stem(replaced.last())
    )
}

fn as_replaced(migration: &Migration) -> Replaced {
    Replaced {
        stamp: migration.id.stamp,
        name: migration.id.name.clone(),
        replaces: migration.replaces.clone(),
    }
}
