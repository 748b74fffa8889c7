//! Changes: files that a command wants to write, and how they get written.
//!
//! A command prepares all its changes in memory; they are written together or
//! not at all. Each file is staged beside its target and then renamed, so that
//! no reader meets half of one. A file that is to be new is never written over
//! another; files are removed when all others are in place. When one of several
//! changes cannot be made, those before it are taken back.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempPath};

/// Files to be written below one folder.
#[derive(Debug)]
pub(crate) struct Changes {
    root: PathBuf,
    files: Vec<Change>,
    removed: Vec<PathBuf>,
}

/// One file to be written.
#[derive(Debug)]
struct Change {
    file: PathBuf,
    text: String,
    is_new: bool,
}

/// What was written, relative to the folder of the changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// A file that was not there before.
    Created(PathBuf),
    /// A file that was.
    Changed(PathBuf),
    /// A file that is there no longer.
    Removed(PathBuf),
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ChangeError {
    /// A file that should be new is there already.
    #[error("{} is there already; nothing was written", file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("{} cannot be written: {source}; nothing was changed", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl Changes {
    /// No changes yet, below the folder `root`.
    pub(crate) fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            files: Vec::new(),
            removed: Vec::new(),
        }
    }

    /// Adds a new file.
    pub(crate) fn create(&mut self, file: impl Into<PathBuf>, text: impl Into<String>) {
        self.add(file, text, true);
    }

    /// Adds a file that is there, with its new text.
    pub(crate) fn replace(&mut self, file: impl Into<PathBuf>, text: impl Into<String>) {
        self.add(file, text, false);
    }

    /// Adds a file that is there, to be removed.
    pub(crate) fn remove(&mut self, file: impl Into<PathBuf>) {
        self.removed.push(file.into());
    }

    fn add(&mut self, file: impl Into<PathBuf>, text: impl Into<String>, is_new: bool) {
        self.files.push(Change {
            file: file.into(),
            text: text.into(),
            is_new,
        });
    }

    /// The files with their new texts.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files
            .iter()
            .map(|change| (change.file.as_path(), change.text.as_str()))
    }

    /// Writes and removes all files, or none.
    pub(crate) fn write(self) -> Result<Vec<Written>, ChangeError> {
        let mut undo = Undo::default();
        let written = self.put_in_place(&mut undo);
        if written.is_err() {
            undo.run();
        }
        written
    }

    fn put_in_place(&self, undo: &mut Undo) -> Result<Vec<Written>, ChangeError> {
        let staged: Vec<_> = self
            .files
            .iter()
            .map(|change| change.stage(&self.root, undo))
            .collect::<Result<_, _>>()?;
        let changes = self.files.iter().zip(staged);
        let mut written = changes
            .map(|(change, staged)| change.finish(&self.root, staged, undo))
            .collect::<Result<Vec<_>, _>>()?;
        for file in &self.removed {
            put_aside(&self.root.join(file), undo).map_err(|source| ChangeError::Io {
                file: file.clone(),
                source,
            })?;
            written.push(Written::Removed(file.clone()));
        }
        Ok(written)
    }
}

impl Change {
    /// Writes the text beside the target.
    fn stage(&self, root: &Path, undo: &mut Undo) -> Result<NamedTempFile, ChangeError> {
        let target = root.join(&self.file);
        if self.is_new && target.symlink_metadata().is_ok() {
            return Err(ChangeError::Exists {
                file: self.file.clone(),
            });
        }
        let folder = target.parent().unwrap_or(root);
        let staged = make_folders(folder, undo).and_then(|()| {
            let mut staged = stage_file(folder, &target)?;
            staged.write_all(self.text.as_bytes())?;
            staged.as_file().sync_all()?;
            Ok(staged)
        });
        staged.map_err(|source| self.io(source))
    }

    fn finish(
        &self,
        root: &Path,
        staged: NamedTempFile,
        undo: &mut Undo,
    ) -> Result<Written, ChangeError> {
        let target = root.join(&self.file);
        if self.is_new {
            staged
                .persist_noclobber(&target)
                .map_err(|error| match error.error.kind() {
                    io::ErrorKind::AlreadyExists => ChangeError::Exists {
                        file: self.file.clone(),
                    },
                    _ => self.io(error.error),
                })?;
            undo.made.push(target);
            return Ok(Written::Created(self.file.clone()));
        }
        let before = fs::read(&target).map_err(|source| self.io(source))?;
        staged
            .persist(&target)
            .map_err(|error| self.io(error.error))?;
        undo.replaced.push((target, before));
        Ok(Written::Changed(self.file.clone()))
    }

    fn io(&self, source: io::Error) -> ChangeError {
        ChangeError::Io {
            file: self.file.clone(),
            source,
        }
    }
}

/// A temporary file with the permissions that the target has or would get.
fn stage_file(folder: &Path, target: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".sdk-cli-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The system takes the user's mask off.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let staged = builder.tempfile_in(folder)?;
    if let Ok(existing) = target.metadata() {
        staged.as_file().set_permissions(existing.permissions())?;
    }
    Ok(staged)
}

/// Takes a file away; it vanishes when the way to take that back does.
fn put_aside(target: &Path, undo: &mut Undo) -> io::Result<()> {
    let folder = target.parent().unwrap_or(target);
    let aside = stage_file(folder, target)?.into_temp_path();
    fs::rename(target, &aside)?;
    undo.removed.push((target.to_owned(), aside));
    Ok(())
}

/// Makes a folder and those above it.
fn make_folders(folder: &Path, undo: &mut Undo) -> io::Result<()> {
    let missing: Vec<_> = folder.ancestors().take_while(|it| !it.exists()).collect();
    for folder in missing.into_iter().rev() {
        fs::create_dir(folder)?;
        undo.folders.push(folder.to_owned());
    }
    Ok(())
}

/// What takes back the changes made so far.
#[derive(Debug, Default)]
struct Undo {
    folders: Vec<PathBuf>,
    made: Vec<PathBuf>,
    replaced: Vec<(PathBuf, Vec<u8>)>,
    removed: Vec<(PathBuf, TempPath)>,
}

impl Undo {
    /// Takes back what can be; the error that led here is the one to report.
    fn run(self) {
        for (file, aside) in self.removed {
            let _ = fs::rename(aside, file);
        }
        for (file, before) in self.replaced {
            let _ = fs::write(file, before);
        }
        for file in self.made {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_when_one_file_is_there_already() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("old"), "old").unwrap();
        let mut changes = Changes::new(folder.path());
        changes.create("deep/new", "new");
        changes.create("old", "new");
        let error = changes.write().unwrap_err();
        insta::assert_snapshot!(error, @"old is there already; nothing was written");
        assert!(!folder.path().join("deep").exists());
        assert_eq!(
            fs::read_to_string(folder.path().join("old")).unwrap(),
            "old"
        );
    }

    #[test]
    fn what_was_replaced_comes_back_when_a_later_file_fails() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "old").unwrap();
        let mut changes = Changes::new(folder.path());
        changes.replace("a", "new");
        changes.replace("gone", "new");
        assert!(changes.write().is_err());
        assert_eq!(fs::read_to_string(folder.path().join("a")).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_removed_file_comes_back_when_another_cannot_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("old");
        fs::write(&file, "old").unwrap();
        let mut changes = Changes::new(folder.path());
        changes.create("new", "new");
        changes.remove("old");
        changes.remove("nowhere");
        let error = changes.write().unwrap_err();
        assert!(matches!(error, ChangeError::Io { file, .. } if file == Path::new("nowhere")));
        assert_eq!(fs::read_to_string(&file).unwrap(), "old");
        let mut changes = Changes::new(folder.path());
        changes.remove("old");
        assert_eq!(changes.write().unwrap(), [Written::Removed("old".into())]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        let mut changes = Changes::new(folder.path());
        changes.replace("a", "new");
        changes.write().unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
    }
}
