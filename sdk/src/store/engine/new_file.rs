//! Making a file that is whole once it has its name.
//!
//! It is written under another name, then renamed, then its folder is synced.
//! What a crash leaves under the other name is removed by the next attempt.

use std::{
    fs::{self, File},
    io,
    path::Path,
};

/// Removes what an earlier attempt may have left under the other name.
pub(super) fn clear(new: &Path) -> io::Result<()> {
    match fs::remove_file(new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Gives a file that is whole its name; nobody but its owner may read it.
pub(super) fn put_in_place(new: &Path, path: &Path) -> io::Result<()> {
    for_owner_alone(new)?;
    fs::rename(new, path)?;
    match path.parent() {
        // Elsewhere a folder cannot be opened, and the system does this by itself.
        Some(folder) if cfg!(unix) => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Elsewhere than on Unix the folder decides who may read a file.
fn for_owner_alone(file: &Path) -> io::Result<()> {
    #[cfg(unix)]
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}
