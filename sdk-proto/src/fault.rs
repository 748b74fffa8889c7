//! What is wrong with a proto file, and where.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use sdk_schema::Place;

/// One thing that is wrong with the protos of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file or folder, relative to the module's folder.
    pub file: PathBuf,
    /// Where in the file, when that is known.
    pub place: Option<Place>,
    /// What was found and what was expected.
    pub message: String,
}

impl Fault {
    pub(crate) fn new(
        file: impl Into<PathBuf>,
        place: Option<Place>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: file.into(),
            place,
            message: message.into(),
        }
    }

    /// A fault of a file as the compiler names it.
    pub(crate) fn in_proto(name: &str, place: Option<Place>, message: impl Into<String>) -> Self {
        Self::new(Path::new(crate::FOLDER).join(name), place, message)
    }

    /// What the compiler says, which shows its place only in text.
    pub(crate) fn of_compiler(opened: &str, error: &protox::Error) -> Self {
        let name = error.file().unwrap_or(opened);
        let text = format!("{error:?}");
        let placed = text
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix(':'))
            .and_then(|rest| rest.split_once(": "))
            .and_then(|(place, message)| Some((parse_place(place)?, message)));
        match placed {
            Some((place, message)) => Self::in_proto(name, Some(place), message),
            None => Self::in_proto(name, None, error.to_string()),
        }
    }
}

fn parse_place(text: &str) -> Option<Place> {
    let (line, column) = text.split_once(':')?;
    Some(Place {
        line: line.parse().ok()?,
        column: column.parse().ok()?,
    })
}

/// Shows `proto/blog/v1/blog.proto:5:7: …`.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(Place { line, column }) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}
