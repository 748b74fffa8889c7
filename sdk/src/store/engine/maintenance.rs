//! What keeps a store in order: [`Store::check`], [`Store::repair`],
//! [`Store::rewrite`].
//!
//! They read whole trees, off the async threads; a call that is dropped goes on
//! to the end of what it is at. None of them stops others from reading and writing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::Serialize;

use super::Store;
use crate::store::{
    alter::{self, Rebuilt},
    check::{self, CheckReport, Fault, FaultKind, Findings},
    error::StoreError,
    read::ReadTx,
    rewrite::{self, RewriteReport},
};

/// What a repair found and did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RepairReport {
    /// What was found.
    pub before: CheckReport,
    /// The tables whose indexes were made anew.
    pub rebuilt: Vec<Rebuilt>,
    /// What is still so.
    pub after: CheckReport,
}

impl Store {
    /// Checks everything that one snapshot of the store has: the catalogue, every
    /// row and its key, every index entry, every reference. Others go on
    /// reading and writing meanwhile.
    ///
    /// # Errors
    /// Fails only when the file cannot be read at all; faults are in the report.
    pub async fn check(&self) -> Result<CheckReport, StoreError> {
        self.inspect(check::all).await
    }

    /// Checks one table as [`check`](Self::check) does all.
    ///
    /// # Errors
    /// Fails when there is no such table, or the file cannot be read at all.
    pub async fn check_table(&self, table: &str) -> Result<CheckReport, StoreError> {
        let table = table.to_owned();
        self.inspect(move |tx| check::one(tx, &table)).await
    }

    /// Checks, then makes the indexes anew of each table in which entries are
    /// missing or wrong, in a transaction for each table, then checks again.
    ///
    /// Rows stay as they are: one that cannot be read is named and never deleted.
    ///
    /// # Errors
    /// Fails when the file cannot be read or written; the tables that were done
    /// before stay done.
    pub async fn repair(&self) -> Result<RepairReport, StoreError> {
        self.repair_of(None).await
    }

    /// Repairs one table as [`repair`](Self::repair) does all.
    ///
    /// # Errors
    /// Fails when there is no such table, or the file cannot be read or written.
    pub async fn repair_table(&self, table: &str) -> Result<RepairReport, StoreError> {
        self.repair_of(Some(table)).await
    }

    async fn repair_of(&self, table: Option<&str>) -> Result<RepairReport, StoreError> {
        let check = async || match table {
            Some(table) => self.check_table(table).await,
            None => self.check().await,
        };
        let before = check().await?;
        let mut rebuilt = Vec::new();
        for table in before.tables_to_rebuild() {
            let table = table.to_string();
            let done = self.write(async |tx| alter::rebuild(tx, &table)).await?;
            rebuilt.push(done);
        }
        let after = if rebuilt.is_empty() {
            before.clone()
        } else {
            check().await?
        };
        Ok(RepairReport {
            before,
            rebuilt,
            after,
        })
    }

    /// Writes the rows of a table that have an older layout in the newest, some
    /// at a time, so that others write in between. When it is interrupted,
    /// the next call goes on.
    ///
    /// # Errors
    /// Fails when there is no such table, or the file cannot be read or written;
    /// what was rewritten before stays so.
    pub async fn rewrite(&self, table: &str) -> Result<RewriteReport, StoreError> {
        let known = self.engine.committed();
        let mut report = RewriteReport::new(known.table(table)?.name().clone());
        let mut after: Option<Vec<u8>> = None;
        loop {
            let batch = {
                let tx = self.engine.snapshot()?;
                let stored = tx.catalogue.table(table)?;
                rewrite::find(&tx, stored, after.as_deref(), &mut report)?
            };
            if !batch.keys.is_empty() {
                let keys = &batch.keys;
                let done = self.write(async |tx| rewrite::write(tx, table, keys));
                report.add(&done.await?);
            }
            match batch.last {
                Some(last) => after = Some(last),
                None => return Ok(report),
            }
            // A table without old rows never waits for anything else.
            tokio::task::yield_now().await;
        }
    }

    /// Runs a check of a snapshot off the async threads.
    async fn inspect(
        &self,
        check: impl FnOnce(&ReadTx<'_>) -> Result<CheckReport, StoreError> + Send + 'static,
    ) -> Result<CheckReport, StoreError> {
        let tx = self.engine.snapshot()?;
        let run = move || guarded(|| check(&tx));
        match tokio::task::spawn_blocking(run).await {
            Ok(report) => report,
            Err(stopped) => Err(std::io::Error::other(stopped).into()),
        }
    }
}

/// Runs a check. The engine does not check all bytes that it reads: where it
/// panics over one, that is the fault.
pub(super) fn guarded(
    check: impl FnOnce() -> Result<CheckReport, StoreError>,
) -> Result<CheckReport, StoreError> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| {
        let mut findings = Findings::default();
        findings.add(Fault {
            found: "bytes that the engine cannot read".to_owned(),
            expected: "pages".to_owned(),
            ..Fault::new(FaultKind::Tree)
        });
        Ok(findings.into_report())
    })
}
