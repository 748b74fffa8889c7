//! Conditions on rows as text: `votes >= 10`, `author=Ada`, `note is null`.

use std::ops::Bound;

use sdk_schema::{FieldType, Row, Table, Value};

use crate::{
    rpc::Failure,
    store::{Is, IsNotNull, IsNull, Scan, StoreError, TableView, Watch},
};

/// A condition on one field.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter {
    field: String,
    test: Test,
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    Is(Value),
    Within(Bound<Value>, Bound<Value>),
    Null,
    NotNull,
}

/// What stands between a field and a value; those that begin with another first.
const SIGNS: [&str; 5] = ["<=", ">=", "<", ">", "="];

/// Reads conditions on the fields of a table.
pub(super) fn parse(
    name: &str,
    table: &Table,
    conditions: &[String],
) -> Result<Vec<Filter>, Failure> {
    let numbered = conditions.iter().enumerate();
    numbered
        .map(|(at, text)| Filter::parse(name, table, &format!("filter[{at}]"), text))
        .collect()
}

impl Filter {
    fn parse(name: &str, table: &Table, place: &str, condition: &str) -> Result<Self, Failure> {
        let end = condition.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        let (word, rest) = condition.split_at(end.unwrap_or(condition.len()));
        let sign = SIGNS.iter().find_map(|sign| {
            let value = rest.trim_start().strip_prefix(sign)?;
            Some((*sign, value.trim_start_matches(' ')))
        });
        let null = match rest.trim() {
            "is null" => Some(Test::Null),
            "is not null" => Some(Test::NotNull),
            _ => None,
        };
        if word.is_empty() || (sign.is_none() && null.is_none()) {
            return Err(refuse(
                place,
                format!("`{condition}`: expected FIELD=VALUE"),
            ));
        }
        let field = table.field(word).ok_or_else(|| StoreError::UnknownField {
            table: name.to_owned(),
            field: word.to_owned(),
            known: table.field_list(),
        })?;
        let test = match (null, sign) {
            (Some(test), _) => test,
            (None, Some((sign, value))) => compare(
                sign,
                read(&field.ty, value)
                    .map_err(|detail| refuse(place, format!("field `{word}`: {detail}")))?,
            ),
            (None, None) => Test::NotNull,
        };
        Ok(Self {
            field: word.to_owned(),
            test,
        })
    }

    /// Adds the condition to a scan that goes by an index, as far as one may serve it.
    fn by_index<'a>(&self, scan: Scan<'a, Row>) -> Scan<'a, Row> {
        match &self.test {
            Test::Is(value) => scan.by(&self.field, value),
            _ => self.by_trial(scan),
        }
    }

    /// Adds the condition to a scan that tries each row.
    fn by_trial<'a>(&self, scan: Scan<'a, Row>) -> Scan<'a, Row> {
        match self.test.clone() {
            Test::Is(value) => scan.filter(&self.field, Is(value)),
            Test::Within(from, to) => scan.filter(&self.field, (from, to)),
            Test::Null => scan.filter(&self.field, IsNull),
            Test::NotNull => scan.filter(&self.field, IsNotNull),
        }
    }

    /// Adds the condition to what is watched.
    pub(super) fn watch(self, watch: Watch<Row>) -> Watch<Row> {
        match self.test {
            Test::Is(value) => watch.filter(&self.field, Is(value)),
            Test::Within(from, to) => watch.filter(&self.field, (from, to)),
            Test::Null => watch.filter(&self.field, IsNull),
            Test::NotNull => watch.filter(&self.field, IsNotNull),
        }
    }
}

fn refuse(place: &str, detail: String) -> Failure {
    Failure::invalid("FILTER_INVALID", &detail).violation(place, detail)
}

fn read(ty: &FieldType, text: &str) -> Result<Value, String> {
    Value::from_text(ty, text).map_err(|error| error.to_string())
}

fn compare(sign: &str, value: Value) -> Test {
    match sign {
        "<=" => Test::Within(Bound::Unbounded, Bound::Included(value)),
        ">=" => Test::Within(Bound::Included(value), Bound::Unbounded),
        "<" => Test::Within(Bound::Unbounded, Bound::Excluded(value)),
        ">" => Test::Within(Bound::Excluded(value), Bound::Unbounded),
        _ => Test::Is(value),
    }
}

/// How rows are chosen and ordered.
pub(super) struct Choice<'c> {
    pub(super) filters: &'c [Filter],
    pub(super) order_by: &'c str,
    pub(super) descending: bool,
}

/// A scan that goes by whichever index serves most of its conditions; the others
/// are tried on each row. Equal choices make equal scans, so that cursors fit.
pub(super) fn scan<'a>(
    rows: &TableView<'a>,
    choice: &Choice<'_>,
) -> Result<Scan<'a, Row>, StoreError> {
    let mut indexed: Vec<bool> = Vec::new();
    for at in 0..choice.filters.len() {
        indexed.push(true);
        match build(rows, choice, &indexed).explain() {
            Err(StoreError::NoIndex { .. }) => indexed[at] = false,
            other => drop(other?),
        }
    }
    // Two conditions may need to be served together: an index over both of them.
    let all = vec![true; indexed.len()];
    if indexed != all && build(rows, choice, &all).explain().is_ok() {
        indexed = all;
    }
    Ok(build(rows, choice, &indexed))
}

fn build<'a>(rows: &TableView<'a>, choice: &Choice<'_>, indexed: &[bool]) -> Scan<'a, Row> {
    let mut scan = rows.scan();
    if !choice.order_by.is_empty() {
        scan = scan.range(choice.order_by, ..);
    }
    for (filter, by_index) in choice.filters.iter().zip(indexed) {
        scan = if *by_index {
            filter.by_index(scan)
        } else {
            filter.by_trial(scan)
        };
    }
    if choice.descending { scan.rev() } else { scan }
}

#[cfg(test)]
mod tests {
    use sdk_schema::Field;

    use super::*;

    fn table() -> Table {
        let field = |name: &str, ty| Field::new(name.parse().unwrap(), ty);
        Table {
            name: "post".parse().unwrap(),
            key: vec!["id".parse().unwrap()],
            fields: vec![
                field("id", FieldType::I64),
                field("title", FieldType::String),
            ],
            indexes: Vec::new(),
            feed: true,
        }
    }

    fn read_one(text: &str) -> Result<Test, String> {
        let read = parse("blog.post", &table(), &[text.to_owned()]);
        let one = read.map(|mut filters| filters.remove(0).test);
        one.map_err(|failure| tonic::Status::from(failure).message().to_owned())
    }

    #[test]
    fn reads_each_sign_and_leaves_values_as_they_are() {
        let check = |text: &str, test: Test| assert_eq!(read_one(text), Ok(test), "{text}");
        let text = |text: &str| Test::Is(Value::String(text.to_owned()));
        check("title=a=b < c", text("a=b < c"));
        check("title=", text(""));
        check("title = x ", text("x "));
        check("title is null", Test::Null);
        check("title is not null", Test::NotNull);
        let five = || Value::Int(5);
        check(
            "id<5",
            Test::Within(Bound::Unbounded, Bound::Excluded(five())),
        );
        check(
            "id <= 5",
            Test::Within(Bound::Unbounded, Bound::Included(five())),
        );
        check(
            "id>5",
            Test::Within(Bound::Excluded(five()), Bound::Unbounded),
        );
        check(
            "id>=5",
            Test::Within(Bound::Included(five()), Bound::Unbounded),
        );
    }

    #[test]
    fn refuses_what_is_no_condition() {
        let check = |text: &str, found: &str| assert_eq!(read_one(text).unwrap_err(), found);
        check("id", "`id`: expected FIELD=VALUE");
        check("=5", "`=5`: expected FIELD=VALUE");
        check("", "``: expected FIELD=VALUE");
        check("id is", "`id is`: expected FIELD=VALUE");
        check("id=x", "field `id`: expected i64, found \"x\"");
        check(
            "name=x",
            "`blog.post` has no field `name`; it has id, title",
        );
    }
}
