//! Real seeds: rows that go to production.

use std::collections::HashMap;

use sdk_schema::{Application, Row, SeedFile as File, SeedSet, Table, TableName};
use serde::Serialize;

use super::{
    Kept, SeedError, SeedFile, SeedRow, key_of, key_text, order,
    tracking::{Decision, decide},
};
use crate::{
    clock::Clock,
    store::{Store, StoreError, WriteTx},
};

/// What seeding has done.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct SeedReport {
    /// The seed files in the order in which they were looked at.
    pub files: Vec<SeededFile>,
}

/// What became of one seed file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SeededFile {
    /// The module it belongs to.
    pub module: String,
    /// Its name in the folder of its set.
    pub file: String,
    /// The full name of the table.
    pub table: String,
    /// Whether the file had been applied before, so that nothing was done.
    pub skipped: bool,
    /// Rows that were added.
    pub inserted: usize,
    /// Rows that were replaced.
    pub updated: usize,
    /// Rows that the store held already.
    pub unchanged: usize,
    /// Rows that were left as an operator has them.
    pub kept: Vec<KeptRow>,
}

/// A row of a seed file that was not written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KeptRow {
    /// Its number in the file, from 1.
    pub row: usize,
    /// Its key, a JSON list.
    pub key: String,
    /// Why.
    pub reason: Kept,
}

impl SeededFile {
    pub(super) fn new(seed: &Seed<'_>) -> Self {
        Self {
            module: seed.name.module.to_string(),
            file: seed.file.file.clone(),
            table: seed.name.to_string(),
            skipped: false,
            inserted: 0,
            updated: 0,
            unchanged: 0,
            kept: Vec::new(),
        }
    }
}

/// A seed file with the table that it fills.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed<'a> {
    pub(super) name: &'a TableName,
    pub(super) table: &'a Table,
    pub(super) file: &'a File,
}

/// The seed files of a set, those first whose rows others refer to.
pub(super) fn files(application: &Application, set: SeedSet) -> Vec<Seed<'_>> {
    let mut seeds = Vec::new();
    for (name, table) in order::tables(&application.schema) {
        let module = application.module(&name.module);
        let files = module.into_iter().flat_map(|module| &module.seeds);
        let mut own: Vec<_> = files
            .filter(|file| file.set == set && file.table == name.table)
            .map(|file| Seed { name, table, file })
            .collect();
        own.sort_by(|a, b| a.file.file.cmp(&b.file.file));
        seeds.append(&mut own);
    }
    seeds
}

impl Seed<'_> {
    /// The rows with their numbers, in an order that satisfies references among them.
    pub(super) fn rows(&self) -> Result<Vec<(usize, Row)>, SeedError> {
        let rows = self
            .file
            .rows_of(self.table)
            .map_err(|source| SeedError::Rows {
                module: self.name.module.clone(),
                source,
            })?;
        let order = order::rows(self.name, self.table, &rows);
        let mut rows: Vec<_> = rows.into_iter().map(Some).collect();
        let numbered = order
            .into_iter()
            .filter_map(|place| Some((place + 1, rows[place].take()?)));
        Ok(numbered.collect())
    }

    pub(super) fn refusal(&self, row: usize, source: StoreError) -> SeedError {
        SeedError::Row {
            module: self.name.module.clone(),
            set: self.file.set,
            file: self.file.file.clone(),
            row,
            source: Box::new(source),
        }
    }
}

/// Applies the real seeds of all modules: each file once for each content, one
/// transaction for each file.
///
/// # Errors
/// A row that the store refuses stops the run; nothing of its file is applied.
/// The files before it are, and are skipped the next time.
pub async fn apply_real(
    store: &Store,
    application: &Application,
    clock: &Clock,
) -> Result<SeedReport, SeedError> {
    let applied = applied(store).await?;
    let mut report = SeedReport::default();
    for seed in files(application, SeedSet::Real) {
        let id = (seed.name.module.to_string(), seed.file.file.clone());
        let outcome = if applied.get(&id) == Some(&seed.file.checksum.to_string()) {
            SeededFile {
                skipped: true,
                ..SeededFile::new(&seed)
            }
        } else {
            apply_file(store, seed, clock).await?
        };
        report.files.push(outcome);
    }
    Ok(report)
}

/// The checksum of each file as it was applied, by module and file.
async fn applied(store: &Store) -> Result<HashMap<(String, String), String>, SeedError> {
    let rows = store
        .read(async |tx| tx.scan::<SeedFile>().collect().await.map(|page| page.rows))
        .await?;
    let pair = |row: SeedFile| ((row.module, row.file), row.checksum);
    Ok(rows.into_iter().map(pair).collect())
}

async fn apply_file(store: &Store, seed: Seed<'_>, clock: &Clock) -> Result<SeededFile, SeedError> {
    let rows = seed.rows()?;
    let mark = SeedFile {
        module: seed.name.module.to_string(),
        file: seed.file.file.clone(),
        checksum: seed.file.checksum.to_string(),
        applied_at: clock.now(),
    };
    store
        .write(async |tx| {
            let mut outcome = SeededFile::new(&seed);
            for (number, row) in &rows {
                let written = apply_row(tx, &seed, *number, row, &mut outcome).await;
                written.map_err(|source| seed.refusal(*number, source))?;
            }
            tx.upsert(&mark).await?;
            Ok(outcome)
        })
        .await
}

async fn apply_row(
    tx: &mut WriteTx<'_>,
    seed: &Seed<'_>,
    number: usize,
    row: &Row,
    outcome: &mut SeededFile,
) -> Result<(), StoreError> {
    let name = seed.name.to_string();
    let key = key_of(seed.table, row);
    let text = key_text(&key);
    let seeded = tx.get::<SeedRow>(&(name.clone(), text.clone())).await?;
    let current = tx.table(&name)?.get(&key).await?;
    let mut decision = decide(seeded.as_ref(), current.as_ref(), row);
    let written = match decision {
        Decision::Insert => tx.table(&name)?.insert(row.clone()).await,
        Decision::Update => tx.table(&name)?.update(row.clone()).await,
        Decision::Leave | Decision::Keep(_) => Ok(()),
    };
    if let Err(refusal) = written {
        if !is_orphan(tx, row, &refusal).await? {
            return Err(refusal);
        }
        decision = Decision::Keep(Kept::Orphaned);
    }
    match decision {
        Decision::Insert => outcome.inserted += 1,
        Decision::Update => outcome.updated += 1,
        Decision::Leave => outcome.unchanged += 1,
        Decision::Keep(reason) => {
            outcome.kept.push(KeptRow {
                row: number,
                key: text,
                reason,
            });
            return Ok(());
        }
    }
    let track = SeedRow {
        table: name,
        key: text,
        row: row.to_json(),
    };
    tx.upsert(&track).await
}

/// Whether a row was refused because an operator has deleted the seeded row it
/// refers to. That is their decision, not a fault of the file.
async fn is_orphan(tx: &WriteTx<'_>, row: &Row, refusal: &StoreError) -> Result<bool, StoreError> {
    let StoreError::ReferenceMissing { field, target, .. } = refusal else {
        return Ok(false);
    };
    let key: Vec<_> = row.get(field).cloned().into_iter().collect();
    let key = key_text(&key);
    Ok(tx.get::<SeedRow>(&(target.clone(), key)).await?.is_some())
}
