//! One function for each message of the source locale.
//!
//! Keys and arguments are in whatever case their author likes; functions and
//! parameters are in snake case. Two that become one name are a fault, and so
//! is a name that Rust cannot have.

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use sdk_schema::{Arb, Argument, ArgumentKind};

use crate::{
    file_fault::FileFault,
    folder::{Entry, Folder},
    source::Module,
};

/// `pub mod messages`; empty without translations.
pub(super) fn expand(module: &Module, folder: &Folder) -> Result<TokenStream, Vec<FileFault>> {
    let mut translations = folder.translations.iter();
    let is_source = |entry: &&Entry<Arb>| entry.content.locale == *module.source_locale;
    let source = translations.find(is_source);
    let functions = source.map_or(Ok(Vec::new()), |source| functions(module, source))?;
    Ok(quote! {
        #[doc = " The messages of this module, one function each."]
        #[allow(clippy::all, clippy::pedantic, dead_code)]
        pub mod messages {
            #(#functions)*
        }
    })
}

fn functions(module: &Module, source: &Entry<Arb>) -> Result<Vec<TokenStream>, Vec<FileFault>> {
    let mut functions = BTreeMap::new();
    let mut faults = Vec::new();
    let mut keys = Names::new("messages");
    for (key, message) in &source.content.messages {
        let arguments = source.content.arguments(key);
        let function = keys
            .claim(key)
            .and_then(|name| expand_function(module, &name, key, &message.text, &arguments));
        match function {
            Ok(function) => functions.insert(key.to_snake_case(), function),
            Err(reason) => {
                let text = format!("message `{key}`: {reason}");
                faults.push(FileFault {
                    place: message.place,
                    ..FileFault::new(&source.file, text)
                });
                None
            }
        };
    }
    if faults.is_empty() {
        Ok(functions.into_values().collect())
    } else {
        Err(faults)
    }
}

fn expand_function(
    module: &Module,
    name: &Ident,
    key: &str,
    text: &str,
    arguments: &[Argument],
) -> Result<TokenStream, String> {
    let sdk = &module.sdk;
    let mut names = Names::new("placeholders");
    let mut parameters = Vec::new();
    let mut values = Vec::new();
    for Argument { name, kind } in arguments {
        let ident = names.claim(name)?;
        let ty = match kind {
            ArgumentKind::Text | ArgumentKind::Select(_) => quote!(&str),
            ArgumentKind::Number => quote!(impl Into<#sdk::lang::Number>),
            ArgumentKind::Date => quote!(impl Into<#sdk::lang::Day>),
        };
        values.push(match kind {
            ArgumentKind::Number => quote!(.arg(#name, Into::<#sdk::lang::Number>::into(#ident))),
            ArgumentKind::Date => quote!(.arg(#name, Into::<#sdk::lang::Day>::into(#ident))),
            _ => quote!(.arg(#name, #ident)),
        });
        parameters.push(quote!(#ident: #ty));
    }
    let full_key = format!("{}.{key}", module.name);
    let doc = documentation(text);
    Ok(quote! {
        #(#[doc = #doc])*
        #[must_use]
        pub fn #name(#(#parameters),*) -> #sdk::lang::Message {
            #sdk::lang::Message::new(#full_key)#(#values)*
        }
    })
}

/// The message as a block of plain text: it is no Markdown, whatever stands in it.
fn documentation(text: &str) -> Vec<String> {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let lines = text.lines().map(|line| format!(" {line}"));
    std::iter::once(format!(" {fence}text"))
        .chain(lines)
        .chain([format!(" {fence}")])
        .collect()
}

/// Names of Rust that have been given away.
struct Names {
    what: &'static str,
    taken: BTreeMap<String, String>,
}

impl Names {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            taken: BTreeMap::new(),
        }
    }

    /// The identifier for a key or an argument.
    fn claim(&mut self, name: &str) -> Result<Ident, String> {
        let snake = name.to_snake_case();
        if let Some(first) = self.taken.get(&snake) {
            return Err(format!(
                "{} `{first}` and `{name}` are both `{snake}` in Rust: rename one",
                self.what
            ));
        }
        let ident = ident(&snake)
            .ok_or_else(|| format!("`{name}` cannot be a name in Rust: use another word"))?;
        self.taken.insert(snake, name.to_owned());
        Ok(ident)
    }
}

/// The identifier of that text, raw if it is a keyword.
fn ident(text: &str) -> Option<Ident> {
    // Reserved since edition 2024, which the parser does not know.
    if text == "gen" {
        return Some(Ident::new_raw(text, Span::call_site()));
    }
    let parse = |text: &str| syn::parse_str::<Ident>(text).ok();
    parse(text).or_else(|| parse(&format!("r#{text}")))
}
