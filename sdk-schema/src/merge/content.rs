//! What the modules declare, held against each other: migrations against
//! tables, references against keys, steps and seeds against their modules.

use std::collections::BTreeSet;

use super::{MergeFault, Place, modules};
use crate::{
    BUILT_IN_MODULE, Field, FoldedSchema, Manifest, Migration, Name, Operation, Schedule, Schema,
    SeedFile, Table, TableName,
};

/// Checks everything and returns the declared schema.
pub(super) fn check(modules: &[Manifest], order: &[Place], faults: &mut Vec<MergeFault>) -> Schema {
    let schema = declared(modules);
    for module in modules {
        find_twins(module, faults);
        check_schedules(module, faults);
        module
            .migrations
            .iter()
            .for_each(|m| check_steps(module, m, faults));
        module
            .seeds
            .iter()
            .for_each(|seed| check_seed(module, seed, faults));
    }
    check_fold(modules, order, &schema, faults);
    check_references(modules, &schema, faults);
    schema
}

/// Checks everything but migrations and returns the declared schema.
pub(super) fn check_frames(modules: &[Manifest], faults: &mut Vec<MergeFault>) -> Schema {
    let schema = declared(modules);
    for module in modules {
        find_twins(module, faults);
        check_schedules(module, faults);
        let seeds = module.seeds.iter();
        seeds.for_each(|seed| check_seed(module, seed, faults));
    }
    check_references(modules, &schema, faults);
    schema
}

fn declared(modules: &[Manifest]) -> Schema {
    let tables = modules.iter().flat_map(|module| {
        let tables = module.tables.iter();
        tables.map(|table| (table.full_name(&module.name), table.clone()))
    });
    let mut schema = Schema {
        tables: tables.collect(),
    };
    schema.tables.sort_unstable_keys();
    schema
}

fn find_twins(module: &Manifest, faults: &mut Vec<MergeFault>) {
    let mut seen = BTreeSet::new();
    let tables = module.tables.iter().map(|table| ("table", &table.name));
    let jobs = module.jobs.iter().map(|job| ("job", &job.name));
    let steps = module.steps.iter().map(|step| ("step", &step.name));
    let twins = tables
        .chain(jobs)
        .chain(steps)
        .filter(|named| !seen.insert(*named));
    faults.extend(twins.map(|(what, name)| MergeFault::DeclaredTwice {
        module: module.name.clone(),
        what,
        name: name.clone(),
    }));
}

fn check_schedules(module: &Manifest, faults: &mut Vec<MergeFault>) {
    for job in &module.jobs {
        if let Err(source) = Schedule::parse(&job.schedule, &job.tz) {
            faults.push(MergeFault::Schedule {
                module: module.name.clone(),
                job: job.name.clone(),
                source,
            });
        }
    }
}

fn check_steps(module: &Manifest, migration: &Migration, faults: &mut Vec<MergeFault>) {
    for operation in &migration.operations {
        let Operation::Run(run) = operation else {
            continue;
        };
        for (step, revision) in run.steps() {
            let (id, name) = (migration.id.clone(), step.clone());
            let rows = run.table.is_some();
            match module.steps.iter().find(|listed| listed.name == *step) {
                None => faults.push(MergeFault::StepUnknown {
                    migration: id,
                    step: name,
                    known: list(module.steps.iter().map(|step| &step.name)),
                }),
                Some(listed) if listed.revision != revision => {
                    faults.push(MergeFault::StepRevision {
                        migration: id,
                        step: name,
                        wanted: revision,
                        listed: listed.revision,
                    });
                }
                Some(listed) if listed.rows != rows => {
                    let (takes, hint) = if listed.rows {
                        ("a row of a table", "name the `table`")
                    } else {
                        ("no row", "name no `table`")
                    };
                    faults.push(MergeFault::StepCalledOtherwise {
                        migration: id,
                        step: name,
                        takes,
                        hint,
                    });
                }
                Some(_) => {}
            }
        }
    }
}

fn check_seed(module: &Manifest, seed: &SeedFile, faults: &mut Vec<MergeFault>) {
    let Some(table) = module.tables.iter().find(|table| table.name == seed.table) else {
        faults.push(MergeFault::SeedTable {
            module: module.name.clone(),
            set: seed.set,
            file: seed.file.clone(),
            table: seed.table.clone(),
            known: list(module.tables.iter().map(|table| &table.name)),
        });
        return;
    };
    if let Err(error) = seed.rows_of(table) {
        faults.extend(error.faults.into_iter().map(|fault| MergeFault::SeedRow {
            module: module.name.clone(),
            set: seed.set,
            file: seed.file.clone(),
            fault,
        }));
    }
}

/// Folds all migrations in global order and compares with what is declared. A
/// module whose migration fails is left alone from there on: what follows from
/// the one mistake is not reported.
fn check_fold(
    modules: &[Manifest],
    order: &[Place],
    declared: &Schema,
    faults: &mut Vec<MergeFault>,
) {
    let mut folded = FoldedSchema::new();
    let mut failed = BTreeSet::new();
    for place in order {
        let module = &modules[place.module];
        if failed.contains(&module.name) {
            continue;
        }
        if let Err(fault) = folded.apply_migration(&module.migrations[place.migration]) {
            faults.push(fault.into());
            failed.insert(&module.name);
        }
    }
    let differences = folded.schema().differences(declared).into_iter();
    let differences = differences.filter(|found| !failed.contains(&found.table.module));
    faults.extend(differences.map(|difference| MergeFault::Differs { difference }));
}

fn check_references(modules: &[Manifest], schema: &Schema, faults: &mut Vec<MergeFault>) {
    let linked = modules::positions(modules);
    for module in modules {
        let fields = module.tables.iter();
        let fields = fields.flat_map(|table| table.fields.iter().map(move |field| (table, field)));
        for (table, field) in fields {
            let Some(reference) = &field.references else {
                continue;
            };
            let target = &reference.table;
            if !may_refer(module, &target.module) {
                faults.push(not_required(module, table, field, target));
            } else if linked.contains_key(target.module.as_str()) {
                let check = schema.check_reference(&table.full_name(&module.name), field);
                faults.extend(check.err().map(MergeFault::from));
            }
        }
    }
}

fn may_refer(module: &Manifest, target: &Name) -> bool {
    *target == module.name || *target == BUILT_IN_MODULE || module.requires.contains(target)
}

fn not_required(module: &Manifest, table: &Table, field: &Field, target: &TableName) -> MergeFault {
    MergeFault::ReferenceNotRequired {
        table: table.full_name(&module.name),
        field: field.name.clone(),
        target: target.clone(),
    }
}

fn list<'a>(names: impl Iterator<Item = &'a Name>) -> String {
    let mut names: Vec<_> = names.map(Name::as_str).collect();
    names.sort_unstable();
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}
