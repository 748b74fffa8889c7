//! A host that serves, as those who call it see it.

mod recorded;
mod scenario;
mod services;
mod shop;
mod starting;
mod stopping;

use sdk_client::Server;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::*;
use crate::{
    cli::MigratePolicy,
    rpc::{CallInfo, Caller, Channel},
    server::identity::OWNER_TOKEN,
};

/// Longer than anything takes that does happen.
const LONG: Duration = Duration::from_mins(1);

/// A host on a data folder of its own, and what it says of its port.
struct Shop {
    host: Arc<Host>,
    serving: Serving,
    lines: Vec<String>,
    data: TempDir,
}

/// What is typed: any free port.
fn typed(tls: bool) -> ServeArgs {
    ServeArgs {
        addr: Some("127.0.0.1:0".to_owned()),
        tls_cert: None,
        tls_key: None,
        tls,
        plaintext: false,
        tokens: None,
        grace: 10,
        log: None,
        log_format: None,
        allow_late: Vec::new(),
        migrate: MigratePolicy::Apply,
    }
}

impl Shop {
    /// A host that starts: it listens, and has not begun to migrate.
    async fn starting(tls: bool) -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Clock::manual("2026-11-20T10:15:30Z".parse().unwrap());
        let linked = Arc::new(Linked::link("acme", "1.0.0", vec![shop::module()]).unwrap());
        let host = Host::open(linked, data.path(), clock.clone()).unwrap();
        let host = Arc::new(host);
        let (config, args) = (Config::with_variables("acme", |_| None), typed(tls));
        let place = Place::choose(&config, &args).unwrap();
        let door = Door::take(data.path(), place, &config, &args, &clock);
        let door = door.await.unwrap();
        let lines = door.lines().unwrap();
        let serving = Serving::begin(Arc::clone(&host), data.path(), door).await;
        Self {
            lines,
            serving: serving.unwrap(),
            host,
            data,
        }
    }

    /// A host that is ready.
    async fn open(tls: bool) -> Self {
        let mut shop = Self::starting(tls).await;
        shop.host.start(&[]).await.unwrap();
        shop.serving.ready(HashMap::new()).await.unwrap();
        shop
    }

    /// What the host says of its port after these words.
    fn said(&self, before: &str) -> Option<&str> {
        let mut lines = self.lines.iter();
        lines.find_map(|line| line.strip_prefix(before))
    }

    /// The port as whoever has started the host knows it: by the lines that it prints.
    fn server(&self) -> Server {
        let mut server = Server::new(self.said("listening on ").unwrap());
        let fingerprint = self.said("its certificate is ");
        server.fingerprint = fingerprint.map(|it| it.parse().unwrap());
        server
    }

    /// A channel over the port that shows the owner's token.
    fn over_the_port(&self) -> Channel {
        let token = self.data.path().join(OWNER_TOKEN);
        let remote = Remote::new(self.server(), Some(token));
        Channel::to(remote, CallInfo::by(Caller::owner()))
    }

    /// The answer to a request for a page, with its headers.
    async fn page(&self, path: &str) -> String {
        let url = self.server().url;
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.0\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}
