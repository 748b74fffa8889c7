//! Certificates of files, made and given.

use rcgen::CertifiedKey;

use super::*;

fn clock() -> Clock {
    Clock::manual("2026-11-20T10:00:00Z".parse().unwrap())
}

#[test]
fn a_pair_is_made_once() {
    let data = tempfile::tempdir().unwrap();
    let make = || Certificate::self_signed(data.path(), &["acme.test".to_owned()], &clock());
    let first = make().unwrap();
    assert_eq!(first.fingerprint(), make().unwrap().fingerprint());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |file: &str| {
            let metadata = fs::metadata(data.path().join(file)).unwrap();
            metadata.permissions().mode() & 0o777
        };
        assert_eq!([mode("tls"), mode("tls/key.pem")], [0o700, 0o600]);
    }
}

/// Writes a pair that somebody has made elsewhere.
fn write_pair(cert: &Path, key: &Path) -> Fingerprint {
    let CertifiedKey {
        cert: made,
        signing_key,
    } = rcgen::generate_simple_self_signed(["acme.test".to_owned()]).unwrap();
    fs::write(key, signing_key.serialize_pem()).unwrap();
    fs::write(cert, made.pem()).unwrap();
    Fingerprint::of(made.der())
}

#[test]
fn files_that_have_changed_are_read_again() {
    let data = tempfile::tempdir().unwrap();
    let (cert, key) = (data.path().join("cert.pem"), data.path().join("key.pem"));
    let first = write_pair(&cert, &key);
    let certificate = Certificate::read(&cert, &key, &clock()).unwrap();
    assert_eq!(certificate.fingerprint(), first);

    fs::write(&key, "half of a").unwrap();
    assert_eq!(certificate.fingerprint(), first);
    // Where time stands still in the file system, the test makes it pass.
    let later = SystemTime::now() + std::time::Duration::from_secs(5);
    let second = write_pair(&cert, &key);
    fs::File::open(&key).unwrap().set_modified(later).unwrap();
    assert_eq!(certificate.fingerprint(), second);
}

#[test]
fn files_that_are_none_are_refused_by_name() {
    let data = tempfile::tempdir().unwrap();
    let path = |name: &str| data.path().join(name);
    Certificate::self_signed(data.path(), &[], &clock()).unwrap();
    Certificate::self_signed(&path("other"), &[], &clock()).unwrap();
    fs::write(path("notes.pem"), "no certificate").unwrap();
    let refused = |cert: &str, key: &str, clock: &Clock| {
        let error = Certificate::read(&path(cert), &path(key), clock).unwrap_err();
        let data = data.path().display().to_string();
        error.to_string().replace(&data, "DIR")
    };
    insta::assert_snapshot!(refused("none.pem", "tls/key.pem", &clock()), @"DIR/none.pem: No such file or directory (os error 2)");
    insta::assert_snapshot!(refused("notes.pem", "tls/key.pem", &clock()), @"DIR/notes.pem: expected certificates in PEM, found none: it has no such section");
    insta::assert_snapshot!(refused("tls/cert.pem", "notes.pem", &clock()), @"DIR/notes.pem: expected a private key in PEM, found none: no items found");
    insta::assert_snapshot!(refused("tls/cert.pem", "other/tls/key.pem", &clock()), @r"DIR/tls/cert.pem and DIR/other/tls/key.pem do not go together: keys may not be consistent: KeyMismatch");
    let later = Clock::manual("2036-12-01T00:00:00Z".parse().unwrap());
    insta::assert_snapshot!(refused("tls/cert.pem", "tls/key.pem", &later), @r"DIR/tls/cert.pem: it holds from 2026-11-19T00:00:00.000000Z until 2036-11-20T00:00:00.000000Z, and here it is 2036-12-01T00:00:00.000000Z: expected a certificate that holds now");
    let earlier = Clock::manual("1970-01-01T00:00:00Z".parse().unwrap());
    insta::assert_snapshot!(refused("tls/cert.pem", "tls/key.pem", &earlier), @r"DIR/tls/cert.pem: it holds from 2026-11-19T00:00:00.000000Z until 2036-11-20T00:00:00.000000Z, and here it is 1970-01-01T00:00:00.000000Z: expected a certificate that holds now");
}
