//! An application that runs in this process and listens nowhere.

use std::sync::Arc;

use anyhow::Context as _;
use http::Request;
use http_body_util::Full;
use tonic::{Code, Status, body::Body};

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

/// A frame of gRPC whose message ends within the number of its first field.
const NO_MESSAGE: &[u8] = &[0, 0, 0, 0, 1, 0xff];

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
    /// Asks whether the policy of a method lets `caller` through, without calling it:
    /// what is sent is no message, so that nothing is carried out. Tests ask it for
    /// every method of [`Methods::iter`](crate::rpc::Methods::iter).
    ///
    /// # Errors
    /// Fails with what the caller is told: UNAUTHENTICATED or `PERMISSION_DENIED`, or
    /// UNIMPLEMENTED where nothing is served at the path.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> sdk::Result<()> {
    /// use sdk::{App, clock::Clock, rpc::{Caller, Code}};
    ///
    /// let app = App::new("shop").start_in_memory(Clock::system()).await?;
    /// let refused = app.admit(Caller::anonymous(), "/sdk.v1.DataService/PutRow").await;
    /// assert_eq!(refused.unwrap_err().code(), Code::Unauthenticated);
    /// assert!(app.admit(Caller::owner(), "/sdk.v1.DataService/PutRow").await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn admit(&self, caller: Caller, path: &str) -> Result<(), Status> {
        let request = Request::post(path).body(Body::new(Full::from(NO_MESSAGE)));
        let mut request = request.map_err(|error| Status::invalid_argument(error.to_string()))?;
        request.extensions_mut().insert(CallInfo::by(caller));
        let response = self.services.dispatch().call(request).await;
        // Whoever is let through is told otherwise that there is no message.
        let refusals = [
            Code::Unauthenticated,
            Code::PermissionDenied,
            Code::Unimplemented,
        ];
        match Status::from_header_map(response.headers()) {
            Some(status) if refusals.contains(&status.code()) => Err(status),
            _ => Ok(()),
        }
    }
}
