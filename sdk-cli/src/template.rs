//! Templates: files under `templates/`, embedded, with places to fill in.
//!
//! A place without a value does not render; the tests render every template.

use minijinja::{Environment, UndefinedBehavior, Value, syntax::SyntaxConfig};

/// Embeds a file of the folder `templates/`.
macro_rules! template {
    ($path:literal) => {
        Template(include_str!(concat!("../../templates/", $path)))
    };
}

/// The text of a template.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Template(&'static str);

/// The files of a new application in one program, by where they go.
pub(crate) const APP_SINGLE: [(Template, Template); 4] = [
    (Template("Cargo.toml"), template!("app-single/Cargo.toml")),
    (Template("README.md"), template!("app-single/README.md")),
    (Template(".gitignore"), template!("app-single/gitignore")),
    (Template("src/main.rs"), template!("app-single/src/main.rs")),
];

/// The files of a new application in two programs, by where they go.
pub(crate) const APP_DUAL: [(Template, Template); 5] = [
    (Template("Cargo.toml"), template!("app-dual/Cargo.toml")),
    (Template("README.md"), template!("app-dual/README.md")),
    (Template(".gitignore"), template!("app-dual/gitignore")),
    (Template("src/main.rs"), template!("app-dual/src/main.rs")),
    (
        Template("src/bin/{{ name }}-system.rs"),
        template!("app-dual/src/system.rs"),
    ),
];

/// The files of a new module, by where they go.
pub(crate) const MODULE: [(&str, Template); 3] = [
    ("Cargo.toml", template!("module/Cargo.toml")),
    ("build.rs", template!("module/build.rs")),
    ("src/lib.rs", template!("module/src/lib.rs")),
];

/// The head of a file of tables.
pub(crate) const TABLES: Template = template!("table/tables.rs");

/// A table.
pub(crate) const TABLE: Template = template!("table/table.rs");

/// The head of a file of jobs.
pub(crate) const JOBS: Template = template!("job/jobs.rs");

/// A job.
pub(crate) const JOB: Template = template!("job/job.rs");

/// The protos of a service.
pub(crate) const PROTO: Template = template!("service/service.proto");

/// The head of a file of services.
pub(crate) const SERVICES: Template = template!("service/services.rs");

/// A service.
pub(crate) const SERVICE: Template = template!("service/service.rs");

/// The head of a file of steps.
pub(crate) const STEPS: Template = template!("step/steps.rs");

/// A step that a migration runs.
pub(crate) const STEP: Template = template!("step/step.rs");

impl Template {
    /// Fills the places in from `values`.
    pub(crate) fn render(self, values: Value) -> String {
        let mut environment = Environment::empty();
        environment.set_syntax(whitespace_of_tags_removed());
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment
            .render_str(self.0, values)
            .expect("an embedded template is given all it names")
    }
}

/// A line that holds only a tag leaves nothing behind.
fn whitespace_of_tags_removed() -> SyntaxConfig {
    SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build()
        .expect("the usual delimiters")
}
