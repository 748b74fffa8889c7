//! Which marks of old names are still to be carried out.

use std::collections::{BTreeMap, BTreeSet};

use crate::Name;

/// That something called `now` was once called `was`, which the history does
/// not show to have been carried out.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) now: Name,
    pub(super) was: Name,
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
    /// Names that exist are exchanged, and the history does not say whether
    /// that has been done.
    Circle { now: Name, was: Name },
}

/// What the marks are held against.
pub(super) struct Names<'a> {
    /// What the migrations have.
    pub(super) existing: BTreeSet<Name>,
    /// What the source declares.
    pub(super) declared: BTreeSet<&'a Name>,
    /// Whether names that exist may be exchanged.
    pub(super) may_exchange: bool,
}

impl Names<'_> {
    /// The renames that lead from the names that exist to the declared ones, in
    /// an order in which each target is free. Names that are exchanged go by way
    /// of a free one.
    pub(super) fn resolve(&self, marks: Vec<Mark>) -> (Vec<(Name, Name)>, Vec<MarkFault>) {
        let mut faults = self.claimed_twice(&marks);
        if !faults.is_empty() {
            return (Vec::new(), faults);
        }
        let mut present = self.existing.clone();
        let mut open = marks;
        let mut renames = Vec::new();
        loop {
            // A rename frees its old name, which may be the target of another one.
            let free = |mark: &Mark| present.contains(&mark.was) && !present.contains(&mark.now);
            let (from, to) = if let Some(position) = open.iter().position(free) {
                let Mark { now, was } = open.remove(position);
                (was, now)
            } else if let Some(now) = self.first_of_circle(&present, &open) {
                let stop = free_name(&format!("{now}_before"), |name| {
                    present.contains(name) || self.declared.contains(name)
                });
                for mark in open.iter_mut().filter(|mark| mark.was == now) {
                    mark.was = stop.clone();
                }
                (now, stop)
            } else {
                break;
            };
            present.remove(&from);
            present.insert(to.clone());
            renames.push((from, to));
        }
        faults.extend(
            open.iter()
                .filter_map(|mark| self.fault(&present, mark, &open)),
        );
        (renames, faults)
    }

    fn first_of_circle(&self, present: &BTreeSet<Name>, open: &[Mark]) -> Option<Name> {
        let exchanged = |mark: &&Mark| present.contains(&mark.now) && is_in_circle(mark, open);
        let mut circle = open.iter().filter(|_| self.may_exchange).filter(exchanged);
        circle.next().map(|mark| mark.now.clone())
    }

    fn fault(&self, present: &BTreeSet<Name>, mark: &Mark, open: &[Mark]) -> Option<MarkFault> {
        let (now, was) = (mark.now.clone(), mark.was.clone());
        match (present.contains(&now), present.contains(&was)) {
            (true, true) if !self.declared.contains(&was) => Some(MarkFault::Unclear { now, was }),
            (true, true) if is_first_of_circle(mark, open) => Some(MarkFault::Circle { now, was }),
            (false, false) if !self.existing.contains(&was) => {
                Some(MarkFault::Unknown { now, was })
            }
            _ => None,
        }
    }

    fn claimed_twice(&self, marks: &[Mark]) -> Vec<MarkFault> {
        let mut claims = BTreeMap::new();
        let fresh = marks.iter().filter(|mark| {
            self.existing.contains(&mark.was)
                && (!self.existing.contains(&mark.now) || is_in_circle(mark, marks))
        });
        fresh
            .filter_map(|mark| {
                let first = claims.insert(&mark.was, &mark.now)?;
                Some(MarkFault::Twice {
                    was: mark.was.clone(),
                    first: first.clone(),
                    second: mark.now.clone(),
                })
            })
            .collect()
    }
}

/// Whether the marks lead from a mark back to it.
fn is_in_circle(mark: &Mark, marks: &[Mark]) -> bool {
    circle_of(mark, marks).is_some()
}

/// Whether a mark is the first by name of those that lead back to it.
fn is_first_of_circle(mark: &Mark, marks: &[Mark]) -> bool {
    circle_of(mark, marks).is_some_and(|names| names.iter().all(|name| *name >= &mark.now))
}

/// The names on the way from a mark back to it.
fn circle_of<'a>(mark: &'a Mark, marks: &'a [Mark]) -> Option<Vec<&'a Name>> {
    let mut names = vec![&mark.was];
    for _ in marks {
        let name = *names.last()?;
        if *name == mark.now {
            return (names.len() > 1).then_some(names);
        }
        names.push(&marks.iter().find(|other| other.now == *name)?.was);
    }
    None
}

/// A name that is not taken, as near to `wanted` as there is one.
pub(super) fn free_name(wanted: &str, taken: impl Fn(&Name) -> bool) -> Name {
    let endings = std::iter::once(String::new()).chain((2..).map(|nth: u32| format!("_{nth}")));
    let mut names = endings.filter_map(|ending| {
        let room = crate::MAX_NAME_BYTES.saturating_sub(ending.len());
        let head = wanted.get(..room).unwrap_or(wanted);
        Name::new(&format!("{head}{ending}")).ok()
    });
    names
        .find(|name| !taken(name))
        .expect("there are more endings than names that are taken")
}
