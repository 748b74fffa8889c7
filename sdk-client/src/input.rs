//! What a command line refers to: files, and standard input.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader},
    path::PathBuf,
};

/// Where a value is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input, typed as `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// What was typed: `-`, or the path of a file.
    pub fn new(text: &str) -> Self {
        match text {
            "-" => Self::Stdin,
            path => Self::File(path.into()),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Opens what command lines refer to.
pub trait Inputs {
    /// Opens it for reading from its beginning.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self, source: &Source) -> io::Result<Box<dyn BufRead + Send>>;
}

/// The files of this machine, and the standard input of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files;

impl Inputs for Files {
    fn open(&self, source: &Source) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(match source {
            Source::Stdin => Box::new(BufReader::new(io::stdin())),
            Source::File(path) => Box::new(BufReader::new(File::open(path)?)),
        })
    }
}
