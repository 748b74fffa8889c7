//! Where the services of an application live: here, or at another host.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock, Weak},
};

use super::{CallInfo, Caller, Channel, Client, Dispatch, Methods, Remote, service::MadeService};

/// All services that a host can reach; what serves them lives as long as this.
#[derive(Debug, Clone)]
pub struct Services(Arc<Targets>);

/// Where each service lives.
#[derive(Debug)]
pub(super) struct Targets {
    pub(super) dispatch: Dispatch,
    pub(super) remotes: HashMap<String, Remote>,
}

impl Services {
    /// `made` are served here; those of `remotes` live elsewhere, by full name.
    /// Whoever holds `clients` reaches them from now on.
    pub fn new(
        methods: Methods,
        made: impl IntoIterator<Item = MadeService>,
        remotes: impl IntoIterator<Item = (String, Remote)>,
        clients: &Clients,
    ) -> Self {
        let services = made.into_iter();
        let services = services.map(|made| (made.name, made.service));
        let dispatch = Dispatch::new(methods, services.collect());
        let remotes = remotes.into_iter().collect();
        let targets = Arc::new(Targets { dispatch, remotes });
        clients.set(Arc::downgrade(&targets));
        Self(targets)
    }

    /// What answers requests in this process.
    pub fn dispatch(&self) -> &Dispatch {
        &self.0.dispatch
    }

    /// A channel on which `caller` calls.
    pub fn channel(&self, caller: Caller) -> Channel {
        let clients = Clients::default();
        clients.set(Arc::downgrade(&self.0));
        clients.channel(CallInfo::by(caller))
    }
}

/// How services, jobs and the command line find each other. Cheap to clone; it
/// keeps no service alive, so that a service may hold one.
#[derive(Clone, Default)]
pub struct Clients(Arc<OnceLock<Weak<Targets>>>);

impl Clients {
    fn set(&self, targets: Weak<Targets>) {
        // A host makes its services once.
        let _ = self.0.set(targets);
    }

    pub(super) fn targets(&self) -> Option<Arc<Targets>> {
        self.0.get()?.upgrade()
    }

    /// A channel for calls that go on with what is known of `info`.
    pub fn channel(&self, info: CallInfo) -> Channel {
        Channel::within(self.clone(), info)
    }

    /// A client whose calls go on with what is known of `info`.
    pub fn client<C: Client>(&self, info: CallInfo) -> C {
        C::on(self.channel(info))
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What it leads to may lead back here.
        f.write_str("Clients")
    }
}
