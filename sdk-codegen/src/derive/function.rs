//! `#[job]` and `#[step]`: beside the function a module of its name, which holds
//! what is declared of it.
//!
//! Functions and modules have separate name spaces: `use jobs::digest` brings
//! both, and `digest::declaration()` is what the manifest calls.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use sdk_schema::{Missed, Overlap};
use syn::Ident;

use crate::model::{Job, Step};

pub(super) fn job(model: &Job) -> TokenStream {
    let Job { ident, sdk, job } = model;
    let private = quote!(#sdk::__private);
    let (name, description) = (job.name.as_str(), &job.description);
    let (schedule, tz) = (&job.schedule, &job.tz);
    let timeout = Literal::u64_unsuffixed(job.timeout.as_secs());
    let retry = Literal::u32_unsuffixed(job.retry);
    let missed = match job.missed {
        Missed::Skip => quote!(Skip),
        Missed::Once => quote!(Once),
        Missed::All => quote!(All),
    };
    let overlap = match job.overlap {
        Overlap::Allow => quote!(Allow),
        Overlap::Forbid => quote!(Forbid),
        Overlap::Replace => quote!(Replace),
    };
    let fields = quote! {
        name: #name,
        description: #description,
        schedule: #schedule,
        tz: #tz,
        missed: #private::Missed::#missed,
        overlap: #private::Overlap::#overlap,
        timeout: ::core::time::Duration::from_secs(#timeout),
        retry: #retry,
    };
    declared(ident, &quote!(#private::JobDeclaration), &fields)
}

pub(super) fn step(model: &Step) -> TokenStream {
    let Step { ident, sdk, step } = model;
    let name = step.name.as_str();
    let revision = Literal::u32_unsuffixed(step.revision);
    let fields = quote! {
        name: #name,
        revision: #revision,
    };
    declared(ident, &quote!(#sdk::__private::StepDeclaration), &fields)
}

fn declared(function: &Ident, ty: &TokenStream, fields: &TokenStream) -> TokenStream {
    let body = quote! {
        #ty {
            #fields
            run: |argument| ::std::boxed::Box::pin(super::#function(argument)),
        }
    };
    in_module(function, ty, &body)
}

/// The module beside the function.
pub(super) fn in_module(function: &Ident, ty: &TokenStream, body: &TokenStream) -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(missing_docs, unreachable_pub)]
        pub mod #function {
            pub fn declaration() -> #ty {
                #body
            }
        }
    }
}
