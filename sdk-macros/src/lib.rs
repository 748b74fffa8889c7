//! The derives and attributes of the SDK, re-exported by `sdk`.
//!
//! A shell: each macro hands its tokens to `sdk_codegen::derive`, which is an
//! ordinary library with tests. What each macro accepts stands in `docs/`.
//! Every expansion names `::sdk`; on an item with `#[sdk(crate = "path")]` it
//! names that path instead.

use proc_macro::TokenStream;

#[doc = include_str!("../docs/table.md")]
#[proc_macro_derive(
    Table,
    attributes(
        table, key, index, unique, default, references, expires, was, fake, sdk
    )
)]
pub fn table(input: TokenStream) -> TokenStream {
    sdk_codegen::derive::table(input.into()).into()
}

#[doc = include_str!("../docs/table_enum.md")]
#[proc_macro_derive(TableEnum, attributes(table_enum, sdk))]
pub fn table_enum(input: TokenStream) -> TokenStream {
    sdk_codegen::derive::table_enum(input.into()).into()
}

#[doc = include_str!("../docs/module.md")]
#[proc_macro_derive(Module, attributes(module, sdk))]
pub fn module(input: TokenStream) -> TokenStream {
    sdk_codegen::derive::module(input.into()).into()
}

#[doc = include_str!("../docs/job.md")]
#[proc_macro_attribute]
pub fn job(arguments: TokenStream, item: TokenStream) -> TokenStream {
    sdk_codegen::derive::job(arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/step.md")]
#[proc_macro_attribute]
pub fn step(arguments: TokenStream, item: TokenStream) -> TokenStream {
    sdk_codegen::derive::step(arguments.into(), item.into()).into()
}
