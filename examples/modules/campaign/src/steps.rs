//! Code that the migrations run.
//!
//! A step works on tables by name and on rows as values: it runs on the tables
//! of its day, which the structs of today do not describe.

use std::collections::{BTreeMap, BTreeSet};

use sdk::{
    prelude::*,
    schema::{Name, Row, Value},
    store::Cursor,
};

use crate::slug::free_slug;

/// How many rows a step holds in memory.
const PAGE_ROWS: usize = 500;

/// Gives each organisation a slug, made from its name.
#[step(revision = 1)]
pub(crate) async fn fill_slugs(tx: &mut WriteTx<'_>) -> Result<()> {
    let mut taken = BTreeSet::new();
    change_rows(tx, "campaign.organisation", |row| {
        let slug = free_slug(text(row, "name")?, &mut taken);
        row.set(Name::new("slug")?, Value::String(slug));
        Ok(())
    })
    .await
}

/// Turns amounts in whole units into amounts in minor units of their currency.
#[step(revision = 1)]
pub(crate) async fn count_minor_units(tx: &mut WriteTx<'_>) -> Result<()> {
    let factors = minor_units(tx).await?;
    change_rows(tx, "campaign.project", |row| {
        multiply(row, "goal_minor", &factors)
    })
    .await?;
    change_rows(tx, "campaign.pledge", |row| {
        multiply(row, "amount_minor", &factors)
    })
    .await
}

/// How many minor units make a whole one, by currency.
async fn minor_units(tx: &mut WriteTx<'_>) -> Result<BTreeMap<String, i128>> {
    let rows = tx.table("geo.currency")?.scan().collect().await?.rows;
    let factor = |row: &Row| {
        Some((
            text(row, "code").ok()?.to_owned(),
            power_of_ten(row.get("digits")?)?,
        ))
    };
    Ok(rows.iter().filter_map(factor).collect())
}

fn power_of_ten(digits: &Value) -> Option<i128> {
    match digits {
        Value::Uint(digits) => 10_i128.checked_pow(u32::try_from(*digits).ok()?),
        _ => None,
    }
}

/// Multiplies an amount by the factor of its row's currency.
fn multiply(row: &mut Row, field: &str, factors: &BTreeMap<String, i128>) -> Result<()> {
    let currency = text(row, "currency")?;
    let product = match (row.get(field), factors.get(currency)) {
        (Some(Value::Int(whole)), Some(factor)) => whole.checked_mul(*factor),
        _ => None,
    };
    let product = product
        .ok_or_else(|| sdk::Error::msg(format!("{currency}: no minor units of `{field}`")))?;
    row.set(Name::new(field)?, Value::Int(product));
    Ok(())
}

fn text<'r>(row: &'r Row, field: &str) -> Result<&'r str> {
    match row.get(field) {
        Some(Value::String(text)) => Ok(text),
        other => Err(sdk::Error::msg(format!(
            "`{field}` is {other:?}, expected a string"
        ))),
    }
}

/// Changes every row of a table, some at a time.
async fn change_rows(
    tx: &mut WriteTx<'_>,
    table: &str,
    mut change: impl FnMut(&mut Row) -> Result<()> + Send,
) -> Result<()> {
    let mut table = tx.table(table)?;
    let mut cursor: Option<Cursor> = None;
    loop {
        let page = table
            .scan()
            .after(cursor)
            .limit(PAGE_ROWS)
            .collect()
            .await?;
        for mut row in page.rows {
            change(&mut row)?;
            table.update(row).await?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests;
