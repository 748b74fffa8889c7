//! Data folders that cannot be used: each gives an error that names the file,
//! and loses nothing.

use std::{fs, path::Path};

use product_tests::{Finished, Session};

fn migrated() -> Session {
    let session = Session::new(&["acme"]);
    session.run("acme migrate apply").success();
    session.run("acme seed real").success();
    session
}

#[test]
fn a_truncated_store_is_refused_and_left_alone() {
    let session = migrated();
    let path = session.path().join("data/store.redb");
    let whole = fs::read(&path).unwrap();
    for length in [10, 4_096, whole.len() / 2, whole.len() - 4_096] {
        fs::write(&path, &whole[..length]).unwrap();
        let complaint = session.run("acme data list").failure(1);
        assert!(
            complaint.contains("store.redb") && complaint.contains("hint: "),
            "{complaint}"
        );
        assert!(!complaint.contains("panicked"), "{complaint}");
        assert_eq!(
            fs::read(&path).unwrap(),
            whole[..length],
            "the file is as it was"
        );
    }
    fs::write(&path, &whole).unwrap();
    session.run("acme data get geo.country DE").success();
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let session = Session::new(&["acme"]);
    session.write("data/store.redb", "a shopping list\n".repeat(1_000));
    let complaint = session.run("acme data list").failure(1);
    assert!(complaint.contains("is not a store"), "{complaint}");
    let content = fs::read_to_string(session.path().join("data/store.redb")).unwrap();
    assert!(content.starts_with("a shopping list"));
}

/// What a host complains about that may not do with the data folder, or its
/// file, what these modes forbid. They are taken back.
#[cfg(unix)]
fn complaint_under_modes(session: &Session, line: &str, folder: u32, file: u32) -> String {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};

    let data = session.path().join("data");
    let store = data.join("store.redb");
    let set = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
    };
    let has_store = store.exists();
    if has_store {
        set(&store, file);
    }
    set(&data, folder);
    set(session.path(), 0o755);
    let mut command = session.command(&format!("acme {line}"));
    // Root may do everything, so the command runs as nobody.
    if fs::write(data.join("probe"), "").is_ok() {
        fs::remove_file(data.join("probe")).expect("a probe");
        let program = session.path().join("acme");
        fs::copy(product_tests::build("acme"), &program).expect("a copy");
        command = session.command(&format!("{} {line}", program.display()));
        command.uid(65_534).gid(65_534);
    }
    let complaint = Finished::of(&mut command).failure(1);
    set(&data, 0o755);
    if has_store {
        set(&store, 0o644);
    }
    complaint
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_refused() {
    let session = Session::new(&["acme"]);
    fs::create_dir(session.path().join("data")).unwrap();
    let complaint = complaint_under_modes(&session, "migrate apply", 0o555, 0o644);
    assert!(
        complaint.contains("store.redb cannot be written"),
        "{complaint}"
    );
}

#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_or_reached_is_refused_and_left_alone() {
    let session = migrated();
    let store = session.path().join("data/store.redb");
    let before = fs::read(&store).unwrap();
    for (folder, file) in [(0o555, 0o444), (0o755, 0o444), (0o000, 0o644)] {
        for line in ["data list", "serve --addr 127.0.0.1:0"] {
            let complaint = complaint_under_modes(&session, line, folder, file);
            assert!(
                complaint.starts_with("error: ./data")
                    && complaint.contains("Permission denied")
                    && complaint.contains("\nhint: "),
                "{complaint}"
            );
        }
    }
    assert!(fs::read(&store).unwrap() == before, "the file was changed");
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_the_start_and_loses_nothing() {
    let session = migrated();
    let before = session.run("acme data export").success();
    let path = session.path().join("data/store.redb");
    let kilobytes = fs::metadata(&path).unwrap().len() / 1_024;
    // A limit on the size of files stands in for the end of the disk: the
    // system refuses to write past it in the same place and manner.
    let acme = product_tests::build("acme");
    let script = format!(
        "trap '' XFSZ; ulimit -f {kilobytes}; exec {} seed test --rows 20000",
        acme.display()
    );
    let mut command = session.command("bash");
    let output = command.args(["-c", &script]).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(
        complaint.contains("no room left on the disk of store.redb\nhint: make room"),
        "{complaint}"
    );
    assert_eq!(
        session
            .run("acme data export geo.country")
            .success()
            .lines()
            .count(),
        249
    );
    let after = session.run("acme data export").success();
    assert!(
        before.lines().all(|line| after.contains(line)),
        "a row was lost"
    );
}
