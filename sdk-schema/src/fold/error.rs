//! Why an operation cannot be applied.

use crate::{FieldType, MigrationId, Name, TableName, ValueError};

/// Why an operation cannot be applied to a schema. Nothing has changed then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FoldError {
    /// A table of that name is there already.
    #[error("table `{table}` exists already; module `{}` has {known}", table.module)]
    TableExists {
        /// The table.
        table: TableName,
        /// The tables of the module.
        known: String,
    },
    /// There is no table of that name.
    #[error("table `{table}` does not exist; module `{}` has {known}", table.module)]
    TableMissing {
        /// The table.
        table: TableName,
        /// The tables of the module.
        known: String,
    },
    /// Another table refers to the table that is to be dropped.
    #[error("table `{table}` cannot be dropped: field `{by_field}` of `{by_table}` refers to it")]
    TableReferenced {
        /// The table.
        table: TableName,
        /// The table that refers to it.
        by_table: TableName,
        /// Its field.
        by_field: Name,
    },
    /// A field of that name is there already.
    #[error("`{table}` has a field `{field}` already; it has {known}")]
    FieldExists {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The fields of the table.
        known: String,
    },
    /// There is no field of that name.
    #[error("`{table}` has no field `{field}`; it has {known}")]
    FieldMissing {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The fields of the table.
        known: String,
    },
    /// A new table lists a field twice.
    #[error("`{table}` lists field `{field}` twice")]
    FieldTwice {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// The table has used all its field numbers.
    #[error(
        "`{table}` has no number left for field `{field}`: a table has at most 65534 fields in its life"
    )]
    NumbersExhausted {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A new field has nothing to put into the rows that exist.
    #[error(
        "field `{field}` of `{table}` is new and neither nullable nor has a default: the rows that exist need a value"
    )]
    NoDefault {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A default is not a value of its field.
    #[error("the default of field `{field}` of `{table}` does not fit: {source}")]
    Default {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// Expected and found.
        source: ValueError,
    },
    /// A field's type changes to one that holds none of its values.
    #[error(
        "field `{field}` of `{table}` cannot change from {from} to {to}, which holds none of its values: a step has to make new ones"
    )]
    NotConvertible {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The type until now.
        from: FieldType,
        /// The type it should get.
        to: FieldType,
    },
    /// The type of a field of the key changes.
    #[error(
        "field `{field}` of `{table}` cannot change from {from} to {to}: it is part of the key, and other rows may hold the key"
    )]
    KeyTypeChanged {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The type until now.
        from: FieldType,
        /// The type it should get.
        to: FieldType,
    },
    /// The field that is to be dropped is part of the key.
    #[error("field `{field}` of `{table}` cannot be dropped: it is part of the key ({key})")]
    FieldInKey {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The fields of the key.
        key: String,
    },
    /// The field that is to be dropped is indexed.
    #[error("field `{field}` of `{table}` cannot be dropped: drop the index {index} first")]
    FieldInIndex {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The index, as [`crate::Index::label`] shows it.
        index: String,
    },
    /// A table has no key.
    #[error("`{table}` has no key: name at least one of {known}")]
    KeyEmpty {
        /// The table.
        table: Name,
        /// The fields of the table.
        known: String,
    },
    /// The key names a field that the table lacks.
    #[error("the key of `{table}` names `{field}`, which is not a field; it has {known}")]
    KeyFieldUnknown {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// The fields of the table.
        known: String,
    },
    /// The key names a field twice.
    #[error("the key of `{table}` names `{field}` twice")]
    KeyFieldTwice {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A field of the key may be null.
    #[error("the key of `{table}` names `{field}`, which is nullable: a key is never null")]
    KeyFieldNullable {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A field of the key has a type without order.
    #[error("the key of `{table}` names `{field}`, whose type {ty} has no order")]
    KeyFieldNotOrderable {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// Its type.
        ty: FieldType,
    },
    /// The key that is to be changed is referred to.
    #[error(
        "the key of `{table}` cannot be changed: field `{by_field}` of `{by_table}` refers to it"
    )]
    KeyReferenced {
        /// The table.
        table: TableName,
        /// The table that refers to it.
        by_table: TableName,
        /// Its field.
        by_field: Name,
    },
    /// A step that leaves the application in use stands beside what does not.
    #[error(
        "step `{step}` runs while the application is in use: its migration holds such steps alone"
    )]
    OnlineBesideOther {
        /// The step.
        step: Name,
    },
    /// A step that is called once, in one transaction, cannot leave room for others.
    #[error(
        "step `{step}` cannot run while the application is in use: only one that is called for each row of a table can"
    )]
    OnlineOnce {
        /// The step.
        step: Name,
    },
    /// An index over the same fields is there already.
    #[error("`{table}` has an index {index} already; it has {known}")]
    IndexExists {
        /// The table.
        table: Name,
        /// The index.
        index: String,
        /// The indexes of the table.
        known: String,
    },
    /// There is no index over those fields.
    #[error("`{table}` has no index {index}; it has {known}")]
    IndexMissing {
        /// The table.
        table: Name,
        /// The index.
        index: String,
        /// The indexes of the table.
        known: String,
    },
    /// An index has no fields.
    #[error("an index of `{table}` has no fields: name at least one of {known}")]
    IndexEmpty {
        /// The table.
        table: Name,
        /// The fields of the table.
        known: String,
    },
    /// An index names a field that the table lacks.
    #[error("index {index} of `{table}` names `{field}`, which is not a field; it has {known}")]
    IndexFieldUnknown {
        /// The table.
        table: Name,
        /// The index.
        index: String,
        /// The field.
        field: Name,
        /// The fields of the table.
        known: String,
    },
    /// An index names a field twice.
    #[error("index {index} of `{table}` names `{field}` twice")]
    IndexFieldTwice {
        /// The table.
        table: Name,
        /// The index.
        index: String,
        /// The field.
        field: Name,
    },
    /// An index names a field whose type has no order.
    #[error(
        "index {index} of `{table}` names `{field}`, whose type {ty} has no order; documents cannot be indexed"
    )]
    IndexFieldNotOrderable {
        /// The table.
        table: Name,
        /// The index.
        index: String,
        /// The field.
        field: Name,
        /// Its type.
        ty: FieldType,
    },
    /// An index names two fields that are lists.
    #[error(
        "index {index} of `{table}` names `{first}` and `{second}`, which are both lists: an index has at most one"
    )]
    IndexTwoLists {
        /// The table.
        table: Name,
        /// The index.
        index: String,
        /// One list.
        first: Name,
        /// The other list.
        second: Name,
    },
    /// A field that says when rows expire is no instant.
    #[error("field `{field}` of `{table}` expires but is {ty}: only a timestamp says when")]
    ExpiresNotTimestamp {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
        /// Its type.
        ty: FieldType,
    },
    /// A field of the key says when rows expire.
    #[error("field `{field}` of `{table}` expires but is part of the key: use a field of its own")]
    ExpiresInKey {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// Two fields say when rows expire.
    #[error("fields `{first}` and `{second}` of `{table}` both expire: a row has one expiry")]
    ExpiresTwice {
        /// The table.
        table: Name,
        /// One field.
        first: Name,
        /// The other field.
        second: Name,
    },
    /// A field that shall become null on deletion cannot.
    #[error(
        "field `{field}` of `{table}` has on_delete set_null but is not nullable: make it nullable, or use restrict or cascade"
    )]
    SetNullOnRequired {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// A field refers to what it cannot refer to.
    #[error(transparent)]
    Reference(#[from] Box<ReferenceError>),
}

/// Why a reference does not lead to a fitting key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// A field refers to a table that does not exist.
    #[error(
        "field `{field}` of `{table}` refers to `{target}`, which does not exist; module `{}` has {known}", target.module
    )]
    Unknown {
        /// The table that refers.
        table: TableName,
        /// Its field.
        field: Name,
        /// The table referred to.
        target: TableName,
        /// The tables of that module.
        known: String,
    },
    /// A field refers to a table whose key has several fields.
    #[error(
        "field `{field}` of `{table}` refers to `{target}`, whose key ({key}) has several fields: only a key of one field can be referred to"
    )]
    CompositeKey {
        /// The table that refers.
        table: TableName,
        /// Its field.
        field: Name,
        /// The table referred to.
        target: TableName,
        /// The fields of its key.
        key: String,
    },
    /// A field refers to a table whose key is of another type.
    #[error(
        "field `{field}` of `{table}` is {found}, but the key `{key}` of `{target}`, to which it refers, is {expected}"
    )]
    KeyType {
        /// The table that refers.
        table: TableName,
        /// Its field.
        field: Name,
        /// The field's type.
        found: FieldType,
        /// The table referred to.
        target: TableName,
        /// The field of its key.
        key: Name,
        /// The key's type.
        expected: FieldType,
    },
}

/// Which operation of which migration cannot be applied, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{migration}, operation {operation}: {source}")]
pub struct FoldFault {
    /// The migration.
    pub migration: MigrationId,
    /// The operation, counted from 1.
    pub operation: usize,
    /// What is wrong with it.
    pub source: Box<FoldError>,
}
