//! What to do about the errors of the library: the text after `hint:`.
//!
//! Errors say what is wrong, here stands what helps; a command adds a hint of
//! its own only where it knows more than the error does.

use std::error::Error;

use sdk_schema::{MergeFault, PlanFault};

use crate::{
    host::{LinkError, StartError, UndoError},
    jobs::JobsError,
    migrate::{Failure, MarkError, MigrateError},
    rpc::{MAKE_ROOM, hint_of as of_store},
    seed::SeedError,
    store::{OpenError, RekeyError},
};

#[cfg(feature = "encryption")]
use crate::store::KeyError;

const UNDONE: &str =
    "the migration was undone, those before it stay applied: mend it and start again";
const SEED_UNDONE: &str = "nothing of this file was applied: mend it and start again";

/// What to do about an error, if anything is known to help. Faults that are
/// listed together may each have a line.
pub(crate) fn of(error: &anyhow::Error) -> Option<String> {
    let mut hints: Vec<String> = Vec::new();
    for hint in error.chain().flat_map(of_cause) {
        if !hints.contains(&hint) {
            hints.push(hint);
        }
    }
    (!hints.is_empty()).then(|| hints.join("\n"))
}

fn of_cause(cause: &(dyn Error + 'static)) -> Vec<String> {
    if let Some(error) = cause.downcast_ref() {
        return of_link(error);
    }
    if let Some(error) = cause.downcast_ref() {
        return of_start(error);
    }
    if let Some(error) = cause.downcast_ref() {
        return of_migrate(error);
    }
    let hint = cause.downcast_ref().and_then(of_open);
    #[cfg(feature = "encryption")]
    let hint = hint.or_else(|| cause.downcast_ref().and_then(of_key));
    let hint = hint.or_else(|| cause.downcast_ref().and_then(of_rekey));
    let hint = hint.or_else(|| cause.downcast_ref().and_then(of_seed));
    let hint = hint.or_else(|| cause.downcast_ref().and_then(of_jobs));
    let hint = hint.or_else(|| cause.downcast_ref().and_then(of_undo));
    let hint = hint.or_else(|| cause.downcast_ref().and_then(of_store));
    hint.map(str::to_owned).into_iter().collect()
}

pub(super) fn of_link(error: &LinkError) -> Vec<String> {
    let LinkError::Merge(faults) = error else {
        return Vec::new();
    };
    faults.0.iter().filter_map(of_merge_fault).collect()
}

fn of_merge_fault(fault: &MergeFault) -> Option<String> {
    match fault {
        MergeFault::NameTaken { module, .. } => {
            Some(format!("take one `{module}` out of the host's `main`"))
        }
        MergeFault::RequiredMissing { required, .. } => Some(format!(
            "link `{required}` in the host's `main`, with another `.module(…)`"
        )),
        MergeFault::ReferenceElsewhere { target, .. } => {
            let module = &target.module;
            Some(format!(
                "link `{module}` in this host's `main` with `.module(…)` in place of `.remote(…)`, or keep the key without `references` and ask `{module}` by a call"
            ))
        }
        MergeFault::RequiresCircle { .. } => {
            Some("move what these modules share into one that all of them require".to_owned())
        }
        _ => None,
    }
}

/// A start fails with an error of one of its steps and shows that one alone.
pub(super) fn of_start(error: &StartError) -> Vec<String> {
    match error {
        StartError::Migrate(error) => of_migrate(error),
        StartError::Pending { .. } => {
            vec!["`migrate plan` shows what they do, `migrate apply` applies them".to_owned()]
        }
        StartError::Snapshot(error) => owned(of_store(error)),
        StartError::Apply(Failure { source, .. }) => of_migrate(source),
        StartError::Seed(error) => owned(of_seed(error)),
        StartError::Link(error) => of_link(error),
        StartError::Jobs(error) => owned(of_jobs(error)),
    }
}

pub(super) fn of_migrate(error: &MigrateError) -> Vec<String> {
    match error {
        MigrateError::Plan(faults) => faults.0.iter().filter_map(of_plan_fault).collect(),
        MigrateError::Operation { source, .. } => {
            vec![of_store(source).unwrap_or(UNDONE).to_owned()]
        }
        MigrateError::Step { .. } => vec![UNDONE.to_owned()],
        MigrateError::Row(_) => vec![
            "the batch was undone, those before it stay; mend the row or the step: the next start goes on there".to_owned(),
        ],
        MigrateError::NoStep { .. } => vec![
            "build the host with the version of the module that has it".to_owned(),
        ],
        MigrateError::Down(_) => vec![
            "`migrate undo` goes back to the snapshot that was made before".to_owned(),
        ],
        MigrateError::Mark(error) => owned(of_mark(error)),
        MigrateError::Store(error) => owned(of_store(error)),
        _ => Vec::new(),
    }
}

fn of_mark(error: &MarkError) -> Option<&'static str> {
    match error {
        MarkError::Unknown { .. } => Some("`migrate status` shows the migrations"),
        MarkError::NotApplied { .. } => Some("`migrate apply` applies it"),
        _ => None,
    }
}

fn of_undo(error: &UndoError) -> Option<&'static str> {
    match error {
        UndoError::NoSnapshot { .. } => Some(
            "`migrate down --to STAMP` takes migrations back by their inverses; else restore a backup",
        ),
        UndoError::Open(source) | UndoError::Snapshot { source, .. } => of_open(source),
        UndoError::Ledger(error) => of_store(error),
        UndoError::Io { .. } => None,
    }
}

fn of_plan_fault(fault: &PlanFault) -> Option<String> {
    match fault {
        PlanFault::Changed { migration, .. } => Some(format!(
            "put its file back as it was, and change what it made by `sdk-cli new migration {}`",
            migration.module
        )),
        PlanFault::LateInModule { migration, .. } => Some(format!(
            "`--allow-late {migration}` applies it all the same"
        )),
        PlanFault::NewerThanBinary { .. } => Some(
            "start the newer version of this host, or restore a backup that this version made"
                .to_owned(),
        ),
        PlanFault::MissingFromBinary { .. } => {
            Some("put its file back: what was applied stays in the module".to_owned())
        }
        PlanFault::HalfReplaced { .. } => Some(
            "an older version of this host has the migrations one by one: start it once".to_owned(),
        ),
        PlanFault::RenamedTwice { module, .. } => Some(format!(
            "take one of the names out of `was(…)` of `{module}`, or restore a backup from before both were applied"
        )),
        PlanFault::AllowedUnknown { .. } => {
            Some("`migrate status` shows the migrations".to_owned())
        }
        _ => None,
    }
}

fn of_open(error: &OpenError) -> Option<&'static str> {
    match error {
        OpenError::Locked { .. } => Some("stop the other host, or give this one another --data"),
        OpenError::ReadOnly { .. } => {
            Some("let the user of this process write there, or give another folder with --data")
        }
        OpenError::NotADatabase { .. } => {
            Some("nothing was changed; is it the right --data? If so, move the file away")
        }
        OpenError::Damaged { .. } => Some(
            "nothing was changed; restore the file from a backup, or move it away to start anew",
        ),
        OpenError::Format { .. } => Some("start the version of this host that wrote it"),
        OpenError::Full { .. } => Some(MAKE_ROOM),
        OpenError::KeyMissing { .. } => Some("--store-key-file names the file with its key"),
        OpenError::KeyWrong { .. } => {
            Some("nothing was changed; `--store-key-file` names the file with the right one")
        }
        OpenError::NotEncrypted { .. } => Some(
            "open it without a key; `key rotate --to FILE` without one encrypts it under that in FILE",
        ),
        _ => None,
    }
}

#[cfg(feature = "encryption")]
fn of_key(error: &KeyError) -> Option<&'static str> {
    match error {
        KeyError::Exposed { .. } => {
            Some("`chmod 600` closes it to others; if any have read it, `key rotate`")
        }
        KeyError::Malformed { .. } | KeyError::MalformedFile { .. } => {
            Some("`key new FILE` makes a key")
        }
        _ => None,
    }
}

fn of_rekey(error: &RekeyError) -> Option<&'static str> {
    match error {
        RekeyError::Open(error) => of_open(error),
        RekeyError::Copy(error) => of_store(error),
    }
}

pub(super) fn of_seed(error: &SeedError) -> Option<&'static str> {
    match error {
        SeedError::Row { source, .. } => of_store(source).or(Some(SEED_UNDONE)),
        SeedError::Rows { .. } => Some(SEED_UNDONE),
        SeedError::Generated { source, .. } => of_store(source),
        SeedError::Store(error) => of_store(error),
    }
}

pub(super) fn of_jobs(error: &JobsError) -> Option<&'static str> {
    match error {
        JobsError::UnknownJob { .. } => Some("`job list` shows the jobs"),
        JobsError::Store(error) => of_store(error),
        _ => None,
    }
}

fn owned(hint: Option<&'static str>) -> Vec<String> {
    hint.map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use sdk_schema::{MergeFaults, Name};

    use super::*;

    #[test]
    fn a_reference_into_the_store_of_another_host_can_be_mended_in_two_ways() {
        let fault = MergeFault::ReferenceElsewhere {
            table: "campaign.supporter".parse().unwrap(),
            field: Name::new("country").unwrap(),
            target: "geo.country".parse().unwrap(),
        };
        let faults = MergeFaults(vec![fault]);
        let hints = of_link(&LinkError::Merge(faults));
        insta::assert_snapshot!(hints.join("\n"), @"link `geo` in this host's `main` with `.module(…)` in place of `.remote(…)`, or keep the key without `references` and ask `geo` by a call");
    }
}
