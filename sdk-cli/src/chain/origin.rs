//! Where the migrations of a chain come from, and which of them are late.

use std::collections::BTreeMap;

use sdk_schema::{Migration, Name, Recorded};

use super::{options, restamp::Renamed};
use crate::report::Report;

/// By `STAMP_name`, who had a migration before the chain was written anew.
pub(super) struct Origins(BTreeMap<String, Origin>);

#[derive(Clone, PartialEq)]
enum Origin {
    /// It stood in the chain.
    Chain,
    /// It stood on one side of a conflict.
    Side(String),
    /// It had no line.
    Nobody,
}

impl Origins {
    pub(super) fn of(recorded: &Recorded) -> Self {
        let mut origins = BTreeMap::new();
        for side in [&recorded.ours, &recorded.theirs] {
            for link in &side.links {
                let origin = origins.entry(link.stem());
                origin
                    .and_modify(|both| *both = Origin::Chain)
                    .or_insert_with(|| Origin::Side(side.label.clone()));
            }
        }
        let agreed = recorded.agreed.iter();
        origins.extend(agreed.map(|link| (link.stem(), Origin::Chain)));
        Self(origins)
    }

    /// Says which migrations are new in the chain, which of them are late, and
    /// what to type next.
    pub(super) fn describe(
        &self,
        module: &Name,
        migrations: &[Migration],
        renamed: &[Renamed],
        mut report: Report,
    ) -> Report {
        let mut late = Vec::new();
        for migration in migrations {
            let stem = migration.id.stem();
            let origin = self.origin(&stem);
            if origin == Origin::Chain || renamed.iter().any(|(_, new)| *new == stem) {
                continue;
            }
            report.line(match &origin {
                Origin::Side(label) => format!("    {stem} is new, from {label}"),
                _ => format!("    {stem} is new"),
            });
            let mut later = migrations.iter().filter(|later| later.id > migration.id);
            let passed = later.find(|later| {
                let other = self.origin(&later.id.stem());
                other != Origin::Nobody && other != origin
            });
            if let Some(passed) = passed {
                report.line(format!(
                    "        it is late: databases that have applied {} refuse it",
                    passed.id.stem()
                ));
                late.push((origin, stem));
            }
        }
        if let Some((origin, _)) = late.last().cloned() {
            let of_one = late.iter().filter(|(other, _)| *other == origin);
            let options = options("--restamp", of_one.map(|(_, stem)| stem));
            report = report.hint(format!(
                "to give it a stamp after all others: sdk-cli chain {module} {options}"
            ));
        }
        report.hint("sdk-cli check")
    }

    fn origin(&self, stem: &str) -> Origin {
        self.0.get(stem).cloned().unwrap_or(Origin::Nobody)
    }
}
