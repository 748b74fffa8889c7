//! [`Explanation`]: how a scan finds its rows, in words.

use std::{fmt, ops::Bound};

use sdk_schema::{Name, TableName, Value};
use serde::Serialize;

use super::{Ends, Query, StoredTable, Test};
use crate::store::{
    error::StoreError,
    key::{KeyReader, KeyWriter, dynamic},
};

/// How a scan finds its rows: through what, with which conditions.
///
/// Shown as one line, such as `index (author, published_at) of blog.post:
/// author = "Ada"; filter: votes >= 10; from the last; at most 20`.
///
/// ```
/// # use sdk::{clock::Clock, prelude::*, schema::Operation};
/// # #[derive(Table, Debug, Clone, PartialEq)]
/// # #[table(module = "blog", index(author, title))]
/// # struct Post { #[key] id: u64, author: String, title: String, votes: i64 }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let store = Store::in_memory(Clock::system())?;
/// # let (module, create) = ("blog".parse()?, Operation::CreateTable(Post::table().clone()));
/// # store.write(async |tx| tx.apply(&module, &create).await).await?;
/// let said = store.read(async |tx| {
///     let scan = tx.scan::<Post>().by(Post::AUTHOR, "Ada").filter(Post::VOTES, 10..);
///     scan.limit(20).explain()
/// });
/// assert_eq!(
///     said.await?.to_string(),
///     "index (author, title) of blog.post: author = \"Ada\"; filter: votes >= 10; at most 20"
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The table.
    pub table: TableName,
    /// Whether it goes by the key or by an index.
    pub through: Through,
    /// The fields of the key or the index: the rows come in their order.
    pub fields: Vec<Name>,
    /// The conditions that bound the range that is read.
    pub served: Vec<String>,
    /// The conditions that each row of the range is tried on.
    pub filters: Vec<String>,
    /// Whether it goes from the last row to the first.
    pub reverse: bool,
    /// At most so many rows.
    pub limit: Option<usize>,
    /// Whether it goes on where a page ended.
    pub continues: bool,
    /// Whether rows of the table can expire: those that have are left out.
    pub expires: bool,
}

/// What leads a scan to its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// The key: entries are the rows.
    Key,
    /// An index: each entry names a row.
    Index,
}

impl fmt::Display for Through {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Index => "index",
        })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, through, .. } = self;
        let served = if self.served.is_empty() {
            "all rows".to_owned()
        } else {
            self.served.join(", ")
        };
        write!(
            f,
            "{through} ({}) of {table}: {served}",
            self.fields.join(", ")
        )?;
        if !self.filters.is_empty() {
            write!(f, "; filter: {}", self.filters.join(", "))?;
        }
        if self.expires {
            f.write_str("; not expired")?;
        }
        if self.continues {
            f.write_str("; after a cursor")?;
        }
        if self.reverse {
            f.write_str("; from the last")?;
        }
        match self.limit {
            Some(limit) => write!(f, "; at most {limit}"),
            None => Ok(()),
        }
    }
}

impl Query {
    /// How the conditions are answered.
    pub(crate) fn explain(&self, table: &StoredTable) -> Result<Explanation, StoreError> {
        let access = self.access(table)?;
        self.key_range(table, access)?;
        let fields = access.fields(table);
        let mut served = Vec::new();
        for field in fields {
            if let Some(value) = self.value_of(*field) {
                let sign = sign_of_equal(table, *field);
                served.push(condition(table, *field, sign, value));
            }
        }
        if let Some(range) = &self.range {
            served.extend(if range.is_prefix {
                beginning(table, range.field, &range.ends)
            } else {
                between(table, range.field, &range.ends)
            });
        }
        let filters = self.filters.iter();
        let name = |position: &usize| table.fields()[*position].name.clone();
        Ok(Explanation {
            table: table.name().clone(),
            through: match access.index(table) {
                None => Through::Key,
                Some(_) => Through::Index,
            },
            fields: fields.iter().map(name).collect(),
            served,
            filters: filters
                .flat_map(|filter| tested(table, filter.field, &filter.test))
                .collect(),
            reverse: self.reverse,
            limit: self.limit,
            continues: self.after.is_some(),
            expires: table.expiry().is_some(),
        })
    }
}

fn sign_of_equal(table: &StoredTable, field: usize) -> &'static str {
    match table.fields()[field].ty.element() {
        Some(_) => "contains",
        None => "=",
    }
}

fn tested(table: &StoredTable, field: usize, test: &Test) -> Vec<String> {
    let name = &table.fields()[field].name;
    match test {
        Test::Null => vec![format!("{name} is null")],
        Test::NotNull => vec![format!("{name} is not null")],
        Test::Within(ends) => between(table, field, ends),
    }
}

/// The conditions that two ends make: none, one or two.
fn between(table: &StoredTable, field: usize, ends: &Ends) -> Vec<String> {
    if let (Bound::Included(from), Bound::Included(to)) = ends
        && from == to
    {
        return vec![condition(table, field, "=", from)];
    }
    let mut some = KeyWriter::new();
    some.present();
    // What only leaves out null goes without saying.
    let is_value = |end: &&[u8]| *end != some.as_bytes();
    let from = match &ends.0 {
        Bound::Included(value) => Some((">=", value.as_slice())),
        Bound::Excluded(value) => Some((">", value.as_slice())),
        Bound::Unbounded => None,
    };
    let to = match &ends.1 {
        Bound::Included(value) => Some(("<=", value.as_slice())),
        Bound::Excluded(value) => Some(("<", value.as_slice())),
        Bound::Unbounded => None,
    };
    let ends = [from, to].into_iter().flatten();
    ends.filter(|(_, value)| is_value(value))
        .map(|(sign, value)| condition(table, field, sign, value))
        .collect()
}

/// The condition that a text begins in some way.
fn beginning(table: &StoredTable, field: usize, ends: &Ends) -> Vec<String> {
    let Bound::Included(prefix) = &ends.0 else {
        return Vec::new();
    };
    // A text in a key ends with a mark that its beginning lacks.
    let mut whole = KeyWriter::new();
    whole.raw(prefix);
    whole.terminated(&[]);
    vec![condition(table, field, "begins with", whole.as_bytes())]
}

/// A condition such as `votes >= 10`.
fn condition(table: &StoredTable, field: usize, sign: &str, value: &[u8]) -> String {
    let field = &table.fields()[field];
    let value = dynamic::decode(field, &mut KeyReader::new(value));
    if sign == "=" && value == Ok(Value::Null) {
        return format!("{} is null", field.name);
    }
    // What has been encoded by its type decodes; this is no place to fail.
    let text = value.map_or_else(
        |error| error.to_string(),
        |value| value.to_json().to_string(),
    );
    format!("{} {sign} {text}", field.name)
}
