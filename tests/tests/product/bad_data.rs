//! Data folders that cannot be used: each gives an error that names the file,
//! and loses nothing.

use std::fs;

use product_tests::Session;

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

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_refused() {
    use std::os::unix::{fs::PermissionsExt, process::CommandExt};

    let session = Session::new(&["acme"]);
    let folder = session.path().join("data");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).unwrap();
    fs::set_permissions(session.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = session.command("acme migrate apply");
    // Root may write everywhere, so the command runs as nobody.
    if fs::write(folder.join("probe"), "").is_ok() {
        fs::remove_file(folder.join("probe")).unwrap();
        let program = session.path().join("acme");
        fs::copy(product_tests::build("acme"), &program).unwrap();
        command = session.command(&format!("{} migrate apply", program.display()));
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("cannot be written"), "{complaint}");
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
    assert!(complaint.contains("no room left"), "{complaint}");
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
