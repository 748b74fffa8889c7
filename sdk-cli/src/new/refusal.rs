//! Why a `new` command refuses what it was asked for.

use std::path::PathBuf;

use sdk_schema::{MigrationId, Name, TableName, ValueError};

use crate::names::NameRefused;

/// A reason to write nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum Refusal {
    /// The folder of a new application holds something.
    #[error("{} is there already and not an empty folder", folder.display())]
    Occupied {
        /// The folder as it was typed.
        folder: PathBuf,
    },
    /// What should be the SDK is something else.
    #[error("{} is not the SDK: expected the folders `sdk` and `sdk-build` in it", path.display())]
    NotTheSdk {
        /// The path as it was typed.
        path: PathBuf,
    },
    /// A path cannot be written into `Cargo.toml`.
    #[error("{} is not UTF-8, as Cargo.toml has to be", path.display())]
    NotUtf8 {
        /// The path as it was typed.
        path: PathBuf,
    },
    /// A package of the workspace has the name of the new module.
    #[error("`{name}` is a package of this workspace already: {}", manifest.display())]
    PackageExists {
        /// The name.
        name: Name,
        /// The package's `Cargo.toml`.
        manifest: PathBuf,
    },
    /// The host depends on something else of that name.
    #[error("{} depends on another `{name}` already", manifest.display())]
    DependencyExists {
        /// The name.
        name: Name,
        /// The host's `Cargo.toml`.
        manifest: PathBuf,
    },
    /// The workspace does not say where the SDK is.
    #[error(
        "Cargo.toml: `[workspace.dependencies]` has no `{name}`, which a module takes from there"
    )]
    Unshared {
        /// The crate of the SDK.
        name: &'static str,
    },
    /// The host that was named is none.
    #[error(
        "no host `{package}` in this workspace: expected a package whose src/main.rs builds an `App`; found {known}"
    )]
    UnknownHost {
        /// The package that was named.
        package: String,
        /// The hosts that are there.
        known: String,
    },
    /// There are several hosts and none was named.
    #[error("this workspace has several hosts: {hosts}")]
    SeveralHosts {
        /// The hosts.
        hosts: String,
    },
    /// `src/lib.rs` has nothing to list things in.
    #[error("{}: no struct has `#[derive(Module)]` and `#[module(…)]`", file.display())]
    NoManifest {
        /// The file.
        file: PathBuf,
    },
    /// The own module to which something should be added is not a file.
    #[error("{}: `mod {module} {{ … }}` stands there with its content: move that to src/{module}.rs", file.display())]
    InlineModule {
        /// The file.
        file: PathBuf,
        /// The own module.
        module: &'static str,
    },
    /// The module has a table or a job of that name.
    #[error("module `{module}` has a {kind} `{name}` already")]
    Declared {
        /// The module.
        module: Name,
        /// `table`, `job` or `step or job`.
        kind: &'static str,
        /// Its name.
        name: Name,
    },
    /// The file has an item of that name.
    #[error("{} has a `{item}` already", file.display())]
    ItemExists {
        /// The file.
        file: PathBuf,
        /// The item.
        item: String,
    },
    /// A table would have the type of its module.
    #[error("`{row_type}` is the type of the module itself")]
    ModuleType {
        /// The type.
        row_type: String,
    },
    /// A field is named like the key that every table gets.
    #[error("field `id` is the key and comes by itself")]
    KeyIsImplied,
    /// A field is there twice.
    #[error("field `{field}` is given twice")]
    FieldTwice {
        /// The field.
        field: Name,
    },
    /// A key or an index names a field that is not there.
    #[error("{option}: no field `{field}`; the table has {known}")]
    UnknownField {
        /// The option.
        option: &'static str,
        /// The field.
        field: Name,
        /// The fields that are there.
        known: String,
    },
    /// Rust cannot have a field of that name.
    #[error("field `{field}`: {reason}")]
    FieldName {
        /// The field.
        field: Name,
        /// What is wrong.
        reason: NameRefused,
    },
    /// A field cannot have that type.
    #[error("field `{field}`: {reason}")]
    FieldType {
        /// The field.
        field: Name,
        /// What is wrong.
        reason: syn::Error,
    },
    /// A module has no such table.
    #[error("module `{module}` has no table `{table}`; it has {known}")]
    UnknownTable {
        /// The module.
        module: Name,
        /// The table.
        table: String,
        /// The tables that are there.
        known: String,
    },
    /// A reference would close a circle of modules.
    #[error(
        "`{path}`: module `{module}` builds on `{own}`, and modules cannot require each other in a circle"
    )]
    Circle {
        /// The table referred to.
        path: String,
        /// Its module.
        module: Name,
        /// The module of the new table.
        own: String,
    },
    /// No field can hold the key of that table.
    #[error("`{path}` cannot be referred to: {reason}")]
    NoTarget {
        /// The table.
        path: String,
        /// What its key is.
        reason: &'static str,
    },
    /// The table referred to is not in its module's migrations.
    #[error("no migration of module `{}` makes `{table}` yet", table.module)]
    NotMigrated {
        /// The table.
        table: TableName,
    },
    /// A value does not fit the field that it is for.
    #[error("--fill {fill}: {source}")]
    Fill {
        /// What was given.
        fill: String,
        /// What is wrong with it.
        source: ValueError,
    },
    /// A field is given two values.
    #[error("--fill {fill}: that field has a value already")]
    FilledTwice {
        /// What was given second.
        fill: String,
    },
    /// A field that is not new needs no value.
    #[error("--fill: field `{field}` of `{table}` is not new, so its rows have values already")]
    NothingToFill {
        /// The table.
        table: Name,
        /// The field.
        field: Name,
    },
    /// The newest migration stands at the end of time.
    #[error("no stamp is later than that of `{newest}`: give that migration an earlier one")]
    NoLaterStamp {
        /// The newest migration.
        newest: MigrationId,
    },
    /// The module's texts are in a locale that is none.
    #[error(transparent)]
    SourceLocale(#[from] sdk_schema::LocaleError),
}

impl Refusal {
    /// What to type next, where that is known.
    pub(crate) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Occupied { .. } => "choose another folder with --dir DIR".to_owned(),
            Self::NotTheSdk { .. } => {
                "--sdk-path names the folder of the SDK's repository".to_owned()
            }
            Self::SeveralHosts { .. } => "choose one with --host PACKAGE".to_owned(),
            Self::UnknownField {
                option: "--key",
                field,
                ..
            } if *field == "id" => "leave --key away: the key `id` comes by itself".to_owned(),
            Self::KeyIsImplied => "name another key with --key FIELDS".to_owned(),
            Self::NotMigrated { table } => format!("sdk-cli new migration {}", table.module),
            _ => return None,
        })
    }
}
