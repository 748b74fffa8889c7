//! Tokens that an operator has written down.
//!
//! A JSON file, which only its owner may read, holds an array of tokens: the name
//! of each, the SHA-256 of its text in hexadecimal, and what whoever shows it may
//! do.
//!
//! ```json
//! [
//!   {
//!     "name": "ci",
//!     "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
//!     "permissions": ["sdk.data.read"],
//!     "expires": "2027-01-01T00:00:00Z"
//!   }
//! ]
//! ```

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use sdk_schema::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Credentials, Identification, Identified, IdentityProvider, private::wide_mode};
use crate::{
    clock::Clock,
    rpc::{Caller, Failure},
};

/// How far the clocks of whoever wrote a token down and of the host may be apart.
const LEEWAY_MICROS: i64 = 30_000_000;

/// The longest name of a token, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// A token as the file has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TokenEntry {
    /// Whose it is, as logs show it.
    pub name: String,
    /// The SHA-256 of the token in hexadecimal.
    pub sha256: String,
    /// What the caller is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// What the caller may do: `sdk.data.read`, `sdk.data.*`, `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// From when on it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// Whether the caller may call for others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delegate: bool,
}

/// Why a file of tokens cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokensError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others can read it.
    #[error("{} has mode {mode:o}: expected 600, so that nobody else can read it", path.display())]
    Wide {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is no array of tokens.
    #[error("{}: {source}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        source: serde_json::Error,
    },
    /// A token is not one.
    #[error("{}: token `{name}`: {detail}", path.display())]
    Entry {
        /// The file.
        path: PathBuf,
        /// The token's name.
        name: String,
        /// What was found, what was expected.
        detail: String,
    },
}

/// Knows the tokens of a file, which is read again when it has changed.
pub struct StaticTokens {
    path: PathBuf,
    clock: Clock,
    read: Mutex<Read>,
}

/// What was read, and from which state of the file.
struct Read {
    changed: Option<SystemTime>,
    by_hash: HashMap<[u8; 32], Arc<Known>>,
}

/// A token, ready to be shown.
struct Known {
    name: String,
    caller: Caller,
    may_delegate: bool,
    not_before: Option<Timestamp>,
    expires: Option<Timestamp>,
}

/// The SHA-256 of a token in hexadecimal, as the file has it.
pub fn token_hash(token: &str) -> String {
    let hash = Sha256::digest(token);
    let digit = |four: u8| char::from_digit(four.into(), 16).unwrap_or_default();
    let digits = hash
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 0xf)]);
    digits.collect()
}

impl StaticTokens {
    /// The tokens of a file.
    ///
    /// # Errors
    /// Fails when it cannot be read, when others can read it, and when it holds
    /// something else.
    pub fn read(path: &Path, clock: Clock) -> Result<Self, TokensError> {
        Ok(Self {
            read: Mutex::new(read(path)?),
            path: path.to_owned(),
            clock,
        })
    }

    fn find(&self, token: &str) -> Option<Arc<Known>> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed(&self.path);
        if changed != known.changed {
            // One complaint for each change.
            known.changed = changed;
            match read(&self.path) {
                Ok(newer) => *known = newer,
                // Those that were known hold until the file is whole again.
                Err(error) => tracing::error!(%error, "the tokens cannot be read again"),
            }
        }
        let hash: [u8; 32] = Sha256::digest(token).into();
        known.by_hash.get(&hash).cloned()
    }
}

impl Known {
    fn new(entry: TokenEntry) -> Self {
        Self {
            caller: Caller::token(&entry.name, entry.roles, entry.permissions),
            name: entry.name,
            may_delegate: entry.delegate,
            not_before: entry.not_before,
            expires: entry.expires,
        }
    }

    fn check(&self, now: Timestamp) -> Result<Identified, Failure> {
        let name = &self.name;
        let micros = now.as_micros();
        let has_expired = |at: Timestamp| micros >= at.as_micros().saturating_add(LEEWAY_MICROS);
        if self.expires.is_some_and(has_expired) {
            let message = format!("the token `{name}` has expired");
            return Err(Failure::unauthenticated("TOKEN_EXPIRED", message)
                .hint("ask whoever runs the host for another"));
        }
        let is_early = |at: Timestamp| micros.saturating_add(LEEWAY_MICROS) < at.as_micros();
        if self.not_before.is_some_and(is_early) {
            let message = format!("the token `{name}` does not hold yet: here it is {now}");
            return Err(Failure::unauthenticated("TOKEN_NOT_YET", message)
                .hint("the clocks of the machines may be apart"));
        }
        Ok(Identified {
            caller: self.caller.clone(),
            may_delegate: self.may_delegate,
        })
    }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|it| it.modified()).ok()
}

fn read(path: &Path) -> Result<Read, TokensError> {
    let file = |source| TokensError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(mode) = wide_mode(path).map_err(file)? {
        let path = path.to_owned();
        return Err(TokensError::Wide { path, mode });
    }
    let changed = changed(path);
    let text = fs::read_to_string(path).map_err(file)?;
    let entries: Vec<TokenEntry> =
        serde_json::from_str(&text).map_err(|source| TokensError::Json {
            path: path.to_owned(),
            source,
        })?;
    let mut by_hash = HashMap::new();
    for entry in entries {
        let refuse = |detail: String| TokensError::Entry {
            path: path.to_owned(),
            name: entry.name.escape_debug().to_string(),
            detail,
        };
        if !is_name(&entry.name) {
            let detail = "expected a name of 1 to 64 letters, digits, `.`, `_`, `-` and `@`";
            return Err(refuse(detail.to_owned()));
        }
        let hash = hash_of(&entry.sha256).ok_or_else(|| {
            // What stands there may be the token itself.
            let length = entry.sha256.chars().count();
            refuse(format!(
                "the sha256 has {length} characters: expected 64 hexadecimal digits"
            ))
        })?;
        if by_hash.contains_key(&hash) {
            return Err(refuse("another entry has the same token".to_owned()));
        }
        by_hash.insert(hash, Arc::new(Known::new(entry)));
    }
    Ok(Read { changed, by_hash })
}

/// Names are in logs and in the audit trail: one line, and not too long.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.chars().all(fits)
}

fn hash_of(hex: &str) -> Option<[u8; 32]> {
    let digits = hex.as_bytes();
    let is_hex = digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
    let pairs = digits.chunks(2).filter(|_| is_hex).filter_map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect::<Vec<_>>().try_into().ok()
}

impl IdentityProvider for StaticTokens {
    fn identify<'a>(&'a self, credentials: Credentials<'a>) -> Identification<'a> {
        let known = credentials.token.and_then(|token| self.find(token));
        let now = self.clock.now();
        let identified = known.map(|known| known.check(now)).transpose();
        Box::pin(std::future::ready(identified))
    }
}

#[cfg(test)]
mod tests;
