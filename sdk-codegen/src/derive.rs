//! The expansion of each derive and attribute.
//!
//! Expansions are implementations and calls, never logic: what they call is in
//! `sdk::__private`, where it can be read and tested. Tokens of the author keep
//! their places, so that what only the compiler can find is reported there.
//!
//! An item with faults expands to one `compile_error!` for each and to a
//! stand-in for what it should have been, so that its users compile and one
//! mistake stays one error.

mod function;
mod module;
mod stand_in;
mod table;
mod table_enum;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, ItemFn};

use crate::model::{Faults, Job, Module, Step, Table, TableEnum};

/// Expands `#[derive(Table)]`.
pub fn table(input: TokenStream) -> TokenStream {
    derived(input, Table::parse, table::expand, stand_in::table)
}

/// Expands `#[derive(TableEnum)]`.
pub fn table_enum(input: TokenStream) -> TokenStream {
    let expand = |model: &TableEnum, _: &DeriveInput| table_enum::expand(model);
    derived(input, TableEnum::parse, expand, stand_in::table_enum)
}

/// Expands `#[derive(Module)]`.
pub fn module(input: TokenStream) -> TokenStream {
    let expand = |model: &Module, _: &DeriveInput| module::expand(model);
    derived(input, Module::parse, expand, stand_in::module)
}

/// Expands `#[job(…)]` over a function.
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, Job::parse, function::job, stand_in::job)
}

/// Expands `#[step(…)]` over a function.
pub fn step(arguments: TokenStream, item: TokenStream) -> TokenStream {
    attribute(arguments, item, Step::parse, function::step, stand_in::step)
}

fn derived<M>(
    input: TokenStream,
    parse: impl Fn(&DeriveInput) -> Result<M, Faults>,
    expand: impl Fn(&M, &DeriveInput) -> TokenStream,
    stand_in: impl Fn(&DeriveInput) -> TokenStream,
) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    match parse(&input) {
        Ok(model) => expand(&model, &input),
        Err(faults) => with_errors(&faults, &stand_in(&input)),
    }
}

/// The function stands before its expansion in either case.
fn attribute<M>(
    arguments: TokenStream,
    item: TokenStream,
    parse: impl Fn(TokenStream, &ItemFn) -> Result<M, Faults>,
    expand: impl Fn(&M, &ItemFn) -> TokenStream,
    stand_in: impl Fn(&ItemFn) -> TokenStream,
) -> TokenStream {
    let original = item.clone();
    let mut function: ItemFn = match syn::parse2(item) {
        Ok(function) => function,
        Err(error) => {
            let error = error.to_compile_error();
            return quote!(#original #error);
        }
    };
    let expansion = match parse(arguments, &function) {
        Ok(model) => expand(&model, &function),
        Err(faults) => with_errors(&faults, &stand_in(&function)),
    };
    // No macro but this one knows the attribute.
    function.attrs.retain(|it| !it.path().is_ident("sdk"));
    quote!(#function #expansion)
}

fn with_errors(faults: &Faults, stand_in: &TokenStream) -> TokenStream {
    let errors = faults.to_compile_error();
    quote!(#errors #stand_in)
}

#[cfg(test)]
mod tests;
