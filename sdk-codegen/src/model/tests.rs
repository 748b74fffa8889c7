//! For each attribute what it accepts, and how each mistake in it is shown.

mod enums;
mod fields;
mod functions;
mod indexes;
mod modules;
mod references;
mod tables;
mod types;

use sdk_schema::{Declared, Name};
use syn::{DeriveInput, Path};

use super::{Faults, Table, TableEnum};

/// The table of module `blog` as data, with the enum `Kind` of `Draft` and `Live`.
fn declared(source: &str) -> Result<Declared, Faults> {
    let kind: DeriveInput = syn::parse_quote! {
        enum Kind { Draft, #[table_enum(name = "online")] Live }
    };
    let kind = TableEnum::parse(&kind)?;
    let lookup = |path: &Path| path.is_ident("Kind").then_some(&kind);
    let input = syn::parse_str(source)?;
    let module = Name::new("blog").expect("a name");
    Table::parse(&input)?.to_declared(&module, &lookup)
}

/// The file that a migration would hold of the table with these fields besides its key.
fn schema(fields: &str) -> String {
    match declared(&format!("struct Post {{ #[key] id: u64, {fields} }}")) {
        Ok(declared) => declared.table.fields[1..]
            .iter()
            .map(|field| serde_json::to_string(field).expect("a field is JSON"))
            .collect::<Vec<_>>()
            .join("\n"),
        Err(faults) => faults.to_string(),
    }
}
