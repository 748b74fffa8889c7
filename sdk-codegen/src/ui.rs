//! For tests: faults as a compiler shows them, and expansions as a person reads them.

use proc_macro2::TokenStream;
use syn::Attribute;

use crate::{
    derive,
    model::{Fault, Item},
};

/// The faults of all items of `source`, each with its line and a mark under the tokens.
pub(crate) fn faults(source: &str) -> String {
    let file = syn::parse_file(source).expect("the source is Rust");
    let faults = file.items.iter().filter_map(Item::read);
    let shown: Vec<_> = faults
        .filter_map(Result::err)
        .flat_map(|faults| faults.iter().collect::<Vec<_>>())
        .map(|fault| marked(source, &fault))
        .collect();
    if shown.is_empty() {
        "no faults".to_owned()
    } else {
        shown.join("\n")
    }
}

/// The faults of a table with a key and these fields besides.
pub(crate) fn field_faults(fields: &str) -> String {
    faults(&format!(
        "#[derive(Table)]\nstruct Post {{\n    #[key] id: Id<Post>,\n    {fields}\n}}"
    ))
}

fn marked(source: &str, fault: &Fault) -> String {
    let line = source.lines().nth(fault.line - 1).unwrap_or_default();
    let mark = format!(
        "{}{}",
        " ".repeat(fault.column - 1),
        "^".repeat(fault.width)
    );
    format!(
        "{}:{}: {}\n  | {line}\n  | {mark}",
        fault.line, fault.column, fault.message
    )
}

/// What the derive or attribute of the only item of `source` expands to.
pub(crate) fn expansion(source: &str) -> String {
    let tokens = expanded(source);
    let file = syn::parse2(tokens).expect("an expansion is Rust");
    prettyplease::unparse(&file)
}

/// How many errors the compiler gets from the expansion itself.
pub(crate) fn errors(source: &str) -> usize {
    let calls = expanded(source).to_string();
    calls.matches("compile_error !").count()
}

fn expanded(source: &str) -> TokenStream {
    let item: syn::Item = syn::parse_str(source).expect("the source is one item");
    let tokens = quote::quote!(#item);
    match item {
        syn::Item::Fn(mut function) => {
            let attribute = function.attrs.remove(0);
            let expand = match name(&attribute).as_str() {
                "job" => derive::job,
                _ => derive::step,
            };
            let arguments = attribute.meta.require_list();
            expand(
                arguments
                    .map(|list| list.tokens.clone())
                    .unwrap_or_default(),
                quote::quote!(#function),
            )
        }
        _ if source.contains("derive(TableEnum)") => derive::table_enum(tokens),
        _ if source.contains("derive(Module)") => derive::module(tokens),
        _ => derive::table(tokens),
    }
}

fn name(attribute: &Attribute) -> String {
    attribute
        .path()
        .get_ident()
        .map(ToString::to_string)
        .unwrap_or_default()
}
