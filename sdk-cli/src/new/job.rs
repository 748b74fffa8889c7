//! `new job`: a function in `src/jobs.rs`, listed in the manifest.

use std::path::Path;

use minijinja::context;
use proc_macro2::Literal;

use super::{Addition, Item, Refusal};
use crate::{
    arguments::NewJob, changes::Changes, failure::Failure, project::Project, reading,
    report::Report, template,
};

/// Writes the job and lists it.
pub(crate) fn run(arguments: &NewJob, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let name = arguments.name.name();
    let source = reading::source(project, member)?;
    if source.jobs.iter().any(|job| job.name == *name) {
        return Err(Refusal::Declared {
            module: source.name,
            kind: "job",
            name: name.clone(),
        }
        .into());
    }
    let mut changes = Changes::new(&project.root);
    let text = template::JOB.render(context! {
        name => name.as_str(),
        schedule => literal(&arguments.schedule),
        tz => arguments.tz.as_deref().map(literal),
    });
    let addition = Addition {
        home: "jobs",
        key: "jobs",
        items: vec![Item { name, text }],
        public: false,
        head: template::JOBS.render(context! { module => source.name.as_str() }),
        imports: Vec::new(),
    };
    let file = addition.make(project, member, &mut changes, |_| {})?;
    reading::rehearse(project, member, &changes)?;
    let report = Report::of(Path::new(""), changes.write()?);
    Ok(report.hint(format!("write what it does into {}", file.display())))
}

fn literal(text: &str) -> String {
    Literal::string(text).to_string()
}
