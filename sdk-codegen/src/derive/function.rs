//! `#[job]` and `#[step]`: beside the function a module of its name, which holds
//! what is declared of it.
//!
//! Functions and modules have separate name spaces: `use jobs::digest` brings
//! both, and `digest::declaration()` is what the manifest calls.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use sdk_schema::{Missed, Overlap};
use syn::{Ident, ItemFn, Signature, spanned::Spanned};

use crate::model::{Job, Step};

pub(super) fn job(model: &Job, function: &ItemFn) -> TokenStream {
    let Job { sdk, job, .. } = model;
    let private = quote!(#sdk::__private);
    let (name, description) = (job.name.as_str(), &job.description);
    let (schedule, tz) = (&job.schedule, &job.tz);
    let run = run(&function.sig);
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
        run: #run,
    };
    declared(function, &quote!(#private::JobDeclaration), &fields)
}

pub(super) fn step(model: &Step, function: &ItemFn) -> TokenStream {
    let Step { sdk, step, .. } = model;
    let name = step.name.as_str();
    let revision = Literal::u32_unsuffixed(step.revision);
    let private = quote!(#sdk::__private);
    let run = run(&function.sig);
    let code = if step.rows {
        let batch_rows = if let Some(rows) = model.batch {
            Literal::u32_unsuffixed(rows).to_token_stream()
        } else {
            quote!(#private::BATCH_ROWS)
        };
        quote!(EachRow { run: #run, batch_rows: #batch_rows })
    } else {
        quote!(Once(#run))
    };
    let fields = quote! {
        name: #name,
        revision: #revision,
        code: #private::StepCode::#code,
    };
    declared(function, &quote!(#private::StepDeclaration), &fields)
}

fn declared(function: &ItemFn, ty: &TokenStream, fields: &TokenStream) -> TokenStream {
    let body = quote! {
        #ty {
            #fields
        }
    };
    in_module(&function.sig.ident, ty, &body)
}

/// Calls the function. Where an argument or its result is of a wrong type, the
/// compiler says so at the author's tokens.
fn run(signature: &Signature) -> TokenStream {
    let function = &signature.ident;
    let names = ["argument", "second"].into_iter().zip(&signature.inputs);
    let arguments: Vec<_> = names
        .map(|(name, argument)| Ident::new(name, argument.span()))
        .collect();
    let call = quote_spanned!(function.span()=> super::#function(#(#arguments),*));
    let pinned = quote_spanned!(function.span()=> ::std::boxed::Box::pin(#call));
    quote!(|#(#arguments),*| #pinned)
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
