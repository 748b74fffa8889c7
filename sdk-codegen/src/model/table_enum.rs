//! `#[derive(TableEnum)]`: an enum whose variants are values of a field.

use sdk_schema::Name;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, Meta, Path, Variant};

use super::{
    attribute::{fill, items, key_of, name, refuse_cfg, sdk_path, single, unknown_key},
    naming::name_of,
};
use crate::faults::Faults;

/// An enum of unit variants, each with the name that rows hold.
#[derive(Debug, Clone)]
pub struct TableEnum {
    /// The enum.
    pub ident: Ident,
    /// The path of the SDK.
    pub sdk: Path,
    /// The variants in the order of their declaration.
    pub variants: Vec<EnumVariant>,
}

/// A variant and the name that rows hold.
#[derive(Debug, Clone)]
pub struct EnumVariant {
    /// The variant.
    pub ident: Ident,
    /// What rows hold: the variant in snake case, or `#[table_enum(name = "…")]`.
    pub name: Name,
}

impl TableEnum {
    /// Reads the enum.
    pub fn parse(input: &DeriveInput) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let sdk = sdk_path(&input.attrs, &mut faults);
        if !input.generics.params.is_empty() {
            faults.at(&input.generics, "an enum of a table has no generics");
        }
        let Data::Enum(data) = &input.data else {
            faults.at(&input.ident, "`#[derive(TableEnum)]` is for enums");
            return Err(faults);
        };
        if data.variants.is_empty() {
            faults.at(
                &input.ident,
                "an enum of a table needs at least one variant",
            );
        }
        let mut variants: Vec<EnumVariant> = Vec::new();
        for variant in &data.variants {
            let Some(read) = faults.keep(EnumVariant::parse(variant)) else {
                continue;
            };
            if let Some(first) = variants.iter().find(|it| it.name == read.name) {
                let message = format!("`{}` is named `{}` too", first.ident, read.name);
                faults.at(&variant.ident, message);
            }
            variants.push(read);
        }
        faults.finish(Some(Self {
            ident: input.ident.clone(),
            sdk,
            variants,
        }))
    }
}

impl EnumVariant {
    fn parse(variant: &Variant) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        refuse_cfg(&variant.attrs, &mut faults);
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "variant `{}` holds data: a field holds the name of a variant alone; use Json, or several fields",
                variant.ident
            );
            faults.at(&variant.fields, message);
        }
        let given = single(&variant.attrs, "table_enum", &mut faults)
            .and_then(|attribute| faults.keep(given_name(attribute)));
        let name = match given {
            Some(given) => given,
            None => faults.keep(name_of(&variant.ident)),
        };
        faults.finish(name.map(|name| Self {
            ident: variant.ident.clone(),
            name,
        }))
    }
}

/// The outer `Option` of the result is whether the attribute could be read.
fn given_name(attribute: &Attribute) -> Result<Option<Name>, Faults> {
    let mut faults = Faults::new();
    let mut found = None;
    for entry in items::<Meta>(attribute, "table_enum(name = \"…\")")? {
        let read = match key_of(&entry).as_str() {
            "name" => name(&entry).and_then(|name| fill(&mut found, &entry, name)),
            _ => Err(unknown_key(&entry, "table_enum", &["name"])),
        };
        faults.keep(read);
    }
    faults.finish(Some(found))
}
