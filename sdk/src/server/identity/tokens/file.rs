//! The file of tokens itself: read and checked, changed as a whole.
//!
//! Whoever changes it holds a lock on its folder, so that of two changes at once none
//! is lost. Readers need none: the file is replaced by a rename.

use std::{
    collections::HashSet,
    fs::{self, File},
    io,
    path::Path,
};

use super::{
    super::{
        owner::random_token,
        private::{wide_mode, write_private},
    },
    TokenEntry, TokensError,
};

/// What every token begins with that a host makes, by which those who look for lost
/// secrets recognise one.
const PREFIX: &str = "sdkt_";

/// The longest name of a token, in bytes.
const MAX_NAME_BYTES: usize = 64;

/// The hash of a token.
type Hash = [u8; 32];

/// A token that nobody has yet: 256 random bits behind the prefix.
pub(crate) fn new_token() -> String {
    PREFIX.to_owned() + &random_token()
}

/// Names are in logs and in the audit trail: one line, and not too long.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.chars().all(fits)
}

/// The tokens of a file, in its order; none when it is not there.
pub(crate) fn entries(path: &Path) -> Result<Vec<TokenEntry>, TokensError> {
    match read(path) {
        Ok(entries) => Ok(entries.into_iter().map(|(_, entry)| entry).collect()),
        Err(TokensError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

/// Changes the tokens of a file, which is made when it is not there. Nothing is
/// written when `how` fails.
pub(crate) fn change<T, E: From<TokensError>>(
    path: &Path,
    how: impl FnOnce(&mut Vec<TokenEntry>) -> Result<T, E>,
) -> Result<T, E> {
    let failed = |source| TokensError::File {
        path: path.to_owned(),
        source,
    };
    // A link stays one, and what it leads to is replaced.
    let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let _turn = turn(folder).map_err(failed)?;
    let mut entries = entries(path)?;
    let done = how(&mut entries)?;
    let text = serde_json::to_string_pretty(&entries).map_err(|source| TokensError::Json {
        path: path.to_owned(),
        source,
    })?;
    write_private(&file, (text + "\n").as_bytes()).map_err(failed)?;
    Ok(done)
}

/// Waits for its turn to change something in a folder; it ends with what is returned.
#[cfg(unix)]
fn turn(folder: &Path) -> io::Result<File> {
    let folder = File::open(folder)?;
    folder.lock()?;
    Ok(folder)
}

/// On other systems a folder cannot be locked: of two changes at once, the last stays.
#[cfg(not(unix))]
fn turn(_folder: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// The tokens of a file with their hashes.
pub(super) fn read(path: &Path) -> Result<Vec<(Hash, TokenEntry)>, TokensError> {
    let file = |source| TokensError::File {
        path: path.to_owned(),
        source,
    };
    if let Some(mode) = wide_mode(path).map_err(file)? {
        let path = path.to_owned();
        return Err(TokensError::Wide { path, mode });
    }
    let text = fs::read_to_string(path).map_err(file)?;
    let entries: Vec<TokenEntry> =
        serde_json::from_str(&text).map_err(|source| TokensError::Json {
            path: path.to_owned(),
            source,
        })?;
    let mut seen = HashSet::new();
    let check = |entry: TokenEntry| match hash(&entry, &mut seen) {
        Ok(hash) => Ok((hash, entry)),
        Err(detail) => Err(TokensError::Entry {
            path: path.to_owned(),
            name: entry.name.escape_debug().to_string(),
            detail,
        }),
    };
    entries.into_iter().map(check).collect()
}

/// The hash of a sound entry, which is none of those that were seen.
fn hash(entry: &TokenEntry, seen: &mut HashSet<Hash>) -> Result<Hash, String> {
    if !is_name(&entry.name) {
        return Err("expected a name of 1 to 64 letters, digits, `.`, `_`, `-` and `@`".to_owned());
    }
    let hash = hash_of(&entry.sha256).ok_or_else(|| {
        // What stands there may be the token itself.
        let length = entry.sha256.chars().count();
        format!("the sha256 has {length} characters: expected 64 hexadecimal digits")
    })?;
    if !seen.insert(hash) {
        return Err("another entry has the same token".to_owned());
    }
    Ok(hash)
}

fn hash_of(hex: &str) -> Option<Hash> {
    let digits = hex.as_bytes();
    let is_hex = digits.len() == 64 && digits.iter().all(u8::is_ascii_hexdigit);
    let pairs = digits.chunks(2).filter(|_| is_hex).filter_map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect::<Vec<_>>().try_into().ok()
}
