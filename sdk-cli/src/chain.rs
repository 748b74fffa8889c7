//! `chain`: the file in which a module's migrations stand in their order.
//!
//! It is written whenever a migration is; the command writes it anew after a
//! merge, or when a migration came otherwise. What must not happen by the way:
//! that an edited or lost migration gets a line as if nothing had been. Its
//! author has to say that it was meant (`--accept`).
//!
//! A migration is **late** here when it stands before one that another branch,
//! or the chain, has already: databases that have applied that one refuse it.

mod origin;
mod restamp;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use sdk_codegen::{
    FileFault, FileFaults, check,
    folder::{Folder, MIGRATIONS, Reading},
};
use sdk_schema::{Chain, ChainFileError, Migration, Name, Place, Recorded};

use crate::{
    arguments,
    changes::Changes,
    failure::{Failure, in_folder},
    names::MigrationStem,
    project::{Member, Project},
    reading,
    report::Report,
};

use origin::Origins;

/// Adds the line of a new migration to the chain of its module, which must
/// agree with the migrations that are there.
pub(crate) fn append(
    changes: &mut Changes,
    member: &Member,
    folder: &Folder,
    migration: &Migration,
) -> Result<(), Failure> {
    let module = &migration.id.module;
    agrees(member, module, folder)?;
    let migrations = folder.migrations().chain([migration]);
    write(changes, member, module, folder.chain.is_some(), migrations);
    Ok(())
}

/// Refuses to go on from a chain that does not agree with the migrations.
pub(crate) fn agrees(member: &Member, module: &Name, folder: &Folder) -> Result<(), Failure> {
    check::chain(module, folder).map_err(|faults| {
        let message = format!(
            "the chain of module `{module}` does not agree with its migrations; nothing was written"
        );
        Failure::of_files(&member.folder, faults, message)
    })
}

/// Adds the chain of these migrations to the changes.
pub(crate) fn write<'a>(
    changes: &mut Changes,
    member: &Member,
    module: &Name,
    exists: bool,
    migrations: impl IntoIterator<Item = &'a Migration>,
) {
    let text = Chain::of(migrations).to_text(module);
    if exists {
        changes.replace(file(member), text);
    } else {
        changes.create(file(member), text);
    }
}

/// Writes the chain anew.
pub(crate) fn run(arguments: &arguments::Chain, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    // The source is not read: a merge may have left conflicts there as well.
    let module = &arguments.module;
    let mut migrations = migrations(project, member, module)?;
    let text = fs::read_to_string(project.root.join(file(member))).ok();
    let recorded = Recorded::read(text.as_deref().unwrap_or_default())
        .map_err(|error| not_a_chain(member, &error))?;
    let accepted = accept(member, module, &recorded, &migrations, &arguments.accept)?;
    let mut changes = Changes::new(&project.root);
    let origins = Origins::of(&recorded);
    let renamed = restamp::run(
        project,
        member,
        &mut migrations,
        &arguments.restamp,
        &mut changes,
    )?;
    let chain = Chain::of(&migrations).to_text(module);
    if text.as_deref() == Some(chain.as_str()) {
        return Ok(Report::text(format!(
            "nothing to do: the chain of `{module}` agrees with its migrations"
        )));
    }
    write(&mut changes, member, module, text.is_some(), &migrations);
    let mut report = Report::of(Path::new(""), changes.write()?);
    for migration in accepted {
        report.line(format!("    {migration} was changed, which is accepted"));
    }
    for (old, new) in &renamed {
        report.line(format!("    {old} is now {new}"));
    }
    Ok(origins.describe(module, &migrations, &renamed, report))
}

/// An option given once for each of these migrations.
fn options<'a>(option: &str, stems: impl Iterator<Item = &'a String>) -> String {
    let options: Vec<_> = stems.map(|stem| format!("{option} {stem}")).collect();
    options.join(" ")
}

fn file(member: &Member) -> PathBuf {
    member.file(MIGRATIONS).join(Chain::FILE)
}

/// The migrations of a module, all of which must be readable.
fn migrations(
    project: &Project,
    member: &Member,
    module: &Name,
) -> Result<Vec<Migration>, Failure> {
    let Reading { folder, mut faults } = Reading::of(&project.root.join(&member.folder), module);
    faults.retain(|fault| fault.file.starts_with(MIGRATIONS) && !fault.file.ends_with(Chain::FILE));
    FileFaults::unless(faults, ()).map_err(|faults| reading::unreadable(member, faults))?;
    let entries = folder.migrations.into_iter();
    Ok(entries.map(|entry| entry.content).collect())
}

fn not_a_chain(member: &Member, error: &ChainFileError) -> Failure {
    let fault = match error {
        ChainFileError::Line { line, .. } => {
            let place = Place {
                line: *line,
                column: 1,
            };
            FileFault::at(file(member), place, error)
        }
        _ => FileFault::new(file(member), error),
    };
    Failure {
        hint: Some("take the line out, or get the file back from git".to_owned()),
        ..Failure::new(fault)
    }
}

/// What was edited or removed since its line was written, all of it accepted.
fn accept(
    member: &Member,
    module: &Name,
    recorded: &Recorded,
    migrations: &[Migration],
    accepted: &[MigrationStem],
) -> Result<BTreeSet<String>, Failure> {
    let hidden = hidden(recorded, migrations);
    let accepted: BTreeSet<_> = accepted.iter().map(MigrationStem::as_str).collect();
    if let Some(stem) = accepted.iter().find(|stem| !hidden.contains_key(**stem)) {
        return Err(Failure::new(format!(
            "there is nothing to accept of `{stem}`: it is not both in the chain and another file than its line says"
        )));
    }
    let open = hidden
        .iter()
        .filter(|(stem, _)| !accepted.contains(stem.as_str()));
    let open: Vec<_> = open.collect();
    if open.is_empty() {
        return Ok(hidden.into_keys().collect());
    }
    let options = options("--accept", hidden.keys());
    let faults = open.iter().map(|(stem, what)| {
        let file = Path::new(MIGRATIONS).join(format!("{stem}.json"));
        in_folder(&member.folder, FileFault::new(file, what)).to_string()
    });
    Err(Failure {
        faults: faults.collect(),
        hint: Some(format!(
            "put back what was there; or, if no database has applied it: sdk-cli chain {module} {options}"
        )),
        ..Failure::new(
            "a database that has applied one of these would refuse to start; nothing was written",
        )
    })
}

/// The migrations of whose lines none says what the file says, in words.
fn hidden(recorded: &Recorded, migrations: &[Migration]) -> BTreeMap<String, &'static str> {
    let replaced: BTreeSet<_> = migrations
        .iter()
        .flat_map(|migration| &migration.replaces)
        .flat_map(|replaced| replaced.all())
        .map(|replaced| (replaced.stamp, &replaced.name))
        .collect();
    let mut hidden = BTreeMap::new();
    for link in recorded.all() {
        let migration = migrations.iter().find(|migration| link.is_of(migration));
        let what = match migration {
            Some(migration) => {
                let checksum = migration.checksum();
                let mut lines = recorded.all().filter(|link| link.is_of(migration));
                if lines.any(|link| link.checksum == checksum) {
                    continue;
                }
                "was edited since its line in the chain was written"
            }
            None if replaced.contains(&(link.stamp, &link.name)) => continue,
            None => "is gone, but has a line in the chain",
        };
        hidden.insert(link.stem(), what);
    }
    hidden
}
