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

/// The files of a new application, by where they go.
pub(crate) const APP: [(&str, Template); 4] = [
    ("Cargo.toml", template!("app-single/Cargo.toml")),
    ("README.md", template!("app-single/README.md")),
    (".gitignore", template!("app-single/gitignore")),
    ("src/main.rs", template!("app-single/src/main.rs")),
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
