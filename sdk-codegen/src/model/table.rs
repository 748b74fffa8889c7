//! `#[derive(Table)]`: a struct whose values are the rows of a table.

use sdk_schema::{Index, Name};
use syn::{Data, DeriveInput, Fields, Ident, Meta, Path};

use super::{
    Field,
    attribute::{
        fill, ident_lists, idents, items, key_of, name, named, sdk_path, switch, unknown_key,
    },
    field::was,
    naming::name_of,
    struct_fields::{DeclaredIndex, StructFields},
};
use crate::faults::Faults;

const KEYS: [&str; 6] = ["name", "module", "key", "index", "unique", "feed"];

/// A table, as a struct declares it.
#[derive(Debug, Clone)]
pub struct Table {
    /// The struct.
    pub ident: Ident,
    /// The path of the SDK.
    pub sdk: Path,
    /// The module, where it is not the one that is being built.
    pub module: Option<Name>,
    /// The name in the module: the struct's in snake case, or `#[table(name = "…")]`.
    pub name: Name,
    /// The name it had, by `#[was("…")]`.
    pub was: Option<Name>,
    /// The fields in the order of their declaration.
    pub fields: Vec<Field>,
    /// The fields of the key, as places in `fields`; never empty.
    pub key: Vec<usize>,
    /// The indexes: those of single fields first.
    pub indexes: Vec<Index>,
    /// Whether it has a change feed: unless `#[table(feed = false)]`.
    pub feed: bool,
}

/// The entries of `#[table(…)]` as they are found.
#[derive(Default)]
struct Entries {
    name: Option<Name>,
    module: Option<Name>,
    key: Option<Vec<Ident>>,
    indexes: Vec<DeclaredIndex>,
    feed: Option<bool>,
}

impl Table {
    /// Reads the struct and all its attributes.
    pub fn parse(input: &DeriveInput) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let sdk = sdk_path(&input.attrs, &mut faults);
        let was = was(&input.attrs, &mut faults);
        let entries = Entries::of(input, &mut faults);
        let name = faults.keep(entries.name(input));
        if !input.generics.params.is_empty() {
            faults.at(&input.generics, "a table has no generics");
        }
        let Some(fields) = faults.keep(struct_fields(input)) else {
            return Err(faults);
        };
        let fields = StructFields::read(&fields, &mut faults);
        let key = fields.key(&input.ident, entries.key.as_deref(), &mut faults);
        fields.check_expiry(&key, &mut faults);
        let indexes = fields.indexes(&key, &entries.indexes, &mut faults);
        let table = name.map(|name| Self {
            ident: input.ident.clone(),
            sdk,
            module: entries.module,
            name,
            was,
            fields: fields.into_fields(),
            key,
            indexes,
            feed: entries.feed.unwrap_or(true),
        });
        faults.finish(table)
    }

    /// The module and the name of a table, as far as they can be read.
    pub(crate) fn names(input: &DeriveInput) -> Option<(Option<Name>, Name)> {
        let entries = Entries::of(input, &mut Faults::new());
        let name = entries.name(input).ok()?;
        Some((entries.module, name))
    }

    /// The names of the key's fields.
    pub fn key_names(&self) -> Vec<Name> {
        self.key_fields().map(|field| field.name.clone()).collect()
    }

    /// The fields of the key, the most significant first.
    pub fn key_fields(&self) -> impl Iterator<Item = &Field> {
        self.key.iter().map(|place| &self.fields[*place])
    }
}

fn struct_fields(input: &DeriveInput) -> syn::Result<Vec<(&Ident, &syn::Field)>> {
    let refuse = |found: &dyn quote::ToTokens| {
        let message = "a table is a struct with named fields";
        Err(syn::Error::new_spanned(found.to_token_stream(), message))
    };
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields
                .named
                .iter()
                .filter_map(|field| Some((field.ident.as_ref()?, field)))
                .collect()),
            Fields::Unnamed(fields) => refuse(fields),
            Fields::Unit => refuse(&input.ident),
        },
        Data::Enum(data) => refuse(&data.enum_token),
        Data::Union(data) => refuse(&data.union_token),
    }
}

impl Entries {
    fn of(input: &DeriveInput, faults: &mut Faults) -> Self {
        let mut entries = Self::default();
        for attribute in named(&input.attrs, "table") {
            let listed = faults.keep(items::<Meta>(attribute, "table(index(field, …))"));
            for entry in listed.iter().flatten() {
                faults.keep(entries.read(entry));
            }
        }
        entries
    }

    fn name(&self, input: &DeriveInput) -> syn::Result<Name> {
        match &self.name {
            Some(name) => Ok(name.clone()),
            None => name_of(&input.ident),
        }
    }

    fn read(&mut self, entry: &Meta) -> syn::Result<()> {
        match key_of(entry).as_str() {
            "name" => fill(&mut self.name, entry, name(entry)?),
            "module" => fill(&mut self.module, entry, name(entry)?),
            "key" => {
                let listed = idents(entry);
                // A list at fault is a list: the key is not missing too.
                fill(&mut self.key, entry, listed.clone().unwrap_or_default())?;
                listed.map(drop)
            }
            found @ ("index" | "unique") => {
                let unique = found == "unique";
                let declared = ident_lists(entry)?.into_iter();
                self.indexes
                    .extend(declared.map(|fields| DeclaredIndex { fields, unique }));
                Ok(())
            }
            "feed" => fill(&mut self.feed, entry, switch(entry)?),
            _ => Err(unknown_key(entry, "table", &KEYS)),
        }
    }
}
