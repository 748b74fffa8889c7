//! `#[derive(Table)]`: the implementation of `Table` and the handles of the fields.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use sdk_schema::{Fake, Name, OnDelete};
use syn::{DeriveInput, Ident, Path, Type, Visibility, ext::IdentExt, spanned::Spanned};

use crate::model::{Default, Field, Reference, Table, VariantPath};

/// Shown where a table is compiled outside a module's build.
const NO_MODULE: &str = "a table belongs to a module: call `sdk_build::module()` in build.rs, \
     or write `#[table(module = \"…\")]`";

pub(super) fn expand(table: &Table, input: &DeriveInput) -> TokenStream {
    let implementation = implementation(table);
    let handles = handles(table, input);
    let assertions = table.fields.iter().filter_map(|field| {
        let reference = field.references.as_ref()?;
        Some(assert_reference(table, field, reference))
    });
    quote! {
        #implementation
        #handles
        #(#assertions)*
    }
}

fn implementation(table: &Table) -> TokenStream {
    let Table { ident, sdk, .. } = table;
    let private = quote!(#sdk::__private);
    let name = full_name(table.module.as_ref(), &table.name);
    let key = key(table);
    let declaration = declaration(table, &private);
    let fakes = fakes(table, &private);
    let codec = codec(table, &private);
    quote! {
        #[automatically_derived]
        impl #private::Table for #ident {
            const TABLE_NAME: &'static str = #name;
            #key
            #declaration
            #fakes
            #codec
        }
    }
}

/// `module.table` as an expression: the module is known to the build alone.
pub(super) fn full_name(module: Option<&Name>, name: &str) -> TokenStream {
    if let Some(module) = module {
        let full = format!("{module}.{name}");
        return quote!(#full);
    }
    quote!(::core::concat!(::core::env!("SDK_MODULE", #NO_MODULE), ".", #name))
}

fn key(table: &Table) -> TokenStream {
    let types = table.key_fields().map(|field| &field.rust_type);
    let values = table.key_fields().map(|field| {
        let ident = &field.ident;
        quote!(::core::clone::Clone::clone(&self.#ident))
    });
    let (ty, value) = match table.key.len() {
        1 => (quote!(#(#types)*), quote!(#(#values)*)),
        _ => (quote!((#(#types),*)), quote!((#(#values),*))),
    };
    quote! {
        type Key = #ty;

        fn key(&self) -> #ty {
            #value
        }
    }
}

fn declaration(table: &Table, private: &TokenStream) -> TokenStream {
    let name = table.name.as_str();
    let key = table.key_fields().map(|field| field.name.to_string());
    let fields = table
        .fields
        .iter()
        .map(|field| declare_field(field, private));
    let indexes = table.indexes.iter().map(|index| {
        let fields = index.fields.iter().map(|field| &**field);
        let kind = format_ident!("{}", if index.unique { "unique" } else { "index" });
        quote!(#private::declare::#kind(&[#(#fields),*]))
    });
    let mut declared = quote! {
        #private::declare::table(
            #name,
            &[#(#key),*],
            [#(#fields),*],
            [#(#indexes),*],
        )
    };
    if !table.feed {
        declared = quote!(#private::declare::without_feed(#declared));
    }
    quote! {
        fn table() -> &'static #private::TableSchema {
            static TABLE: ::std::sync::LazyLock<#private::TableSchema> =
                ::std::sync::LazyLock::new(|| {
                    #declared
                });
            &TABLE
        }
    }
}

fn declare_field(field: &Field, private: &TokenStream) -> TokenStream {
    let name = field.name.as_str();
    let ty = of_value(field, private, "field_type");
    let nullable = of_value(field, private, "NULLABLE");
    let default = field.default.as_ref().map(declare_default);
    let references = field.references.as_ref().map(|reference| {
        let path = &reference.path;
        let on_delete = match reference.on_delete {
            OnDelete::Restrict => quote!(Restrict),
            OnDelete::Cascade => quote!(Cascade),
            OnDelete::SetNull => quote!(SetNull),
        };
        quote! {
            .references(<#path as #private::Table>::TABLE_NAME, #private::OnDelete::#on_delete)
        }
    });
    let expires = field.expires.then(|| quote!(.expires()));
    quote! {
        #private::declare::Field::new(
            #name,
            #ty(),
            #nullable,
        )
        #default
        #references
        #expires
    }
}

/// What `FieldValue` has for the field's type. All tokens stand at the type, so
/// that the compiler merges its complaints about a type that is none.
fn of_value(field: &Field, private: &TokenStream, item: &str) -> TokenStream {
    let ty = &field.rust_type;
    let item = Ident::new(item, ty.span());
    quote_spanned!(ty.span()=> <#ty as #private::FieldValue>::#item)
}

fn declare_default(default: &Default) -> TokenStream {
    match default {
        Default::Value(value) => {
            let json = value.to_json().to_string();
            quote!(.default(#json))
        }
        Default::Variant(VariantPath { of, path }) => quote!(.default_variant::<#of>(#path)),
        Default::Variants { of, variants } => {
            let paths = variants.iter().map(|variant| &variant.path);
            quote!(.default_variants::<#of>(&[#(#paths),*]))
        }
    }
}

fn fakes(table: &Table, private: &TokenStream) -> TokenStream {
    let fakes = table.fields.iter().filter_map(|field| {
        let name = field.name.as_str();
        let fake = match field.fake? {
            Fake::Word(kind) => {
                let kind = format_ident!("{kind:?}");
                quote!(Word(#private::FakeKind::#kind))
            }
            Fake::Range { min, max } => {
                let (min, max) = (Literal::i64_unsuffixed(min), Literal::i64_unsuffixed(max));
                quote!(Range { min: #min, max: #max })
            }
        };
        Some(quote!((#name, #private::Fake::#fake)))
    });
    quote! {
        fn fakes() -> &'static [(&'static str, #private::Fake)] {
            &[#(#fakes),*]
        }
    }
}

/// Rows are written and read field by field, without a value in between.
fn codec(table: &Table, private: &TokenStream) -> TokenStream {
    let indexes: Vec<_> = (0..table.fields.len()).map(syn::Index::from).collect();
    let idents: Vec<_> = table.fields.iter().map(|field| &field.ident).collect();
    let encoders = table
        .fields
        .iter()
        .map(|field| of_value(field, private, "encode"));
    let reads = table.fields.iter().zip(&indexes).map(|(field, index)| {
        let decode = of_value(field, private, "decode");
        quote_spanned!(field.rust_type.span()=> row.field(#index, #decode)?)
    });
    quote! {
        fn encode_field(&self, index: usize, out: &mut #private::FieldWriter<'_>) {
            match index {
                #(#indexes => #encoders(&self.#idents, out),)*
                _ => ::core::unreachable!("the table has no such field"),
            }
        }

        fn decode(
            row: &#private::RowReader<'_>,
        ) -> ::core::result::Result<Self, #private::DecodeError> {
            ::core::result::Result::Ok(Self {
                #(#idents: #reads,)*
            })
        }
    }
}

fn handles(table: &Table, input: &DeriveInput) -> TokenStream {
    let fields = match &input.data {
        syn::Data::Struct(data) => data.fields.iter().collect(),
        _ => Vec::new(),
    };
    let handles = table.fields.iter().zip(fields).map(|(field, source)| {
        handle(
            &table.sdk,
            &table.ident,
            &field.ident,
            &source.vis,
            &source.ty,
        )
    });
    let ident = &table.ident;
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl #ident {
            #(#handles)*
        }
    }
}

/// The constant by which scans name a field: `Post::AUTHOR`.
pub(super) fn handle(
    sdk: &Path,
    table: &Ident,
    field: &Ident,
    visibility: &Visibility,
    ty: &Type,
) -> TokenStream {
    let name = field.unraw().to_string();
    let handle = Ident::new(&name.to_uppercase(), field.span());
    let doc = format!("The field `{name}`, by which rows can be found.");
    quote! {
        #[doc = #doc]
        #visibility const #handle: #sdk::__private::FieldRef<#table, #ty> =
            #sdk::__private::FieldRef::new(#name);
    }
}

/// The path said which table is meant; the type has to agree.
fn assert_reference(table: &Table, field: &Field, reference: &Reference) -> TokenStream {
    let private = {
        let sdk = &table.sdk;
        quote!(#sdk::__private)
    };
    let path = &reference.path;
    let shown = quote!(#path).to_string().replace(' ', "");
    let name = match &reference.module {
        Some(module) => {
            let full = format!("{module}.{}", reference.table);
            quote!(#full)
        }
        None => full_name(table.module.as_ref(), &reference.table),
    };
    let message = format!(
        "`{shown}` is not the table that its path says: expected a path that begins with the \
         table's crate (or with `crate`), or `#[references({shown}, table = \"module.table\")]`"
    );
    let key = field.key_type();
    let same_name = quote_spanned! {path.span()=>
        if !#private::same_name(<#path as #private::Table>::TABLE_NAME, #name) {
            ::core::panic!(#message);
        }
    };
    let same_key = quote_spanned!(key.span()=> #private::reference_key::<#path, #key>());
    quote! {
        const _: () = {
            #same_name
            #same_key;
        };
    }
}
