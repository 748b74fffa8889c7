//! Snapshots: the store as it was before migrations were applied.
//!
//! `snapshots/20261120T101530Z.redb` in the data folder is the store as it was
//! at that second. The newest three are kept. One that cannot be made stops the
//! start: without it there would be no way back.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sdk_schema::{Stamp, Timestamp};

use super::start::private_folder;
use crate::store::{Store, StoreError};

/// The folder of the snapshots in the data folder.
const FOLDER: &str = "snapshots";

/// How many snapshots are kept.
const KEPT: usize = 3;

/// Copies the store and removes the oldest copies. Returns where the copy is.
pub(super) async fn take(
    store: &Store,
    data: &Path,
    now: Timestamp,
) -> Result<PathBuf, StoreError> {
    let folder = folder(data);
    private_folder(&folder)?;
    let file = folder.join(format!("{}.redb", Stamp::at(now.to_chrono())));
    store.snapshot_to(&file).await?;
    prune(&folder)?;
    Ok(file)
}

/// Removes all snapshots but the newest; other files stay.
fn prune(folder: &Path) -> io::Result<()> {
    let snapshots = in_folder(folder)?;
    let excess = snapshots.len().saturating_sub(KEPT);
    snapshots[..excess].iter().try_for_each(fs::remove_file)
}

/// The folder of the snapshots.
pub(super) fn folder(data: &Path) -> PathBuf {
    data.join(FOLDER)
}

/// The second in which a snapshot was made.
pub(super) fn stamp(file: &Path) -> Option<Stamp> {
    file.file_stem()?.to_str()?.parse().ok()
}

/// The snapshots in the data folder, the oldest first.
pub(crate) fn list(data: &Path) -> io::Result<Vec<PathBuf>> {
    match in_folder(&folder(data)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed,
    }
}

fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut snapshots = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_snapshot(&path) {
            snapshots.push(path);
        }
    }
    // Stamps sort by time.
    snapshots.sort();
    Ok(snapshots)
}

fn is_snapshot(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "redb")
        && stamp(path).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[tokio::test]
    async fn the_newest_three_are_kept_and_other_files_too() {
        let data = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-11-20T10:15:30Z".parse().unwrap());
        let store = Store::open(data.path(), clock.clone()).unwrap();
        fs::create_dir(data.path().join(FOLDER)).unwrap();
        fs::write(data.path().join(FOLDER).join("mine.redb"), "").unwrap();
        for _ in 0..5 {
            clock.advance(std::time::Duration::from_secs(1));
            take(&store, data.path(), clock.now()).await.unwrap();
        }
        let entries = fs::read_dir(data.path().join(FOLDER)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(
            names,
            [
                "20261120T101533Z.redb",
                "20261120T101534Z.redb",
                "20261120T101535Z.redb",
                "mine.redb"
            ]
        );
    }
}
