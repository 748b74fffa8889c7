//! `new module`: a crate below `modules`, a member of the workspace, linked
//! into the host.

use std::path::Path;

use minijinja::context;

use super::Refusal;
use crate::{
    arguments::NewModule,
    changes::Changes,
    failure::{Failure, listed},
    host::{Host, hosts},
    names::ModuleName,
    project::{Member, Project},
    report::Report,
    template,
};

/// Writes the module and links it.
pub(crate) fn run(arguments: &NewModule, project: &Project) -> Result<Report, Failure> {
    let name = &arguments.name;
    refuse_taken(name, project)?;
    refuse_unshared(project)?;
    let host = host(arguments.host.as_deref(), project)?;
    host.iter()
        .try_for_each(|host| refuse_dependency(name, host.member))?;
    let folder = Path::new("modules").join(name.name().as_str());
    let mut changes = Changes::new(&project.root);
    let values = context! { name => name.name().as_str(), type => name.type_name() };
    for (file, template) in template::MODULE {
        changes.create(folder.join(file), template.render(values.clone()));
    }
    let linked = host.is_some();
    add_member(project, host, name, &folder, &mut changes);
    let report = Report::of(Path::new(""), changes.write()?);
    let next = format!("sdk-cli new table {name} Item name:String");
    Ok(if linked {
        report.hint(next)
    } else {
        report.hint(next).hint(format!(
            "no host links it yet: add `.module({name}::{})` to one",
            name.type_name()
        ))
    })
}

fn refuse_taken(name: &ModuleName, project: &Project) -> Result<(), Refusal> {
    let same = |member: &&Member| member.crate_name() == name.name().as_str();
    match project.members().iter().find(same) {
        None => Ok(()),
        Some(member) => Err(Refusal::PackageExists {
            name: name.name().clone(),
            manifest: member.file("Cargo.toml"),
        }),
    }
}

fn refuse_dependency(name: &ModuleName, host: &Member) -> Result<(), Refusal> {
    if !host.manifest.depends_on(name.name()) {
        return Ok(());
    }
    Err(Refusal::DependencyExists {
        name: name.name().clone(),
        manifest: host.file("Cargo.toml"),
    })
}

fn refuse_unshared(project: &Project) -> Result<(), Refusal> {
    let missing = ["sdk", "sdk-build"]
        .into_iter()
        .find(|name| !project.manifest.shares(name));
    match missing {
        None => Ok(()),
        Some(name) => Err(Refusal::Unshared { name }),
    }
}

/// The host of that package name, or the only one; none in a workspace without hosts.
fn host<'a>(package: Option<&str>, project: &'a Project) -> Result<Option<Host<'a>>, Failure> {
    let mut hosts = hosts(project)?;
    let names: Vec<_> = hosts
        .iter()
        .map(|host| host.member.package.clone())
        .collect();
    match package {
        Some(package) => match names.iter().position(|name| name == package) {
            Some(nth) => Ok(Some(hosts.swap_remove(nth))),
            None => Err(Refusal::UnknownHost {
                package: package.to_owned(),
                known: listed(&names),
            }
            .into()),
        },
        None if hosts.len() > 1 => Err(Refusal::SeveralHosts {
            hosts: listed(&names),
        }
        .into()),
        None => Ok(hosts.pop()),
    }
}

/// Makes the module a member, and the host depend on it and link it.
fn add_member(
    project: &Project,
    host: Option<Host<'_>>,
    name: &ModuleName,
    folder: &Path,
    changes: &mut Changes,
) {
    let root_file = Path::new("Cargo.toml");
    let mut root = project.manifest.clone();
    let member = folder.to_string_lossy().replace('\\', "/");
    if !project.includes(&member) {
        root.add_member(&member);
    }
    let Some(host) = host else {
        return changes.replace(root_file, root.to_string());
    };
    let path = host.member.path_to(folder);
    if host.member.is_root() {
        root.add_dependency(name.name(), &path);
    } else {
        let mut manifest = host.member.manifest.clone();
        manifest.add_dependency(name.name(), &path);
        changes.replace(host.member.file(root_file), manifest.to_string());
    }
    // A pattern may have made it a member already.
    if root.to_string() != project.manifest.to_string() {
        changes.replace(root_file, root.to_string());
    }
    let mut source = host.source;
    source.link(&format!("{name}::{}", name.type_name()));
    changes.replace(host.file, source.into_text());
}
