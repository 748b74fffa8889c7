//! Who answers.

use std::sync::Arc;

use anyhow::Result;
use sdk::{
    App,
    app::LocalApp,
    clock::Clock,
    proto::sdk::v1::{
        ListModulesRequest, ListModulesResponse, Module, ModuleService, ModuleServiceServer,
        module_service_client::ModuleServiceClient,
    },
    rpc::{Caller, Channel, Request, Response, Status, async_trait},
};
use tokio::net::TcpListener;
use tonic::transport;

use super::host::{Host, connect};

/// Which contender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// tonic's server, with nothing around the service.
    Bare,
    /// Ours: identity, policy, limits, deadline, metrics, request id.
    Ours,
    /// Ours, without a socket.
    InProcess,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Bare, Self::Ours, Self::InProcess];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bare => "tonic alone",
            Self::Ours => "ours",
            Self::InProcess => "ours, in process",
        }
    }
}

/// A contender that answers.
pub(super) struct Contender {
    pub(super) kind: Kind,
    clients: Clients,
    _served: Served,
}

enum Clients {
    Remote(Vec<transport::Channel>, String),
    Local(Channel),
}

/// What lives as long as a contender answers.
#[expect(dead_code, reason = "it is kept, not read")]
enum Served {
    Bare(tokio::task::JoinHandle<()>),
    Ours(Box<Host>),
    InProcess(Arc<LocalApp>),
}

/// A client that a caller has for itself.
pub(super) enum Client {
    Remote(ModuleServiceClient<transport::Channel>, String),
    Local(ModuleServiceClient<Channel>),
}

impl Client {
    /// Makes one call.
    pub(super) async fn call(&mut self) -> Result<usize> {
        let answer = match self {
            Self::Local(client) => client.list_modules(ListModulesRequest {}).await?,
            Self::Remote(client, token) => {
                let mut request = Request::new(ListModulesRequest {});
                let header = format!("Bearer {token}").parse()?;
                request.metadata_mut().insert("authorization", header);
                client.list_modules(request).await?
            }
        };
        Ok(answer.into_inner().modules.len())
    }
}

/// Answers what our host answers.
struct Bare(ListModulesResponse);

#[async_trait]
impl ModuleService for Bare {
    async fn list_modules(
        &self,
        _: Request<ListModulesRequest>,
    ) -> Result<Response<ListModulesResponse>, Status> {
        Ok(Response::new(self.0.clone()))
    }
}

impl Contender {
    pub(super) async fn all() -> Result<Vec<Self>> {
        Ok(vec![bare().await?, ours().await?, in_process().await?])
    }

    /// A client for the caller of that number.
    pub(super) fn client(&self, caller: usize) -> Client {
        match &self.clients {
            Clients::Local(channel) => Client::Local(ModuleServiceClient::new(channel.clone())),
            Clients::Remote(channels, token) => {
                let channel = channels[caller % channels.len()].clone();
                Client::Remote(ModuleServiceClient::new(channel), token.clone())
            }
        }
    }
}

async fn start() -> Result<LocalApp> {
    App::new("bench").start_in_memory(Clock::system()).await
}

async fn bare() -> Result<Contender> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let answer = ListModulesResponse {
        host: "bench".to_owned(),
        version: "0.1.0".to_owned(),
        modules: vec![Module {
            name: "sdk".to_owned(),
            version: "0.1.0".to_owned(),
            requires: Vec::new(),
        }],
    };
    let incoming = transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
    let server = transport::Server::builder().add_service(ModuleServiceServer::new(Bare(answer)));
    let task = tokio::spawn(async move {
        if let Err(error) = server.serve_with_incoming(incoming).await {
            eprintln!("tonic's server ended: {error}");
        }
    });
    Ok(Contender {
        kind: Kind::Bare,
        clients: Clients::Remote(connect(address).await?, "none".to_owned()),
        _served: Served::Bare(task),
    })
}

async fn ours() -> Result<Contender> {
    let host = Host::serve(start().await?).await?;
    Ok(Contender {
        kind: Kind::Ours,
        clients: Clients::Remote(connect(host.address).await?, host.token.clone()),
        _served: Served::Ours(Box::new(host)),
    })
}

async fn in_process() -> Result<Contender> {
    let app = Arc::new(start().await?);
    Ok(Contender {
        kind: Kind::InProcess,
        clients: Clients::Local(app.services().channel(Caller::owner())),
        _served: Served::InProcess(app),
    })
}
