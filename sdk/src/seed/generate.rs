//! Test seeds: files, then rows made up from the schema.

use sdk_schema::{Application, FieldType, Row, SeedSet, Table, TableName, Value};
use serde::Serialize;

use super::{
    Fakes, SeedError, SeededFile, order,
    real::{Seed, files},
    recipe::{Recipe, Targets},
};
use crate::store::{Store, StoreError};

/// How many rows one transaction writes.
const BATCH: u64 = 1_000;

/// What filling a store with test rows has done.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct TestReport {
    /// The files of `seeds/test` in the order in which they were written.
    pub files: Vec<SeededFile>,
    /// The tables that rows were made up for, in the order of writing.
    pub tables: Vec<GeneratedTable>,
}

/// What became of one table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GeneratedTable {
    /// Its full name.
    pub table: TableName,
    /// Rows that were written, anew or once more.
    pub rows: u64,
    /// Rows that would have repeated a unique value that another row has.
    pub refused: u64,
    /// Why there are fewer than were asked for.
    pub reason: Option<String>,
}

/// Writes the test files of all modules and then `rows` rows into every table,
/// those of `sdk` left out. A table with real seeds whose key is not an `id`
/// gets none: such keys name things of the world, and nobody makes up a country.
///
/// Rows are equal for equal `rows` and `rng`, and writing them twice changes
/// nothing. A table whose unique fields allow fewer rows gets fewer.
///
/// # Errors
/// A row that the store refuses stops the run and is named. Batches before it stay.
pub async fn generate(
    store: &Store,
    application: &Application,
    fakes: &Fakes,
    rows: u64,
    rng: u64,
) -> Result<TestReport, SeedError> {
    let mut report = TestReport::default();
    for seed in files(application, SeedSet::Test) {
        report.files.push(write_file(store, seed).await?);
    }
    let real: Vec<_> = files(application, SeedSet::Real)
        .iter()
        .map(|seed| seed.name)
        .collect();
    let mut targets = Targets::new();
    for (name, table) in order::tables(&application.schema) {
        let takes_more = !real.contains(&name) || has_id(table);
        if name.module != "sdk" && takes_more {
            let recipe = Recipe::new(name, table, fakes.of(name), &targets, rng);
            report.tables.push(fill(store, name, recipe, rows).await?);
        }
        targets.insert(name.clone(), keys(store, name, table).await?);
    }
    Ok(report)
}

/// Whether rows are told apart by an id, so that any number can be added.
fn has_id(table: &Table) -> bool {
    let [key] = table.key.as_slice() else {
        return false;
    };
    table
        .field(key)
        .is_some_and(|field| field.ty == FieldType::Id)
}

async fn write_file(store: &Store, seed: Seed<'_>) -> Result<SeededFile, SeedError> {
    let rows = seed.rows()?;
    store
        .write(async |tx| {
            let mut outcome = SeededFile::new(&seed);
            let mut table = tx.table(&seed.name.to_string())?;
            for (number, row) in &rows {
                let written = table.upsert(row.clone()).await;
                written.map_err(|source| seed.refusal(*number, source))?;
                outcome.inserted += 1;
            }
            Ok(outcome)
        })
        .await
}

async fn fill(
    store: &Store,
    name: &TableName,
    recipe: Result<Recipe<'_>, &sdk_schema::Field>,
    rows: u64,
) -> Result<GeneratedTable, SeedError> {
    let mut outcome = GeneratedTable {
        table: name.clone(),
        rows: 0,
        refused: 0,
        reason: None,
    };
    let mut recipe = match recipe {
        Ok(recipe) => recipe,
        Err(field) => {
            outcome.reason = Some(format!("field `{}` has no row to refer to", field.name));
            return Ok(outcome);
        }
    };
    let rows_made = rows.min(recipe.limit());
    if rows_made < rows {
        outcome.reason = Some(format!("its unique fields allow {rows_made} rows"));
    }
    let mut start = 0;
    while start < rows_made {
        let end = rows_made.min(start + BATCH);
        let batch: Vec<_> = (start..end).map(|number| recipe.row(number)).collect();
        let written = write_batch(store, name, start, &batch).await?;
        outcome.rows += written;
        outcome.refused += (end - start) - written;
        start = end;
    }
    Ok(outcome)
}

/// Writes rows in one transaction and returns how many went in.
async fn write_batch(
    store: &Store,
    name: &TableName,
    start: u64,
    rows: &[Row],
) -> Result<u64, SeedError> {
    store
        .write(async |tx| {
            let mut table = tx.table(&name.to_string())?;
            let mut written = 0;
            for (row, number) in rows.iter().zip(start + 1..) {
                match table.upsert(row.clone()).await {
                    Ok(()) => written += 1,
                    // Somebody else's row, or one made with other random numbers.
                    Err(StoreError::UniqueViolation { .. }) => {}
                    Err(source) => {
                        let table = name.clone();
                        return Err(SeedError::Generated {
                            table,
                            row: number,
                            source: Box::new(source),
                        });
                    }
                }
            }
            Ok(written)
        })
        .await
}

/// The keys of a table in ascending order, for fields that refer to it.
async fn keys(store: &Store, name: &TableName, table: &Table) -> Result<Vec<Value>, StoreError> {
    let [key] = table.key.as_slice() else {
        return Ok(Vec::new());
    };
    store
        .read(async |tx| {
            let page = tx.table(&name.to_string())?.scan().collect().await?;
            Ok(page
                .rows
                .iter()
                .filter_map(|row| row.get(key).cloned())
                .collect())
        })
        .await
}
