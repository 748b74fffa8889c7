//! What is known of one call.

use std::{fmt, sync::Arc, time::Instant};

use super::Caller;

/// The longest id of a request that is taken from outside, in bytes.
const MAX_REQUEST_ID_BYTES: usize = 128;

/// Identifies a request in logs, here and wherever it leads to. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new one: a UUID of version 7.
    #[expect(clippy::new_without_default, reason = "each one is another")]
    pub fn new() -> Self {
        let mut buffer = uuid::Uuid::encode_buffer();
        let text: &str = uuid::Uuid::now_v7().hyphenated().encode_lower(&mut buffer);
        Self(text.into())
    }

    /// One that came with a request: at most 128 visible ASCII characters.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=MAX_REQUEST_ID_BYTES).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of one call besides its message. The server or the channel puts
/// it among the extensions of the request.
#[derive(Debug, Clone)]
pub struct CallInfo {
    /// Who calls.
    pub caller: Caller,
    /// Which request it is.
    pub request_id: RequestId,
    /// When whoever asked stops waiting.
    pub deadline: Option<Instant>,
}

impl CallInfo {
    /// A call by `caller` that begins here and waits as long as it takes.
    pub fn by(caller: Caller) -> Self {
        Self {
            caller,
            request_id: RequestId::new(),
            deadline: None,
        }
    }
}
