//! The Rust files of a crate, parsed.

use std::path::{Path, PathBuf};

use crate::file_fault::FileFault;

/// A parsed file.
pub(super) struct SourceFile {
    /// Its path relative to the crate's folder.
    pub(super) path: PathBuf,
    /// Its content.
    pub(super) syntax: syn::File,
}

/// Reads `src/**/*.rs` of the crate in `dir`, in the order of their paths.
pub(super) fn read(dir: &Path, faults: &mut Vec<FileFault>) -> Vec<SourceFile> {
    read_below(dir, Path::new("src"), faults)
}

/// Reads the files below a folder of the crate in `dir`, in the order of their paths.
pub(super) fn read_below(
    dir: &Path,
    folder: &Path,
    faults: &mut Vec<FileFault>,
) -> Vec<SourceFile> {
    let mut paths = Vec::new();
    walk(dir, folder, &mut paths, faults);
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| match parse(dir, &path) {
            Ok(syntax) => Some(SourceFile { path, syntax }),
            Err(fault) => {
                faults.push(fault);
                None
            }
        })
        .collect()
}

fn walk(dir: &Path, folder: &Path, paths: &mut Vec<PathBuf>, faults: &mut Vec<FileFault>) {
    let entries = match std::fs::read_dir(dir.join(folder)) {
        Ok(entries) => entries,
        Err(error) => {
            let message =
                format!("cannot be read: {error}; expected the folder of a crate's source");
            return faults.push(FileFault::new(folder, message));
        }
    };
    for entry in entries.flatten() {
        let path = folder.join(entry.file_name());
        if entry.path().is_dir() {
            walk(dir, &path, paths, faults);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
}

fn parse(dir: &Path, path: &Path) -> Result<syn::File, FileFault> {
    let text = std::fs::read_to_string(dir.join(path))
        .map_err(|error| FileFault::new(path, format!("cannot be read: {error}")))?;
    syn::parse_file(&text)
        .map_err(|error| FileFault::spanned(path, error.span(), format!("is not Rust: {error}")))
}
