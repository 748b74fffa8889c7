//! Tables as `#[derive(Table)]` declares them, from the types of their fields.
//!
//! The derive has checked every name and every literal: what is expected here
//! cannot fail in a crate that compiles.

use sdk_schema::{FieldType, Index, Name, OnDelete, Reference, Table as TableSchema, Value};

use crate::store::TableEnum;

/// A field that is being declared.
pub struct Field(sdk_schema::Field);

/// The table of these fields; key and indexes name fields.
pub fn table<const FIELDS: usize, const INDEXES: usize>(
    name: &str,
    key: &[&str],
    fields: [Field; FIELDS],
    indexes: [Index; INDEXES],
) -> TableSchema {
    TableSchema {
        name: checked(name),
        key: names(key),
        fields: fields.map(|field| field.0).into(),
        indexes: indexes.into(),
        feed: true,
    }
}

/// The table without a change feed.
#[must_use]
pub fn without_feed(table: TableSchema) -> TableSchema {
    TableSchema {
        feed: false,
        ..table
    }
}

/// An index that lets rows share their values.
pub fn index(fields: &[&str]) -> Index {
    Index {
        fields: names(fields),
        unique: false,
    }
}

/// An index of values that are unique.
pub fn unique(fields: &[&str]) -> Index {
    Index {
        fields: names(fields),
        unique: true,
    }
}

impl Field {
    /// A field of the type that a [`FieldValue`](crate::store::FieldValue) says.
    pub fn new(name: &str, ty: FieldType, nullable: bool) -> Self {
        Self(sdk_schema::Field {
            nullable,
            ..sdk_schema::Field::new(checked(name), ty)
        })
    }

    /// The default, in the JSON spelling of the field's type.
    ///
    /// # Panics
    ///
    /// When it is not of that type; the derive writes none such.
    #[must_use]
    pub fn default(mut self, json: &str) -> Self {
        let value = serde_json::from_str(json)
            .ok()
            .and_then(|json| Value::from_json(&self.0.ty, &json).ok());
        self.0.default = Some(value.expect("the derive has checked the default"));
        self
    }

    /// The default of a field of an enum.
    #[must_use]
    pub fn default_variant<E: TableEnum>(mut self, variant: E) -> Self {
        self.0.default = Some(value_of(variant));
        self
    }

    /// The default of a list of an enum.
    #[must_use]
    pub fn default_variants<E: TableEnum>(mut self, variants: &[E]) -> Self {
        let variants = variants.iter().copied().map(value_of).collect();
        self.0.default = Some(Value::Vec(variants));
        self
    }

    /// That a row is gone from the instant on that the field holds.
    #[must_use]
    pub fn expires(mut self) -> Self {
        self.0.expires = true;
        self
    }

    /// That the field holds the key of a row of `table`.
    ///
    /// # Panics
    ///
    /// When that is not a full name; the derive writes none such.
    #[must_use]
    pub fn references(mut self, table: &str, on_delete: OnDelete) -> Self {
        self.0.references = Some(Reference {
            table: table
                .parse()
                .expect("the derive has checked the name of the table"),
            on_delete,
        });
        self
    }
}

fn value_of<E: TableEnum>(variant: E) -> Value {
    Value::Enum(checked(variant.as_str()))
}

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().copied().map(checked).collect()
}

fn checked(name: &str) -> Name {
    Name::new(name).expect("the derive has checked the name")
}
