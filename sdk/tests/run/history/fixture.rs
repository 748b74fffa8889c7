//! The fixture as modules: all of them, or as they stood at a point in time.
//!
//! A module declares what its migrations make, requires the modules that its
//! tables refer to, and lists the steps that its migrations run.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::Path,
};

use sdk::{migrate::Steps, module};
use sdk_schema::{
    Application, FoldedSchema, Manifest, Migration, MigrationId, Name, Operation, Reference, Step,
};

use super::step;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/history");

/// The modules of the fixture, without the library's own.
pub(super) struct History {
    /// Whatever a module has ever required, it requires.
    modules: Vec<Manifest>,
}

impl History {
    pub(super) fn read() -> Self {
        let entries = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap());
        let folders = entries.filter(|entry| entry.path().join("migrations").is_dir());
        let modules = folders.map(|folder| {
            let name = Name::new(folder.file_name().to_str().unwrap()).unwrap();
            module_of(name, &folder.path().join("migrations"))
        });
        Self {
            modules: modules.collect(),
        }
    }

    /// All modules, with all of their migrations.
    pub(super) fn whole(&self) -> Application {
        self.with(|_| true)
    }

    /// The first `count` migrations in global order, those of the library included.
    pub(super) fn until(&self, count: usize) -> Application {
        let order = self.whole().order;
        let kept: HashSet<_> = order.into_iter().take(count).collect();
        self.with(|migration| kept.contains(migration))
    }

    /// The modules that no other one refers to or waits for.
    pub(super) fn last(&self) -> BTreeSet<Name> {
        let needed = |name: &Name| {
            let others = self.modules.iter().filter(|other| other.name != *name);
            others.into_iter().any(|other| needs(other, name))
        };
        let names = self.modules.iter().map(|module| module.name.clone());
        names.filter(|name| !needed(name)).collect()
    }

    /// The modules with the migrations that `keep` chooses. A module of which
    /// nothing is kept is left out.
    pub(super) fn with(&self, keep: impl Fn(&MigrationId) -> bool) -> Application {
        let core = module::core().manifest().unwrap();
        let mut modules = self.modules.clone();
        for module in &mut modules {
            module.migrations.retain(|migration| keep(&migration.id));
        }
        modules.retain(|module| !module.migrations.is_empty());
        let linked: BTreeSet<_> = modules.iter().map(|module| module.name.clone()).collect();
        for module in &mut modules {
            module.requires.retain(|name| linked.contains(name));
        }
        declare(&mut modules);
        modules.push(core);
        Application::merge(modules).unwrap()
    }

    /// Two functions under the names of all steps.
    pub(super) fn steps(&self) -> Steps {
        let mut steps = Steps::default();
        for module in &self.modules {
            let name = module.name.to_string().leak();
            let declarations: Vec<_> = module.steps.iter().map(step::declaration).collect();
            steps.add(name, &declarations);
        }
        steps
    }
}

fn module_of(name: Name, folder: &Path) -> Manifest {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let migrations = files.map(|file| {
        let text = fs::read_to_string(file.path()).unwrap();
        Migration::parse(&name, file.file_name().to_str().unwrap(), &text).unwrap()
    });
    let mut migrations: Vec<_> = migrations.collect();
    migrations.sort_by(|a, b| a.id.cmp(&b.id));
    let operations = migrations
        .iter()
        .flat_map(|migration| &migration.operations);
    let steps: BTreeSet<_> = operations.clone().filter_map(step_of).collect();
    let requires: BTreeSet<_> = operations
        .flat_map(references)
        .map(|reference| reference.table.module.clone())
        .filter(|module| *module != name)
        .collect();
    Manifest {
        requires: requires.into_iter().collect(),
        steps: steps.into_iter().collect(),
        migrations,
        ..Manifest::new(name, "1.0.0")
    }
}

fn step_of(operation: &Operation) -> Option<Step> {
    match operation {
        Operation::Run(run) => Some(Step {
            name: run.step.clone(),
            revision: run.revision,
            rows: run.table.is_some(),
        }),
        _ => None,
    }
}

fn references(operation: &Operation) -> Vec<&Reference> {
    let fields = match operation {
        Operation::CreateTable(table) => table.fields.as_slice(),
        Operation::AddField { field, .. } | Operation::ChangeField { field, .. } => {
            std::slice::from_ref(field)
        }
        _ => &[],
    };
    let references = fields.iter().filter_map(|field| field.references.as_ref());
    references.collect()
}

fn needs(module: &Manifest, other: &Name) -> bool {
    let mut after = module.migrations.iter().flat_map(|one| &one.after);
    module.requires.contains(other) || after.any(|id| id.module == *other)
}

/// Gives every module the tables that its migrations make.
fn declare(modules: &mut [Manifest]) {
    let mut migrations: Vec<_> = modules.iter().flat_map(|one| &one.migrations).collect();
    migrations.sort_by_key(|migration| &migration.id);
    let mut folded = FoldedSchema::new();
    for migration in migrations {
        folded.apply_migration(migration).unwrap();
    }
    let schema = folded.schema();
    for module in modules {
        let tables = schema.tables.iter();
        let own = tables.filter(|(name, _)| name.module == module.name);
        module.tables = own.map(|(_, table)| table.clone()).collect();
    }
}
