//! Which files the folder of protos has.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{FOLDER, Fault};

/// The `.proto` files below `dir/proto`, relative to `dir`, sorted. Files for
/// people (`*.md`, `buf.yaml`, names that begin with a dot) are passed over.
pub(crate) fn list(dir: &Path) -> Result<Vec<PathBuf>, Vec<Fault>> {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    walk(dir, Path::new(FOLDER), &mut files, &mut faults);
    files.sort();
    if faults.is_empty() {
        Ok(files)
    } else {
        Err(faults)
    }
}

fn walk(dir: &Path, folder: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    let entries = match fs::read_dir(dir.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            faults.push(unreadable(folder, &error));
            return;
        }
    };
    for entry in entries {
        match entry {
            Ok(entry) => visit(dir, &folder.join(entry.file_name()), files, faults),
            Err(error) => faults.push(unreadable(folder, &error)),
        }
    }
}

fn visit(dir: &Path, path: &Path, files: &mut Vec<PathBuf>, faults: &mut Vec<Fault>) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default();
    if name.starts_with('.') || extension == "md" || name == "buf.yaml" {
        return;
    }
    if dir.join(path).is_dir() {
        walk(dir, path, files, faults);
    } else if extension == "proto" {
        files.push(path.to_owned());
    } else {
        let message = "has no place here: expected *.proto";
        faults.push(Fault::new(path, None, message));
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::new(path, None, format!("cannot be read: {error}"))
}
