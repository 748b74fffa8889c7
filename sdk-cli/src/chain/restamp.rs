//! A new stamp for a migration that is late within its module.

use std::{collections::BTreeSet, path::Path};

use chrono::Utc;
use sdk_codegen::{
    FileFault,
    folder::{MIGRATIONS, Reading},
};
use sdk_schema::{FoldedSchema, Migration, MigrationId, Name, Stamp};

use crate::{
    changes::Changes,
    failure::{Failure, in_folder},
    names::MigrationStem,
    project::{Member, Project},
};

/// The former and the new `STAMP_name` of a migration.
pub(super) type Renamed = (String, String);

/// Gives these migrations stamps after all others, in their order, and adds
/// the renaming of their files to the changes. `migrations` stay sorted.
pub(super) fn run(
    project: &Project,
    member: &Member,
    migrations: &mut [Migration],
    stems: &[MigrationStem],
    changes: &mut Changes,
) -> Result<Vec<Renamed>, Failure> {
    let chosen: BTreeSet<_> = stems.iter().map(MigrationStem::as_str).collect();
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    refuse(project, migrations, &chosen)?;
    let is_chosen = |migration: &Migration| chosen.contains(migration.id.stem().as_str());
    let others = migrations.iter().filter(|migration| !is_chosen(migration));
    let mut newest = others.map(|migration| migration.id.stamp).max();
    let mut renamed = Vec::new();
    for migration in migrations
        .iter_mut()
        .filter(|migration| is_chosen(migration))
    {
        let stamp = after(newest, migration)?;
        newest = Some(stamp);
        renamed.push(rename(project, member, migration, stamp, changes)?);
    }
    migrations.sort_by(|a, b| a.id.cmp(&b.id));
    folds(member, migrations)?;
    Ok(renamed)
}

/// Now, or the second after what must come before.
fn after(newest: Option<Stamp>, migration: &Migration) -> Result<Stamp, Failure> {
    let now = Stamp::at(Utc::now());
    let earlier = migration
        .after
        .iter()
        .map(|after| after.stamp)
        .chain(newest);
    match earlier.max() {
        None => Ok(now),
        Some(newest) => newest.next().map(|next| next.max(now)).ok_or_else(|| {
            Failure::new(format!(
                "no stamp is later than {newest}, which a migration has"
            ))
        }),
    }
}

fn rename(
    project: &Project,
    member: &Member,
    migration: &mut Migration,
    stamp: Stamp,
    changes: &mut Changes,
) -> Result<Renamed, Failure> {
    let folder = member.file(MIGRATIONS);
    let old = folder.join(migration.id.file_name());
    // As it is laid out: the name is no part of the content.
    let text = std::fs::read_to_string(project.root.join(&old))
        .map_err(|error| FileFault::new(&old, format!("cannot be read: {error}")))?;
    let before = migration.id.stem();
    migration.id.stamp = stamp;
    changes.create(folder.join(migration.id.file_name()), text);
    changes.remove(old);
    Ok((before, migration.id.stem()))
}

/// Refuses what is not there, is last already, or is named by an `after`.
fn refuse(
    project: &Project,
    migrations: &[Migration],
    chosen: &BTreeSet<&str>,
) -> Result<(), Failure> {
    let stems: Vec<_> = migrations
        .iter()
        .map(|migration| migration.id.stem())
        .collect();
    if let Some(unknown) = chosen
        .iter()
        .find(|stem| !stems.iter().any(|it| it == *stem))
    {
        return Err(Failure::new(format!(
            "there is no migration `{unknown}` in this module"
        )));
    }
    let last: Vec<_> = stems.iter().rev().take(chosen.len()).collect();
    if last.iter().all(|stem| chosen.contains(stem.as_str())) {
        return Err(Failure::new(format!(
            "`{}` stands after all others already",
            last.last().map_or("", |stem| stem.as_str())
        )));
    }
    let ids = migrations.iter().map(|migration| &migration.id);
    let ids: Vec<_> = ids
        .filter(|id| chosen.contains(id.stem().as_str()))
        .collect();
    match follower(project, &ids) {
        Some((migration, after)) => Err(Failure::new(format!(
            "`{migration}` says in `after` that it comes after `{after}`, which would have another name: write the new one there by hand, or restamp the other branch's migration"
        ))),
        None => Ok(()),
    }
}

/// A migration of the workspace that says it comes after one of `ids`.
fn follower<'a>(
    project: &Project,
    ids: &[&'a MigrationId],
) -> Option<(MigrationId, &'a MigrationId)> {
    project.modules().find_map(|member| {
        let module = Name::new(&member.crate_name()).ok()?;
        let reading = Reading::of(&project.root.join(&member.folder), &module);
        reading.folder.migrations().find_map(|migration| {
            let after = ids.iter().find(|id| migration.after.contains(id))?;
            Some((migration.id.clone(), *after))
        })
    })
}

/// Refuses an order in which the migrations no longer fold.
fn folds(member: &Member, migrations: &[Migration]) -> Result<(), Failure> {
    let mut schema = FoldedSchema::new();
    for migration in migrations {
        schema.apply_migration(migration).map_err(|fault| {
            let file = Path::new(MIGRATIONS).join(fault.migration.file_name());
            let message = format!(
                "would no longer fold in the new order: operation {}: {}",
                fault.operation, fault.source
            );
            Failure::new(in_folder(&member.folder, FileFault::new(file, message)))
        })?;
    }
    Ok(())
}
