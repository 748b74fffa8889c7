//! What an item with faults expands to beside its errors.
//!
//! A stand-in has the right shape and no content; nothing runs it, because its
//! crate does not compile.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, ItemFn, Path};

use super::{
    function::in_module,
    table::{full_name, handle},
};
use crate::model::{self, Faults, TypeModel, named, sdk_path};

pub(super) fn table(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (ident, sdk) = (&input.ident, sdk_of(input));
    let private = quote!(#sdk::__private);
    let name = model::Table::names(input).map_or_else(
        || quote!(""),
        |(module, name)| full_name(module.as_ref(), &name),
    );
    let fields = readable_fields(input);
    let handles = fields.iter().filter_map(|field| {
        let name = field.ident.as_ref()?;
        Some(handle(&sdk, ident, name, &field.vis, &field.ty))
    });
    let key = key_type(&fields);
    quote! {
        #[automatically_derived]
        impl #private::Table for #ident {
            const TABLE_NAME: &'static str = #name;
            type Key = #key;

            fn table() -> &'static #private::TableSchema {
                ::core::unreachable!()
            }

            fn fakes() -> &'static [(&'static str, #private::Fake)] {
                ::core::unreachable!()
            }

            fn key(&self) -> #key {
                ::core::unreachable!()
            }

            fn encode_field(&self, _: usize, _: &mut #private::FieldWriter<'_>) {
                ::core::unreachable!()
            }

            fn decode(
                _: &#private::RowReader<'_>,
            ) -> ::core::result::Result<Self, #private::DecodeError> {
                ::core::unreachable!()
            }
        }

        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #(#handles)*
        }
    }
}

pub(super) fn table_enum(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (ident, sdk) = (&input.ident, sdk_of(input));
    let private = quote!(#sdk::__private);
    quote! {
        #[automatically_derived]
        impl #private::FieldValue for #ident {
            fn field_type() -> #private::FieldType {
                ::core::unreachable!()
            }

            fn encode(&self, _: &mut #private::FieldWriter<'_>) {
                ::core::unreachable!()
            }

            fn decode(
                _: #private::RawField<'_>,
            ) -> ::core::result::Result<Self, #private::DecodeError> {
                ::core::unreachable!()
            }
        }

        #[automatically_derived]
        impl #private::KeyValue for #ident {
            fn encode_key(&self, _: &mut #private::KeyWriter) {
                ::core::unreachable!()
            }

            fn decode_key(
                _: &mut #private::KeyReader<'_>,
            ) -> ::core::result::Result<Self, #private::DecodeError> {
                ::core::unreachable!()
            }
        }
    }
}

pub(super) fn module(input: &DeriveInput) -> TokenStream {
    if !input.generics.params.is_empty() {
        return TokenStream::new();
    }
    let (ident, sdk) = (&input.ident, sdk_of(input));
    let private = quote!(#sdk::__private);
    quote! {
        #[automatically_derived]
        impl #private::Module for #ident {
            const NAME: &'static str = "";

            fn declaration() -> #private::Declaration {
                ::core::unreachable!()
            }
        }
    }
}

pub(super) fn job(function: &ItemFn) -> TokenStream {
    declared(function, &quote!(JobDeclaration))
}

pub(super) fn step(function: &ItemFn) -> TokenStream {
    declared(function, &quote!(StepDeclaration))
}

fn declared(function: &ItemFn, ty: &TokenStream) -> TokenStream {
    let sdk = sdk_path(&function.attrs, &mut Faults::new());
    in_module(
        &function.sig.ident,
        &quote!(#sdk::__private::#ty),
        &quote!(::core::unreachable!()),
    )
}

fn sdk_of(input: &DeriveInput) -> Path {
    sdk_path(&input.attrs, &mut Faults::new())
}

/// The fields whose types the compiler can be trusted to take.
fn readable_fields(input: &DeriveInput) -> Vec<&syn::Field> {
    match &input.data {
        Data::Struct(data) => data
            .fields
            .iter()
            .filter(|field| TypeModel::parse(&field.ty).is_ok())
            .collect(),
        _ => Vec::new(),
    }
}

/// The key that was meant, so that lookups by it compile; of a key that
/// cannot be one, `bool` has all that the trait asks for.
fn key_type(fields: &[&syn::Field]) -> TokenStream {
    let is_key = |field: &&&syn::Field| {
        named(&field.attrs, "key").next().is_some()
            && TypeModel::parse(&field.ty).is_ok_and(|ty| ty.is_orderable() && !ty.nullable)
    };
    let types: Vec<_> = fields.iter().filter(is_key).map(|it| &it.ty).collect();
    match types[..] {
        [] => quote!(bool),
        [single] => quote!(#single),
        _ => quote!((#(#types),*)),
    }
}
