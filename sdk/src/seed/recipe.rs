//! How the rows of one table are made up.
//!
//! Each field is drawn from its **choices**: the rows it may refer to, the
//! variants of an enum, a range, or an open set such as texts. What has to be
//! unique is not drawn but counted: an open field by the number of the row, and
//! fields with few choices by the digits of one number, so that all of their
//! combinations come up, each once, before there are no more.
//!
//! Each row has a stream of random numbers of its own, so that it does not
//! depend on how many rows are made, but for the rows that it may refer to.

use std::collections::HashMap;

use rand::{RngExt, SeedableRng, rngs::ChaCha8Rng};
use sdk_schema::{Checksum, Fake, Field, FieldType, Name, Row, Table, TableName, Value};

use super::fakes;

/// The keys that fields may hold, by the table they refer to.
pub(super) type Targets = HashMap<TableName, Vec<Value>>;

/// How the rows of one table are made up.
pub(super) struct Recipe<'a> {
    table: &'a Table,
    fields: Vec<FieldRecipe<'a>>,
    combinations: Vec<Combination>,
    seed: [u8; 32],
    /// The keys of the rows made so far, for fields that refer to their own table.
    earlier: Vec<Value>,
}

struct FieldRecipe<'a> {
    field: &'a Field,
    hint: Option<Fake>,
    choices: Choices,
    distinct: Distinct,
}

enum Choices {
    /// One of these.
    Listed(Vec<Value>),
    /// A whole number, this many from `min` on.
    Range { min: i128, count: u64 },
    /// The key of a row made earlier.
    Earlier,
    /// Anything of the type.
    Open,
}

/// How a field is kept from having the same value twice.
#[derive(Clone, Copy)]
enum Distinct {
    /// It is not.
    No,
    /// It counts the rows.
    Counted,
    /// It is a digit of the number of the row in a combination.
    Digit { combination: usize, divisor: u64 },
}

/// All ways to fill the fields of one key or unique index, in a shuffled order.
struct Combination {
    total: u64,
    offset: u64,
    stride: u64,
}

impl<'a> Recipe<'a> {
    /// A recipe for `table`, or the field that cannot be filled: it must refer to
    /// a row and there is none.
    pub(super) fn new(
        name: &TableName,
        table: &'a Table,
        hints: &[(&str, Fake)],
        targets: &Targets,
        rng: u64,
    ) -> Result<Self, &'a Field> {
        let mut recipe = Self {
            table,
            fields: Vec::with_capacity(table.fields.len()),
            combinations: Vec::new(),
            seed: Checksum::of(format!("{rng} {name}").as_bytes()).0,
            earlier: Vec::new(),
        };
        for field in &table.fields {
            let hint = hints.iter().find(|(hinted, _)| field.name == *hinted);
            let hint = hint.map(|(_, hint)| *hint);
            let choices = Choices::of(name, field, hint, targets);
            if choices.len() == Some(0) && !field.nullable {
                return Err(field);
            }
            recipe.fields.push(FieldRecipe {
                field,
                hint,
                choices,
                distinct: Distinct::No,
            });
        }
        recipe.keep_distinct();
        Ok(recipe)
    }

    /// How many rows there can be.
    pub(super) fn limit(&self) -> u64 {
        let totals = self
            .combinations
            .iter()
            .map(|combination| combination.total);
        totals.min().unwrap_or(u64::MAX)
    }

    /// The row of that number. Rows are made in ascending order.
    pub(super) fn row(&mut self, number: u64) -> Row {
        let mut rng = self.stream(number + 1);
        let value = |recipe| self.value(recipe, number, &mut rng);
        let values: Vec<_> = self.fields.iter().map(value).collect();
        let names = self.fields.iter().map(|recipe| recipe.field.name.clone());
        let row: Row = names.zip(values).collect();
        if let [key] = self.table.key.as_slice() {
            self.earlier.extend(row.get(key).cloned());
        }
        row
    }

    fn stream(&self, number: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.seed);
        rng.set_stream(number);
        rng
    }

    fn value(&self, recipe: &FieldRecipe<'_>, number: u64, rng: &mut ChaCha8Rng) -> Value {
        let is_key = self.table.key.contains(&recipe.field.name);
        if recipe.field.nullable && !is_key && rng.random_range(0..8) == 0 {
            return Value::Null;
        }
        let ty = &recipe.field.ty;
        let place = |count: u64, rng: &mut ChaCha8Rng| match recipe.distinct {
            Distinct::Digit {
                combination,
                divisor,
            } => self.combinations[combination].at(number) / divisor % count,
            _ => rng.random_range(0..count),
        };
        match &recipe.choices {
            Choices::Listed(values) if values.is_empty() => Value::Null,
            Choices::Listed(values) => values[index(place(values.len() as u64, rng))].clone(),
            Choices::Range { min, count } => {
                fakes::integer(ty, min + i128::from(place(*count, rng)))
            }
            Choices::Earlier if self.earlier.is_empty() => Value::Null,
            Choices::Earlier => self.earlier[rng.random_range(0..self.earlier.len())].clone(),
            Choices::Open => match recipe.distinct {
                Distinct::Counted => fakes::counted(recipe.field, recipe.hint, number, rng),
                _ => fakes::value(recipe.field, recipe.hint, rng),
            },
        }
    }

    /// Sees to it that keys and unique indexes hold, the narrowest first: what is
    /// unique in one field is so in many.
    fn keep_distinct(&mut self) {
        let indexes = self.table.indexes.iter().filter(|index| index.unique);
        let mut unique: Vec<&[Name]> = indexes.map(|index| index.fields.as_slice()).collect();
        unique.push(&self.table.key);
        unique.sort_by_key(|fields| fields.len());
        let mut done: Vec<&[Name]> = Vec::new();
        for fields in unique {
            let covered = |narrow: &&[Name]| narrow.iter().all(|name| fields.contains(name));
            if !done.iter().any(covered) {
                self.keep_fields_distinct(fields);
            }
            done.push(fields);
        }
    }

    fn keep_fields_distinct(&mut self, fields: &[Name]) {
        let is_in = |recipe: &FieldRecipe<'_>| fields.contains(&recipe.field.name);
        let places: Vec<_> = (0..self.fields.len())
            .filter(|at| is_in(&self.fields[*at]))
            .collect();
        let is_open = |at: &&usize| matches!(self.fields[**at].choices, Choices::Open);
        if let Some(open) = places.iter().find(is_open) {
            self.fields[*open].distinct = Distinct::Counted;
            return;
        }
        let mut total: u64 = 1;
        for at in places {
            let recipe = &mut self.fields[at];
            let Some(count) = recipe.choices.len() else {
                continue;
            };
            // A field that is a digit already keeps its place.
            if matches!(recipe.distinct, Distinct::No) && count > 0 {
                let combination = self.combinations.len();
                recipe.distinct = Distinct::Digit {
                    combination,
                    divisor: total,
                };
                total = total.saturating_mul(count);
            }
        }
        let mut rng = self.stream(0);
        self.combinations
            .push(Combination::shuffled(total, &mut rng));
    }
}

impl Choices {
    fn of(name: &TableName, field: &Field, hint: Option<Fake>, targets: &Targets) -> Self {
        if let Some(reference) = &field.references {
            return match targets.get(&reference.table) {
                _ if reference.table == *name && field.nullable => Self::Earlier,
                Some(keys) => Self::Listed(keys.clone()),
                None => Self::Listed(Vec::new()),
            };
        }
        match (&field.ty, fakes::range(hint)) {
            (FieldType::Bool, _) => Self::Listed(vec![Value::Bool(false), Value::Bool(true)]),
            (FieldType::Enum(variants), _) => {
                Self::Listed(variants.iter().cloned().map(Value::Enum).collect())
            }
            (ty, Some((min, max))) if fakes::is_integer(ty) => Self::Range {
                min: min.into(),
                count: max.abs_diff(min).saturating_add(1),
            },
            (FieldType::I8, _) => Self::Range {
                min: 0,
                count: 1 << 7,
            },
            (FieldType::U8, _) => Self::Range {
                min: 0,
                count: 1 << 8,
            },
            (FieldType::I16, _) => Self::Range {
                min: 0,
                count: 1 << 15,
            },
            (FieldType::U16, _) => Self::Range {
                min: 0,
                count: 1 << 16,
            },
            _ => Self::Open,
        }
    }

    /// How many there are, where that is known.
    fn len(&self) -> Option<u64> {
        match self {
            Self::Listed(values) => Some(values.len() as u64),
            Self::Range { count, .. } => Some(*count),
            Self::Earlier | Self::Open => None,
        }
    }
}

impl Combination {
    fn shuffled(total: u64, rng: &mut ChaCha8Rng) -> Self {
        let offset = rng.random_range(0..total);
        // A stride that shares no divisor with the total visits every place once.
        let stride = loop {
            let stride = rng.random_range(1..=total);
            if greatest_common_divisor(stride, total) == 1 {
                break stride;
            }
        };
        Self {
            total,
            offset,
            stride,
        }
    }

    /// Where the row of that number stands.
    fn at(&self, number: u64) -> u64 {
        let total = u128::from(self.total);
        let place = u128::from(self.offset) + u128::from(number) * u128::from(self.stride);
        u64::try_from(place % total).expect("a remainder is below its divisor")
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

fn index(place: u64) -> usize {
    usize::try_from(place).expect("a place in a list that is in memory")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn every_combination_comes_up_once_before_there_are_no_more(total in 1..500_u64, seed: u64) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let combination = Combination::shuffled(total, &mut rng);
            let places: HashSet<_> = (0..total).map(|number| combination.at(number)).collect();
            prop_assert_eq!(places.len() as u64, total);
            prop_assert!(places.iter().all(|place| *place < total));
        }
    }

    #[test]
    fn a_combination_of_nearly_endless_choices_does_not_overflow() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let combination = Combination::shuffled(u64::MAX, &mut rng);
        assert_ne!(combination.at(u64::MAX - 1), combination.at(u64::MAX - 2));
    }
}
