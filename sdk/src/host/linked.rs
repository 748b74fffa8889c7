//! The modules of one binary, validated and merged.

use std::fmt;

use sdk_schema::{Application, Manifest, MergeFaults};

use crate::{
    lang::Catalogues,
    migrate::Steps,
    module::{self, Declaration, ManifestError},
    seed::Fakes,
};

/// The modules of one binary, validated and merged.
#[derive(Debug)]
pub struct Linked {
    name: String,
    version: String,
    declarations: Vec<Declaration>,
    application: Application,
    catalogues: Catalogues,
    steps: Steps,
    fakes: Fakes,
}

/// Why modules do not make an application.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// What modules embed cannot be read.
    #[error("{}", Lines(.0))]
    Manifests(Vec<ManifestError>),
    /// The modules do not go together; every fault is listed.
    #[error(transparent)]
    Merge(#[from] MergeFaults),
}

/// Shows each item on a line of its own.
struct Lines<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Linked {
    /// Validates and merges modules; the library's own module is added.
    ///
    /// # Errors
    /// Fails with every fault at once.
    pub fn link(name: &str, version: &str, modules: Vec<Declaration>) -> Result<Self, LinkError> {
        let mut declarations = vec![module::core()];
        declarations.extend(modules);
        let application = Application::merge(manifests(&declarations)?)?;
        Ok(Self {
            name: name.to_owned(),
            version: version.to_owned(),
            catalogues: Catalogues::new(&application.modules),
            steps: module::steps(&declarations),
            fakes: module::fakes(&declarations),
            declarations,
            application,
        })
    }

    /// The host's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The host's version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The merged manifests.
    pub fn application(&self) -> &Application {
        &self.application
    }

    /// What the modules declare, with their code.
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// The merged translations.
    pub fn catalogues(&self) -> &Catalogues {
        &self.catalogues
    }

    /// The steps that migrations call.
    pub fn steps(&self) -> &Steps {
        &self.steps
    }

    /// How test rows fill fields.
    pub fn fakes(&self) -> &Fakes {
        &self.fakes
    }
}

/// The manifests of all modules, or what is wrong with any of them.
fn manifests(declarations: &[Declaration]) -> Result<Vec<Manifest>, LinkError> {
    let mut manifests = Vec::with_capacity(declarations.len());
    let mut faults = Vec::new();
    for declaration in declarations {
        match declaration.manifest() {
            Ok(manifest) => manifests.push(manifest),
            Err(error) => faults.push(error),
        }
    }
    if faults.is_empty() {
        Ok(manifests)
    } else {
        Err(LinkError::Manifests(faults))
    }
}
