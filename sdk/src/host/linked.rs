//! The modules of one binary, validated and merged.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use sdk_schema::{Application, Manifest, MergeFaults};

use crate::{
    lang::Catalogues,
    migrate::Steps,
    module::{self, Declaration, ManifestError},
    rpc::{Methods, MethodsError},
    seed::Fakes,
};

/// The modules of one binary, validated and merged.
#[derive(Debug)]
pub struct Linked {
    name: String,
    version: String,
    label: String,
    declarations: Vec<Declaration>,
    elsewhere: Vec<Declaration>,
    frame: Application,
    application: OnceLock<Result<Application, Arc<LinkError>>>,
    catalogues: OnceLock<Result<Catalogues, Arc<LinkError>>>,
    methods: OnceLock<Result<Methods, Arc<LinkError>>>,
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
    /// A module is linked, and said to run elsewhere.
    #[error("module `{module}` is linked here, and said to run elsewhere: expected one of both")]
    Twice {
        /// The module.
        module: &'static str,
    },
    /// The protos of the modules do not go together.
    #[error(transparent)]
    Protos(#[from] MethodsError),
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
    /// Validates and merges modules; the library's own module is added. Migrations
    /// and translations are read when they are first asked for.
    ///
    /// # Errors
    /// Fails with every fault at once; faults of migrations alone are those of
    /// [`application`](Self::application).
    pub fn link(name: &str, version: &str, modules: Vec<Declaration>) -> Result<Self, LinkError> {
        Self::link_beside(name, version, modules, Vec::new())
    }

    /// Like [`link`](Self::link), where other hosts run the modules `elsewhere`: their
    /// services can be called, and their tables cannot be referred to.
    ///
    /// # Errors
    /// As for [`link`](Self::link), and for a module that is both here and elsewhere.
    pub fn link_beside(
        name: &str,
        version: &str,
        modules: Vec<Declaration>,
        elsewhere: Vec<Declaration>,
    ) -> Result<Self, LinkError> {
        if let Some(module) = modules.iter().find(|it| is_among(&elsewhere, it.name)) {
            return Err(LinkError::Twice {
                module: module.name,
            });
        }
        let mut declarations = vec![module::core()];
        declarations.extend(modules);
        let frame = match merge_frames(&declarations, &elsewhere) {
            Ok(frame) => frame,
            // With what is wrong with the migrations.
            Err(error) => {
                return Err(merge(&declarations, &elsewhere).err().unwrap_or(error));
            }
        };
        Ok(Self {
            name: name.to_owned(),
            version: version.to_owned(),
            label: format!("{name} {version}"),
            application: OnceLock::new(),
            catalogues: OnceLock::new(),
            methods: OnceLock::new(),
            steps: module::steps(&declarations),
            fakes: module::fakes(&declarations),
            declarations,
            elsewhere,
            frame,
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

    /// The host's name and version: `acme 1.2.0`.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The merged manifests, without their migrations and translations.
    pub fn frame(&self) -> &Application {
        &self.frame
    }

    /// The merged manifests, without their translations.
    ///
    /// # Errors
    /// Fails with every fault of the migrations at once.
    pub fn application(&self) -> Result<&Application, Arc<LinkError>> {
        self.application
            .get_or_init(|| merge(&self.declarations, &self.elsewhere).map_err(Arc::new))
            .as_ref()
            .map_err(Arc::clone)
    }

    /// The modules that other hosts run.
    pub fn elsewhere(&self) -> &[Declaration] {
        &self.elsewhere
    }

    /// What the modules declare, with their code.
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// The merged translations.
    ///
    /// # Errors
    /// Fails with every fault of every file at once. Modules whose build script
    /// has checked their folders have none.
    pub fn catalogues(&self) -> Result<&Catalogues, Arc<LinkError>> {
        self.catalogues
            .get_or_init(|| self.read_catalogues().map_err(Arc::new))
            .as_ref()
            .map_err(Arc::clone)
    }

    fn read_catalogues(&self) -> Result<Catalogues, LinkError> {
        let modules = self.frame.modules.iter().filter_map(|outline| {
            let mut declarations = self.declarations.iter();
            Some((outline, declarations.find(|it| outline.name == it.name)?))
        });
        let manifests = all(modules.map(|(outline, declaration)| {
            let mut manifest = Manifest::new(outline.name.clone(), &outline.version);
            manifest.source_locale.clone_from(&outline.source_locale);
            manifest.catalogues = declaration.translations()?;
            Ok(manifest)
        }))?;
        Ok(Catalogues::new(&manifests))
    }

    /// The methods of all services.
    ///
    /// # Errors
    /// Fails when the protos of the modules contradict each other.
    pub fn methods(&self) -> Result<&Methods, Arc<LinkError>> {
        self.methods
            .get_or_init(|| {
                let modules = self.declarations.iter().chain(&self.elsewhere);
                Ok(module::methods(modules).map_err(LinkError::from)?)
            })
            .as_ref()
            .map_err(Arc::clone)
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

fn is_among(modules: &[Declaration], name: &str) -> bool {
    modules.iter().any(|module| module.name == name)
}

fn merge_frames(
    declarations: &[Declaration],
    elsewhere: &[Declaration],
) -> Result<Application, LinkError> {
    let frames = all(declarations.iter().map(Declaration::frame))?;
    let merged = Application::merge_frames(without(frames, elsewhere));
    Ok(merged.map_err(|faults| beside(faults, elsewhere))?)
}

fn merge(
    declarations: &[Declaration],
    elsewhere: &[Declaration],
) -> Result<Application, LinkError> {
    let outlines = all(declarations.iter().map(Declaration::outline))?;
    let merged = Application::merge(without(outlines, elsewhere));
    Ok(merged.map_err(|faults| beside(faults, elsewhere))?)
}

/// The manifests with no need of modules that another host runs.
fn without(mut manifests: Vec<Manifest>, elsewhere: &[Declaration]) -> Vec<Manifest> {
    for manifest in &mut manifests {
        manifest
            .requires
            .retain(|name| !is_among(elsewhere, name.as_str()));
    }
    manifests
}

fn beside(faults: MergeFaults, elsewhere: &[Declaration]) -> MergeFaults {
    faults.beside(|module| is_among(elsewhere, module.as_str()))
}

/// What was read of all modules, or what is wrong with any of them.
fn all<T>(read: impl Iterator<Item = Result<T, ManifestError>>) -> Result<Vec<T>, LinkError> {
    let mut good = Vec::new();
    let mut faults = Vec::new();
    for result in read {
        match result {
            Ok(read) => good.push(read),
            Err(error) => faults.push(error),
        }
    }
    if faults.is_empty() {
        Ok(good)
    } else {
        Err(LinkError::Manifests(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::{Embedded, EmbeddedFile};

    #[test]
    fn broken_translations_are_reported_when_they_are_asked_for() {
        let blog = Declaration {
            name: "blog",
            embedded: Embedded {
                translations: &[EmbeddedFile {
                    name: "en.arb",
                    text: r#"{"@@locale": "en", "posts": "{count"}"#,
                }],
                ..Embedded::NONE
            },
            ..module::core()
        };
        let blog = Declaration {
            tables: Vec::new(),
            ..blog
        };
        let linked = Linked::link("host", "1.0.0", vec![blog]).unwrap();
        insta::assert_snapshot!(linked.catalogues().unwrap_err(), @r"
        module `blog` cannot be linked:
          translations/en.arb:1:20: message `posts`: not an ICU message at character 7: expected ','
        ");
    }
}
