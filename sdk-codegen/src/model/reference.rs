//! `#[references(path, …)]`: that a field holds the key of another table's row.
//!
//! The table is read from the path, so that tools need no compile:
//! `sys_account::Account` is table `account` of module `sys_account`;
//! `Account`, `crate::…::Account` and `super::…::Account` are of the own module.
//! The derive asserts at compile time that the type says the same.

use sdk_schema::{Name, OnDelete, TableName};
use syn::{
    Attribute, LitStr, Meta, Path, Token,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
};

use super::{
    TypeModel,
    attribute::{choice, fill, key_of, text, unknown_key},
    naming::{name_of, own_name},
};
use crate::faults::Faults;

const EXAMPLE: &str = "references(path::to::Table)";

/// What `on_delete` may be.
const ON_DELETE: [(&str, OnDelete); 3] = [
    ("restrict", OnDelete::Restrict),
    ("cascade", OnDelete::Cascade),
    ("set_null", OnDelete::SetNull),
];

/// A reference as a field declares it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// The path of the table's type.
    pub path: Path,
    /// The module of the table, unless it is the own one.
    pub module: Option<Name>,
    /// The name of the table in its module.
    pub table: Name,
    /// What happens to this row when that one is deleted.
    pub on_delete: OnDelete,
}

/// The path, and what follows it.
struct Arguments {
    path: Path,
    entries: Vec<Meta>,
}

impl Arguments {
    fn of(attribute: &Attribute) -> syn::Result<Self> {
        match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => list.parse_args(),
            other => Err(no_table(other.path())),
        }
    }
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let first = input.cursor().token_stream().into_iter().next();
        let path = Path::parse_mod_style(input).map_err(|_| no_table(first))?;
        if input.peek(Token![=]) {
            return Err(no_table(path));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
        let entries = Punctuated::<_, Token![,]>::parse_terminated(input)?;
        Ok(Self {
            path,
            entries: entries.into_iter().collect(),
        })
    }
}

impl Reference {
    /// Reads the attribute of a field of type `ty`.
    pub(super) fn parse(attribute: &Attribute, ty: Option<&TypeModel>) -> Result<Self, Faults> {
        let Arguments { path, entries } = Arguments::of(attribute)?;
        let mut faults = Faults::new();
        if ty.is_some_and(|ty| !ty.is_orderable()) {
            faults.at(
                &path,
                "the field cannot hold a key: a list and a JSON document have no order",
            );
        }
        let (mut table, mut on_delete) = (None, None);
        for entry in entries {
            let read = match key_of(&entry).as_str() {
                "on_delete" => choice(&entry, &ON_DELETE)
                    .and_then(|choice| can_follow(choice, &entry, ty))
                    .and_then(|choice| fill(&mut on_delete, &entry, choice)),
                "table" => text(&entry)
                    .and_then(|text| full_name(&text))
                    .and_then(|name| fill(&mut table, &entry, name)),
                _ => Err(unknown_key(&entry, "references", &["on_delete", "table"])),
            };
            faults.keep(read);
        }
        let target = match table {
            Some(TableName { module, table }) => Some((Some(module), table)),
            None => faults.keep(target(&path)),
        };
        faults.finish(target.map(|(module, table)| Self {
            path,
            module,
            table,
            on_delete: on_delete.unwrap_or_default(),
        }))
    }

    /// The reference for the schema of a table of `module`.
    pub fn to_schema(&self, module: &Name) -> sdk_schema::Reference {
        let module = self.module.as_ref().unwrap_or(module);
        sdk_schema::Reference {
            table: TableName::new(module.clone(), self.table.clone()),
            on_delete: self.on_delete,
        }
    }
}

/// Whether the field can become null, if it has to.
fn can_follow(choice: OnDelete, entry: &Meta, ty: Option<&TypeModel>) -> syn::Result<OnDelete> {
    match ty {
        Some(ty) if choice == OnDelete::SetNull && !ty.nullable => {
            let message = "`set_null` needs a field that can be null: an Option";
            Err(syn::Error::new_spanned(text(entry)?, message))
        }
        _ => Ok(choice),
    }
}

fn target(path: &Path) -> syn::Result<(Option<Name>, Name)> {
    let segments = &path.segments;
    if let Some(generic) = segments.iter().find(|it| !it.arguments.is_none()) {
        return Err(no_table(generic));
    }
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else {
        return Err(no_table(path));
    };
    let own = segments.len() == 1
        || ["crate", "self", "super"]
            .iter()
            .any(|word| first.ident == word);
    let module = if own {
        None
    } else {
        Some(own_name(&first.ident)?)
    };
    Ok((module, name_of(&last.ident)?))
}

fn full_name(text: &LitStr) -> syn::Result<TableName> {
    text.value()
        .parse()
        .map_err(|error| syn::Error::new_spanned(text, error))
}

fn no_table(found: impl quote::ToTokens) -> syn::Error {
    let message = format!("expected the type of a table, as in `#[{EXAMPLE}]`");
    syn::Error::new_spanned(found, message)
}
