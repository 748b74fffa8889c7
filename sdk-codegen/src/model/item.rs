//! What an item of a source file declares, if anything.

use proc_macro2::TokenStream;
use syn::{Attribute, DeriveInput, Meta, Path};

use super::{
    Faults, Job, Module, Step, Table, TableEnum,
    attribute::{named, parse_items},
};

/// A declaration, told by the derive or the attribute that stands over it.
#[derive(Debug, Clone)]
pub enum Item {
    /// `#[derive(Table)]`
    Table(Table),
    /// `#[derive(TableEnum)]`
    TableEnum(TableEnum),
    /// `#[derive(Module)]`
    Module(Module),
    /// `#[job(…)]`
    Job(Job),
    /// `#[step(…)]`
    Step(Step),
}

impl Item {
    /// Reads an item; `None` when it declares nothing.
    pub fn read(item: &syn::Item) -> Option<Result<Self, Faults>> {
        match item {
            syn::Item::Struct(item) => Self::derived(&item.clone().into()),
            syn::Item::Enum(item) => Self::derived(&item.clone().into()),
            syn::Item::Union(item) => Self::derived(&item.clone().into()),
            syn::Item::Fn(function) => {
                let job = || arguments(&function.attrs, "job");
                let step = || arguments(&function.attrs, "step");
                None.or_else(|| Some(Job::parse(job()?, function).map(Self::Job)))
                    .or_else(|| Some(Step::parse(step()?, function).map(Self::Step)))
            }
            _ => None,
        }
    }

    fn derived(input: &DeriveInput) -> Option<Result<Self, Faults>> {
        let derives = derives(&input.attrs);
        let has = |name| derives.iter().any(|path| ends_in(path, name));
        if has("Table") {
            Some(Table::parse(input).map(Self::Table))
        } else if has("TableEnum") {
            Some(TableEnum::parse(input).map(Self::TableEnum))
        } else if has("Module") {
            Some(Module::parse(input).map(Self::Module))
        } else {
            None
        }
    }
}

/// What the compiler refuses itself is no derive here.
fn derives(attributes: &[Attribute]) -> Vec<Path> {
    named(attributes, "derive")
        .filter_map(|attribute| attribute.meta.require_list().ok())
        .filter_map(|list| parse_items(list.tokens.clone()).ok())
        .flatten()
        .collect()
}

fn ends_in(path: &Path, name: &str) -> bool {
    path.segments.last().is_some_and(|last| last.ident == name)
}

/// What stands in the brackets of `#[name(…)]` or `#[sdk::name(…)]`.
fn arguments(attributes: &[Attribute], name: &str) -> Option<TokenStream> {
    let attribute = attributes.iter().find(|it| ends_in(it.path(), name))?;
    Some(match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    })
}
