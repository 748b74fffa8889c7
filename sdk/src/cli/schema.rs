//! `schema` and `version`: what the binary itself knows.

use std::io;

use sdk_schema::{Field, Release, Table, TableName};
use serde_json::json;

use super::{CommandError, Output, Session};
use crate::proto::sdk::v1::{GetReleaseRequest, ListModulesRequest};

/// The version of the JSON documents that commands print: see `docs/format-cli.md`.
const DOCUMENTS: u32 = 1;

/// Writes the declared tables of all modules; the document has their migrations too,
/// so that a later version can tell whether this one can run beside it.
pub(super) async fn schema(
    session: &Session<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let answer = session.schema().get_release(GetReleaseRequest {}).await?;
    let release: Release = serde_json::from_str(&answer.into_inner().release)?;
    Ok(out.either(&release, |out| {
        release
            .schema
            .tables
            .iter()
            .try_for_each(|(name, table)| write_table(name, table, out))
    })?)
}

fn write_table(name: &TableName, table: &Table, out: &mut Output<'_>) -> io::Result<()> {
    out.line(name)?;
    for field in &table.fields {
        out.line(format_args!(
            "    {:<20} {}",
            field.name,
            describe(table, field)
        ))?;
    }
    for index in &table.indexes {
        let unique = if index.unique { "unique " } else { "" };
        out.line(format_args!("    {unique}index {}", index.label()))?;
    }
    Ok(())
}

fn describe(table: &Table, field: &Field) -> String {
    let mut words = vec![field.ty.to_string()];
    if table.key.contains(&field.name) {
        words.push("key".to_owned());
    }
    if field.nullable {
        words.push("nullable".to_owned());
    }
    if let Some(default) = &field.default {
        words.push(format!("default {}", default.to_json()));
    }
    if let Some(reference) = &field.references {
        words.push(format!("references {}", reference.table));
    }
    words.join(", ")
}

/// Writes the versions of host, modules and documents.
pub(super) async fn version(
    session: &Session<'_>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let answer = session
        .modules()
        .list_modules(ListModulesRequest {})
        .await?;
    let answer = answer.into_inner();
    let modules = answer.modules.iter();
    let document = json!({
        "name": answer.host,
        "version": answer.version,
        "documents": DOCUMENTS,
        "modules": modules
            .map(|module| json!({ "name": module.name, "version": module.version }))
            .collect::<Vec<_>>(),
    });
    Ok(out.either(&document, |out| {
        out.line(format_args!("{} {}", answer.host, answer.version))?;
        let mut modules = answer.modules.iter();
        modules
            .try_for_each(|module| out.line(format_args!("    {} {}", module.name, module.version)))
    })?)
}
