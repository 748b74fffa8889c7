//! Fields as they are typed: `name:String`, `votes:i64=0`, `note:String?`.

use std::str::FromStr;

use sdk_schema::{Name, NameError};
use syn::Type;

/// A field of a new table.
#[derive(Debug, Clone)]
pub(crate) struct FieldSpec {
    /// Its name.
    pub(crate) name: Name,
    /// Its type without the `?`, which parses; may be that of a table, which
    /// makes the field a reference.
    pub(crate) ty: String,
    /// Whether a `?` stood behind the type.
    pub(crate) nullable: bool,
    /// What stood behind the `=`.
    pub(crate) default: Option<String>,
}

/// Fields of a key or an index: `author,published_at`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns(pub(crate) Vec<Name>);

/// Why a word of the command line is not a field.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FieldSpecError {
    /// There is no colon.
    #[error("`{found}` is not a field: expected NAME:TYPE such as `price:i64`")]
    Shape {
        /// The refused text.
        found: String,
    },
    /// The part before the colon is no name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The part behind the colon is no type.
    #[error("`{found}` is not a type: expected one such as `i64` or `Option<String>`")]
    Type {
        /// The refused text.
        found: String,
    },
}

impl FromStr for FieldSpec {
    type Err = FieldSpecError;
    fn from_str(text: &str) -> Result<Self, FieldSpecError> {
        let (name, rest) = text.split_once(':').ok_or_else(|| FieldSpecError::Shape {
            found: text.to_owned(),
        })?;
        let (ty, default) = match rest.split_once('=') {
            Some((ty, default)) => (ty, Some(default.to_owned())),
            None => (rest, None),
        };
        let optional = || ty.strip_prefix("Option<")?.strip_suffix('>');
        let bare = ty.strip_suffix('?').or_else(optional);
        let spec = Self {
            name: Name::new(name)?,
            ty: bare.unwrap_or(ty).to_owned(),
            nullable: bare.is_some(),
            default,
        };
        match syn::parse_str::<Type>(&spec.ty) {
            Ok(_) => Ok(spec),
            Err(_) => Err(FieldSpecError::Type {
                found: ty.to_owned(),
            }),
        }
    }
}

impl FromStr for Columns {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        text.split(',')
            .map(Name::new)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
