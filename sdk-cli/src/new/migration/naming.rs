//! The name and the description that a migration gets from its operations.

use std::collections::BTreeSet;

use sdk_schema::{MAX_NAME_BYTES, Name, Operation};

/// What the operations do, in a few words: `add_price_to_item`.
pub(super) fn name(operations: &[Operation]) -> Name {
    let words = match main_operation(operations) {
        Some(main) => words_of(main),
        None => words_of_several(operations),
    };
    Name::new(shortened(&words)).expect("names and words of lower case make a name")
}

/// What the operations do, in a sentence.
pub(super) fn description(operations: &[Operation]) -> String {
    let parts: Vec<_> = operations.iter().map(sentence_of).collect();
    let text = parts.join("; ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// The operation for whose sake all others are there, where that can be told.
fn main_operation(operations: &[Operation]) -> Option<&Operation> {
    let tables: BTreeSet<_> = operations.iter().filter_map(table_of).collect();
    let only = |is: fn(&Operation) -> bool| {
        let mut found = operations.iter().filter(|operation| is(operation));
        found.next().filter(|_| found.next().is_none())
    };
    match operations {
        [only] => Some(only),
        [
            Operation::AddField { table, field },
            Operation::ChangeField {
                table: again,
                field: filled,
            },
        ] if (table, &field.name) == (again, &filled.name) => operations.first(),
        _ if tables.len() > 1 => None,
        _ => only(|it| matches!(it, Operation::ChangeKey { .. }))
            .or_else(|| only(|it| matches!(it, Operation::Run(_)))),
    }
}

fn sentence_of(operation: &Operation) -> String {
    match operation {
        // Its fields stand right below.
        Operation::CreateTable(table) => format!("create table `{}`", table.name),
        other => other.describe(),
    }
}

fn words_of(operation: &Operation) -> String {
    match operation {
        Operation::CreateTable(table) => format!("create_{}", table.name),
        Operation::RenameTable { from, to } => format!("rename_{from}_to_{to}"),
        Operation::DropTable { table } => format!("drop_{table}"),
        Operation::AddField { table, field } => format!("add_{}_to_{table}", field.name),
        Operation::RenameField { table, from, to } => format!("rename_{table}_{from}_to_{to}"),
        Operation::DropField { table, field } => format!("drop_{field}_of_{table}"),
        Operation::ChangeField { table, field } => format!("change_{}_of_{table}", field.name),
        Operation::AddIndex { table, index } => {
            format!("index_{table}_by_{}", index.fields.join("_"))
        }
        Operation::DropIndex { table, fields } => {
            format!("drop_index_of_{table}_by_{}", fields.join("_"))
        }
        Operation::ChangeTable { table, .. } => format!("change_feed_of_{table}"),
        Operation::ChangeKey { table, .. } => format!("change_key_of_{table}"),
        Operation::Run(run) => run.step.to_string(),
    }
}

fn words_of_several(operations: &[Operation]) -> String {
    let tables: BTreeSet<_> = operations.iter().filter_map(table_of).collect();
    let tables: Vec<_> = tables.into_iter().map(Name::as_str).collect();
    let all = |is: fn(&Operation) -> bool| operations.iter().all(is);
    let verb = if all(|it| matches!(it, Operation::CreateTable(_))) {
        "create"
    } else if all(|it| matches!(it, Operation::DropTable { .. })) {
        "drop"
    } else {
        "change"
    };
    match tables.as_slice() {
        [first, _, _, _, ..] => format!("{verb}_{first}_and_others"),
        few => format!("{verb}_{}", few.join("_and_")),
    }
}

fn table_of(operation: &Operation) -> Option<&Name> {
    match operation {
        Operation::CreateTable(table) => Some(&table.name),
        Operation::RenameTable { to: table, .. }
        | Operation::DropTable { table }
        | Operation::AddField { table, .. }
        | Operation::RenameField { table, .. }
        | Operation::DropField { table, .. }
        | Operation::ChangeField { table, .. }
        | Operation::AddIndex { table, .. }
        | Operation::DropIndex { table, .. }
        | Operation::ChangeTable { table, .. }
        | Operation::ChangeKey { table, .. } => Some(table),
        Operation::Run(run) => run.table.as_ref(),
    }
}

/// As many whole words as fit into a name.
fn shortened(words: &str) -> &str {
    // One byte more than fits: a word may end right before it.
    match words.get(..=MAX_NAME_BYTES) {
        None => words,
        Some(cut) => &cut[..cut.rfind('_').unwrap_or(MAX_NAME_BYTES)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drop_of(table: &str) -> Operation {
        Operation::DropTable {
            table: Name::new(table).expect("a name"),
        }
    }

    #[test]
    fn few_tables_are_named_and_many_are_not() {
        let three = ["a", "b", "c"].map(drop_of);
        let four = ["a", "b", "c", "d"].map(drop_of);
        assert_eq!(name(&three), "drop_a_and_b_and_c");
        assert_eq!(name(&four), "drop_a_and_others");
    }

    #[test]
    fn a_long_name_is_cut_at_a_word() {
        let long = format!("{}_end", "x".repeat(MAX_NAME_BYTES - "drop_".len()));
        assert_eq!(shortened(&format!("drop_{long}")).len(), MAX_NAME_BYTES);
        let table = format!("{}_{}", "x".repeat(40), "y".repeat(20));
        let expected = format!("drop_{}", "x".repeat(40));
        assert_eq!(name(&[drop_of(&table)]), expected.as_str());
    }
}
