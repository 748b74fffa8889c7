//! The one global order of the migrations of all modules.
//!
//! By stamp; among equal stamps what `after` and `requires` demand, then by
//! module, then by name. Only equal stamps need a graph: an `after` to an
//! earlier stamp holds by itself, and one to a later stamp is refused. An
//! `after` to a migration that is no longer there leads to the squash that
//! stands for it.

use std::collections::{BTreeSet, HashMap};

use super::{
    MergeFault, Place, modules,
    modules::Requires,
    replaces::{self, Squashes},
};
use crate::{Manifest, MigrationId, graph};

/// A migration and where it stands in its module.
#[derive(Clone, Copy)]
struct Entry<'a> {
    id: &'a MigrationId,
    after: &'a [MigrationId],
    place: Place,
}

/// The places of all migrations in global order.
pub(super) fn global(modules: &[Manifest], faults: &mut Vec<MergeFault>) -> Vec<Place> {
    let mut entries = entries(modules);
    entries.sort_by_key(|entry| entry.id);
    find_twins(&entries, faults);
    entries.dedup_by_key(|entry| entry.id);
    for module in modules {
        let wrong = replaces::check_replaces(&module.migrations);
        faults.extend(wrong.into_iter().map(MergeFault::from));
    }
    let squashes = replaces::squashes(modules.iter().flat_map(|module| &module.migrations));
    check_after(modules, &entries, &squashes, faults);
    let requires = Requires::new(modules);
    let groups = entries.chunk_by(|a, b| a.id.stamp == b.id.stamp);
    groups
        .flat_map(|group| order_group(group, &requires, &squashes, faults))
        .collect()
}

fn entries(modules: &[Manifest]) -> Vec<Entry<'_>> {
    let modules = modules.iter().enumerate();
    modules
        .flat_map(|(module, manifest)| {
            let migrations = manifest.migrations.iter().enumerate();
            migrations.map(move |(migration, content)| Entry {
                id: &content.id,
                after: &content.after,
                place: Place { module, migration },
            })
        })
        .collect()
}

/// Two equal identities, or two equal stamps in a module, stand side by side:
/// entries are sorted by stamp, module and name.
fn find_twins(entries: &[Entry<'_>], faults: &mut Vec<MergeFault>) {
    for pair in entries.windows(2) {
        let (first, second) = (pair[0].id, pair[1].id);
        if first == second {
            faults.push(MergeFault::MigrationTwice {
                migration: first.clone(),
            });
        } else if (first.stamp, &first.module) == (second.stamp, &second.module) {
            faults.push(MergeFault::StampTwice {
                first: first.clone(),
                second: second.clone(),
            });
        }
    }
}

fn check_after(
    modules: &[Manifest],
    entries: &[Entry<'_>],
    squashes: &Squashes<'_>,
    faults: &mut Vec<MergeFault>,
) {
    let known: BTreeSet<_> = entries.iter().map(|entry| entry.id).collect();
    let linked = modules::positions(modules);
    for entry in entries {
        for after in entry.after {
            let (migration, after) = (entry.id.clone(), after.clone());
            if after.stamp > migration.stamp {
                faults.push(MergeFault::AfterLater { migration, after });
            } else if let Some(squash) = squashes.get(&after) {
                if squash.id.stamp > migration.stamp {
                    faults.push(MergeFault::AfterSquashedLater {
                        migration,
                        after,
                        squash: squash.id.clone(),
                    });
                }
            } else if !known.contains(&after) {
                let reason = if linked.contains_key(after.module.as_str()) {
                    format!("which module `{}` does not have", after.module)
                } else {
                    format!("but module `{}` is not linked", after.module)
                };
                faults.push(MergeFault::AfterUnknown {
                    migration,
                    after,
                    reason,
                });
            }
        }
    }
}

/// Orders the migrations of one stamp, which come sorted by module and name.
fn order_group(
    group: &[Entry<'_>],
    requires: &Requires,
    squashes: &Squashes<'_>,
    faults: &mut Vec<MergeFault>,
) -> Vec<Place> {
    let mut edges = after_edges(group, squashes);
    if group.len() == 1 && edges.is_empty() {
        return vec![group[0].place];
    }
    edges.extend(requires_edges(group, requires));
    match graph::sort(group.len(), &edges) {
        Ok(order) => order.into_iter().map(|node| group[node].place).collect(),
        Err(circles) => {
            faults.extend(circles.iter().map(|circle| MergeFault::AfterCircle {
                migrations: circle.iter().map(|node| group[*node].id.clone()).collect(),
            }));
            group.iter().map(|entry| entry.place).collect()
        }
    }
}

fn after_edges(group: &[Entry<'_>], squashes: &Squashes<'_>) -> Vec<(usize, usize)> {
    let there = |after| squashes.get(after).map_or(after, |squash| &squash.id);
    let nodes: HashMap<_, _> = group.iter().map(|entry| entry.id).zip(0..).collect();
    let mut edges = Vec::new();
    for (node, entry) in group.iter().enumerate() {
        let before = entry.after.iter();
        let before = before.filter_map(|after| nodes.get(there(after)));
        edges.extend(before.map(|before| (*before, node)));
    }
    edges
}

fn requires_edges(group: &[Entry<'_>], requires: &Requires) -> Vec<(usize, usize)> {
    let mut nodes: HashMap<usize, Vec<usize>> = HashMap::new();
    for (node, entry) in group.iter().enumerate() {
        nodes.entry(entry.place.module).or_default().push(node);
    }
    let mut edges = Vec::new();
    for (node, entry) in group.iter().enumerate() {
        let earlier = requires.all_of(entry.place.module);
        let before = earlier.iter().filter_map(|module| nodes.get(module));
        edges.extend(before.flatten().map(|before| (*before, node)));
    }
    edges
}
