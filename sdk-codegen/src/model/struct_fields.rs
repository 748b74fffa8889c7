//! The key, the indexes and the expiry of a table, checked against its fields.

use sdk_schema::{Index, Name};
use syn::{Ident, ext::IdentExt};

use super::{
    Field,
    attribute::{did_you_mean, named, one_of, shown},
};
use crate::faults::Faults;

/// How many fields the key codec takes.
const MAX_KEY_FIELDS: usize = 4;

/// An index as `#[table(…)]` declares it.
pub(super) struct DeclaredIndex {
    pub(super) fields: Vec<Ident>,
    pub(super) unique: bool,
}

/// The fields of a struct. One that could not be read keeps its place, so that
/// a key or an index that names it is not a second fault.
pub(super) struct StructFields<'a>(Vec<StructField<'a>>);

struct StructField<'a> {
    ident: &'a Ident,
    source: &'a syn::Field,
    field: Option<Field>,
}

impl<'a> StructFields<'a> {
    /// Reads all fields.
    pub(super) fn read(fields: &[(&'a Ident, &'a syn::Field)], faults: &mut Faults) -> Self {
        let field = |(ident, source): &(&'a Ident, &'a syn::Field)| StructField {
            ident,
            source,
            field: faults.keep(Field::parse(source, ident)),
        };
        Self(fields.iter().map(field).collect())
    }

    /// The fields that could be read.
    pub(super) fn into_fields(self) -> Vec<Field> {
        self.0.into_iter().filter_map(|it| it.field).collect()
    }

    /// The places of the key's fields: those of `#[table(key(…))]`, or those marked `#[key]`.
    pub(super) fn key(
        &self,
        table: &Ident,
        listed: Option<&[Ident]>,
        faults: &mut Faults,
    ) -> Vec<usize> {
        let marked = self.marked();
        let key = match listed {
            None => marked.iter().map(|(place, _)| *place).collect(),
            Some(listed) => {
                for (_, mark) in &marked {
                    let message =
                        "`#[table(key(…))]` names the key already: expected one of the two";
                    faults.at(mark.path(), message);
                }
                self.places(listed, faults)
            }
        };
        if key.is_empty() && listed.is_none() {
            let message =
                "a table needs a key: mark a field with `#[key]`, several for a composite key";
            faults.at(table, message);
        }
        if let Some(place) = key.get(MAX_KEY_FIELDS) {
            let message = format!(
                "a key has at most {MAX_KEY_FIELDS} fields, found {}",
                key.len()
            );
            faults.at(self.0[*place].ident, message);
        }
        for field in key.iter().map(|place| &self.0[*place]) {
            faults.keep(field.check_key());
        }
        key
    }

    /// The fields marked `#[key]`, with the mark.
    fn marked(&self) -> Vec<(usize, &'a syn::Attribute)> {
        let mark = |(place, field): (usize, &StructField<'a>)| {
            Some((place, named(&field.source.attrs, "key").next()?))
        };
        self.0.iter().enumerate().filter_map(mark).collect()
    }

    /// All indexes: first those of single fields, then those of the table.
    pub(super) fn indexes(
        &self,
        key: &[usize],
        declared: &[DeclaredIndex],
        faults: &mut Faults,
    ) -> Vec<Index> {
        let mut indexes = Indexes {
            key: key.iter().map(|place| self.0[*place].name()).collect(),
            found: Vec::new(),
        };
        for field in &self.0 {
            for (mark, unique) in [("index", false), ("unique", true)] {
                if let Some(mark) = named(&field.source.attrs, mark).next() {
                    faults.keep(field.check_index(mark.path()));
                    faults.keep(indexes.add(vec![field.name()], unique, mark.path()));
                }
            }
        }
        for index in declared {
            let places = self.places(&index.fields, faults);
            if places.len() < index.fields.len() {
                continue;
            }
            for (place, ident) in places.iter().zip(&index.fields) {
                faults.keep(self.0[*place].check_index(ident));
            }
            faults.keep(self.check_lists(&places, &index.fields));
            let fields = places.iter().map(|place| self.0[*place].name()).collect();
            let at = Listed(&index.fields);
            faults.keep(indexes.add(fields, index.unique, at));
        }
        indexes.into_schema()
    }

    /// Checks that at most one field says when a row is gone, and that it can.
    pub(super) fn check_expiry(&self, key: &[usize], faults: &mut Faults) {
        let mut first: Option<&StructField<'_>> = None;
        for (place, field) in self.0.iter().enumerate() {
            let Some(mark) = named(&field.source.attrs, "expires").next() else {
                continue;
            };
            faults.keep(field.check_expiry(key.contains(&place), mark));
            match first {
                Some(first) => {
                    let message =
                        format!("`{}` expires already: a row has one expiry", first.ident);
                    faults.at(mark.path(), message);
                }
                None => first = Some(field),
            }
        }
    }

    /// At most one field of an index is a list.
    fn check_lists(&self, places: &[usize], idents: &[Ident]) -> syn::Result<()> {
        let fields = places.iter().map(|place| &self.0[*place]).zip(idents);
        let mut lists = fields.filter(|(field, _)| field.is_list());
        match (lists.next(), lists.next()) {
            (Some((first, _)), Some((second, at))) => {
                let message = format!(
                    "`{}` and `{}` are both lists: an index has at most one",
                    first.ident, second.ident
                );
                Err(syn::Error::new_spanned(at, message))
            }
            _ => Ok(()),
        }
    }

    /// The places of the fields of these names, each once.
    fn places(&self, idents: &[Ident], faults: &mut Faults) -> Vec<usize> {
        let mut places = Vec::new();
        for ident in idents {
            match faults.keep(self.place(ident)) {
                Some(place) if places.contains(&place) => {
                    faults.at(ident, format!("`{ident}` is listed twice"));
                }
                place => places.extend(place),
            }
        }
        places
    }

    fn place(&self, ident: &Ident) -> syn::Result<usize> {
        let found = self.0.iter().position(|it| it.ident == ident);
        found.ok_or_else(|| {
            let names: Vec<_> = self.0.iter().map(StructField::name).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let message = format!(
                "the table has no field `{ident}`: expected {}{}",
                one_of(&names),
                did_you_mean(&ident.to_string(), &names)
            );
            syn::Error::new_spanned(ident, message)
        })
    }
}

impl StructField<'_> {
    fn name(&self) -> String {
        self.ident.unraw().to_string()
    }

    fn check_key(&self) -> syn::Result<()> {
        let refuse = |reason: &str| {
            let message = format!("the key field `{}` {reason}", self.ident);
            Err(syn::Error::new_spanned(&self.source.ty, message))
        };
        match &self.field {
            Some(field) if field.ty.nullable => refuse("cannot be null: expected no Option"),
            Some(field) if !field.ty.is_orderable() => {
                refuse("has no order: expected neither a Vec nor Json")
            }
            _ => Ok(()),
        }
    }

    fn is_list(&self) -> bool {
        self.field.as_ref().is_some_and(|field| field.ty.list)
    }

    fn check_expiry(&self, in_key: bool, mark: &syn::Attribute) -> syn::Result<()> {
        match &self.field {
            Some(field) if !field.ty.is_timestamp() => {
                let message = format!(
                    "`{}` cannot say when a row expires: expected Timestamp or Option<Timestamp>, found `{}`",
                    self.ident,
                    shown(&field.rust_type)
                );
                Err(syn::Error::new_spanned(&self.source.ty, message))
            }
            _ if in_key => {
                let message = format!(
                    "`{}` is part of the key: expected a field of its own for the expiry",
                    self.ident
                );
                Err(syn::Error::new_spanned(mark.path(), message))
            }
            _ => Ok(()),
        }
    }

    fn check_index(&self, at: impl quote::ToTokens) -> syn::Result<()> {
        match &self.field {
            Some(field) if !field.ty.is_indexable() => {
                let message = format!(
                    "`{}` cannot be indexed: `{}` has no order",
                    self.ident,
                    shown(&field.rust_type)
                );
                Err(syn::Error::new_spanned(at, message))
            }
            _ => Ok(()),
        }
    }
}

/// The names of an index in its brackets, as one place in the source.
struct Listed<'a>(&'a [Ident]);

impl quote::ToTokens for Listed<'_> {
    fn to_tokens(&self, tokens: &mut proc_macro2::TokenStream) {
        for ident in self.0 {
            ident.to_tokens(tokens);
        }
    }
}

/// The indexes found so far; their fields are their identity.
struct Indexes {
    key: Vec<String>,
    found: Vec<(Vec<String>, bool)>,
}

impl Indexes {
    fn add(
        &mut self,
        fields: Vec<String>,
        unique: bool,
        at: impl quote::ToTokens,
    ) -> syn::Result<()> {
        let refuse = |reason: &str| {
            let message = format!("({}) {reason}", fields.join(", "));
            Err(syn::Error::new_spanned(at, message))
        };
        if fields == self.key {
            return refuse("is the key, which is unique and ordered already");
        }
        if self.found.iter().any(|(known, _)| *known == fields) {
            return refuse("is indexed twice: a unique index is an index");
        }
        self.found.push((fields, unique));
        Ok(())
    }

    /// Names that are none have their fault at the field.
    fn into_schema(self) -> Vec<Index> {
        let index = |(fields, unique): (Vec<String>, bool)| Index {
            fields: fields.iter().filter_map(|it| Name::new(it).ok()).collect(),
            unique,
        };
        self.found.into_iter().map(index).collect()
    }
}
