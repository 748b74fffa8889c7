//! `#[derive(TableEnum)]`: the names of variants, and the enum as a field and in keys.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Ident, Path};

use crate::model::TableEnum;

pub(super) fn expand(model: &TableEnum) -> TokenStream {
    let TableEnum {
        ident,
        sdk,
        variants,
    } = model;
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let names: Vec<_> = variants
        .iter()
        .map(|variant| variant.name.as_str())
        .collect();
    let field = as_field(ident, sdk);
    quote! {
        #[automatically_derived]
        impl #sdk::__private::TableEnum for #ident {
            const VARIANTS: &'static [&'static str] = &[#(#names),*];

            fn as_str(self) -> &'static str {
                match self {
                    #(Self::#idents => #names,)*
                }
            }

            fn from_name(name: &str) -> ::core::option::Option<Self> {
                match name {
                    #(#names => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #field
    }
}

/// The implementations that only delegate.
fn as_field(ident: &Ident, sdk: &Path) -> TokenStream {
    let private = quote!(#sdk::__private);
    quote! {
        #[automatically_derived]
        impl #private::FieldValue for #ident {
            fn field_type() -> #private::FieldType {
                #private::table_enum::field_type::<Self>()
            }

            fn encode(&self, out: &mut #private::FieldWriter<'_>) {
                #private::table_enum::encode(self, out);
            }

            fn decode(
                field: #private::RawField<'_>,
            ) -> ::core::result::Result<Self, #private::DecodeError> {
                #private::table_enum::decode(field)
            }
        }

        #[automatically_derived]
        impl #private::KeyValue for #ident {
            fn encode_key(&self, out: &mut #private::KeyWriter) {
                #private::table_enum::encode_key(self, out);
            }

            fn decode_key(
                key: &mut #private::KeyReader<'_>,
            ) -> ::core::result::Result<Self, #private::DecodeError> {
                #private::table_enum::decode_key(key)
            }
        }
    }
}
