//! [`Cursor`]: where a page ended, as a text to hand to a client.

use std::{fmt, str::FromStr};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use super::trees::TreeId;

/// Where a page ended. Opaque: its text may be kept and sent, not taken apart.
///
/// A cursor holds the key of the last row that was read, so that rows which
/// come and go meanwhile neither repeat nor hide others. It belongs to the
/// order in which it was made: by the key, or by one index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    tree: TreeId,
    key: Vec<u8>,
}

/// Why a text is not a [`Cursor`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a cursor: expected what an earlier page gave as its end")]
pub struct CursorError {
    /// The refused text.
    pub found: String,
}

/// The first byte, so that a later form of cursor is told apart.
const VERSION: u8 = 1;

/// What follows the name of the tree.
const NAME_END: u8 = 0;

impl Cursor {
    pub(crate) fn new(tree: TreeId, key: &[u8]) -> Self {
        Self {
            tree,
            key: key.to_vec(),
        }
    }

    /// The tree whose order the cursor belongs to.
    pub(crate) fn tree(&self) -> TreeId {
        self.tree
    }

    /// The key of the last entry that was read.
    pub(crate) fn key(&self) -> &[u8] {
        &self.key
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&[VERSION])?;
        let end = rest.iter().position(|byte| *byte == NAME_END)?;
        let tree = std::str::from_utf8(&rest[..end]).ok()?.parse().ok()?;
        Some(Self::new(tree, &rest[end + 1..]))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend(self.tree.to_string().bytes());
        bytes.push(NAME_END);
        bytes.extend(&self.key);
        f.pad(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;
    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let cursor = bytes.as_deref().and_then(Self::from_bytes);
        cursor.ok_or_else(|| CursorError {
            found: text.to_owned(),
        })
    }
}

impl serde::Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Cursor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
