//! What a host and those who ask it see of each other.

use std::{collections::HashMap, future::Future, os::unix::fs::PermissionsExt};

use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{ask::AskError, *};
use crate::{
    clock::Clock,
    host::{Host, Linked},
    jobs::{JobContext, JobDeclaration},
    module::{Declaration, Embedded},
    proto::sdk::v1::{
        DataServiceClient, ExportRowsRequest, GetRowRequest, JobServiceClient, ListModulesRequest,
        ListRowsRequest, ListTablesRequest, ModuleServiceClient, RunJobRequest, RunState,
        WatchRowsRequest,
    },
    rpc::{Caller, Channel, Client, Services},
    server::{
        Limits,
        identity::{Identities, Owner},
    },
    store::Store,
    system,
};

/// What should happen at once happens within this, on a busy machine, too.
const SOON: Duration = Duration::from_secs(30);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(SOON, future).await.expect("it does not hang")
}

/// A module with a job that fails and one that ends only when it is told to.
fn office() -> Declaration {
    Declaration {
        name: "office",
        version: "1.0.0",
        was: &[],
        requires: &[],
        tables: Vec::new(),
        jobs: vec![
            JobDeclaration::nightly("fail", |_| {
                Box::pin(async { anyhow::bail!("no paper\nin tray 1") })
            }),
            JobDeclaration::nightly("wait", |cx: &JobContext| {
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

/// What answers calls of these services, and knows the owner of the folder.
pub(in crate::app) async fn edge(services: &Services, data: &Path) -> Edge {
    let identities = Identities::new(vec![Box::new(Owner::of(data).unwrap())]);
    let dispatch = services.dispatch();
    let edge = Edge::starting(dispatch.methods(), identities, Limits::default()).await;
    edge.ready(dispatch.clone()).await;
    edge
}

/// A host that is ready, its data folder, and who asks it.
struct Office {
    host: Arc<Host>,
    services: Services,
    edge: Edge,
    data: TempDir,
}

impl Office {
    async fn open() -> Self {
        let linked = Linked::link("office", "1.0.0", vec![office()]).unwrap();
        let clock = Clock::system();
        let store = Store::in_memory(clock.clone()).unwrap();
        let host = Arc::new(Host::on(Arc::new(linked), store, clock));
        host.start(&[]).await.unwrap();
        let services = system::services(&host, HashMap::new()).unwrap();
        let data = tempfile::tempdir().unwrap();
        Self {
            edge: edge(&services, data.path()).await,
            host,
            services,
            data,
        }
    }

    fn bind(&self) -> CommandSocket {
        CommandSocket::bind(self.data.path()).unwrap()
    }

    fn serve(&self) -> RunningSocket {
        self.bind().serve(self.edge.clone())
    }

    async fn channel(&self) -> Result<Channel, AskError> {
        soon(connect(self.data.path())).await
    }

    async fn client<C: Client>(&self) -> C {
        C::on(self.channel().await.unwrap())
    }

    /// Runs a job, as whoever types `job run` does.
    async fn run(&self, job: &str) -> Result<RunState, Status> {
        let job = job.to_owned();
        let mut jobs: JobServiceClient = self.client().await;
        let answer = soon(jobs.run_job(RunJobRequest { job }))
            .await?
            .into_inner();
        Ok(answer.run.unwrap().state())
    }

    /// Asks which modules there are.
    async fn ask(&self) -> Result<String, Status> {
        let mut modules: ModuleServiceClient = self.client().await;
        let answer = soon(modules.list_modules(ListModulesRequest {})).await?;
        Ok(answer.into_inner().host)
    }
}

#[tokio::test]
async fn a_call_gets_its_answer_or_its_error_with_details() {
    let office = Office::open().await;
    let _socket = office.serve();
    assert_eq!(office.ask().await.unwrap(), "office");
    assert_eq!(office.run("office.fail").await.unwrap(), RunState::Failed);
    let refused = office.run("office.none").await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let details = refused.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "JOB_UNKNOWN");
}

#[tokio::test]
async fn rows_are_listed_got_exported_and_watched_as_in_the_hosts_own_process() {
    let office = Office::open().await;
    let _socket = office.serve();
    office.run("office.fail").await.unwrap();
    let here = DataServiceClient::on(office.services.channel(Caller::owner()));
    let there: DataServiceClient = office.client().await;
    let mut answers = Vec::new();
    for mut data in [here, there] {
        let table = "sdk.job_run".to_owned();
        let list = ListRowsRequest {
            table: table.clone(),
            ..ListRowsRequest::default()
        };
        let listed = data.list_rows(list).await.unwrap().into_inner();
        let key = vec!["office.fail".to_owned()];
        let get = GetRowRequest {
            table: "sdk.job".to_owned(),
            key,
        };
        let got = data.get_row(get).await.unwrap().into_inner();
        let tables = data
            .list_tables(ListTablesRequest {})
            .await
            .unwrap()
            .into_inner();
        let export = ExportRowsRequest {
            tables: vec![table],
        };
        let mut stream = data.export_rows(export).await.unwrap().into_inner();
        let mut exported = Vec::new();
        while let Some(message) = stream.message().await.unwrap() {
            exported.push(message);
        }
        assert_eq!(exported.len(), 1);
        let watch = WatchRowsRequest {
            from: Some(0),
            ..WatchRowsRequest::default()
        };
        let mut watched = data.watch_rows(watch).await.unwrap().into_inner();
        soon(watched.message()).await.unwrap().unwrap();
        let first = soon(watched.message()).await.unwrap().unwrap();
        answers.push((listed, got, tables, exported, first));
    }
    assert_eq!(answers[0], answers[1]);
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
async fn a_call_that_comes_while_the_host_starts_waits() {
    let office = Office::open().await;
    let socket = office.bind();
    let (answer, _socket) = tokio::join!(office.ask(), async {
        tokio::task::yield_now().await;
        socket.serve(office.edge.clone())
    });
    assert_eq!(answer.unwrap(), "office");
}

#[tokio::test]
async fn a_host_that_goes_away_is_not_taken_for_one_that_cannot_be_reached() {
    let office = Office::open().await;
    let socket = office.bind();
    let channel = office.channel().await.unwrap();
    drop(socket);
    let mut modules = ModuleServiceClient::on(channel);
    let answer = soon(modules.list_modules(ListModulesRequest {}))
        .await
        .unwrap_err();
    assert_eq!(answer.code(), Code::Unavailable);
    let answer = office.channel().await;
    assert!(
        matches!(answer, Err(AskError::Unreachable { .. })),
        "{answer:?}"
    );
}

#[tokio::test]
async fn whoever_says_nothing_does_not_hold_up_the_stop() {
    let office = Office::open().await;
    let socket = office.serve();
    let path = office.data.path().join(FILE_NAME);
    let _silent = UnixStream::connect(&path).await.unwrap();
    let mut half = UnixStream::connect(&path).await.unwrap();
    half.write_all(b"PRI * HTTP/2.0\r\n").await.unwrap();
    office.ask().await.unwrap();
    soon(socket.stop(Duration::from_hours(1))).await;
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
    let (answer, ()) = tokio::join!(office.run("office.wait"), stop);
    assert_eq!(answer.unwrap(), RunState::Done);
}

#[tokio::test]
async fn a_watch_ends_with_the_host() {
    let office = Office::open().await;
    let socket = office.serve();
    let mut data: DataServiceClient = office.client().await;
    let watched = data.watch_rows(WatchRowsRequest::default()).await.unwrap();
    let mut watched = watched.into_inner();
    soon(watched.message()).await.unwrap();
    // Whether or not the service does something about it.
    office.edge.stop().await;
    assert_eq!(
        soon(watched.message()).await.unwrap_err().code(),
        Code::Unavailable
    );
    soon(socket.stop(Duration::from_hours(1))).await;
}
