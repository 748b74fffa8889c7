//! `schema`: the tables of all modules as the source declares them.

use sdk_schema::{Manifest, Release, Schema, Table, TableName};

use crate::{failure::Failure, project::Project, reading, report::Report};

/// Shows the tables by full name; with `json` as the document that hosts print.
pub(crate) fn run(project: &Project, json: bool) -> Result<Report, Failure> {
    if json {
        return document(project);
    }
    let mut schema = Schema::default();
    for member in project.modules() {
        let module = reading::source(project, member)?;
        for declared in module.tables {
            let name = TableName::new(module.name.clone(), declared.table.name.clone());
            schema.tables.insert(name, declared.table);
        }
    }
    schema.tables.sort_unstable_keys();
    let mut report = Report::default();
    for (name, table) in &schema.tables {
        show(name, table, &mut report);
    }
    Ok(report)
}

fn document(project: &Project) -> Result<Report, Failure> {
    let mut modules = Vec::new();
    for member in project.modules() {
        let module = reading::source(project, member)?;
        let folder = reading::folder(project, member, &module)?;
        let tables = module.tables.into_iter().map(|declared| declared.table);
        modules.push(Manifest {
            requires: module.requires,
            tables: tables.collect(),
            migrations: folder.migrations().cloned().collect(),
            ..Manifest::new(module.name, "0.0.0")
        });
    }
    let text = serde_json::to_string_pretty(&Release::of(&modules))
        .map_err(|error| Failure::new(format!("the schema cannot be shown: {error}")))?;
    Ok(Report::text(text))
}

fn show(name: &TableName, table: &Table, report: &mut Report) {
    report.line(name.to_string());
    for field in &table.fields {
        let key = if table.key.contains(&field.name) {
            ", key"
        } else {
            ""
        };
        report.line(format!("    {:<20} {}{key}", field.name, field.describe()));
    }
    for index in &table.indexes {
        report.line(format!("    {}", index.describe()));
    }
}
