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
//!
//! A host reads the file when it starts, and again when it has changed; the commands
//! `token new` and `token remove` change it.

mod file;

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

pub(crate) use file::{change, entries, is_name, new_token};
use sdk_schema::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Credentials, Identification, Identified, IdentityProvider};
use crate::{
    clock::Clock,
    rpc::{Caller, Failure},
};

/// The file of tokens in the data folder, where no other is named.
pub const TOKENS: &str = "tokens.json";

/// How far the clocks of whoever wrote a token down and of the host may be apart.
const LEEWAY_MICROS: i64 = 30_000_000;

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

/// Whether a token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TokenState {
    /// It does.
    Valid,
    /// Not any more.
    Expired,
    /// Its time is still to come.
    NotYet,
}

impl TokenEntry {
    /// Whether the token holds at a time, with half a minute of leeway.
    pub fn state(&self, now: Timestamp) -> TokenState {
        state(self.not_before, self.expires, now)
    }
}

fn state(not_before: Option<Timestamp>, expires: Option<Timestamp>, now: Timestamp) -> TokenState {
    let micros = now.as_micros();
    let has_expired = |at: Timestamp| micros >= at.as_micros().saturating_add(LEEWAY_MICROS);
    let is_early = |at: Timestamp| micros.saturating_add(LEEWAY_MICROS) < at.as_micros();
    if expires.is_some_and(has_expired) {
        TokenState::Expired
    } else if not_before.is_some_and(is_early) {
        TokenState::NotYet
    } else {
        TokenState::Valid
    }
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
    /// Whether no file is as good as one without tokens.
    may_be_missing: bool,
    clock: Clock,
    read: Mutex<Read>,
}

/// What was read, and from which state of the file.
#[derive(Default)]
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
            may_be_missing: false,
            clock,
        })
    }

    /// The tokens of the folder `data`: those of its [`TOKENS`], which need not be
    /// there, and may come to be while the host runs.
    ///
    /// # Errors
    /// As [`read`](Self::read), when it is there.
    pub fn of(data: &Path, clock: Clock) -> Result<Self, TokensError> {
        let path = data.join(TOKENS);
        Ok(Self {
            read: Mutex::new(read_if_there(&path)?),
            path,
            may_be_missing: true,
            clock,
        })
    }

    fn find(&self, token: &str) -> Option<Arc<Known>> {
        let mut known = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = changed(&self.path);
        if changed != known.changed {
            // One complaint for each change.
            known.changed = changed;
            let again = if self.may_be_missing {
                read_if_there(&self.path)
            } else {
                read(&self.path)
            };
            match again {
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
        match state(self.not_before, self.expires, now) {
            TokenState::Valid => {}
            TokenState::Expired => {
                let message = format!("the token `{name}` has expired");
                return Err(Failure::unauthenticated("TOKEN_EXPIRED", message)
                    .hint("ask whoever runs the host for another"));
            }
            TokenState::NotYet => {
                let message = format!("the token `{name}` does not hold yet: here it is {now}");
                return Err(Failure::unauthenticated("TOKEN_NOT_YET", message)
                    .hint("the clocks of the machines may be apart"));
            }
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

fn read_if_there(path: &Path) -> Result<Read, TokensError> {
    match read(path) {
        Err(TokensError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Read::default())
        }
        read => read,
    }
}

fn read(path: &Path) -> Result<Read, TokensError> {
    // Before the text: what changes in between is read once more.
    let changed = changed(path);
    let known = |(hash, entry)| (hash, Arc::new(Known::new(entry)));
    Ok(Read {
        changed,
        by_hash: file::read(path)?.into_iter().map(known).collect(),
    })
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
