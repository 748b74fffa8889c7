//! Making keys and changing them, as an operator sees it.

use super::*;

/// A folder with a store that is encrypted, beside its key.
fn encrypted() -> (Terminal, tempfile::TempDir) {
    let keys = tempfile::tempdir().unwrap();
    let terminal = Terminal::applied(&[module("blog", &[FIRST])]);
    for name in ["first", "second"] {
        let made = on(&terminal, &keys, &format!("key new KEYS/{name}"));
        assert!(made.ends_with("exit code 0"), "{made}");
    }
    let rotated = on(&terminal, &keys, "key rotate --to KEYS/first");
    assert_eq!(
        rotated,
        "the store is encrypted under the key in KEYS/first\nexit code 0"
    );
    (terminal, keys)
}

fn on(terminal: &Terminal, keys: &tempfile::TempDir, line: &str) -> String {
    let folder = keys.path().display().to_string();
    let printed = terminal.run(&[module("blog", &[FIRST])], &line.replace("KEYS", &folder));
    printed.replace(&folder, "KEYS")
}

#[test]
fn a_new_key_is_kept_safe_and_never_replaced() {
    let keys = tempfile::tempdir().unwrap();
    let terminal = Terminal::new();
    assert_snapshot!(on(&terminal, &keys, "key new KEYS/k"), @r"
    made KEYS/k
    keep a copy of it elsewhere: without it nobody can read the store
    exit code 0
    ");
    assert_snapshot!(on(&terminal, &keys, "key new KEYS/k"), @r"
    error: KEYS/k: File exists (os error 17)
    exit code 1
    ");
}

#[test]
fn commands_work_with_the_key_and_say_what_they_lack_without_it() {
    let (terminal, keys) = encrypted();
    let with_key = on(&terminal, &keys, "data list --store-key-file KEYS/first");
    assert!(with_key.ends_with("exit code 0"), "{with_key}");
    assert_snapshot!(on(&terminal, &keys, "data list"), @r"
    error: DATA/store.redb is encrypted, and no key was given
    hint: --store-key-file names the file with its key
    exit code 1
    ");
    assert_snapshot!(on(&terminal, &keys, "data list --store-key-file KEYS/second"), @r"
    error: DATA/store.redb is encrypted under another key than the one given
    hint: nothing was changed; `--store-key-file` names the file with the right one
    exit code 1
    ");
    let plain = Terminal::applied(&[module("blog", &[FIRST])]);
    assert_snapshot!(on(&plain, &keys, "data list --store-key-file KEYS/first"), @r"
    error: DATA/store.redb is not encrypted, but a key was given
    hint: open it without a key; `key rotate --to FILE` without one encrypts it under that in FILE
    exit code 1
    ");
}

#[test]
fn the_snapshot_before_migrations_is_encrypted_and_outlives_a_rotation() {
    let (terminal, keys) = encrypted();
    let folder = keys.path().display().to_string();
    let blog = [module("blog", &[FIRST, SECOND])];
    let line = format!("migrate apply --store-key-file {folder}/first");
    let applied = terminal.run(&blog, &line);
    assert!(applied.contains("snapshots/STAMP"), "{applied}");
    let snapshots = std::fs::read_dir(terminal.folder.path().join("snapshots")).unwrap();
    for snapshot in snapshots {
        let bytes = std::fs::read(snapshot.unwrap().path()).unwrap();
        assert!(bytes.starts_with(b"sdk encrypted"));
    }
    let line = "key rotate --store-key-file KEYS/first --to KEYS/second";
    assert_snapshot!(on(&terminal, &keys, line), @r"
    the store is encrypted under the key in KEYS/second
    snapshots that stay as they were: 1; remove them if nobody needs them
    exit code 0
    ");
    let line = "key rotate --store-key-file KEYS/second --to-plain";
    assert_snapshot!(on(&terminal, &keys, line), @r"
    the store is not encrypted any more
    snapshots that stay as they were: 1; remove them if nobody needs them
    exit code 0
    ");
    let plain = terminal.run(&blog, "data list");
    assert!(plain.ends_with("exit code 0"), "{plain}");
}

#[test]
fn a_key_file_that_is_none_or_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let (terminal, keys) = encrypted();
    std::fs::write(keys.path().join("text"), "secret\n").unwrap();
    let private = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(keys.path().join("text"), private).unwrap();
    assert_snapshot!(on(&terminal, &keys, "data list --store-key-file KEYS/text"), @r"
    error: KEYS/text holds 6 characters that are no key: expected 32 bytes as 64 hex digits or as base64
    hint: `key new FILE` makes a key
    exit code 1
    ");
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(keys.path().join("first"), open).unwrap();
    assert_snapshot!(on(&terminal, &keys, "data list --store-key-file KEYS/first"), @r"
    error: KEYS/first may be read by others than its owner: its mode is 644, expected 600 or 400
    hint: `chmod 600` closes it to others; if any have read it, `key rotate`
    exit code 1
    ");
}
