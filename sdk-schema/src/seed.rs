//! Seed files: rows that a module brings along.
//!
//! `docs/format-seed.md` describes the file. Reading it checks its shape only;
//! whether the rows fit is known when the table is: [`SeedFile::rows_of`].

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    Checksum, Name, Row, RowError, Table,
    versioned::{self, Unread},
};

/// The `format` of seed files that this version reads and writes.
pub const SEED_FORMAT: u32 = 1;

/// What seed rows are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedSet {
    /// Rows that production needs.
    Real,
    /// Rows for demonstrations and tests.
    Test,
}

impl SeedSet {
    /// The name of its folder under `seeds`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for SeedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A file of seed rows.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedFile {
    /// What the rows are for.
    pub set: SeedSet,
    /// The file's name in the folder of its set.
    pub file: String,
    /// The table of the own module that the rows are for.
    pub table: Name,
    /// The rows as objects, in the order of the file.
    pub rows: Vec<Json>,
    /// SHA-256 of the normalised file: white space does not count.
    pub checksum: Checksum,
}

/// The content of a seed file.
#[derive(Serialize, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `format`, `table` and `rows`"
)]
struct Content {
    format: u32,
    table: Name,
    rows: Vec<Json>,
}

impl Content {
    fn checksum(&self) -> Checksum {
        let normal = serde_json::to_vec(self).expect("content read from JSON is JSON");
        Checksum::of(&normal)
    }
}

/// Why a file is not a seed file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SeedFileError {
    /// The text is not JSON of the expected shape; the source says line and column.
    #[error("{file}: {source}")]
    Json {
        /// The file's name.
        file: String,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// The file is of a format that this version cannot read.
    #[error(
        "{file}: format {found} is not known to this version, which reads format {SEED_FORMAT}"
    )]
    Format {
        /// The file's name.
        file: String,
        /// The number in the file.
        found: u32,
    },
}

/// What is wrong with the rows of a seed file: every row that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(faults, file))]
pub struct SeedRowsError {
    /// The file's name.
    pub file: String,
    /// One fault for each row that does not fit.
    pub faults: Vec<SeedRowFault>,
}

/// What is wrong with one row of a seed file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeedRowFault {
    /// The row is not one of the table.
    #[error("row {row}: {source}")]
    Row {
        /// The row, counted from 1.
        row: usize,
        /// What does not fit.
        source: RowError,
    },
    /// An earlier row has the same key.
    #[error("row {row}: key {key} stands in row {first} already")]
    KeyTwice {
        /// The row, counted from 1.
        row: usize,
        /// The earlier row.
        first: usize,
        /// The key as JSON.
        key: String,
    },
}

impl SeedRowFault {
    /// The row, counted from 1.
    pub fn row(&self) -> usize {
        match self {
            Self::Row { row, .. } | Self::KeyTwice { row, .. } => *row,
        }
    }
}

fn lines(faults: &[SeedRowFault], file: &str) -> String {
    let lines: Vec<_> = faults
        .iter()
        .map(|fault| format!("{file}, {fault}"))
        .collect();
    lines.join("\n")
}

impl SeedFile {
    /// Reads the file `file_name` of a set.
    ///
    /// ```
    /// use sdk_schema::{SeedFile, SeedSet};
    /// let text = r#"{ "format": 1, "table": "country", "rows": [ { "code": "DE" } ] }"#;
    /// let file = SeedFile::parse(SeedSet::Real, "country.json", text).unwrap();
    /// assert_eq!((file.table.as_str(), file.rows.len()), ("country", 1));
    /// ```
    pub fn parse(set: SeedSet, file_name: &str, text: &str) -> Result<Self, SeedFileError> {
        let file = file_name.to_owned();
        let content: Content = match versioned::read(text, SEED_FORMAT) {
            Ok(content) => content,
            Err(Unread::Json(source)) => return Err(SeedFileError::Json { file, source }),
            Err(Unread::Format(found)) => return Err(SeedFileError::Format { file, found }),
        };
        Ok(Self {
            set,
            file,
            checksum: content.checksum(),
            table: content.table,
            rows: content.rows,
        })
    }

    /// Reads every row as one of `table`; reports every row that is not, and
    /// every key that stands twice.
    pub fn rows_of(&self, table: &Table) -> Result<Vec<Row>, SeedRowsError> {
        let mut rows = Vec::with_capacity(self.rows.len());
        let mut faults = Vec::new();
        let mut keys = HashMap::new();
        for (position, json) in self.rows.iter().enumerate() {
            let number = position + 1;
            match read_row(table, json, number, &mut keys) {
                Ok(row) => rows.push(row),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() {
            return Ok(rows);
        }
        Err(SeedRowsError {
            file: self.file.clone(),
            faults,
        })
    }
}

fn read_row(
    table: &Table,
    json: &Json,
    number: usize,
    keys: &mut HashMap<String, usize>,
) -> Result<Row, SeedRowFault> {
    let row = table
        .row_from_json(json)
        .map_err(|source| SeedRowFault::Row {
            row: number,
            source,
        })?;
    let key = key_label(table, &row);
    if let Some(&first) = keys.get(&key) {
        return Err(SeedRowFault::KeyTwice {
            row: number,
            first,
            key,
        });
    }
    keys.insert(key, number);
    Ok(row)
}

/// The key's values as messages show them: `"DE"` or `"DE", 7`.
fn key_label(table: &Table, row: &Row) -> String {
    let values = table.key.iter().filter_map(|field| row.get(field));
    let words: Vec<_> = values.map(|value| value.to_json().to_string()).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use serde_json::json;

    use super::*;
    use crate::fixture::table;

    fn parse(text: &str) -> Result<SeedFile, SeedFileError> {
        SeedFile::parse(SeedSet::Test, "country.json", text)
    }

    fn country() -> Table {
        table(json!({ "name": "country", "key": ["code"], "fields": [
            { "name": "code", "type": "string" },
            { "name": "people", "type": "u64", "default": 0 }
        ] }))
    }

    #[test]
    fn says_line_and_column_of_what_is_not_a_seed_file() {
        let check = |text| parse(text).unwrap_err().to_string();
        assert_snapshot!(check("{ \"format\": 1,\n\"table\" }"), @"country.json: expected `:` at line 2 column 9");
        assert_snapshot!(check("{ \"format\": 1, \"table\": \"a\", \"row\": [] }"), @"country.json: unknown field `row`, expected one of `format`, `table`, `rows` at line 1 column 34");
        assert_snapshot!(check("{ \"format\": 2, \"new\": [] }"), @"country.json: format 2 is not known to this version, which reads format 1");
        assert_snapshot!(check("{ \"format\": 1, \"table\": \"Äh\", \"rows\": [] }"), @"country.json: `Äh` is not a name: expected lower snake case, a letter first, at most 63 bytes at line 1 column 29");
    }

    #[test]
    fn white_space_does_not_change_the_checksum() {
        let close = parse(r#"{"format":1,"table":"country","rows":[{"code":"DE"}]}"#).unwrap();
        let wide =
            parse("{ \"format\": 1, \"table\": \"country\",\n \"rows\": [ {\"code\": \"DE\"} ] }");
        assert_eq!(close, wide.unwrap());
        let other = parse(r#"{"format":1,"table":"country","rows":[{"code":"FR"}]}"#).unwrap();
        assert_ne!(close.checksum, other.checksum);
    }

    #[test]
    fn fills_in_defaults() {
        let file = parse(r#"{"format":1,"table":"country","rows":[{"code":"DE"}]}"#).unwrap();
        let rows = file.rows_of(&country()).unwrap();
        assert_eq!(rows[0].to_json(), json!({ "code": "DE", "people": 0 }));
    }

    #[test]
    fn reports_every_row_that_does_not_fit() {
        let rows = r#"{"format":1,"table":"country","rows":[7, {"code": 1}, {"code": "DE"}, {"code": "DE"}]}"#;
        let error = parse(rows).unwrap().rows_of(&country()).unwrap_err();
        assert_snapshot!(error, @r#"
        country.json, row 1: a row of `country` is an object, found 7
        country.json, row 2: field `code` of `country`: expected string, found 1
        country.json, row 4: key "DE" stands in row 3 already
        "#);
    }
}
