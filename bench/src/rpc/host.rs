//! A host of ours that answers on a port of this machine.

use std::net::SocketAddr;

use anyhow::Result;
use sdk::{
    app::LocalApp,
    server::{
        Edge, Limits, Listener, Pages, RunningListener,
        identity::{Identities, Owner},
    },
};
use tonic::transport;

/// Connections over which a contender is called.
const CONNECTIONS: usize = 4;

/// What answers, and lives as long as it does.
pub(super) struct Host {
    pub(super) app: LocalApp,
    pub(super) address: SocketAddr,
    /// What its owner shows.
    pub(super) token: String,
    _served: (RunningListener, tempfile::TempDir),
}

impl Host {
    /// Answers as `serve` does.
    pub(super) async fn serve(app: LocalApp) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let owner = Owner::of(data.path())?;
        let token = std::fs::read_to_string(data.path().join("owner.token"))?;
        let dispatch = app.services().dispatch().clone();
        let identities = Identities::new(vec![Box::new(owner)]);
        let limits = Limits::default();
        let edge = Edge::starting(dispatch.methods(), identities, limits.clone()).await;
        edge.ready(dispatch).await;
        let listener = Listener::bind("127.0.0.1:0".parse()?, None, limits).await?;
        let address = listener.local_addr()?;
        let listener = listener.serve(Pages::new(), edge);
        Ok(Self {
            app,
            address,
            token: token.trim().to_owned(),
            _served: (listener, data),
        })
    }
}

/// The connections of the callers.
pub(super) async fn connect(address: SocketAddr) -> Result<Vec<transport::Channel>> {
    let mut channels = Vec::new();
    for _ in 0..CONNECTIONS {
        let endpoint = transport::Endpoint::from_shared(format!("http://{address}"))?;
        channels.push(endpoint.tcp_nodelay(true).connect().await?);
    }
    Ok(channels)
}
