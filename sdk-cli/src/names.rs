//! Names as they are typed, checked before anything is read or written.
//!
//! Each kind is a type with `FromStr`, so that a name that cannot be used is
//! refused with the command line: exit code 2.

use std::{fmt, str::FromStr};

use heck::{ToKebabCase, ToSnakeCase, ToUpperCamelCase};
use sdk_schema::{MAX_NAME_BYTES, Name, NameError, Stamp};

/// Crates that every module or host can see; a module of that name would hide them.
const RESERVED_CRATES: [&str; 6] = ["alloc", "core", "proc_macro", "sdk", "std", "test"];

/// Folders of cargo's own, which it refuses as names of programs.
const RESERVED_PROGRAMS: [&str; 4] = ["build", "deps", "examples", "incremental"];

/// Modules in the crate of every module, written or generated.
const RESERVED_MODULES: [&str; 6] = ["jobs", "messages", "proto", "service", "steps", "tables"];

/// Types that the fields of a table are made of.
const RESERVED_TYPES: [&str; 9] = [
    "Date",
    "Id",
    "Json",
    "Option",
    "Result",
    "String",
    "Table",
    "Timestamp",
    "Vec",
];

/// Why a text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NameRefused {
    /// It has not the shape of a name.
    #[error(transparent)]
    Shape(#[from] NameError),
    /// Rust has given the word a meaning.
    #[error("`{found}` is a word of the Rust language")]
    Keyword {
        /// The refused text.
        found: String,
    },
    /// Something else goes by that name.
    #[error("`{found}` is taken: {by}")]
    Taken {
        /// The refused text.
        found: String,
        /// What has it.
        by: &'static str,
    },
    /// It is not the name of an application.
    #[error(
        "`{found}` does not name an application: expected lower case with hyphens, a letter first, at most {MAX_NAME_BYTES} bytes, such as `{example}`"
    )]
    App {
        /// The refused text.
        found: String,
        /// What was probably meant.
        example: String,
    },
    /// It is not the name of a module.
    #[error(
        "`{found}` does not name a module: expected lower snake case, a letter first, at most {MAX_NAME_BYTES} bytes, such as `{example}`"
    )]
    Module {
        /// The refused text.
        found: String,
        /// What was probably meant.
        example: String,
    },
    /// It is not the name of a migration.
    #[error(
        "`{found}` does not name a migration: expected STAMP_name, such as 20261120T101530Z_create_post"
    )]
    Migration {
        /// The refused text.
        found: String,
    },
    /// It is not the name of a type.
    #[error("`{found}` does not name a type: expected upper camel case such as `{example}`")]
    Type {
        /// The refused text.
        found: String,
        /// What was probably meant.
        example: String,
    },
}

/// The name of an application: that of its crate and its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppName(String);

/// The name of a module, which is that of its crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ModuleName(Name);

/// The name of a table's type, from which the table's own follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeName(String);

/// The name of a job or a step, which is that of its function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FunctionName(Name);

/// What identifies a migration within its module: the name of its file, with
/// or without `.json`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MigrationStem(String);

impl FromStr for AppName {
    type Err = NameRefused;
    fn from_str(text: &str) -> Result<Self, NameRefused> {
        let name = crate_name(&text.replace('-', "_")).map_err(|refused| match refused {
            NameRefused::Shape(_) => NameRefused::App {
                found: text.to_owned(),
                example: example(text.to_kebab_case(), "shop"),
            },
            other => other,
        })?;
        if RESERVED_PROGRAMS.contains(&name.as_str()) {
            return Err(taken(text, "a folder of cargo's own has that name"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for ModuleName {
    type Err = NameRefused;
    fn from_str(text: &str) -> Result<Self, NameRefused> {
        crate_name(text).map(Self).map_err(|refused| match refused {
            NameRefused::Shape(_) => NameRefused::Module {
                found: text.to_owned(),
                example: example(text.to_snake_case(), "stock"),
            },
            other => other,
        })
    }
}

impl FromStr for TypeName {
    type Err = NameRefused;
    fn from_str(text: &str) -> Result<Self, NameRefused> {
        if RESERVED_TYPES.contains(&text) {
            return Err(taken(text, "fields are made of that type"));
        }
        let camel = text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !camel || Name::new(&text.to_snake_case()).is_err() {
            return Err(NameRefused::Type {
                found: text.to_owned(),
                example: example(text.to_upper_camel_case(), "Item"),
            });
        }
        not_a_keyword(text).map(|()| Self(text.to_owned()))
    }
}

impl FromStr for FunctionName {
    type Err = NameRefused;
    fn from_str(text: &str) -> Result<Self, NameRefused> {
        let name = Name::new(text)?;
        // A job is a module as well as a function.
        if RESERVED_CRATES.contains(&text) || RESERVED_MODULES.contains(&text) {
            return Err(taken(text, "a part of every module's crate has that name"));
        }
        not_a_keyword(text).map(|()| Self(name))
    }
}

impl FromStr for MigrationStem {
    type Err = NameRefused;
    fn from_str(text: &str) -> Result<Self, NameRefused> {
        let stem = text.strip_suffix(".json").unwrap_or(text);
        let parts = stem.split_once('_');
        let sound = parts
            .is_some_and(|(stamp, name)| stamp.parse::<Stamp>().is_ok() && Name::new(name).is_ok());
        if !sound {
            return Err(NameRefused::Migration {
                found: text.to_owned(),
            });
        }
        Ok(Self(stem.to_owned()))
    }
}

impl MigrationStem {
    /// The text, without `.json`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AppName {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl ModuleName {
    /// The name.
    pub(crate) fn name(&self) -> &Name {
        &self.0
    }

    /// The name of the type that stands for the module: `sys_account` has `SysAccount`.
    pub(crate) fn type_name(&self) -> String {
        self.0.to_upper_camel_case()
    }
}

/// The name of the type that stands for a module that is there.
pub(crate) fn type_of_module(module: &Name) -> TypeName {
    TypeName(module.to_upper_camel_case())
}

impl TypeName {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the table.
    pub(crate) fn table(&self) -> Name {
        Name::new(&self.0.to_snake_case()).expect("checked when the name was read")
    }
}

impl FunctionName {
    /// The name.
    pub(crate) fn name(&self) -> &Name {
        &self.0
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How Rust writes a field of that name: a keyword needs `r#`.
pub(crate) fn field_identifier(name: &Name) -> Result<String, NameRefused> {
    match not_a_keyword(name) {
        Ok(()) => Ok(name.to_string()),
        Err(_) if syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_ok() => {
            Ok(format!("r#{name}"))
        }
        Err(refused) => Err(refused),
    }
}

fn crate_name(text: &str) -> Result<Name, NameRefused> {
    let name = Name::new(text)?;
    if RESERVED_CRATES.contains(&text) || text.starts_with("sdk_") {
        return Err(taken(
            text,
            "a crate that modules and hosts see has that name",
        ));
    }
    not_a_keyword(text).map(|()| name)
}

/// What was probably meant, if that is a name; else any other.
fn example(meant: String, other: &str) -> String {
    if Name::new(&meant.to_snake_case()).is_ok() {
        meant
    } else {
        other.to_owned()
    }
}

fn not_a_keyword(text: &str) -> Result<(), NameRefused> {
    match syn::parse_str::<syn::Ident>(text) {
        Ok(_) => Ok(()),
        Err(_) => Err(NameRefused::Keyword {
            found: text.to_owned(),
        }),
    }
}

fn taken(text: &str, by: &'static str) -> NameRefused {
    NameRefused::Taken {
        found: text.to_owned(),
        by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: FromStr<Err = NameRefused> + fmt::Debug>(text: &str) -> String {
        text.parse::<T>().unwrap_err().to_string()
    }

    #[test]
    fn a_module_may_not_hide_a_crate_or_be_a_keyword() {
        insta::assert_snapshot!(refusal::<ModuleName>("core"), @"`core` is taken: a crate that modules and hosts see has that name");
        insta::assert_snapshot!(refusal::<ModuleName>("sdk_build"), @"`sdk_build` is taken: a crate that modules and hosts see has that name");
        insta::assert_snapshot!(refusal::<ModuleName>("match"), @"`match` is a word of the Rust language");
        insta::assert_snapshot!(refusal::<ModuleName>("Stock"), @"`Stock` does not name a module: expected lower snake case, a letter first, at most 63 bytes, such as `stock`");
    }

    #[test]
    fn an_application_may_have_hyphens_but_no_name_of_cargos() {
        assert_eq!("my-shop".parse::<AppName>().unwrap().as_str(), "my-shop");
        insta::assert_snapshot!(refusal::<AppName>("My-Shop"), @"`My-Shop` does not name an application: expected lower case with hyphens, a letter first, at most 63 bytes, such as `my-shop`");
        insta::assert_snapshot!(refusal::<AppName>("-"), @"`-` does not name an application: expected lower case with hyphens, a letter first, at most 63 bytes, such as `shop`");
        insta::assert_snapshot!(refusal::<AppName>("build"), @"`build` is taken: a folder of cargo's own has that name");
    }

    #[test]
    fn a_type_is_upper_camel_case_and_not_one_of_ours() {
        let name: TypeName = "OrderLine".parse().unwrap();
        assert_eq!(name.table(), "order_line");
        insta::assert_snapshot!(refusal::<TypeName>("order_line"), @"`order_line` does not name a type: expected upper camel case such as `OrderLine`");
        insta::assert_snapshot!(refusal::<TypeName>(""), @"`` does not name a type: expected upper camel case such as `Item`");
        insta::assert_snapshot!(refusal::<TypeName>("Id"), @"`Id` is taken: fields are made of that type");
        insta::assert_snapshot!(refusal::<TypeName>("Self"), @"`Self` is a word of the Rust language");
    }

    #[test]
    fn a_job_may_not_hide_what_the_crate_is_made_of() {
        assert!("restock".parse::<FunctionName>().is_ok());
        insta::assert_snapshot!(refusal::<FunctionName>("tables"), @"`tables` is taken: a part of every module's crate has that name");
        insta::assert_snapshot!(refusal::<FunctionName>("sdk"), @"`sdk` is taken: a part of every module's crate has that name");
    }

    #[test]
    fn a_migration_is_named_as_its_file_is() {
        let stem = |text: &str| text.parse::<MigrationStem>();
        assert_eq!(
            stem("20261120T101530Z_create_post.json"),
            stem("20261120T101530Z_create_post")
        );
        insta::assert_snapshot!(refusal::<MigrationStem>("create_post"), @"`create_post` does not name a migration: expected STAMP_name, such as 20261120T101530Z_create_post");
    }

    #[test]
    fn a_field_named_by_a_keyword_is_written_raw() {
        let written = |text| field_identifier(&Name::new(text).unwrap());
        assert_eq!(written("type").unwrap(), "r#type");
        assert_eq!(written("price").unwrap(), "price");
        assert!(written("crate").is_err());
    }
}
