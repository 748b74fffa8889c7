//! What a version that does not know an operation can no longer do after it.
//!
//! That version reads and writes the tables, fields and indexes it knows, by
//! the names and types it knows. Tables and fields it does not know harm it
//! only where its inserts would have to fill them.

use super::{
    Lint, LintCode,
    find::lacking,
    made::{Content, Made},
};
use crate::{Conversion, Field, FoldedSchema, Index, Name, Operation, TableName};

impl Operation {
    /// Why a version that knows the schema `before`, but not this operation,
    /// cannot run after it; `None` if it can.
    ///
    /// What a step writes cannot be seen: a `run` breaks nothing.
    ///
    /// ```
    /// use sdk_schema::{FoldedSchema, Name, Operation};
    ///
    /// let blog = Name::new("blog").unwrap();
    /// let operation = |json: &str| serde_json::from_str::<Operation>(json).unwrap();
    /// let mut before = FoldedSchema::new();
    /// let table = r#"{ "create_table": { "name": "tag", "key": ["id"], "fields": [{ "name": "id", "type": "id" }] } }"#;
    /// before.apply(&blog, &operation(table)).unwrap();
    ///
    /// let note = r#"{ "add_field": { "table": "tag", "field": { "name": "note", "type": "string", "nullable": true } } }"#;
    /// assert_eq!(operation(note).breaks_previous(&before, &blog), None);
    /// let rename = r#"{ "rename_table": { "from": "tag", "to": "label" } }"#;
    /// assert!(operation(rename).breaks_previous(&before, &blog).is_some());
    /// ```
    pub fn breaks_previous(&self, before: &FoldedSchema, module: &Name) -> Option<String> {
        let breaks = breaks(self, before, &Made::default(), module);
        let messages: Vec<_> = breaks.into_iter().map(|lint| lint.message).collect();
        (!messages.is_empty()).then(|| messages.join("; "))
    }
}

/// What a version can no longer do that knows neither the operation nor what was made.
pub(crate) fn breaks(
    operation: &Operation,
    before: &FoldedSchema,
    made: &Made,
    module: &Name,
) -> Vec<Lint> {
    let Some(table) = operation.changed_table() else {
        return Vec::new();
    };
    let name = TableName::new(module.clone(), table.clone());
    let Some(folded) = before.tables.get(&name).filter(|_| !made.has_table(&name)) else {
        return Vec::new();
    };
    let lint = match operation {
        Operation::RenameTable { from, to } => Some(renames_table(from, to)),
        Operation::DropTable { table } => Some(drops_table(table)),
        Operation::RenameField { from, to, .. } if !made.has_field(&name, from) => {
            Some(renames_field(table, from, to))
        }
        Operation::DropField { field, .. } if !made.has_field(&name, field) => {
            Some(drops_field(table, field))
        }
        Operation::ChangeField { field, .. } => {
            let Some(old) = folded.table.field(&field.name) else {
                return Vec::new();
            };
            if made.has_field(&name, &field.name) {
                requires_field(table, old, field)
            } else {
                return change_field(table, old, field);
            }
        }
        Operation::AddIndex { index, .. } => unique_index(&name, index, made),
        Operation::DropIndex { fields, .. } => {
            let known = !fields.iter().any(|field| made.has_field(&name, field));
            known.then(|| drops_index(table, fields))
        }
        Operation::ChangeTable { feed: false, .. } if folded.table.feed => Some(stops_feed(table)),
        Operation::ChangeKey { key, .. } if *key != folded.table.key => {
            Some(changes_key(table, key))
        }
        _ => None,
    };
    lint.into_iter().collect()
}

fn renames_table(from: &Name, to: &Name) -> Lint {
    let message = format!(
        "table `{from}` is now called `{to}`, and the version before asks for `{from}`; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later"
    );
    Lint::new(LintCode::RenamesTable, message)
}

fn drops_table(table: &Name) -> Lint {
    let message = format!(
        "table `{table}` is dropped, and the version before reads and writes it; drop it a release after the last code that uses it"
    );
    Lint::new(LintCode::DropsTable, message)
}

fn renames_field(table: &Name, from: &Name, to: &Name) -> Lint {
    let message = format!(
        "field `{from}` of `{table}` is now called `{to}`, and the version before asks for `{from}`; stop it first, or add a new field, copy the values by a step, and drop the old one a release later"
    );
    Lint::new(LintCode::RenamesField, message)
}

fn drops_field(table: &Name, field: &Name) -> Lint {
    let message = format!(
        "field `{field}` of `{table}` is dropped, and the version before reads and writes it; drop it a release after the last code that uses it"
    );
    Lint::new(LintCode::DropsField, message)
}

/// A field that the version before does not know: its rows get what is absent.
fn requires_field(table: &Name, old: &Field, new: &Field) -> Option<Lint> {
    let is_required = old.absent_value().is_some() && new.absent_value().is_none();
    is_required.then(|| {
        let message = format!(
            "field `{}` of `{table}` is new and must be written, and rows that the version before inserts lack it; stop it first, or keep a default until it is gone",
            new.name
        );
        Lint::new(LintCode::RequiresField, message)
    })
}

fn change_field(table: &Name, old: &Field, new: &Field) -> Vec<Lint> {
    let field = &new.name;
    let mut lints = changes_type(table, old, new);
    let mut say = |code, message| lints.push(Lint::new(code, message));
    if !old.nullable && new.nullable {
        say(
            LintCode::AllowsNulls,
            format!(
                "field `{field}` of `{table}` may be null, which the version before cannot read; stop it first, or write no null until it is gone"
            ),
        );
    }
    if old.nullable && !new.nullable {
        let code = match new.default {
            Some(_) => LintCode::FillsNulls,
            None => LintCode::RequiresValues,
        };
        say(
            code,
            format!(
                "field `{field}` of `{table}` may no longer be null, and nulls that the version before writes are refused; require it a release after the last code that writes null"
            ),
        );
    }
    let target = new.references.as_ref().map(|reference| &reference.table);
    if let Some(target) = target.filter(|target| !old.refers_to(target)) {
        say(
            LintCode::ChecksReferences,
            format!(
                "field `{field}` of `{table}` refers to `{target}`, and values that the version before writes are refused where they are no key there; stop it first"
            ),
        );
    }
    lints
}

fn changes_type(table: &Name, old: &Field, new: &Field) -> Vec<Lint> {
    let (field, from, to) = (&new.name, &old.ty, &new.ty);
    let (added, dropped) = (lacking(to, from), lacking(from, to));
    let mut lints = Vec::new();
    let mut say = |code, message| lints.push(Lint::new(code, message));
    if !added.is_empty() {
        say(
            LintCode::AddsVariants,
            format!(
                "field `{field}` of `{table}` may be {}, which the version before cannot read; stop it first, or write none of them until it is gone",
                added.join(", ")
            ),
        );
    }
    if !dropped.is_empty() {
        say(
            LintCode::DropsVariants,
            format!(
                "field `{field}` of `{table}` can no longer be {}, which the version before may write and is refused; drop them a release after the last code that writes them",
                dropped.join(", ")
            ),
        );
    }
    // Variants in another order are the same variants.
    let is_enum = to.element().unwrap_or(to).is_enum();
    let code = match from.conversion_to(to) {
        Conversion::Same => return lints,
        _ if is_enum => return lints,
        Conversion::Checked => LintCode::NarrowsType,
        Conversion::Wider | Conversion::None => LintCode::ChangesType,
    };
    say(
        code,
        format!(
            "field `{field}` of `{table}` changes from {from} to {to}, and the version before reads and writes {from}; stop it first, or add a new field, copy the values by a step, and drop the old one a release later"
        ),
    );
    lints
}

/// A new field that is null in what the version before inserts keeps its rows apart.
fn unique_index(table: &TableName, index: &Index, made: &Made) -> Option<Lint> {
    let is_null = |field: &Name| made.content(table, field) == Some(Content::Nothing);
    if !index.unique || index.fields.iter().any(is_null) {
        return None;
    }
    let message = format!(
        "unique index {} of `{}` is new, and rows that the version before writes are refused where they share their values; stop it first, or make its code keep them apart before",
        index.label(),
        table.table
    );
    Some(Lint::new(LintCode::UniqueIndex, message))
}

fn drops_index(table: &Name, fields: &[Name]) -> Lint {
    let message = format!(
        "index ({}) of `{table}` is dropped, and the version before may look rows up by it; drop it a release after the last code that uses it",
        fields.join(", ")
    );
    Lint::new(LintCode::DropsIndex, message)
}

fn stops_feed(table: &Name) -> Lint {
    let message = format!(
        "changes of `{table}` no longer reach the feed, and the version before may wait for them; stop them a release after the last code that follows them"
    );
    Lint::new(LintCode::StopsFeed, message)
}

fn changes_key(table: &Name, key: &[Name]) -> Lint {
    let message = format!(
        "the key of `{table}` becomes ({}), and the version before finds rows by the old one; stop it first, or make a new table, copy the rows by a step, and drop the old one a release later",
        key.join(", ")
    );
    Lint::new(LintCode::ChangesKey, message)
}
