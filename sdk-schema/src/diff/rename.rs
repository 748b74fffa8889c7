//! Which marks of old names are still to be carried out.

use std::collections::{BTreeMap, BTreeSet};

use crate::Name;

/// That something called `now` was once called `was`.
pub(super) struct Mark<'a> {
    pub(super) now: &'a Name,
    pub(super) was: &'a Name,
}

/// A mark that cannot be followed.
pub(super) enum MarkFault {
    /// Two things were the same one.
    Twice {
        was: Name,
        first: Name,
        second: Name,
    },
    /// Both names exist, and the source no longer declares the old one: either
    /// the rename was carried out long ago, or it shall replace what exists.
    Unclear { now: Name, was: Name },
    /// Neither name exists: to go on would drop what the mark was meant for.
    Unknown { now: Name, was: Name },
    /// Names that exist are exchanged: what is marked so cannot be told from
    /// what has been carried out.
    Circle { now: Name, was: Name },
}

/// The renames that lead from the names that exist to the declared ones, in an
/// order in which each target is free. A mark whose name exists has been
/// carried out and is ignored.
pub(super) fn resolve(
    existing: &BTreeSet<Name>,
    declared: &BTreeSet<&Name>,
    marks: &[Mark<'_>],
) -> (Vec<(Name, Name)>, Vec<MarkFault>) {
    let mut faults = claimed_twice(existing, marks);
    let mut present = existing.clone();
    let mut open: Vec<_> = marks.iter().collect();
    let mut renames = Vec::new();
    // A rename frees its old name, which may be the target of another one.
    while let Some(position) = open
        .iter()
        .position(|mark| present.contains(mark.was) && !present.contains(mark.now))
    {
        let mark = open.remove(position);
        present.remove(mark.was);
        present.insert(mark.now.clone());
        renames.push((mark.was.clone(), mark.now.clone()));
    }
    let left = open.iter().filter_map(|mark| {
        let (now, was) = (mark.now.clone(), mark.was.clone());
        match (present.contains(mark.now), present.contains(mark.was)) {
            (true, true) if !declared.contains(mark.was) => Some(MarkFault::Unclear { now, was }),
            (true, true) if is_first_of_circle(mark, &open) => Some(MarkFault::Circle { now, was }),
            (false, false) if !existing.contains(&was) => Some(MarkFault::Unknown { now, was }),
            _ => None,
        }
    });
    faults.extend(left);
    (renames, faults)
}

/// Whether the marks lead from a mark back to it, and it is the first such one by name.
fn is_first_of_circle(mark: &Mark<'_>, marks: &[&Mark<'_>]) -> bool {
    let mut name = mark.was;
    for _ in marks {
        match marks.iter().find(|other| other.now == name) {
            Some(next) if next.now > mark.now => name = next.was,
            _ => break,
        }
    }
    name == mark.now && mark.was != mark.now
}

fn claimed_twice(existing: &BTreeSet<Name>, marks: &[Mark<'_>]) -> Vec<MarkFault> {
    let mut claims = BTreeMap::new();
    let fresh = marks
        .iter()
        .filter(|mark| existing.contains(mark.was) && !existing.contains(mark.now));
    fresh
        .filter_map(|mark| {
            let first = claims.insert(mark.was, mark.now)?;
            Some(MarkFault::Twice {
                was: mark.was.clone(),
                first: first.clone(),
                second: mark.now.clone(),
            })
        })
        .collect()
}
