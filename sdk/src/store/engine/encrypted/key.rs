//! [`StoreKey`]: the key that a store is encrypted under, and its file.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use base64::Engine as _;
use zeroize::Zeroizing;

use super::slot::{self, KeyBytes};

/// A key file is no longer than this, whitespace included.
const MAX_FILE_BYTES: u64 = 1024;

const KEY_BYTES: usize = 32;

/// The key that a store is encrypted under: 32 bytes that nobody can guess.
///
/// It is never shown, and its memory is wiped when it is dropped.
///
/// ```
/// use sdk::store::StoreKey;
///
/// let key: StoreKey = "9f".repeat(32).parse()?;
/// assert_eq!(format!("{key:?}"), "StoreKey(..)");
/// # Ok::<_, sdk::store::KeyError>(())
/// ```
#[derive(Clone)]
pub struct StoreKey(KeyBytes);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The text is no key. It is not shown: it may be one with a slip in it.
    #[error("{found} characters that are no key: expected 32 bytes as 64 hex digits or as base64")]
    Malformed {
        /// How many characters were found.
        found: usize,
    },
    /// The text in a file is no key.
    #[error("{path} holds {source}")]
    MalformedFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with the text.
        source: Box<KeyError>,
    },
    /// Others than its owner may read the file.
    #[error(
        "{path} may be read by others than its owner: its mode is {mode:03o}, expected 600 or 400"
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file cannot be read, or not be made.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StoreKey {
    /// Makes a key from the system's random numbers.
    pub fn generate() -> io::Result<Self> {
        slot::random_key().map(Self)
    }

    /// Reads a key file: the key as text, with whitespace before and after.
    ///
    /// # Errors
    /// Refuses a file that others than its owner may read; on other systems
    /// than Unix it cannot tell.
    pub fn from_file(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Io {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        refuse_exposed(path, &metadata)?;
        let mut text = Zeroizing::new(String::new());
        file.take(MAX_FILE_BYTES)
            .read_to_string(&mut text)
            .map_err(failed)?;
        text.parse().map_err(|source| KeyError::MalformedFile {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// Writes the key to a new file that only its owner may read.
    ///
    /// # Errors
    /// Never replaces a file: it may hold the only copy of a key.
    pub fn write_new_file(&self, path: &Path) -> Result<(), KeyError> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let write = || {
            let mut file = options.open(path)?;
            let mut line = self.hex();
            line.push('\n');
            file.write_all(line.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| KeyError::Io {
            path: path.to_owned(),
            source,
        })
    }

    pub(super) fn bytes(&self) -> &KeyBytes {
        &self.0
    }

    fn hex(&self) -> Zeroizing<String> {
        // With its room from the start: no copy is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(2 * KEY_BYTES + 1));
        for byte in self.0.iter() {
            for digit in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(digit), 16));
            }
        }
        text
    }
}

/// Reads 64 hex digits, or 32 bytes as base64 of either alphabet.
impl FromStr for StoreKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        let bytes = if text.len() == 2 * KEY_BYTES {
            from_hex(text)
        } else {
            from_base64(text)
        };
        bytes.map(Self).ok_or_else(|| KeyError::Malformed {
            found: text.chars().count(),
        })
    }
}

fn from_hex(text: &str) -> Option<KeyBytes> {
    let mut key = KeyBytes::default();
    for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = [digits[0], digits[1]].map(|it| char::from(it).to_digit(16));
        *byte = u8::try_from(high? << 4 | low?).ok()?;
    }
    Some(key)
}

fn from_base64(text: &str) -> Option<KeyBytes> {
    use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};

    let decoded = STANDARD_PAD_INDIFFERENT
        .decode(text)
        .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(text))
        .ok()?;
    let decoded = Zeroizing::new(decoded);
    let mut key = KeyBytes::default();
    (decoded.len() == KEY_BYTES).then(|| key.copy_from_slice(&decoded))?;
    Some(key)
}

#[cfg(unix)]
fn refuse_exposed(path: &Path, metadata: &fs::Metadata) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;

    /// What a file's group and all others may do with it.
    const OTHERS: u32 = 0o077;

    let mode = metadata.permissions().mode() & 0o777;
    if mode & !OTHERS == mode {
        return Ok(());
    }
    Err(KeyError::Exposed {
        path: path.to_owned(),
        mode,
    })
}

#[cfg(not(unix))]
fn refuse_exposed(_path: &Path, _metadata: &fs::Metadata) -> Result<(), KeyError> {
    Ok(())
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1efF";

    fn check_malformed(text: &str, expect: &str) {
        let error = text.parse::<StoreKey>().unwrap_err();
        assert_eq!(error.to_string(), expect);
    }

    #[test]
    fn a_key_is_hex_or_base64_with_whitespace_around_it() {
        let expected = HEX.parse::<StoreKey>().unwrap();
        for text in [
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8=",
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8\n",
            " AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHv8\r\n",
        ] {
            let key = text.parse::<StoreKey>().unwrap();
            assert!(key.bytes() == expected.bytes(), "{text}");
        }
        assert_eq!(*expected.hex(), HEX.to_lowercase());
    }

    #[test]
    fn what_is_no_key_is_counted_and_not_shown() {
        let expect = |found| {
            format!(
                "{found} characters that are no key: expected 32 bytes as 64 hex digits or as base64"
            )
        };
        check_malformed("", &expect(0));
        check_malformed("secret", &expect(6));
        check_malformed(&HEX[2..], &expect(62));
        check_malformed(&HEX.replace('f', "g"), &expect(64));
        check_malformed(&"é".repeat(32), &expect(32));
    }

    #[test]
    fn a_key_is_never_shown() {
        let key = HEX.parse::<StoreKey>().unwrap();
        assert_eq!(format!("{key:?}"), "StoreKey(..)");
    }

    #[test]
    fn a_key_file_is_read_as_it_was_written_and_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.key");
        let key = StoreKey::generate().unwrap();
        key.write_new_file(&path).unwrap();
        assert!(StoreKey::from_file(&path).unwrap().bytes() == key.bytes());
        let again = key.write_new_file(&path).unwrap_err();
        assert!(again.to_string().contains("File exists"), "{again}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.key");
        StoreKey::generate().unwrap().write_new_file(&path).unwrap();
        for (mode, is_refused) in [(0o640, true), (0o604, true), (0o600, false), (0o400, false)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let read = StoreKey::from_file(&path);
            assert_eq!(
                matches!(read, Err(KeyError::Exposed { .. })),
                is_refused,
                "{mode:o}"
            );
        }
    }
}
