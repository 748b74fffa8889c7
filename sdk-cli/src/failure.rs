//! The one place where an error becomes what a person reads: what is wrong,
//! and, where there is one, the next command to type.

use std::{borrow::Borrow, fmt, path::Path};

use sdk_client::{CallError, ConnectError};
use sdk_codegen::{FileFault, FileFaults};
use sdk_schema::NameError;

use crate::{
    changes::ChangeError, new::Refusal, profiles::ProfileError, project::ProjectError,
    report::Report,
};

/// A command that was not carried out.
#[derive(Debug, Default)]
pub(crate) struct Failure {
    /// What was found to be right before that.
    pub(crate) report: Report,
    /// What is wrong with files, one line each: `file:line:column: …`.
    pub(crate) faults: Vec<String>,
    /// Why nothing was done.
    pub(crate) message: String,
    /// What to type next.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure for that reason.
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            ..Self::default()
        }
    }

    /// The faults of a package's files, whose paths are relative to its `folder`.
    pub(crate) fn of_files(folder: &Path, faults: FileFaults, message: impl fmt::Display) -> Self {
        Self {
            faults: faults
                .into_iter()
                .map(|fault| in_folder(folder, fault).to_string())
                .collect(),
            ..Self::new(message)
        }
    }
}

/// The fault with a path relative to the workspace.
pub(crate) fn in_folder(folder: &Path, fault: FileFault) -> FileFault {
    FileFault {
        file: folder.join(&fault.file),
        ..fault
    }
}

/// Names as messages list what there is.
pub(crate) fn listed(names: &[impl Borrow<str>]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}

/// Shown as it stands on standard error.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        writeln!(f, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => writeln!(f, "hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<FileFault> for Failure {
    fn from(fault: FileFault) -> Self {
        Self::new(fault)
    }
}

impl From<NameError> for Failure {
    fn from(error: NameError) -> Self {
        Self::new(error)
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        Self::new(error)
    }
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        let hint = match &error {
            ProjectError::Outside { .. } => Some(
                "sdk-cli new app NAME --sdk-path PATH, or change into an application's folder"
                    .to_owned(),
            ),
            ProjectError::UnknownModule { name, .. } => Some(format!("sdk-cli new module {name}")),
            ProjectError::Manifest(_) => None,
        };
        Self {
            hint,
            ..Self::new(error)
        }
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        let hint = match &error {
            ProfileError::Open { file, .. } => Some(format!("chmod 600 {}", file.display())),
            ProfileError::Unknown { .. } => Some("sdk-cli profile list".to_owned()),
            ProfileError::Exists { name } => Some(format!("sdk-cli profile remove {name}")),
            _ => None,
        };
        Self {
            hint,
            ..Self::new(error)
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self {
            hint: error.hint(),
            ..Self::new(error)
        }
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self {
            hint: (!error.hints.is_empty()).then(|| error.hints.join("\nhint: ")),
            ..Self::new(error.message)
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            hint: refusal.hint(),
            ..Self::new(refusal)
        }
    }
}
