//! How long a call may take.

use std::time::{Duration, Instant};

use http::HeaderMap;

use crate::rpc::{Failure, parse_timeout};

/// The deadline that the caller has set.
///
/// # Errors
/// Fails when `grpc-timeout` is not as the specification has it.
pub(super) fn of(headers: &HeaderMap) -> Result<Option<Instant>, Failure> {
    let Some(value) = headers.get("grpc-timeout") else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let wait = parse_timeout(text).map_err(|error| Failure::invalid("TIMEOUT_INVALID", error))?;
    Ok(Instant::now().checked_add(wait))
}

/// The earlier of what the caller has set and what the host grants.
pub(super) fn capped(deadline: Option<Instant>, most: Duration) -> Option<Instant> {
    let granted = Instant::now().checked_add(most);
    match (deadline, granted) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
