//! An application that runs in this process and listens nowhere.

use std::sync::Arc;

use anyhow::Context as _;

use super::App;
use crate::{
    clock::Clock,
    config::Config,
    host::Host,
    rpc::{CallInfo, Caller, Client, Services},
    store::Store,
    system,
};

/// An application that has started in memory: what the tests of modules call, and
/// programs that embed an application. Its rows go with it.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> sdk::Result<()> {
/// use sdk::{App, clock::Clock, proto::sdk::v1::{ListModulesRequest, ModuleServiceClient}, rpc::Caller};
///
/// let app = App::new("shop").start_in_memory(Clock::system()).await?;
/// let mut modules: ModuleServiceClient = app.client(Caller::owner());
/// let answer = modules.list_modules(ListModulesRequest {}).await?.into_inner();
/// assert_eq!(answer.modules[0].name, "sdk");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct LocalApp {
    host: Arc<Host>,
    services: Services,
}

impl App {
    /// Starts the application in memory: migrates, seeds and makes the services. Jobs
    /// run when they are asked for.
    ///
    /// # Errors
    /// As a start of the host.
    pub async fn start_in_memory(self, clock: Clock) -> anyhow::Result<LocalApp> {
        let remotes = self.remotes(&Config::with_variables(&self.name, |_| None))?;
        let linked = Arc::new(self.link()?);
        let store = Store::in_memory(clock.clone())?;
        let host = Arc::new(Host::on(linked, store, clock));
        host.start(&[]).await.context("the start")?;
        let services = system::services(&host, remotes)?;
        Ok(LocalApp { host, services })
    }
}

impl LocalApp {
    /// The host.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The services.
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// A client that calls as `caller`.
    pub fn client<C: Client>(&self, caller: Caller) -> C {
        self.host.clients().client(CallInfo::by(caller))
    }
}
