//! The fingerprint of a certificate: the SHA-256 of its DER encoding.

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// Which certificate it is, shown as `sha256:AB:CD:…`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

/// A text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a fingerprint such as sha256:AB:CD:… with 32 bytes in hexadecimal, found `{0}`")]
pub struct FingerprintError(String);

impl Fingerprint {
    /// The fingerprint of a certificate in DER.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256")?;
        self.0.iter().try_for_each(|byte| write!(f, ":{byte:02X}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let invalid = || FingerprintError(text.to_owned());
        let hex = text.strip_prefix("sha256:").unwrap_or(text);
        let digits: Vec<_> = hex.bytes().filter(|byte| *byte != b':').collect();
        let bytes = digits.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            let is_hex = pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit());
            is_hex.then(|| u8::from_str_radix(pair, 16).ok())?
        });
        let bytes: Vec<u8> = bytes.collect::<Option<_>>().ok_or_else(invalid)?;
        bytes.try_into().map(Self).map_err(|_| invalid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_is_shown_and_as_openssl_writes_it() {
        let shown = Fingerprint::of(b"certificate").to_string();
        let plain = shown.replace("sha256", "").replace(':', "").to_lowercase();
        for text in [&shown, &plain, shown.trim_start_matches("sha256:")] {
            assert_eq!(text.parse::<Fingerprint>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let long = "AB".repeat(33);
        for text in [
            "",
            "sha256:",
            "sha1:AB",
            "sha256:AB:CD",
            &long,
            &"é".repeat(32),
            &"+1".repeat(32),
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
