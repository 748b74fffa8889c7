//! What the data steps of the fixture do.
//!
//! The project's own are code that nobody took along. Two functions stand for
//! all of them. One rewrites every row of every table: the first text of a row
//! gets a dot, so that a step which ran twice, or not at all, can be told. The
//! other is called for each row of a table in which a migration has put a new
//! field in the place of `x_before`, and carries the value over.

use sdk::{
    migrate::{StepCode, StepDeclaration, StepFuture},
    store::WriteTx,
};
use sdk_schema::{BUILT_IN_MODULE, FieldType, Name, Row, Step, Table, Value};

/// Fewer than a table has, so that a step takes several batches.
const BATCH_ROWS: u32 = 3;

pub(super) fn declaration(step: &Step) -> StepDeclaration {
    let each_row = StepCode::EachRow {
        run: run_for_row,
        batch_rows: BATCH_ROWS,
    };
    StepDeclaration {
        name: step.name.to_string().leak(),
        revision: step.revision,
        code: if step.rows {
            each_row
        } else {
            StepCode::Once(run)
        },
    }
}

fn run<'a>(tx: &'a mut WriteTx<'_>) -> StepFuture<'a> {
    Box::pin(async move {
        let names = tx.table_names().into_iter();
        for name in names.filter(|name| name.module != BUILT_IN_MODULE) {
            let mut table = tx.table(&name.to_string())?;
            let schema = table.schema().clone();
            for mut row in table.scan().collect().await?.rows {
                mark(&schema, &mut row);
                table.update(row).await?;
            }
        }
        Ok(())
    })
}

fn run_for_row<'a>(_tx: &'a mut WriteTx<'_>, row: &'a mut Row) -> StepFuture<'a> {
    Box::pin(async move {
        carry_over(row);
        Ok(())
    })
}

/// Puts a dot behind the first text of a row that tells no rows apart.
pub(super) fn mark(table: &Table, row: &mut Row) {
    let distinct = |name: &Name| {
        let mut unique = table.indexes.iter().filter(|index| index.unique);
        table.key.contains(name) || unique.any(|index| index.fields.contains(name))
    };
    let texts = table.fields.iter();
    let mut texts = texts.filter(|field| field.ty == FieldType::String);
    if let Some(field) = texts.find(|field| !distinct(&field.name))
        && let Some(Value::String(text)) = row.get(&field.name)
    {
        let marked = Value::String(format!("{text}."));
        row.set(field.name.clone(), marked);
    }
}

/// Fills each field that stands in the place of another.
pub(super) fn carry_over(row: &mut Row) {
    let carried = row.iter().filter_map(|(name, value)| {
        let new = name.strip_suffix("_before")?;
        Some((new.parse().unwrap(), convert(value)))
    });
    for (name, value) in carried.collect::<Vec<(Name, Value)>>() {
        row.set(name, value);
    }
}

/// The history has two such fields: a text and a signed number.
fn convert(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::Int(text.len().try_into().unwrap()),
        Value::Int(number) => Value::Uint(number.unsigned_abs()),
        other => other.clone(),
    }
}
