//! Tables: fields, keys, indexes and references, as a module declares them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    FieldType, FoldError, Name, Row, TableName, Value, ValueError,
    fold::{list_tables, reference::check_reference},
};

/// A field of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawField", into = "RawField")]
pub struct Field {
    /// Unique in its table.
    pub name: Name,
    /// What it holds.
    pub ty: FieldType,
    /// Whether it may hold nothing.
    pub nullable: bool,
    /// What rows get that do not name the field: older rows, seeds, imports.
    pub default: Option<Value>,
    /// The table whose key this field holds.
    pub references: Option<Reference>,
    /// Whether a row is gone from the instant on that this field holds.
    pub expires: bool,
}

/// A field as it stands in a file; its default has not been checked against its type.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: Name,
    #[serde(rename = "type")]
    ty: FieldType,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    nullable: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    references: Option<Reference>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    expires: bool,
}

impl TryFrom<RawField> for Field {
    type Error = String;
    fn try_from(raw: RawField) -> Result<Self, String> {
        let default = raw
            .default
            .map(|json| Value::from_json(&raw.ty, &json))
            .transpose()
            .map_err(|error| format!("default of field `{}`: {error}", raw.name))?;
        Ok(Self {
            name: raw.name,
            ty: raw.ty,
            nullable: raw.nullable,
            default,
            references: raw.references,
            expires: raw.expires,
        })
    }
}

impl From<Field> for RawField {
    fn from(field: Field) -> Self {
        Self {
            name: field.name,
            ty: field.ty,
            nullable: field.nullable,
            default: field.default.map(|value| value.to_json()),
            references: field.references,
            expires: field.expires,
        }
    }
}

impl Field {
    /// Whether the field holds the key of a row of `table`.
    pub fn refers_to(&self, table: &TableName) -> bool {
        let reference = self.references.as_ref();
        reference.is_some_and(|reference| reference.table == *table)
    }

    /// A field that is neither nullable nor has a default.
    pub fn new(name: Name, ty: FieldType) -> Self {
        Self {
            name,
            ty,
            nullable: false,
            default: None,
            references: None,
            expires: false,
        }
    }

    /// The value of a row that does not name this field: its default, or null
    /// where that is allowed.
    pub fn absent_value(&self) -> Option<Value> {
        self.default
            .clone()
            .or_else(|| self.nullable.then_some(Value::Null))
    }

    /// Reads the JSON spelling of this field, `null` included where it is allowed.
    pub fn value_from_json(&self, json: &Json) -> Result<Value, ValueError> {
        // A JSON document may itself be null; nullable wins.
        if json.is_null() && self.nullable {
            return Ok(Value::Null);
        }
        Value::from_json(&self.ty, json)
    }
}

/// That a field holds the key of a row of another table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The table referred to; its key is a single field.
    pub table: TableName,
    /// What happens to this row when that one is deleted.
    #[serde(default)]
    pub on_delete: OnDelete,
}

/// What happens to a row when the row it refers to is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The deletion is refused.
    #[default]
    Restrict,
    /// This row is deleted too.
    Cascade,
    /// The field becomes null.
    SetNull,
}

/// An index over fields of a table. Its fields are its identity.
///
/// One of them may be a list: then a row has an entry for each distinct element
/// of it, and none when the list is empty or null.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The indexed fields, the most significant first.
    pub fields: Vec<Name>,
    /// Whether no two rows may share all values. Rows with a null among them may;
    /// of a list no two rows may share an element.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
}

impl Index {
    /// The fields in brackets, as messages show an index: `(author, published_at)`.
    pub fn label(&self) -> String {
        format!("({})", self.fields.join(", "))
    }
}

/// A table of a module.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// Unique in its module.
    pub name: Name,
    /// The fields of the key, the most significant first; never empty.
    pub key: Vec<Name>,
    /// The fields in the order of their declaration.
    pub fields: Vec<Field>,
    /// The indexes beside the key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// Whether changes of its rows reach the change feed.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub feed: bool,
}

fn yes() -> bool {
    true
}

/// Why a JSON value is not a row of a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A row is an object.
    #[error("a row of `{table}` is an object, found {found}")]
    NotAnObject {
        /// The table.
        table: Name,
        /// What stood there.
        found: String,
    },
    /// The object has a field that the table has not.
    #[error("`{table}` has no field `{field}`; it has {known}")]
    UnknownField {
        /// The table.
        table: Name,
        /// The field that is not there.
        field: String,
        /// The fields that are.
        known: String,
    },
    /// The object lacks a field that has neither default nor null.
    #[error("field `{field}` of `{table}` is missing; it has no default and is not nullable")]
    MissingField {
        /// The table.
        table: Name,
        /// The missing field.
        field: Name,
    },
    /// A value is of the wrong type.
    #[error("field `{field}` of `{table}`: {source}")]
    Value {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// Expected and found.
        source: ValueError,
    },
}

impl Table {
    /// The table's name with that of its module.
    pub fn full_name(&self, module: &Name) -> TableName {
        TableName::new(module.clone(), self.name.clone())
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field whose instant says when a row is gone.
    pub fn expiry(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.expires)
    }

    /// The first field that refers to `target`.
    pub fn field_referring_to(&self, target: &TableName) -> Option<&Field> {
        self.fields.iter().find(|field| field.refers_to(target))
    }

    /// The names of all fields, as messages list them.
    pub fn field_list(&self) -> String {
        let names: Vec<_> = self
            .fields
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        names.join(", ")
    }

    /// Reads a row; fields that it does not name get their default.
    pub fn row_from_json(&self, json: &Json) -> Result<Row, RowError> {
        let object = json.as_object().ok_or_else(|| RowError::NotAnObject {
            table: self.name.clone(),
            found: json.to_string(),
        })?;
        if let Some(unknown) = object.keys().find(|key| self.field(key).is_none()) {
            return Err(RowError::UnknownField {
                table: self.name.clone(),
                field: unknown.clone(),
                known: self.field_list(),
            });
        }
        let value_of = |field: &Field| match object.get(field.name.as_str()) {
            Some(json) => field
                .value_from_json(json)
                .map_err(|source| RowError::Value {
                    table: self.name.clone(),
                    field: field.name.clone(),
                    source,
                }),
            None => field.absent_value().ok_or_else(|| RowError::MissingField {
                table: self.name.clone(),
                field: field.name.clone(),
            }),
        };
        self.fields
            .iter()
            .map(|field| Ok((field.name.clone(), value_of(field)?)))
            .collect()
    }
}

/// Tables by full name, in the order of their names.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Schema {
    /// The tables.
    pub tables: IndexMap<TableName, Table>,
}

impl Schema {
    /// Checks that every reference leads to a table whose key is one field of
    /// the same type.
    pub fn check_references(&self) -> Vec<FoldError> {
        let fields = self
            .tables
            .iter()
            .flat_map(|(name, table)| table.fields.iter().map(move |field| (name, field)));
        fields
            .filter_map(|(name, field)| self.check_reference(name, field).err())
            .collect()
    }

    /// Checks the reference of one field of the table `holder`, if it has any.
    pub(crate) fn check_reference(
        &self,
        holder: &TableName,
        field: &Field,
    ) -> Result<(), FoldError> {
        let Some(reference) = &field.references else {
            return Ok(());
        };
        let target = self.tables.get(&reference.table);
        check_reference(holder, field, target, || {
            list_tables(self.tables.keys(), &reference.table.module)
        })
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::fixture::{lines, table};

    fn post() -> Table {
        table(json!({ "name": "post", "key": ["id"], "fields": [
            { "name": "id", "type": "i64" },
            { "name": "title", "type": "string" },
            { "name": "votes", "type": "u8", "default": 0 },
            { "name": "note", "type": "json", "nullable": true }
        ] }))
    }

    #[test]
    fn a_row_gets_what_it_does_not_name() {
        let row = post()
            .row_from_json(&json!({ "title": "a", "id": 1 }))
            .unwrap();
        let full = json!({ "id": 1, "title": "a", "votes": 0, "note": null });
        assert_eq!(row.to_json().to_string(), full.to_string());
    }

    #[test]
    fn refuses_rows_with_the_name_of_what_does_not_fit() {
        let rows = [
            json!([]),
            json!({ "id": 1, "titel": "a" }),
            json!({ "id": 1 }),
            json!({ "id": 1, "title": null }),
            json!({ "id": 1, "title": "a", "votes": 256 }),
        ];
        let faults = rows.map(|row| post().row_from_json(&row).unwrap_err());
        assert_snapshot!(lines(faults), @"
        a row of `post` is an object, found []
        `post` has no field `titel`; it has id, title, votes, note
        field `title` of `post` is missing; it has no default and is not nullable
        field `title` of `post`: expected string, found null
        field `votes` of `post`: expected u8, found 256
        ");
    }
}
