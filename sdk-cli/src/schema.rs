//! `schema`: the tables of all modules as the source declares them.

use sdk_schema::{Schema, Table, TableName};

use crate::{failure::Failure, project::Project, reading, report::Report};

/// Shows the tables by full name; with `json` as the document that hosts print.
pub(crate) fn run(project: &Project, json: bool) -> Result<Report, Failure> {
    let mut schema = Schema::default();
    for member in project.modules() {
        let module = reading::source(project, member)?;
        for declared in module.tables {
            let name = TableName::new(module.name.clone(), declared.table.name.clone());
            schema.tables.insert(name, declared.table);
        }
    }
    schema.tables.sort_unstable_keys();
    if json {
        let text = serde_json::to_string_pretty(&schema)
            .map_err(|error| Failure::new(format!("the schema cannot be shown: {error}")))?;
        return Ok(Report::text(text));
    }
    let mut report = Report::default();
    for (name, table) in &schema.tables {
        show(name, table, &mut report);
    }
    Ok(report)
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
