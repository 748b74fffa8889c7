//! What is to be run when: the scheduler's own memory.

use std::collections::BTreeMap;

use sdk_schema::{Missed, Timestamp};

use super::{due::due, settings::Settings};

/// The jobs with what holds for them and how far their schedule has been followed.
#[derive(Debug, Default)]
pub(super) struct Agenda(BTreeMap<String, Entry>);

#[derive(Debug)]
struct Entry {
    settings: Settings,
    /// Due times up to here have been dealt with.
    considered: Timestamp,
}

impl Agenda {
    /// Whether the job has been on the agenda before.
    pub(super) fn knows(&self, job: &str) -> bool {
        self.0.contains_key(job)
    }

    /// Enters what holds for a job. `last_due` is when it last ran by its
    /// schedule; it counts for a job that is new here.
    pub(super) fn enter(&mut self, job: &str, settings: Settings, last_due: Option<Timestamp>) {
        let known = self.0.get(job).map(|entry| entry.considered).or(last_due);
        let considered = known.map_or(settings.since, |known| known.max(settings.since));
        let entry = Entry {
            settings,
            considered,
        };
        self.0.insert(job.to_owned(), entry);
    }

    /// The due times of a job that shall lead to a run now. They are given once.
    pub(super) fn take_due(&mut self, job: &str, missed: Missed, now: Timestamp) -> Vec<Timestamp> {
        let Some(entry) = self.0.get_mut(job) else {
            return Vec::new();
        };
        // A clock that was set back must not bring runs back.
        let considered = entry.considered;
        entry.considered = considered.max(now);
        if entry.settings.enabled {
            due(&entry.settings.schedule, missed, considered, now)
        } else {
            Vec::new()
        }
    }

    /// When the next run of any job is due.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let enabled = self.0.values().filter(|entry| entry.settings.enabled);
        enabled
            .filter_map(|entry| entry.settings.schedule.next_after(entry.considered))
            .min()
    }
}
