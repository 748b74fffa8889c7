//! Errors that leave: a gRPC code, a message for whoever asked, and details in
//! the standard types of `google.rpc`.
//!
//! A failure has a *reason*: a stable word that programs match on, sent as
//! `google.rpc.ErrorInfo` with the domain `sdk` or the module's name. What to do
//! next is its `hint` among that detail's metadata. Faults of single fields are
//! `google.rpc.BadRequest`. What went wrong inside is logged and never sent.

use std::{collections::HashMap, fmt, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// The key of the hint among the metadata of `google.rpc.ErrorInfo`.
pub(crate) const HINT: &str = "hint";

/// The most bytes of a message.
///
/// An error travels in headers, of which HTTP/2 commonly takes 16 KiB. A byte of the
/// message has up to three there, and 4/3 among the details, as all that is in them: what
/// these limits allow comes to 14 KB at the worst.
const MESSAGE_BYTES: usize = 2_000;

/// The most bytes of a hint, and of what is said of one field.
const LINE_BYTES: usize = 500;

/// The most bytes of what is said of all fields together, their names included.
const VIOLATIONS_BYTES: usize = 3_000;

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
    again_after: Option<Duration>,
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
            again_after: None,
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

    /// Says that the same call may succeed after so long (`google.rpc.RetryInfo`).
    pub fn again_after(mut self, wait: Duration) -> Self {
        self.0.again_after = Some(wait);
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
        let hint = failure.hint.map(|hint| shortened(hint, LINE_BYTES));
        let mut metadata = failure.metadata;
        metadata.extend(hint.map(|hint| (HINT.to_owned(), hint)));
        let mut details = ErrorDetails::with_error_info(failure.reason, failure.domain, metadata);
        if failure.again_after.is_some() {
            details.set_retry_info(failure.again_after);
        }
        let mut message = shortened(failure.message, MESSAGE_BYTES);
        let given = failure.violations.len();
        if given > 0 {
            let violations = fitting(failure.violations);
            if violations.len() < given {
                let rest = given - violations.len();
                let plural = if rest == 1 { "" } else { "s" };
                message = format!("{message}\nand {rest} fault{plural} of fields more");
            }
            details.set_bad_request(violations);
        }
        Status::with_error_details(failure.code, message, details)
    }
}

/// As many of what is wrong with fields as an error can carry.
fn fitting(violations: Vec<(String, String)>) -> Vec<FieldViolation> {
    let mut bytes = 0;
    let violations = violations.into_iter().map(|(field, description)| {
        let (field, description) = (
            shortened(field, LINE_BYTES),
            shortened(description, LINE_BYTES),
        );
        FieldViolation::new(field, description)
    });
    let fitting = violations.take_while(|it| {
        bytes += it.field.len() + it.description.len();
        bytes <= VIOLATIONS_BYTES
    });
    fitting.collect()
}

/// Cuts what is too long, between lines where there are any.
fn shortened(text: String, bytes: usize) -> String {
    if text.len() <= bytes {
        return text;
    }
    let end = text.floor_char_boundary(bytes);
    let Some(end) = text[..end].rfind('\n') else {
        return format!("{}…", &text[..end]);
    };
    let lines = text[end..].lines().filter(|line| !line.is_empty()).count();
    let plural = if lines == 1 { "" } else { "s" };
    format!("{}\nand {lines} line{plural} more", &text[..end])
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    fn header_bytes(status: &Status) -> usize {
        let mut headers = HeaderMap::new();
        status.add_header(&mut headers).unwrap();
        let lens = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len());
        lens.sum()
    }

    #[test]
    fn an_error_fits_into_headers_whatever_it_says() {
        for (text, fields) in [("é", 100), ("%", 1_000), ("a line\n", 4)] {
            let text = text.repeat(10_000);
            let failure = Failure::invalid("REQUEST_INVALID", &text).hint(&text);
            let failure = (0..fields).fold(failure, |failure, _| failure.violation(&text, &text));
            let bytes = header_bytes(&failure.into());
            assert!(bytes < 15_000, "{bytes}");
        }
    }

    #[test]
    fn the_fields_of_a_form_are_all_named() {
        let failure = Failure::invalid("REQUEST_INVALID", "no address");
        let failure = (0..40).fold(failure, |failure, number| {
            failure.violation(
                format!("lines.{number}"),
                "expected a text without line ends",
            )
        });
        let status = Status::from(failure);
        let details = status.get_error_details();
        assert_eq!(details.bad_request().unwrap().field_violations.len(), 40);
        assert_eq!(status.message(), "no address");
    }

    #[test]
    fn what_is_left_out_is_counted() {
        let line = "x".repeat(LINE_BYTES - 5);
        let failure = Failure::invalid("REQUEST_INVALID", "no address");
        let failure = (0..8).fold(failure, |failure, _| failure.violation("field", &line));
        assert_eq!(
            Status::from(failure).message(),
            "no address\nand 2 faults of fields more"
        );
    }

    #[test]
    fn long_texts_end_with_a_line() {
        let short = |text: &str| shortened(text.to_owned(), 12);
        assert_eq!(short("one\ntwo\nthree\nfour"), "one\ntwo\nand 2 lines more");
        assert_eq!(short("a long line of text"), "a long line …");
        assert_eq!(short("twelve bytes"), "twelve bytes");
    }
}
