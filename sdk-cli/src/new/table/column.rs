//! The fields of the struct, from the words of the command line.

use proc_macro2::Literal;
use sdk_codegen::model::{Element, TypeModel};
use sdk_schema::{FieldType, Name};

use super::reference::Targets;
use crate::{
    arguments::NewTable,
    failure::Failure,
    field_spec::{Columns, FieldSpec},
    names::field_identifier,
};

/// A field of the struct.
#[derive(Debug)]
pub(super) struct Column {
    /// As Rust writes its name.
    pub(super) identifier: String,
    /// As Rust writes its type.
    pub(super) rust_type: String,
    /// Its attributes without `#[…]`.
    pub(super) attributes: Vec<String>,
}

/// The fields in order; the key `id` first when no other key is asked for.
pub(super) fn columns(
    arguments: &NewTable,
    targets: &mut Targets<'_>,
) -> Result<Vec<Column>, Failure> {
    check_names(arguments)?;
    let id = arguments.key.is_none().then(|| Column {
        identifier: "id".to_owned(),
        rust_type: format!("Id<{}>", arguments.row_type.as_str()),
        attributes: vec!["key".to_owned()],
    });
    let given = arguments
        .fields
        .iter()
        .map(|spec| column(spec, arguments, targets));
    id.map(Ok).into_iter().chain(given).collect()
}

/// Attributes of the table: keys and indexes of several fields.
pub(super) fn table_attributes(arguments: &NewTable) -> Vec<String> {
    let several = |word: &str, lists: &mut dyn Iterator<Item = &Columns>| -> Vec<String> {
        lists
            .filter(|list| list.0.len() > 1)
            .map(|list| format!("{word}({})", list.0.join(", ")))
            .collect()
    };
    let mut entries = several("key", &mut arguments.key.iter());
    entries.extend(several("unique", &mut arguments.unique.iter()));
    entries.extend(several("index", &mut arguments.index.iter()));
    match entries.is_empty() {
        true => Vec::new(),
        false => vec![format!("table({})", entries.join(", "))],
    }
}

/// Each field once; keys and indexes over fields that are there.
fn check_names(arguments: &NewTable) -> Result<(), Failure> {
    let mut names: Vec<&str> = Vec::new();
    if arguments.key.is_none() {
        names.push("id");
    }
    for spec in &arguments.fields {
        if spec.name == "id" && arguments.key.is_none() {
            let message = "field `id` is the key and comes by itself";
            return Err(Failure::new(message).hint("name another key with --key FIELDS"));
        }
        if names.contains(&spec.name.as_str()) {
            return Err(Failure::new(format!(
                "field `{}` is given twice",
                spec.name
            )));
        }
        names.push(&spec.name);
    }
    let lists = [
        ("--key", arguments.key.as_slice()),
        ("--unique", &arguments.unique),
        ("--index", &arguments.index),
    ];
    for (option, lists) in lists {
        for name in lists.iter().flat_map(|list| &list.0) {
            if !names.contains(&name.as_str()) {
                let message = format!(
                    "{option}: no field `{name}`; the table has {}",
                    names.join(", ")
                );
                return Err(Failure::new(message));
            }
        }
    }
    Ok(())
}

fn column(
    spec: &FieldSpec,
    arguments: &NewTable,
    targets: &mut Targets<'_>,
) -> Result<Column, Failure> {
    let refuse =
        |reason: &dyn std::fmt::Display| Failure::new(format!("field `{}`: {reason}", spec.name));
    let mut attributes = Vec::new();
    let alone = |list: &Columns| list.0 == [spec.name.clone()];
    if arguments.key.as_ref().is_some_and(alone) {
        attributes.push("key".to_owned());
    }
    if arguments.unique.iter().any(alone) {
        attributes.push("unique".to_owned());
    }
    if arguments.index.iter().any(alone) {
        attributes.push("index".to_owned());
    }
    let mut rust_type = spec.ty.clone();
    let mut model = type_model(&spec.ty).map_err(|error| refuse(&error))?;
    if let Element::Enum(path) = &model.element
        && !model.list
        && !model.nullable
        && let Some(key) = targets.key_type(path)?
    {
        attributes.push(format!("references({rust_type})"));
        model = type_model(&key).map_err(|error| refuse(&error))?;
        rust_type = key;
    }
    if let Some(text) = &spec.default {
        attributes.push(format!("default({})", default(&model, text)));
    }
    if spec.nullable {
        rust_type = format!("Option<{rust_type}>");
    }
    Ok(Column {
        identifier: field_identifier(&spec.name).map_err(|error| refuse(&error))?,
        rust_type,
        attributes,
    })
}

fn type_model(ty: &str) -> syn::Result<TypeModel> {
    TypeModel::parse(&syn::parse_str(ty)?)
}

/// How Rust writes a default that was typed as plain text.
fn default(model: &TypeModel, text: &str) -> String {
    let expression = || syn::parse_str::<syn::Expr>(text).is_ok();
    match &model.element {
        _ if model.list => text.to_owned(),
        Element::Enum(path) if Name::new(&text.to_lowercase()).is_ok() && expression() => {
            let path = &path.segments;
            let names: Vec<_> = path
                .iter()
                .map(|segment| segment.ident.to_string())
                .collect();
            format!("{}::{text}", names.join("::"))
        }
        Element::Scalar(FieldType::Bytes) => Literal::byte_string(text.as_bytes()).to_string(),
        Element::Scalar(ty) if is_plain(ty) && expression() => text.to_owned(),
        Element::Enum(_) if expression() => text.to_owned(),
        _ => Literal::string(text).to_string(),
    }
}

/// Whether Rust writes values of that type without quotes.
fn is_plain(ty: &FieldType) -> bool {
    !matches!(
        ty,
        FieldType::String
            | FieldType::Id
            | FieldType::Timestamp
            | FieldType::Date
            | FieldType::Json
    )
}
