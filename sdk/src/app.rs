//! The process of a host.
//!
//! [`App`] is what a host's `main` builds: its name and its modules. Its
//! [`main`](App::main) reads the command line, links the modules and carries
//! the command out, in this process or through the socket of the host that is
//! already running on the data folder.

mod call;
mod completion;
mod door;
mod ending;
mod http;
mod local;
mod log;
mod process;
mod progress;
mod serve;
#[cfg(unix)]
mod socket;
mod status_page;
mod terminal;

use std::{collections::HashMap, path::PathBuf, process::ExitCode};

use sdk_client::{FingerprintError, Server};

use crate::{
    config::{Config, Defaults, Endpoint},
    host::{LinkError, Linked},
    module::{Declaration, Module},
    rpc::Remote,
};

pub use local::LocalApp;

/// An application: a name and the modules that it links.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     sdk::App::new("acme").main()
/// }
/// ```
#[derive(Debug)]
#[must_use = "an application does nothing until its `main` is called"]
pub struct App {
    name: String,
    version: String,
    about: String,
    declarations: Vec<Declaration>,
    elsewhere: Vec<(Declaration, Endpoint)>,
    defaults: Defaults,
}

impl App {
    /// An application without modules. Its name is that of the program.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            about: format!("{name}, an application made of modules"),
            name,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            declarations: Vec::new(),
            elsewhere: Vec::new(),
            defaults: Defaults::default(),
        }
    }

    /// Links a module.
    pub fn module<M: Module>(mut self, _module: M) -> Self {
        self.declarations.push(M::declaration());
        self
    }

    /// Says that another host runs a module: its services are called there. The
    /// modules that are linked here may require it; they cannot refer to its tables.
    ///
    /// Where it is may be set otherwise without a build, by `<APP>_<MODULE>_URL` and
    /// the like: see [`Config::endpoint`].
    pub fn remote<M: Module>(mut self, _module: M, endpoint: impl Into<Endpoint>) -> Self {
        self.elsewhere.push((M::declaration(), endpoint.into()));
        self
    }

    /// Sets the folder of the data, where neither `--data` nor `<APP>_DATA` names
    /// another; without it, `./data`. Two hosts that run side by side have one each.
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.defaults.data = folder.into();
        self
    }

    /// Sets the address to listen on, `IP:PORT`, where neither `--addr` nor
    /// `<APP>_ADDR` names another; without it, `127.0.0.1:8080`.
    pub fn addr(mut self, address: impl Into<String>) -> Self {
        self.defaults.addr = address.into();
        self
    }

    /// Sets the version that `version` shows, usually `env!("CARGO_PKG_VERSION")`;
    /// without it, that of the library is shown.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Sets the sentence that opens `--help`.
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// Validates and merges the modules without starting anything: what tests
    /// and programs that embed a host begin with.
    ///
    /// # Errors
    /// Fails with every fault at once.
    pub fn link(self) -> Result<Linked, LinkError> {
        let elsewhere = self.elsewhere.into_iter();
        let elsewhere = elsewhere.map(|(declaration, _)| declaration);
        Linked::link_beside(
            &self.name,
            &self.version,
            self.declarations,
            elsewhere.collect(),
        )
    }

    /// The hosts that run the other modules, by the services that are called there.
    fn remotes(&self, config: &Config) -> Result<HashMap<String, Remote>, FingerprintError> {
        let mut remotes = HashMap::new();
        for (module, endpoint) in &self.elsewhere {
            let remote = connect(config.endpoint(module.name, endpoint))?;
            let services = module.services.iter();
            remotes.extend(services.map(|it| (it.name.to_owned(), remote.clone())));
        }
        Ok(remotes)
    }

    /// Carries out the process's command line and returns its exit code:
    /// 0 done, 1 failed, 2 not understood.
    pub fn main(self) -> ExitCode {
        ExitCode::from(process::run(self, std::env::args_os()))
    }
}

fn connect(endpoint: Endpoint) -> Result<Remote, FingerprintError> {
    let mut server = Server::new(endpoint.url);
    server.ca = endpoint.ca_file;
    let fingerprint = endpoint.fingerprint.as_deref();
    server.fingerprint = fingerprint.map(str::parse).transpose()?;
    Ok(Remote::new(server, endpoint.token_file))
}
