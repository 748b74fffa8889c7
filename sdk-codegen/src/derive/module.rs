//! `#[derive(Module)]`: the manifest with the code and the files that it lists.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::model::{Module, Required};
use sdk_schema::Name;

pub(super) fn expand(module: &Module) -> TokenStream {
    let Module {
        ident,
        sdk,
        tables,
        jobs,
        steps,
        services,
        ..
    } = module;
    let private = quote!(#sdk::__private);
    let name = module.name.as_str();
    let was = module.was.iter().map(Name::as_str);
    let requires = module.requires.iter().map(|required| {
        let path = &required.path;
        quote!(<#path as #private::Module>::NAME)
    });
    let assertions = module
        .requires
        .iter()
        .map(|required| assert_named_as_crate(required, &private));
    quote! {
        #[automatically_derived]
        impl #private::Module for #ident {
            const NAME: &'static str = #name;

            fn declaration() -> #private::Declaration {
                #private::Declaration {
                    name: #name,
                    version: ::core::env!("CARGO_PKG_VERSION"),
                    was: &[#(#was),*],
                    requires: &[#(#requires),*],
                    tables: ::std::vec::Vec::from([#(#private::TableDeclaration::of::<#tables>()),*]),
                    jobs: ::std::vec::Vec::from([#(#jobs::declaration()),*]),
                    steps: ::std::vec::Vec::from([#(#steps::declaration()),*]),
                    services: ::std::vec::Vec::from([#(#private::ServiceDeclaration::of::<#services>()),*]),
                    descriptors: crate::__sdk_proto::DESCRIPTORS,
                    embedded: crate::__sdk_module::EMBEDDED,
                }
            }
        }
        const _: () = #private::assert_served(
            &[#(<<#services as #private::Service>::Server as #private::Served>::NAME),*],
            crate::__sdk_proto::SERVICES,
        );
        #(#assertions)*
    }
}

/// Tools read the name of a required module from its path.
fn assert_named_as_crate(required: &Required, private: &TokenStream) -> TokenStream {
    let (path, name) = (&required.path, required.name.as_str());
    let message = format!(
        "the module of crate `{name}` has another name: expected a module named as its crate"
    );
    quote_spanned! {path.span()=>
        const _: () = if !#private::same_name(<#path as #private::Module>::NAME, #name) {
            ::core::panic!(#message);
        };
    }
}
