//! `new job`: a function in `src/jobs.rs`, listed in the manifest.

use std::path::Path;

use minijinja::context;
use proc_macro2::Literal;
use sdk_schema::Name;

use super::Refusal;
use crate::{
    arguments::NewJob,
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    reading,
    report::Report,
    rust_source::RustFile,
    template,
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
    super::list(project, member, &mut changes, |lib| {
        lib.declare_module("jobs");
        lib.bring_in("jobs", name, false);
        lib.list("jobs", name)
    })?;
    let text = template::JOB.render(context! {
        name => name.as_str(),
        schedule => literal(&arguments.schedule),
        tz => arguments.tz.as_deref().map(literal),
    });
    add_function(project, member, &mut changes, &source.name, name, &text)?;
    reading::rehearse(project, member, &changes)?;
    let report = Report::of(Path::new(""), changes.write()?);
    Ok(report.hint(format!(
        "write what it does into {}",
        member.file("src/jobs.rs").display()
    )))
}

fn add_function(
    project: &Project,
    member: &Member,
    changes: &mut Changes,
    module: &Name,
    name: &Name,
    text: &str,
) -> Result<(), Failure> {
    let file = member.file("src/jobs.rs");
    if !project.root.join(&file).exists() {
        let head = template::JOBS.render(context! { module => module.as_str() });
        changes.create(file, head + text);
        return Ok(());
    }
    let mut jobs = RustFile::read(&project.root, &file)?;
    if jobs.declares(name) {
        let item = name.to_string();
        return Err(Refusal::ItemExists { file, item }.into());
    }
    jobs.append(text);
    changes.replace(file, jobs.into_text());
    Ok(())
}

fn literal(text: &str) -> String {
    Literal::string(text).to_string()
}
