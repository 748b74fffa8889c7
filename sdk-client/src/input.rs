//! What a command line refers to: files, standard input, and who sits at the terminal.

use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal},
    path::PathBuf,
};

use console::Term;

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

    /// Asks for a line that is not shown while it is typed; none where nobody can be
    /// asked, as in a script.
    ///
    /// # Errors
    /// When the terminal fails.
    fn ask(&self, prompt: &str) -> io::Result<Option<String>> {
        let _ = prompt;
        Ok(None)
    }
}

/// The files of this machine, and the standard input and the terminal of this process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files;

impl Inputs for Files {
    fn open(&self, source: &Source) -> io::Result<Box<dyn BufRead + Send>> {
        Ok(match source {
            Source::Stdin => Box::new(BufReader::new(io::stdin())),
            Source::File(path) => Box::new(BufReader::new(File::open(path)?)),
        })
    }

    fn ask(&self, prompt: &str) -> io::Result<Option<String>> {
        // Standard output last: it may go to where the answer is for.
        let mut terminals = [Term::stderr(), Term::stdout()].into_iter();
        let terminal = terminals.find(Term::is_term);
        match terminal.filter(|_| io::stdin().is_terminal()) {
            Some(terminal) => {
                terminal.write_str(&format!("{prompt}: "))?;
                terminal.read_secure_line().map(Some)
            }
            None => Ok(None),
        }
    }
}
