//! The fields of the struct, from the words of the command line.

use sdk_codegen::model::{Element, TypeModel};
use sdk_schema::Name;

use super::{default, reference::Targets};
use crate::{
    arguments::NewTable,
    failure::{Failure, listed},
    field_spec::{Columns, FieldSpec},
    names::field_identifier,
    new::Refusal,
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
pub(super) fn table_attributes(arguments: &NewTable) -> Result<Vec<String>, Refusal> {
    let lists = [
        ("key", arguments.key.as_slice()),
        ("unique", &arguments.unique),
        ("index", &arguments.index),
    ];
    let mut entries = Vec::new();
    for (word, lists) in lists {
        let several = lists.iter().filter(|list| list.0.len() > 1);
        let lists: Vec<_> = several.map(field_list).collect::<Result<_, _>>()?;
        match lists.as_slice() {
            [] => {}
            [only] => entries.push(format!("{word}{only}")),
            several => entries.push(format!("{word}({})", several.join(", "))),
        }
    }
    let attribute = || format!("table({})", entries.join(", "));
    Ok((!entries.is_empty()).then(attribute).into_iter().collect())
}

/// `(author, published_at)`
fn field_list(Columns(fields): &Columns) -> Result<String, Refusal> {
    let fields: Vec<_> = fields.iter().map(identifier).collect::<Result<_, _>>()?;
    Ok(format!("({})", fields.join(", ")))
}

/// Each field once; keys and indexes over fields that are there.
fn check_names(arguments: &NewTable) -> Result<(), Refusal> {
    let implied = arguments.key.is_none().then_some("id");
    let mut names: Vec<&str> = implied.into_iter().collect();
    for FieldSpec { name, .. } in &arguments.fields {
        if implied.is_some_and(|implied| *name == implied) {
            return Err(Refusal::KeyIsImplied);
        }
        if names.contains(&name.as_str()) {
            let field = name.clone();
            return Err(Refusal::FieldTwice { field });
        }
        names.push(name);
    }
    let lists = [
        ("--key", arguments.key.as_slice()),
        ("--unique", &arguments.unique),
        ("--index", &arguments.index),
    ];
    for (option, lists) in lists {
        let mut fields = lists.iter().flat_map(|list| &list.0);
        if let Some(field) = fields.find(|field| !names.contains(&field.as_str())) {
            return Err(Refusal::UnknownField {
                option,
                field: field.clone(),
                known: listed(&names),
            });
        }
    }
    Ok(())
}

fn column(
    spec: &FieldSpec,
    arguments: &NewTable,
    targets: &mut Targets<'_>,
) -> Result<Column, Failure> {
    let mut attributes = marks(&spec.name, arguments);
    let mut rust_type = spec.ty.clone();
    let mut model = type_model(spec, &spec.ty)?;
    if let Element::Enum(path) = &model.element
        && !model.list
        && let Some(key) = targets.key_type(path)?
    {
        attributes.push(format!("references({rust_type})"));
        model = type_model(spec, &key)?;
        rust_type = key;
    }
    if let Some(text) = &spec.default {
        attributes.push(format!("default({})", default::expression(&model, text)));
    }
    if spec.nullable {
        rust_type = format!("Option<{rust_type}>");
    }
    Ok(Column {
        identifier: identifier(&spec.name)?,
        rust_type,
        attributes,
    })
}

fn identifier(field: &Name) -> Result<String, Refusal> {
    field_identifier(field).map_err(|reason| Refusal::FieldName {
        field: field.clone(),
        reason,
    })
}

/// `key`, `unique` and `index`, where they are about this field alone.
fn marks(field: &Name, arguments: &NewTable) -> Vec<String> {
    let alone = |lists: &[Columns]| lists.iter().any(|list| list.0 == [field.clone()]);
    let marks = [
        ("key", alone(arguments.key.as_slice())),
        ("unique", alone(&arguments.unique)),
        ("index", alone(&arguments.index)),
    ];
    let given = marks.into_iter().filter(|(_, given)| *given);
    given.map(|(word, _)| word.to_owned()).collect()
}

fn type_model(spec: &FieldSpec, ty: &str) -> Result<TypeModel, Refusal> {
    let model = syn::parse_str(ty).and_then(|ty| TypeModel::parse(&ty));
    model.map_err(|reason| Refusal::FieldType {
        field: spec.name.clone(),
        reason,
    })
}
