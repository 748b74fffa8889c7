//! Why migrations are not squashed.

use crate::{MigrationId, Name, Stamp};

/// A stamp that a squash cannot have, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("with the stamp {stamp}: {reason}")]
pub struct Obstacle {
    /// The stamp.
    pub stamp: Stamp,
    /// Which migration stands in the way, and how.
    pub reason: String,
}

/// A reason not to replace migrations by one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SquashFault {
    /// No migration has the last stamp.
    #[error("no migration of module `{module}` has the stamp {until}; {}", earlier(before.as_ref()))]
    UntilUnknown {
        /// The module.
        module: Name,
        /// The stamp.
        until: Stamp,
        /// The last migration before it.
        before: Option<MigrationId>,
    },
    /// There is nothing to make one of.
    #[error("there is only `{migration}` up to there: expected two migrations or more")]
    OnlyOne {
        /// The migration.
        migration: MigrationId,
    },
    /// Steps that are called once may write rows that fresh databases need.
    #[error(
        "fresh databases would not run {}, which may write rows",
        steps_of(steps)
    )]
    Steps {
        /// The migrations and their steps.
        steps: Vec<(MigrationId, Name)>,
    },
    /// Other modules build on what lies between.
    #[error("a squash can stand nowhere: {}", lines(obstacles))]
    NoPlace {
        /// The stamps that were tried.
        obstacles: Vec<Obstacle>,
        /// The latest migration it could end with.
        instead: Option<MigrationId>,
    },
}

fn earlier(before: Option<&MigrationId>) -> String {
    match before {
        Some(before) => format!("the last one before it is `{before}`"),
        None => "all are later".to_owned(),
    }
}

fn steps_of(steps: &[(MigrationId, Name)]) -> String {
    let steps = steps
        .iter()
        .map(|(id, step)| format!("step `{step}` of `{id}`"));
    steps.collect::<Vec<_>>().join(", ")
}

fn lines(obstacles: &[Obstacle]) -> String {
    let lines: Vec<_> = obstacles.iter().map(ToString::to_string).collect();
    lines.join("; ")
}
