//! The one place where what a server says becomes what a person reads: what is
//! wrong, and, where there is something to do, what to type next.

use std::{fmt, io};

use tonic::{Code, Status, TimeoutExpired};
use tonic_types::StatusExt;

use crate::{
    connection::{ConnectError, chain},
    parse::UsageError,
    text,
};

/// What is added to the number of a gRPC code to make an exit code of it.
const FIRST_CODE: u8 = 100;

/// The reason of a server of ours for a call without a token.
const NOT_SIGNED_IN: &str = "NOT_SIGNED_IN";

/// A call that did not end well, shown as it stands on standard error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallError {
    /// What the server said, if it was the server.
    pub code: Option<Code>,
    /// The stable reason, such as `QUOTA_EXCEEDED`, if the server gave one.
    pub reason: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What is wrong with fields of the request.
    pub violations: Vec<Violation>,
    /// What to do next, each on one line.
    pub hints: Vec<String>,
    exit_code: u8,
}

/// What is wrong with a field of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The way to the field, by dots.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

impl CallError {
    /// A failure that is about no server, of exit code 1.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self {
            message: text::lines(&message.to_string()),
            exit_code: 1,
            ..Self::default()
        }
    }

    /// The error with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What the process ends with: 0 when nobody reads on, 1 when it is about no
    /// server, 2 when the command line was not understood, otherwise 100 and the
    /// number of the gRPC code.
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// Standard output that cannot be written. Whoever closed it has read enough.
    pub(crate) fn of_output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::default();
        }
        Self::failed(format!("standard output cannot be written: {error}"))
    }

    /// What the server said.
    pub fn of_status(status: &Status) -> Self {
        if let Some(error) = ConnectError::behind(status) {
            return Self::from(error);
        }
        if is_behind::<TimeoutExpired>(status) {
            // The channel's own clock, whose word for it is another one.
            return Self::of_status(&Status::deadline_exceeded("the call took too long"));
        }
        if let Some(message) = lost(status) {
            return Self {
                code: Some(Code::Unavailable),
                message,
                hints: own_hint(&Status::unavailable(""))
                    .map(str::to_owned)
                    .into_iter()
                    .collect(),
                exit_code: exit_code(Code::Unavailable),
                ..Self::default()
            };
        }
        let details = status.get_error_details();
        let info = details.error_info();
        let bad_request = details.bad_request();
        let violations = bad_request.map(|bad| bad.field_violations.as_slice());
        let violations = violations.unwrap_or_default().iter().map(|it| Violation {
            field: text::one_line(&it.field),
            description: text::one_line(&it.description),
        });
        let hint = info.and_then(|info| info.metadata.get("hint"));
        // The server tells whoever writes a program which header there is.
        let hint = hint.filter(|_| info.is_none_or(|info| info.reason != NOT_SIGNED_IN));
        let links = details.help().map(|help| help.links.as_slice());
        let links = links.unwrap_or_default().iter();
        let links = links.map(|link| format!("{}: {}", link.description, link.url));
        let mut hints: Vec<_> = hint.cloned().into_iter().chain(links).collect();
        if hints.is_empty() {
            hints.extend(own_hint(status).map(str::to_owned));
        }
        Self {
            code: Some(status.code()),
            reason: info.map(|info| text::one_line(&info.reason)),
            message: message(status),
            violations: violations.collect(),
            hints: hints.iter().map(|hint| text::one_line(hint)).collect(),
            exit_code: exit_code(status.code()),
        }
    }
}

fn exit_code(code: Code) -> u8 {
    u8::try_from(code as i32).map_or(u8::MAX, |code| FIRST_CODE.saturating_add(code))
}

fn message(status: &Status) -> String {
    if is_no_grpc(status) {
        return "the server does not speak gRPC".to_owned();
    }
    match status.message() {
        "" => status.code().description().to_owned(),
        message => text::lines(message),
    }
}

/// Whether an error of that type is among those behind a status.
fn is_behind<E: std::error::Error + 'static>(status: &Status) -> bool {
    let mut source = std::error::Error::source(status);
    while let Some(error) = source {
        if error.is::<E>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// How the connection was lost, if it was.
fn lost(status: &Status) -> Option<String> {
    let source = std::error::Error::source(status)?;
    let lost = source.is::<tonic::transport::Error>() && !is_no_grpc(status);
    lost.then(|| text::one_line(&format!("the connection was lost: {}", chain(source))))
}

/// What helps where the server does not say it itself.
fn own_hint(status: &Status) -> Option<&'static str> {
    if is_no_grpc(status) {
        return Some(
            "check the address: another program may listen there, or the port may want https",
        );
    }
    Some(match status.code() {
        Code::Unauthenticated => {
            "sign in with a token: --token-file FILE, or a profile that has one"
        }
        Code::PermissionDenied => "ask for the permission, or call with another token",
        Code::Unavailable => "see whether the server is running, and try again",
        Code::DeadlineExceeded => "give it more time: --timeout 1m",
        Code::Unimplemented => {
            "the server may be older than what you call; --help shows what it has"
        }
        _ => return None,
    })
}

/// What answers on this connection is something else. The transport says so in
/// words only.
fn is_no_grpc(status: &Status) -> bool {
    let marks = [
        "h2 protocol error",
        "http2 error",
        "frame with invalid size",
        "grpc-status header missing",
        "invalid content-type",
    ];
    let mut texts = vec![status.message().to_owned()];
    let mut source = std::error::Error::source(status);
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    let codes = [
        Code::Unknown,
        Code::Internal,
        Code::Unavailable,
        Code::Unimplemented,
    ];
    codes.contains(&status.code())
        && texts
            .iter()
            .any(|text| marks.iter().any(|mark| text.contains(mark)))
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exit_code == 0 {
            return Ok(());
        }
        // A server's message cannot pass for a line of ours.
        writeln!(f, "error: {}", self.message.replace('\n', "\n       "))?;
        for Violation { field, description } in &self.violations {
            writeln!(f, "    {field}: {description}")?;
        }
        self.hints
            .iter()
            .try_for_each(|hint| writeln!(f, "hint: {hint}"))
    }
}

impl std::error::Error for CallError {}

impl From<UsageError> for CallError {
    fn from(error: UsageError) -> Self {
        Self {
            message: error.to_string(),
            exit_code: 2,
            ..Self::default()
        }
    }
}

/// A server that cannot be reached counts as one that says that it is unavailable.
impl From<ConnectError> for CallError {
    fn from(error: ConnectError) -> Self {
        let hint = error.hint();
        let code = error.is_of_server().then_some(Code::Unavailable);
        Self {
            code,
            message: text::lines(&error.to_string()),
            hints: hint.into_iter().collect(),
            exit_code: code.map_or(1, exit_code),
            ..Self::default()
        }
    }
}
