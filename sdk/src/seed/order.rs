//! The order in which rows can be written so that what they refer to is there.

use sdk_schema::{Row, Schema, Table, TableName};

use super::{key_of, key_text};

/// The tables of a schema, those referred to before those that refer to them.
/// A circle of references is entered at the table whose name sorts first.
pub(crate) fn tables(schema: &Schema) -> Vec<(&TableName, &Table)> {
    let parents: Vec<Vec<usize>> = schema
        .tables
        .values()
        .map(|table| {
            let references = table.fields.iter().filter_map(|f| f.references.as_ref());
            references
                .filter_map(|reference| schema.tables.get_index_of(&reference.table))
                .collect()
        })
        .collect();
    parents_first(&parents)
        .into_iter()
        .filter_map(|index| schema.tables.get_index(index))
        .collect()
}

/// The places of `rows` in an order in which rows of the same table come after
/// those they refer to.
pub(crate) fn rows(name: &TableName, table: &Table, rows: &[Row]) -> Vec<usize> {
    let own: Vec<_> = table
        .fields
        .iter()
        .filter(|field| field.references.as_ref().is_some_and(|r| r.table == *name))
        .collect();
    if own.is_empty() {
        return (0..rows.len()).collect();
    }
    let places: std::collections::HashMap<_, _> = rows
        .iter()
        .enumerate()
        .map(|(place, row)| (key_text(&key_of(table, row)), place))
        .collect();
    let parents: Vec<Vec<usize>> = rows
        .iter()
        .map(|row| {
            let targets = own.iter().filter_map(|field| row.get(&field.name));
            targets
                .filter_map(|value| places.get(&key_text(std::slice::from_ref(value))).copied())
                .collect()
        })
        .collect();
    parents_first(&parents)
}

/// Sorts the numbers below `parents.len()` so that each comes after its
/// parents, otherwise in ascending order. In a circle the one that is reached
/// first comes last. Without recursion: chains may be long.
fn parents_first(parents: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(parents.len());
    let mut entered = vec![false; parents.len()];
    for start in 0..parents.len() {
        let mut path = Vec::new();
        enter(start, &mut entered, &mut path);
        while let Some((node, next)) = path.last_mut() {
            if let Some(parent) = parents[*node].get(*next) {
                *next += 1;
                enter(*parent, &mut entered, &mut path);
            } else {
                order.push(*node);
                path.pop();
            }
        }
    }
    order
}

/// Puts a node on the path unless it has been there.
fn enter(node: usize, entered: &mut [bool], path: &mut Vec<(usize, usize)>) {
    if !std::mem::replace(&mut entered[node], true) {
        path.push((node, 0));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_chain_of_a_hundred_thousand_is_turned_round() {
        let parents: Vec<_> = (1..=100_000).map(|n| vec![n % 100_000]).collect();
        let order = parents_first(&parents);
        assert_eq!(order.first(), Some(&99_999));
        assert_eq!(order.last(), Some(&0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_number_comes_once_and_after_its_parents(edges in prop::collection::vec((0..20_usize, 0..20_usize), 0..60)) {
            // A higher number never is the parent of a lower one: no circles.
            let mut parents = vec![Vec::new(); 20];
            for (a, b) in edges.into_iter().filter(|(a, b)| a != b) {
                parents[a.min(b)].push(a.max(b));
            }
            let order = parents_first(&parents);
            let place = |node: usize| order.iter().position(|n| *n == node);
            for (child, parents) in parents.iter().enumerate() {
                prop_assert!(parents.iter().all(|parent| place(*parent) < place(child)));
            }
            prop_assert_eq!(order.len(), 20);
        }
    }
}
