//! Names: of modules, tables, fields, migrations and jobs.
//!
//! A name is lower snake case, starts with a letter and has at most 63 bytes,
//! so that it can stand unquoted in SQL, in a file name, in a URL and in Rust.

use std::{fmt, ops::Deref, sync::Arc};

use serde::{Deserialize, Serialize};

/// The longest name, in bytes: what `PostgreSQL` keeps of an identifier.
pub const MAX_NAME_BYTES: usize = 63;

/// A validated name in lower snake case. Cheap to clone.
///
/// ```
/// use sdk_schema::Name;
/// assert_eq!(Name::new("published_at").unwrap().as_str(), "published_at");
/// assert!(Name::new("PublishedAt").is_err());
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Arc<str>);

/// Why a text is not a [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{found}` is not a name: expected lower snake case, a letter first, at most {MAX_NAME_BYTES} bytes"
)]
pub struct NameError {
    /// The refused text.
    pub found: String,
}

impl Name {
    /// Checks `text` and makes it a name.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let mut bytes = text.bytes();
        let valid = text.len() <= MAX_NAME_BYTES
            && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
            && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if valid {
            Ok(Self(text.into()))
        } else {
            Err(NameError {
                found: text.to_owned(),
            })
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Name {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0)
    }
}

impl std::borrow::Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::new(&text)
    }
}

impl std::str::FromStr for Name {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::new(text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.as_str().to_owned()
    }
}

/// The full name of a table, `module.table`.
///
/// ```
/// use sdk_schema::TableName;
/// let name: TableName = "blog.post".parse().unwrap();
/// assert_eq!((name.module.as_str(), name.table.as_str()), ("blog", "post"));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TableName {
    /// The module that declares the table.
    pub module: Name,
    /// The table's name inside its module.
    pub table: Name,
}

/// Why a text is not a [`TableName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a full table name: expected `module.table`, both in lower snake case")]
pub struct TableNameError {
    /// The refused text.
    pub found: String,
}

impl TableName {
    /// Puts a full name together.
    pub fn new(module: Name, table: Name) -> Self {
        Self { module, table }
    }
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.module, self.table))
    }
}

impl fmt::Debug for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}.{}`", self.module, self.table)
    }
}

impl std::str::FromStr for TableName {
    type Err = TableNameError;
    fn from_str(text: &str) -> Result<Self, TableNameError> {
        text.split_once('.')
            .and_then(|(module, table)| {
                Some(Self::new(Name::new(module).ok()?, Name::new(table).ok()?))
            })
            .ok_or_else(|| TableNameError {
                found: text.to_owned(),
            })
    }
}

impl TryFrom<String> for TableName {
    type Error = TableNameError;
    fn try_from(text: String) -> Result<Self, TableNameError> {
        text.parse()
    }
}

impl From<TableName> for String {
    fn from(name: TableName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_lower_snake_case_of_at_most_63_bytes() {
        let longest = "a".repeat(MAX_NAME_BYTES);
        for accepted in ["a", "a1", "a_b_", longest.as_str()] {
            assert!(Name::new(accepted).is_ok(), "{accepted}");
        }
        let too_long = "a".repeat(MAX_NAME_BYTES + 1);
        for refused in [
            "",
            "_a",
            "1a",
            "A",
            "a-b",
            "a.b",
            "ä",
            "a b",
            too_long.as_str(),
        ] {
            assert!(Name::new(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_full_name_has_two_parts() {
        assert_eq!(
            "blog.post".parse::<TableName>().unwrap().to_string(),
            "blog.post"
        );
        for refused in ["post", ".post", "blog.", "blog.post.id", "Blog.post"] {
            let error = refused.parse::<TableName>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("`{refused}` is not")),
                "{error}"
            );
        }
    }
}
