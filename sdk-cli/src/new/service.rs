//! `new service`: a proto with one method, and the type that serves it in
//! `src/service.rs`, listed in the manifest.

use std::path::Path;

use minijinja::context;

use super::{Addition, Item};
use crate::{
    arguments::NewService,
    changes::Changes,
    failure::Failure,
    names::{TypeName, type_of_module},
    project::{Member, Project},
    reading,
    report::Report,
    template,
};

/// Writes the service and lists it.
pub(crate) fn run(arguments: &NewService, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let source = reading::source(project, member)?;
    let name = arguments.name.clone();
    let name = name.unwrap_or_else(|| type_of_module(&source.name));
    let module = source.name.as_str();
    let served_by = served_by(&name);
    let values = context! { module, service => name.as_str(), type => served_by.clone() };
    let mut changes = Changes::new(&project.root);
    let proto = member.file(format!("proto/{module}/v1/{}.proto", name.table()));
    changes.create(proto.clone(), template::PROTO.render(values.clone()));
    let addition = Addition {
        home: "service",
        key: "services",
        items: vec![Item {
            name: &served_by,
            text: template::SERVICE.render(values.clone()),
        }],
        public: true,
        head: template::SERVICES.render(values),
        imports: vec![format!("crate::proto::{module}::v1")],
    };
    let file = addition.make(project, member, &mut changes, |_| {})?;
    share_protos(member, module, &mut changes);
    reading::rehearse(project, member, &changes)?;
    let report = Report::of(Path::new(""), changes.write()?);
    Ok(report.hint(format!(
        "write its methods into {} and what they do into {}",
        proto.display(),
        file.display()
    )))
}

/// The type that serves a service: `StockService` serves `Stock` as well as `StockService`.
fn served_by(service: &TypeName) -> String {
    match service.as_str() {
        // It would hide the trait.
        "Service" => "ServiceService".to_owned(),
        name if name.ends_with("Service") => name.to_owned(),
        name => format!("{name}Service"),
    }
}

/// Lets other modules import the protos, which cargo's `links` is for.
fn share_protos(member: &Member, module: &str, changes: &mut Changes) {
    let mut manifest = member.manifest.clone();
    if manifest.add_links(&format!("sdk-module-{module}")) {
        changes.replace(member.file("Cargo.toml"), manifest.to_string());
    }
}
