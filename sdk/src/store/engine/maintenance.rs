//! What keeps a store in order: [`Store::check`], [`Store::repair`],
//! [`Store::rewrite`], [`Store::check_pages`], [`Store::compact`].
//!
//! They read whole trees, off the async threads; a call that is dropped goes on
//! to the end of what it is at. The last two need the file for themselves, the
//! others let everybody read and write meanwhile.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use serde::Serialize;

use super::{
    Store,
    pages::{self, PageCheck},
};
use crate::store::{
    alter::{self, Rebuilt},
    check::{self, CheckReport, Fault, FaultKind, Findings},
    error::StoreError,
    read::ReadTx,
    rewrite::{self, RewriteReport},
};

/// How long those who need the file alone wait until they try again.
const PAUSE: Duration = Duration::from_millis(50);

/// What compacting did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompactReport {
    /// The bytes of the file before; 0 for a store in memory.
    pub bytes_before: u64,
    /// Its bytes afterwards.
    pub bytes_after: u64,
}

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
            let done = self
                .write_alone(async |tx| alter::rebuild(tx, &table))
                .await?;
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
                let tx = self.engine.everything()?;
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

    /// Verifies the checksum of every page of the file. Others wait meanwhile;
    /// when somebody reads for longer than
    /// [`WriteLimits::wait`](super::WriteLimits::wait), nothing is verified.
    ///
    /// When a page is damaged, the store takes no more writes until the file is
    /// opened again.
    ///
    /// # Errors
    /// Fails only when the file cannot be read at all; damage is in the result.
    pub async fn check_pages(&self) -> Result<PageCheck, StoreError> {
        let verified = self.when_alone(pages::verify).await?;
        Ok(verified.unwrap_or(PageCheck::InUse))
    }

    /// Moves what is in the file to its front and cuts off the rest. Others wait
    /// meanwhile.
    ///
    /// # Errors
    /// [`StoreError::InUse`] when somebody reads for longer than
    /// [`WriteLimits::wait`](super::WriteLimits::wait).
    pub async fn compact(&self) -> Result<CompactReport, StoreError> {
        let bytes_before = self.file_bytes()?;
        let compacted = self.when_alone(pages::compact).await?;
        compacted.ok_or(StoreError::InUse {
            waited: self.limits.wait,
        })?;
        Ok(CompactReport {
            bytes_before,
            bytes_after: self.file_bytes()?,
        })
    }

    fn file_bytes(&self) -> Result<u64, StoreError> {
        Ok(match &self.engine.file {
            Some(file) => std::fs::metadata(file)?.len(),
            None => 0,
        })
    }

    /// Hands out the database once nobody reads or writes; none when somebody
    /// reads for too long.
    async fn when_alone<R: Send + 'static>(
        &self,
        body: fn(&mut redb::Database) -> Result<Option<R>, StoreError>,
    ) -> Result<Option<R>, StoreError> {
        // Nobody writes from here on.
        let turn = Arc::new(self.take_turn_alone().await?);
        for _ in 0..=self.limits.wait.as_millis() / PAUSE.as_millis() {
            let (engine, turn) = (Arc::clone(&self.engine), Arc::clone(&turn));
            let attempt = move || {
                let done = engine.handle.exclusive(body);
                drop(turn);
                done
            };
            let done = match tokio::task::spawn_blocking(attempt).await {
                Ok(done) => done?,
                Err(stopped) => return Err(std::io::Error::other(stopped).into()),
            };
            if done.is_some() {
                return Ok(done);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(None)
    }

    /// Runs a check of a snapshot off the async threads.
    async fn inspect(
        &self,
        check: impl FnOnce(&ReadTx<'_>) -> Result<CheckReport, StoreError> + Send + 'static,
    ) -> Result<CheckReport, StoreError> {
        let tx = self.engine.everything()?;
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
            ..Fault::new(FaultKind::Page)
        });
        Ok(findings.into_report())
    })
}
