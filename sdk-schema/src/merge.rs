//! The merge: what all linked modules declare, checked as one.
//!
//! An **application** is a set of modules that fit together. Its **global
//! order** is the order in which a fresh database gets their migrations: by
//! stamp, among equal stamps by `after` and `requires`, then by module, then by
//! name. It depends on the modules alone, not on the order of linking.
//!
//! Invariants of an [`Application`]: module names are unique and all that is
//! required is linked; every `after` leads to an earlier migration, or to the
//! squash that stands for it; the migrations fold in global order and make exactly the declared tables; every
//! reference leads to a fitting key; every seed row fits its table. If anything
//! does not hold, all of it is reported at once.

mod content;
mod fault;
mod former;
mod modules;
mod order;
mod replaces;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use fault::{MergeFault, MergeFaults};
pub use replaces::{ReplacesFault, check_replaces};

use crate::{Manifest, Migration, MigrationId, Name, Schema};

/// The name of the module that comes with the SDK; all others require it.
pub const BUILT_IN_MODULE: &str = "sdk";

/// Modules that fit together.
#[derive(Debug, Clone)]
pub struct Application {
    /// The modules, required ones first, else by name.
    pub modules: Vec<Manifest>,
    /// All migrations in global order.
    pub order: Vec<MigrationId>,
    /// The declared tables of all modules.
    pub schema: Schema,
    /// Where each migration stands, by its position in `order`.
    places: Vec<Place>,
    /// The position in `order` of each migration.
    positions: HashMap<MigrationId, usize>,
    /// For each migration that is no longer there, the position of its squash.
    squashes: HashMap<MigrationId, usize>,
    /// The position in `modules` of each module.
    names: HashMap<Name, usize>,
}

/// Where a migration stands: the position of its module, and its own in it.
#[derive(Debug, Clone, Copy)]
struct Place {
    module: usize,
    migration: usize,
}

impl Application {
    /// Merges the manifests of all linked modules, given in any order.
    pub fn merge(manifests: Vec<Manifest>) -> Result<Self, MergeFaults> {
        let mut faults = Vec::new();
        let mut modules = modules::arrange(manifests, &mut faults);
        former::resolve(&mut modules, &mut faults);
        let places = order::global(&modules, &mut faults);
        let schema = content::check(&modules, &places, &mut faults);
        if !faults.is_empty() {
            return Err(MergeFaults::new(faults));
        }
        let ids = places
            .iter()
            .map(|place| modules[place.module].migrations[place.migration].id.clone());
        let order: Vec<_> = ids.collect();
        let positions: HashMap<_, _> = order.iter().cloned().zip(0..).collect();
        let squashes = replaces::squashes(modules.iter().flat_map(|module| &module.migrations));
        let squashes = squashes
            .into_iter()
            .map(|(replaced, squash)| (replaced, positions[&squash.id]));
        Ok(Self {
            names: names(&modules),
            squashes: squashes.collect(),
            positions,
            modules,
            order,
            schema,
            places,
        })
    }

    /// Merges modules as to all that they declare besides migrations, of which
    /// their manifests have none: enough for whoever applies none. All faults but
    /// those of migrations are reported.
    pub fn merge_frames(manifests: Vec<Manifest>) -> Result<Self, MergeFaults> {
        let mut faults = Vec::new();
        let mut modules = modules::arrange(manifests, &mut faults);
        former::resolve(&mut modules, &mut faults);
        let schema = content::check_frames(&modules, &mut faults);
        if !faults.is_empty() {
            return Err(MergeFaults::new(faults));
        }
        Ok(Self {
            names: names(&modules),
            modules,
            order: Vec::new(),
            schema,
            places: Vec::new(),
            positions: HashMap::new(),
            squashes: HashMap::new(),
        })
    }

    /// The module of that name.
    pub fn module(&self, name: &str) -> Option<&Manifest> {
        let position = self.names.get(name)?;
        self.modules.get(*position)
    }

    /// The migration with that identity.
    pub fn migration(&self, id: &MigrationId) -> Option<&Migration> {
        self.position(id)
            .map(|position| self.migration_at(position))
    }

    /// The squash that stands for a migration that is no longer there.
    pub fn squash_of(&self, id: &MigrationId) -> Option<&Migration> {
        let position = self.squashes.get(id)?;
        Some(self.migration_at(*position))
    }

    /// All migrations in global order.
    pub fn migrations(&self) -> impl Iterator<Item = &Migration> {
        (0..self.order.len()).map(|position| self.migration_at(position))
    }

    /// Where a migration stands in the global order.
    pub(crate) fn position(&self, id: &MigrationId) -> Option<usize> {
        self.positions.get(id).copied()
    }

    fn migration_at(&self, position: usize) -> &Migration {
        let place = self.places[position];
        &self.modules[place.module].migrations[place.migration]
    }
}

fn names(modules: &[Manifest]) -> HashMap<Name, usize> {
    let names = modules.iter().map(|module| module.name.clone());
    names.zip(0..).collect()
}

/// The migrations of modules in global order, also of modules that do not fit together.
pub(crate) fn in_global_order(modules: &[Manifest]) -> Vec<&Migration> {
    let places = order::global(modules, &mut Vec::new());
    let migrations = places
        .into_iter()
        .map(|place| &modules[place.module].migrations[place.migration]);
    migrations.collect()
}
