//! What the data steps of the fixture do.
//!
//! The project's own are code that nobody took along. One function stands for
//! all of them: it rewrites every row of every table. Where a migration has put
//! a new field in the place of `x_before`, it carries the value over; the first
//! text of a row gets a dot, so that a step which ran twice, or not at all,
//! can be told.

use sdk::{
    migrate::{StepCode, StepDeclaration, StepFuture},
    store::WriteTx,
};
use sdk_schema::{FieldType, Name, Row, Step, Table, Value};

pub(super) fn declaration(step: &Step) -> StepDeclaration {
    StepDeclaration {
        name: step.name.to_string().leak(),
        revision: step.revision,
        code: StepCode::Once(run),
    }
}

fn run<'a>(tx: &'a mut WriteTx<'_>) -> StepFuture<'a> {
    Box::pin(async move {
        for name in tx
            .table_names()
            .into_iter()
            .filter(|name| name.module != "sdk")
        {
            let mut table = tx.table(&name.to_string())?;
            let schema = table.schema().clone();
            for mut row in table.scan().collect().await?.rows {
                change(&schema, &mut row);
                table.update(row).await?;
            }
        }
        Ok(())
    })
}

/// What the step makes of a row.
pub(super) fn change(table: &Table, row: &mut Row) {
    for field in &table.fields {
        let former = format!("{}_before", field.name);
        if let Some(value) = row.get(&former) {
            let value = convert(value, &field.ty);
            row.set(field.name.clone(), value);
        }
    }
    if let Some(name) = first_text(table)
        && let Some(Value::String(text)) = row.get(name)
    {
        let dotted = format!("{text}.");
        row.set(name.clone(), Value::String(dotted));
    }
}

/// The first field of text that tells no rows apart.
fn first_text(table: &Table) -> Option<&Name> {
    let distinct = |name: &Name| {
        let mut unique = table.indexes.iter().filter(|index| index.unique);
        table.key.contains(name) || unique.any(|index| index.fields.contains(name))
    };
    let mut texts = table
        .fields
        .iter()
        .filter(|field| field.ty == FieldType::String);
    texts
        .find(|field| !distinct(&field.name))
        .map(|field| &field.name)
}

/// A value of one type as one of another.
fn convert(value: &Value, ty: &FieldType) -> Value {
    match (value, ty) {
        (Value::String(text), FieldType::I32) => Value::Int(text.len().try_into().unwrap()),
        (Value::Uint(number), FieldType::I32) => Value::Int((*number).try_into().unwrap()),
        (Value::Int(number), FieldType::U32) => Value::Uint(number.unsigned_abs()),
        (value, _) => value.clone(),
    }
}
