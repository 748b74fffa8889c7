//! Undo: the store goes back to the copy that was made before migrations.
//!
//! The store as it is now is kept beside the snapshots, so that nothing is lost
//! whichever way one changes one's mind. The lock of the store is held until the
//! copy has taken its name, and at no moment is there no store.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sdk_schema::{MigrationId, Stamp};
use serde::Serialize;

use super::{snapshot, start::private_folder};
use crate::{
    clock::Clock,
    migrate,
    store::{FILE_NAME, OpenError, Store, StoreError, StoreOptions},
};

/// The folder in the data folder in which a copy is opened before it is trusted.
const SCRATCH: &str = ".undo";

/// A folder that goes with its owner.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    /// Makes it anew, whatever one that was killed has left there.
    fn make(path: PathBuf) -> io::Result<Self> {
        let _ = fs::remove_dir_all(&path);
        private_folder(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // One that stays is made anew by the next.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The way back to a snapshot.
#[derive(Debug)]
pub struct UndoPlan {
    /// What goes back. Holds its lock.
    store: Store,
    data: PathBuf,
    /// A folder with a copy of the snapshot.
    copy: Scratch,
    /// What would be done.
    pub report: UndoReport,
}

/// What going back does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UndoReport {
    /// The snapshot.
    #[serde(serialize_with = "shown")]
    pub snapshot: PathBuf,
    /// The second in which it was made; what was written since is not in it.
    pub of: Stamp,
    /// The migrations that it has not, the last applied first.
    pub takes_back: Vec<MigrationId>,
    /// Where the store is kept that was there before.
    #[serde(serialize_with = "shown")]
    pub kept: PathBuf,
}

fn shown<S: serde::Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&path.display())
}

/// Why a store does not go back.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// No copy is older than the last migrations.
    #[error("there is no snapshot in {} that lacks a migration of the store", folder.display())]
    NoSnapshot {
        /// The folder of snapshots.
        folder: PathBuf,
    },
    /// The store cannot be opened.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// A snapshot cannot be opened.
    #[error("the snapshot {}: {source}", file.display())]
    Snapshot {
        /// Its file.
        file: PathBuf,
        /// Why not, of a copy of it.
        source: Box<OpenError>,
    },
    /// A ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] StoreError),
    /// A file cannot be copied or renamed; the store is as it was.
    #[error("{}: {source}; the store is as it was", file.display())]
    Io {
        /// Which.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl UndoPlan {
    /// Finds the newest snapshot that lacks a migration of the store in the
    /// folder `data`, and checks that it can be opened. Changes nothing.
    ///
    /// # Errors
    /// Fails when a host has the store open, and when there is no such snapshot.
    pub async fn find(
        data: &Path,
        options: &StoreOptions,
        clock: &Clock,
    ) -> Result<Self, UndoError> {
        let open = |folder: &Path| options.open(folder, clock.clone()).map_err(Box::new);
        let store = open(data).map_err(UndoError::Open)?;
        let present = migrate::history(&store).await?;
        let in_folder = |source| UndoError::Io {
            file: snapshot::folder(data),
            source,
        };
        for file in snapshot::list(data).map_err(in_folder)?.into_iter().rev() {
            let copy = Scratch::make(data.join(SCRATCH)).map_err(in_folder)?;
            copy_file(&file, &copy.0.join(FILE_NAME))?;
            let opened = open(&copy.0).map_err(|source| UndoError::Snapshot {
                file: file.clone(),
                source,
            })?;
            let before = migrate::history(&opened).await?;
            drop(opened);
            let has = |id: &String| before.iter().any(|row| row.id == *id);
            let gone = present
                .iter()
                .rev()
                .map(|row| &row.id)
                .filter(|id| !has(id));
            let gone: Vec<MigrationId> = gone.filter_map(|id| id.parse().ok()).collect();
            let of = snapshot::stamp(&file);
            if let (false, Some(of)) = (gone.is_empty(), of) {
                let kept = snapshot::folder(data).join(format!(
                    "undone-{}.redb",
                    Stamp::at(clock.now().to_chrono())
                ));
                return Ok(Self {
                    report: UndoReport {
                        snapshot: file,
                        of,
                        takes_back: gone,
                        kept,
                    },
                    store,
                    data: data.to_owned(),
                    copy,
                });
            }
        }
        Err(UndoError::NoSnapshot {
            folder: snapshot::folder(data),
        })
    }

    /// Puts the copy in the place of the store, which is kept.
    ///
    /// # Errors
    /// The store is as it was.
    pub fn carry_out(self) -> Result<UndoReport, UndoError> {
        let current = self.data.join(FILE_NAME);
        let kept = &self.report.kept;
        // A second name costs no room; not every file system has them.
        if fs::hard_link(&current, kept).is_err() {
            copy_file(&current, kept)?;
        }
        let copy = self.copy.0.join(FILE_NAME);
        fs::rename(&copy, &current).map_err(|source| UndoError::Io {
            file: current.clone(),
            source,
        })?;
        sync_folder(&self.data);
        drop(self.store);
        Ok(self.report)
    }
}

fn copy_file(from: &Path, to: &Path) -> Result<(), UndoError> {
    let copy = || {
        fs::copy(from, to)?;
        fs::File::open(to)?.sync_all()
    };
    copy().map_err(|source| UndoError::Io {
        file: to.to_owned(),
        source,
    })
}

/// Makes a rename last. Where a folder cannot be synced, the system does it in time.
fn sync_folder(folder: &Path) {
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
}
