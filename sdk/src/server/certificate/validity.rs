//! How long a certificate holds, read from its DER.
//!
//! Of X.509 (RFC 5280, section 4.1) this knows as much as leads to the two times:
//! `Certificate { TBSCertificate { [0] version?, serial, algorithm, issuer, validity … } … }`.
//! rustls tells a client's view of it; that a server's own certificate has expired, it
//! does not say.

use chrono::NaiveDateTime;
use sdk_schema::Timestamp;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// From when until when it holds; none if it does not say so.
pub(super) fn read(certificate: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let mut certificate = Der(Der(certificate).take(SEQUENCE)?);
    let mut signed = Der(certificate.take(SEQUENCE)?);
    if signed.0.first() == Some(&VERSION) {
        signed.take(VERSION)?;
    }
    signed.take(INTEGER)?;
    let [_algorithm, _issuer, validity] = [(); 3].map(|()| signed.take(SEQUENCE));
    let mut validity = Der(validity?);
    Some((validity.time()?, validity.time()?))
}

/// Elements that stand one after the other.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The content of the next element.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // So many bytes have the length.
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes
                    .iter()
                    .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    fn take(&mut self, expected: u8) -> Option<&'a [u8]> {
        let (tag, content) = self.next()?;
        (tag == expected).then_some(content)
    }

    /// A time in one of the two forms (section 4.1.2.5).
    fn time(&mut self) -> Option<Timestamp> {
        let (tag, content) = self.next()?;
        let text = std::str::from_utf8(content).ok()?;
        let text = match tag {
            GENERALIZED_TIME => text.to_owned(),
            UTC_TIME if text.as_bytes().first()? < &b'5' => format!("20{text}"),
            UTC_TIME => format!("19{text}"),
            _ => return None,
        };
        let time = NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ").ok()?;
        Some(time.and_utc().into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(until: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_before = date_time_ymd(1999, 12, 31);
        params.not_after = date_time_ymd(until, 2, 1);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn both_forms_of_time_are_read() {
        let shown = |until| {
            let (from, until) = read(&certificate(until)).unwrap();
            format!("{from} {until}")
        };
        // From 2050 on, the year has four digits.
        assert_eq!(
            shown(2049),
            "1999-12-31T00:00:00.000000Z 2049-02-01T00:00:00.000000Z"
        );
        assert_eq!(
            shown(2050),
            "1999-12-31T00:00:00.000000Z 2050-02-01T00:00:00.000000Z"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }

        #[test]
        fn no_change_of_a_certificate_makes_it_panic(at in 0_usize..200, byte: u8, length in 0_usize..400) {
            let mut bytes = certificate(2050);
            bytes[at] = byte;
            bytes.truncate(length);
            let _ = read(&bytes);
        }
    }
}
