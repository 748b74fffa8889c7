//! Errors that leave: a gRPC code, a message for whoever asked, and details in
//! the standard types of `google.rpc`.
//!
//! A failure has a *reason*: a stable word that programs match on, sent as
//! `google.rpc.ErrorInfo` with the domain `sdk` or the module's name. What to do
//! next is its `hint` among that detail's metadata. Faults of single fields are
//! `google.rpc.BadRequest`. What went wrong inside is logged and never sent.

use std::{collections::HashMap, fmt};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// The key of the hint among the metadata of `google.rpc.ErrorInfo`.
pub(crate) const HINT: &str = "hint";

/// The most bytes of a text of an error.
const MAX_TEXT_BYTES: usize = 2_500;

/// How many fields are named at most.
const MAX_VIOLATIONS: usize = 4;

/// A refusal to be: its code, what to say, and what helps.
///
/// ```
/// use sdk::rpc::{Failure, Status};
///
/// let status: Status = Failure::not_found("PLACE_UNKNOWN", "there is no place `XX`")
///     .hint("`search` finds places by their names")
///     .into();
/// assert_eq!(status.code(), tonic::Code::NotFound);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a failure is an answer only when it is returned"]
pub struct Failure(Box<Content>);

/// Boxed, because errors travel through results that are mostly good.
#[derive(Debug, Clone)]
struct Content {
    code: Code,
    reason: &'static str,
    message: String,
    domain: String,
    hint: Option<String>,
    metadata: HashMap<String, String>,
    violations: Vec<(String, String)>,
}

impl Failure {
    fn new(code: Code, reason: &'static str, message: impl fmt::Display) -> Self {
        Self(Box::new(Content {
            code,
            reason,
            message: message.to_string(),
            domain: sdk_schema::BUILT_IN_MODULE.to_owned(),
            hint: None,
            metadata: HashMap::new(),
            violations: Vec::new(),
        }))
    }

    /// The request is not one: [`violation`](Self::violation) says where.
    pub fn invalid(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::InvalidArgument, reason, message)
    }

    /// What was asked for is not there.
    pub fn not_found(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, reason, message)
    }

    /// What was to be made is there already.
    pub fn already_exists(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::AlreadyExists, reason, message)
    }

    /// The request is good, but not as things stand.
    pub fn precondition(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::FailedPrecondition, reason, message)
    }

    /// It is not known who calls, or what they showed is not accepted.
    pub fn unauthenticated(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::Unauthenticated, reason, message)
    }

    /// The caller is known and may not.
    pub fn denied(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::PermissionDenied, reason, message)
    }

    /// There is more of something than the host takes.
    pub fn exhausted(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::ResourceExhausted, reason, message)
    }

    /// The same call may succeed later.
    pub fn unavailable(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::Unavailable, reason, message)
    }

    /// There was not enough time.
    pub fn too_late(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::DeadlineExceeded, reason, message)
    }

    /// Somebody else was faster; the same call may succeed when it is made again.
    pub fn aborted(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::Aborted, reason, message)
    }

    /// What is asked for does not reach that far.
    pub fn out_of_range(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::OutOfRange, reason, message)
    }

    /// What is stored cannot be read any more.
    pub fn data_loss(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::DataLoss, reason, message)
    }

    /// Nothing serves what was called.
    pub fn unimplemented(reason: &'static str, message: impl fmt::Display) -> Self {
        Self::new(Code::Unimplemented, reason, message)
    }

    /// Something is wrong that is none of the caller's business: `error` goes to the
    /// log, and the caller is told where it is.
    pub fn internal(error: impl fmt::Display) -> Self {
        tracing::error!(%error, "a call failed inside");
        Self::new(
            Code::Internal,
            "INTERNAL",
            "something went wrong inside: see the host's log",
        )
    }

    /// Says what to do next.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Says something that programs read, by its name.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.metadata.insert(name.into(), value.into());
        self
    }

    /// Says what is wrong with a field of the request, such as `address.city`.
    pub fn violation(mut self, field: impl Into<String>, description: impl Into<String>) -> Self {
        self.0.violations.push((field.into(), description.into()));
        self
    }

    /// Says where it is: the message begins with that.
    pub fn within(mut self, place: impl fmt::Display) -> Self {
        self.0.message = format!("{place}: {}", self.0.message);
        self
    }

    /// Says whose reason it is: the module's name. Without it, the library's.
    pub fn domain(mut self, module: impl Into<String>) -> Self {
        self.0.domain = module.into();
        self
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let failure = *failure.0;
        let mut metadata = failure.metadata;
        metadata.extend(failure.hint.map(|hint| (HINT.to_owned(), shortened(hint))));
        let mut details = ErrorDetails::with_error_info(failure.reason, failure.domain, metadata);
        if !failure.violations.is_empty() {
            let violations = failure.violations.into_iter().take(MAX_VIOLATIONS);
            let violations: Vec<_> = violations
                .map(|(field, description)| FieldViolation::new(field, shortened(description)))
                .collect();
            details.set_bad_request(violations);
        }
        Status::with_error_details(failure.code, shortened(failure.message), details)
    }
}

/// Cuts what is too long: an error travels in headers, of which HTTP/2 takes 16 KiB.
fn shortened(text: String) -> String {
    if text.len() <= MAX_TEXT_BYTES {
        return text;
    }
    let end = text.floor_char_boundary(MAX_TEXT_BYTES);
    let end = text[..end].rfind('\n').unwrap_or(end);
    let lines = text[end..].lines().filter(|line| !line.is_empty()).count();
    format!("{}\nand {lines} lines more", &text[..end])
}
