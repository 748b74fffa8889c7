//! What a host and those who ask it see of each other.

use std::{future::Future, os::unix::fs::PermissionsExt};

use tempfile::TempDir;

use super::*;
use crate::{
    clock::Clock,
    host::Linked,
    jobs::{JobContext, JobDeclaration},
    module::{Declaration, Embedded},
    store::Store,
};

/// What should happen at once happens within this, on a busy machine, too.
const SOON: Duration = Duration::from_secs(30);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(SOON, future).await.expect("it does not hang")
}

/// A module with a job that fails and one that ends only when it is told to.
fn office() -> Declaration {
    fn job(name: &'static str, run: crate::jobs::JobFn) -> JobDeclaration {
        JobDeclaration {
            name,
            description: "",
            schedule: "0 3 * * *",
            tz: "UTC",
            missed: sdk_schema::Missed::Skip,
            overlap: sdk_schema::Overlap::Forbid,
            timeout: Duration::from_hours(1),
            retry: 0,
            run,
        }
    }
    Declaration {
        name: "office",
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: Vec::new(),
        jobs: vec![
            job("fail", |_| {
                Box::pin(async { anyhow::bail!("no paper\nin tray 1") })
            }),
            job("wait", |cx: &JobContext| {
                Box::pin(async move {
                    cx.cancelled().await;
                    Ok(())
                })
            }),
        ],
        steps: Vec::new(),
        services: Vec::new(),
        descriptors: &[],
        embedded: Embedded::NONE,
    }
}

/// A host that is ready, its data folder, and who asks it.
struct Office {
    host: Arc<Host>,
    data: TempDir,
}

impl Office {
    async fn open() -> Self {
        let linked = Linked::link("office", "1.0.0", vec![office()]).unwrap();
        let clock = Clock::system();
        let store = Store::in_memory(clock.clone()).unwrap();
        let host = Host::on(Arc::new(linked), store, clock);
        host.start(&[]).await.unwrap();
        Self {
            host: Arc::new(host),
            data: tempfile::tempdir().unwrap(),
        }
    }

    fn bind(&self) -> CommandSocket {
        CommandSocket::bind(self.data.path()).unwrap()
    }

    fn serve(&self) -> RunningSocket {
        self.bind().serve(Arc::clone(&self.host))
    }

    /// What a user sees who types this after the program's name.
    async fn ask(&self, line: &str) -> Result<(String, Ending), AskError> {
        let words = line.split(' ').map(str::to_owned);
        let request = Request {
            words: std::iter::once("office".to_owned()).chain(words).collect(),
            input: None,
        };
        soon(ask(self.data.path(), &request)).await
    }

    async fn connect(&self) -> UnixStream {
        UnixStream::connect(self.data.path().join(FILE_NAME))
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_command_gets_its_output_and_its_exit_code() {
    let office = Office::open().await;
    let _socket = office.serve();
    let (out, ending) = office.ask("version").await.unwrap();
    assert!(out.starts_with("office 1.0.0\n"), "{out}");
    assert_eq!(ending, Ending::default());

    let (out, ending) = office.ask("job run office.fail").await.unwrap();
    assert!(
        out.contains("failed") && out.ends_with("no paper in tray 1\n"),
        "{out}"
    );
    assert_eq!(ending.exit_code, 1);
    insta::assert_snapshot!(ending.complaint, @"error: office.fail: no paper in tray 1");
}

#[tokio::test]
async fn the_socket_is_for_its_owner_and_replaces_what_a_dead_host_left() {
    let office = Office::open().await;
    let path = office.data.path().join(FILE_NAME);
    fs::write(&path, "left").unwrap();
    fs::create_dir(office.data.path().join(NEW_FOLDER_NAME)).unwrap();
    let socket = office.bind();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(!office.data.path().join(NEW_FOLDER_NAME).exists());
    drop(socket);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_command_that_comes_while_the_host_starts_waits() {
    let office = Office::open().await;
    let socket = office.bind();
    let (answer, _socket) = tokio::join!(office.ask("version"), async {
        tokio::task::yield_now().await;
        socket.serve(Arc::clone(&office.host))
    });
    assert_eq!(answer.unwrap().1.exit_code, 0);
}

#[tokio::test]
async fn a_host_that_goes_away_is_not_taken_for_one_that_cannot_be_reached() {
    let office = Office::open().await;
    let socket = office.bind();
    let (answer, ()) = tokio::join!(office.ask("version"), async { drop(socket) });
    assert!(matches!(answer, Err(AskError::Gone)), "{answer:?}");
    let answer = office.ask("version").await;
    assert!(
        matches!(answer, Err(AskError::Unreachable { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn whoever_says_nothing_does_not_hold_up_the_stop() {
    let office = Office::open().await;
    let socket = office.serve();
    let mut half = office.connect().await;
    half.write_all(b"{\"words\":").await.unwrap();
    office.ask("version").await.unwrap();
    soon(socket.stop(Duration::MAX)).await;
}

#[tokio::test]
async fn a_run_that_somebody_waits_for_ends_with_the_host_and_is_answered() {
    let office = Office::open().await;
    let socket = office.serve();
    let scheduler = office.host.scheduler();
    let running = scheduler.spawn();
    let mut changes = scheduler.changes();
    let stop = async {
        while scheduler.history(None, 1).await.unwrap().is_empty() {
            soon(changes.changed()).await.unwrap();
        }
        running.stop(SOON).await;
        socket.stop(SOON).await;
    };
    let (answer, ()) = tokio::join!(office.ask("job run office.wait"), stop);
    let (out, ending) = answer.unwrap();
    assert!(out.contains("done"), "{out} {ending:?}");
}

#[tokio::test]
async fn words_that_are_no_request_are_refused() {
    let office = Office::open().await;
    let _socket = office.serve();
    let mut stream = office.connect().await;
    stream.write_all(b"nonsense\n").await.unwrap();
    let mut answer = String::new();
    soon(stream.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.contains("cannot read the command"), "{answer}");
}
