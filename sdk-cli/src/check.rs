//! `check`: all that a build or a start would refuse, without compiling.
//!
//! Each module is checked as its build does; then those whose required modules
//! lie in the workspace are merged as a start does. A module that no host
//! links is worth a warning, but no fault: it may be meant for other hosts.
//!
//! What could be applied and does harm is said by the lints of migrations. With
//! a **base**, a git revision, only what is new since then is linted, and what
//! was there then must be as it was.

mod base;
mod document;
mod finding;
mod lints;
mod outcome;
mod place;
mod sarif;

use std::collections::BTreeMap;

use sdk_build::{Checked, FileFault, check};
use sdk_schema::{Application, Manifest, Name};

use crate::{
    arguments::Check,
    failure::{Failure, in_folder},
    host::hosts,
    project::{Member, Project},
    report::Report,
};
use base::Base;
use finding::Fault;
use outcome::{Outcome, counted};

/// Checks all modules of the workspace.
pub(crate) fn run(project: &Project, wanted: &Check) -> Result<Report, Failure> {
    let base = wanted.base.as_deref();
    let base = base.map(|name| Base::read(project, name)).transpose()?;
    let mut outcome = Outcome::new(wanted.deny_warnings);
    outcome.faults = missing_members(project);
    let mut sound = BTreeMap::new();
    let imports = project.protos();
    for member in project.modules() {
        outcome.members += 1;
        match check(&project.root.join(&member.folder), &imports) {
            Ok(checked) => {
                let manifest = take(project, member, checked, base.as_ref(), &mut outcome);
                sound.insert(manifest.name.clone(), manifest);
            }
            Err(found) => {
                let placed = found.into_iter();
                let placed = placed.map(|fault| in_folder(&member.folder, fault).into());
                outcome.faults.extend(placed);
            }
        }
    }
    if outcome.faults.is_empty() {
        merge(sound, &mut outcome);
    }
    warn_of_unlinked(project, &mut outcome);
    outcome.conclude(wanted)
}

/// Takes the sound module into account, and gives its manifest.
fn take(
    project: &Project,
    member: &Member,
    checked: Checked,
    base: Option<&Base>,
    outcome: &mut Outcome,
) -> Manifest {
    outcome.line(summary(&checked));
    let missing = missing_dependencies(project, member, &checked);
    outcome.faults.extend(missing);
    warn_of_other_name(member, &checked, outcome);
    let known = base.map(|base| base.known(member, &checked.module.name));
    if let Some((base, known)) = base.zip(known.as_ref()) {
        outcome.add(base.changes(known, &checked));
    }
    outcome.add(lints::of_module(project, member, &checked, known.as_ref()));
    outcome.modules.push(checked.clone());
    manifest(member, checked)
}

/// Members that cargo would look for in vain.
fn missing_members(project: &Project) -> Vec<Fault> {
    let members = project.manifest.members();
    let named = members.iter().filter(|member| !member.contains('*'));
    named
        .filter(|member| !project.root.join(member).join("Cargo.toml").is_file())
        .map(|member| {
            let fault = format!("`members` lists `{member}`, where no `Cargo.toml` is");
            FileFault::new("Cargo.toml", fault).into()
        })
        .collect()
}

fn summary(checked: &Checked) -> String {
    let Checked { module, folder, .. } = checked;
    let services = checked.protos.as_ref().map_or(0, |it| it.services.len());
    let parts = [
        (module.tables.len(), "table"),
        (folder.migrations.len(), "migration"),
        (folder.seeds.len(), "seed file"),
        (module.jobs.len(), "job"),
        (folder.translations.len(), "translation"),
        (services, "service"),
    ];
    let parts: Vec<_> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    if parts.is_empty() {
        format!("ok   {}: nothing declared yet", module.name)
    } else {
        format!("ok   {}: {}", module.name, parts.join(", "))
    }
}

/// What the module declares, as hosts see it.
pub(crate) fn manifest(member: &Member, checked: Checked) -> Manifest {
    let Checked { module, folder, .. } = checked;
    let version = member.manifest.version().unwrap_or("0.0.0");
    Manifest {
        requires: module.requires,
        tables: module
            .tables
            .into_iter()
            .map(|declared| declared.table)
            .collect(),
        migrations: folder
            .migrations
            .into_iter()
            .map(|entry| entry.content)
            .collect(),
        seeds: folder
            .seeds
            .into_iter()
            .map(|entry| entry.content)
            .collect(),
        jobs: module.jobs,
        steps: module.steps,
        source_locale: module.source_locale,
        catalogues: folder
            .translations
            .into_iter()
            .map(|entry| entry.content)
            .collect(),
        mails: folder
            .mails
            .into_iter()
            .map(|entry| entry.content)
            .collect(),
        ..Manifest::new(module.name, version)
    }
}

/// The modules of the workspace that the manifest requires and the crate
/// cannot name, because it does not depend on them.
fn missing_dependencies(project: &Project, member: &Member, checked: &Checked) -> Vec<Fault> {
    let required = checked.module.requires.iter();
    required
        .filter_map(|name| project.module(name).ok())
        .filter(|other| !member.manifest.depends_on(&other.package))
        .map(|other| {
            let fault = format!(
                "module `{}` requires `{}`, but `[dependencies]` lacks it: add {} = {{ path = \"{}\" }}",
                checked.module.name,
                other.crate_name(),
                other.package,
                member.path_to(&other.folder)
            );
            FileFault::new(member.file("Cargo.toml"), fault).into()
        })
        .collect()
}

/// Other modules name the crate, and the tables are named after the module.
fn warn_of_other_name(member: &Member, checked: &Checked, outcome: &mut Outcome) {
    let (module, name) = (&checked.module.name, member.crate_name());
    if *module != name.as_str() {
        outcome.note(format!(
            "warn {module}: the crate of this module is `{name}`; other modules can refer to its tables only if both have one name"
        ));
    }
}

/// Warns of modules that no host links, where the workspace has a host.
fn warn_of_unlinked(project: &Project, outcome: &mut Outcome) {
    let hosts = match hosts(project) {
        Ok(hosts) => hosts,
        Err(fault) => return outcome.faults.push(fault.into()),
    };
    let Some(first) = hosts.first() else {
        return;
    };
    for module in project.modules().map(Member::crate_name) {
        if !hosts.iter().any(|host| host.mentions(&module)) {
            outcome.note(format!(
                "warn {module}: no host links it; to link it, add `.module(…)` to {}",
                first.file.display()
            ));
        }
    }
}

/// Merges the modules whose required modules are all there.
fn merge(mut modules: BTreeMap<Name, Manifest>, outcome: &mut Outcome) {
    for (name, required) in take_unlinked(&mut modules) {
        outcome.note(format!(
            "note {name}: not merged, it requires `{required}`, which is not in this workspace"
        ));
    }
    if let Err(found) = Application::merge(modules.into_values().collect()) {
        let found = found.0.iter().map(ToString::to_string);
        outcome.faults.extend(found.map(Fault::Between));
    }
}

/// Takes the modules away that require one which is not there, and says which.
pub(crate) fn take_unlinked(modules: &mut BTreeMap<Name, Manifest>) -> Vec<(Name, Name)> {
    let mut taken = Vec::new();
    while let Some((name, required)) = unlinked(modules) {
        modules.remove(&name);
        taken.push((name, required));
    }
    taken
}

/// A module and one that it requires and that is not there.
fn unlinked(modules: &BTreeMap<Name, Manifest>) -> Option<(Name, Name)> {
    modules.values().find_map(|module| {
        let missing = module
            .requires
            .iter()
            .find(|name| !modules.contains_key(*name))?;
        Some((module.name.clone(), missing.clone()))
    })
}
