//! The process of a host.
//!
//! [`App`] is what a host's `main` builds: its name and its modules. Its
//! [`main`](App::main) reads the command line, links the modules and carries
//! the command out, in this process or through the socket of the host that is
//! already running on the data folder.

mod command;
mod http;
mod local;
mod process;
mod progress;
mod serve;
#[cfg(unix)]
mod socket;
mod status_page;
mod terminal;

use std::process::ExitCode;

use crate::{
    host::{LinkError, Linked},
    module::{Declaration, Module},
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
        }
    }

    /// Links a module.
    pub fn module<M: Module>(mut self, _module: M) -> Self {
        self.declarations.push(M::declaration());
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
        Linked::link(&self.name, &self.version, self.declarations)
    }

    /// Carries out the process's command line and returns its exit code:
    /// 0 done, 1 failed, 2 not understood.
    pub fn main(self) -> ExitCode {
        ExitCode::from(process::run(self, std::env::args_os()))
    }
}
