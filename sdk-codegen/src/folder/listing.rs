//! Lists folders and reads their files.

use std::{
    ffi::OsStr,
    fs::DirEntry,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use super::{Entry, parse::Unreadable};
use crate::file_fault::FileFault;

/// Reads the folders of one module and collects what is wrong.
pub(super) struct Reader<'a> {
    dir: &'a Path,
    faults: &'a mut Vec<FileFault>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(dir: &'a Path, faults: &'a mut Vec<FileFault>) -> Self {
        Self { dir, faults }
    }

    /// Reads every file of a folder by `parse`, in the order of their names.
    pub(super) fn read<T>(
        &mut self,
        folder: &Path,
        parse: impl Fn(&str, &str) -> Result<T, Unreadable>,
    ) -> Vec<Entry<T>> {
        self.read_all_but("", folder, parse)
    }

    /// Reads every file of a folder but the one called `left_out`.
    pub(super) fn read_all_but<T>(
        &mut self,
        left_out: &str,
        folder: &Path,
        parse: impl Fn(&str, &str) -> Result<T, Unreadable>,
    ) -> Vec<Entry<T>> {
        let files = self.list(folder).into_iter();
        files
            .filter(|file| file.file_name() != Some(OsStr::new(left_out)))
            .filter_map(|file| {
                let content = self.content(&file, &parse)?;
                Some(Entry { file, content })
            })
            .collect()
    }

    /// Reads one file, if it is there.
    pub(super) fn read_one<T>(
        &mut self,
        file: PathBuf,
        parse: impl Fn(&str) -> Result<T, Unreadable>,
    ) -> Option<Entry<T>> {
        if !self.dir.join(&file).exists() {
            return None;
        }
        let content = self.content(&file, |_, text| parse(text))?;
        Some(Entry { file, content })
    }

    /// Refuses what stands in a folder that holds only these folders.
    pub(super) fn refuse_all_but(&mut self, folder: &str, known: &[&str]) {
        for file in self.list(Path::new(folder)) {
            let is_known = known.iter().any(|name| file.ends_with(name));
            if !is_known || !self.dir.join(&file).is_dir() {
                let expected: Vec<_> = known.iter().map(|it| format!("{folder}/{it}")).collect();
                let message = format!("has no place here: expected {}", expected.join(" or "));
                self.faults.push(FileFault::new(file, message));
            }
        }
    }

    fn content<T>(
        &mut self,
        file: &Path,
        parse: impl Fn(&str, &str) -> Result<T, Unreadable>,
    ) -> Option<T> {
        let path = self.dir.join(file);
        let name = file.file_name()?.to_string_lossy();
        let read = if path.is_dir() {
            let message = "is a folder, expected a file".to_owned();
            Err(Unreadable::Message(message))
        } else {
            read_text(&path).and_then(|text| parse(&name, &text))
        };
        read.map_err(|reason| self.faults.extend(reason.faults(file)))
            .ok()
    }

    /// What stands in a folder, in the order of names; nothing if it is absent.
    fn list(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match std::fs::read_dir(self.dir.join(folder)) {
            Ok(entries) => entries.collect::<Result<Vec<_>, _>>(),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        };
        let mut files = match entries {
            Ok(entries) => named(folder, &entries),
            Err(error) => {
                self.faults
                    .push(FileFault::new(folder, cannot_be_read(&error)));
                Vec::new()
            }
        };
        files.sort();
        files
    }
}

/// The entries that are not for people only.
fn named(folder: &Path, entries: &[DirEntry]) -> Vec<PathBuf> {
    let files = entries.iter().map(DirEntry::file_name);
    files
        .filter(|name| {
            let name = name.to_string_lossy();
            !name.starts_with('.') && !name.ends_with(".md")
        })
        .map(|name| folder.join(name))
        .collect()
}

fn read_text(path: &Path) -> Result<String, Unreadable> {
    let bytes = std::fs::read(path).map_err(|error| Unreadable::Message(cannot_be_read(&error)))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        Unreadable::Message(format!("is not UTF-8 at byte {}", valid + 1))
    })
}

fn cannot_be_read(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}
