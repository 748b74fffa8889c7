//! From descriptors to Rust: messages by prost, servers and clients by tonic.
//!
//! A module depends on `sdk` alone, so the paths of the generators' output are
//! led through it: prost takes its path as a setting; tonic does not, so the
//! tokens of its output are rewritten.

use std::collections::BTreeMap;

use proc_macro2::{Group, Ident, Spacing, TokenStream, TokenTree};
use prost_build::Module;
use quote::{format_ident, quote};
use sdk_schema::{BUILT_IN_MODULE, Name};

use crate::{Fault, Import, Protos, compile::Compiled};

/// The Rust of the module's own files.
pub(crate) fn generate(
    module: &Name,
    compiled: &Compiled,
    imports: &[Import],
    sdk: &str,
) -> Result<String, Fault> {
    let failed = |error: &dyn std::fmt::Display| {
        Fault::new(
            crate::FOLDER,
            None,
            format!("Rust cannot be made of it: {error}"),
        )
    };
    let files = generated(module, compiled, imports, sdk).map_err(|error| failed(&error))?;
    let sdk: TokenStream = sdk.parse().map_err(|error| failed(&error))?;
    let mut tree = Tree::default();
    for (package, code) in files {
        let tokens: TokenStream = code.parse().map_err(|error| failed(&error))?;
        let items = through_sdk(tokens, &sdk);
        let services = services(compiled, &package, &sdk);
        tree.insert(&package, quote!(#items #services));
    }
    let items = tree.expand();
    let file = quote! {
        /// The messages, servers and clients of the module's protos, by package.
        #[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::all, clippy::pedantic)]
        pub mod proto { #items }
    };
    let file = syn::parse2(file).map_err(|error| failed(&error))?;
    Ok(prettyplease::unparse(&file))
}

/// The items of a module's file: its protos, and what the derive of its manifest asks for.
pub(crate) fn text(protos: Option<&Protos>) -> String {
    let services = protos.iter().flat_map(|it| &it.services).map(|service| {
        let (name, file) = (&service.name, service.file.display());
        let message = format!(
            "`{name}` of {file} is not served: list the type that serves it in `services(…)` of the manifest"
        );
        quote!((#name, #message))
    });
    let descriptors = if protos.is_some() {
        let file = format!("/{}", crate::DESCRIPTORS);
        quote!(include_bytes!(concat!(env!("OUT_DIR"), #file)))
    } else {
        quote!(&[])
    };
    let file = syn::parse_quote! {
        #[doc(hidden)]
        pub mod __sdk_proto {
            pub const DESCRIPTORS: &[u8] = #descriptors;
            /// Services with what is wrong when nothing serves them.
            pub const SERVICES: &[(&str, &str)] = &[#(#services),*];
        }
    };
    let items = protos.map(|it| it.rust.as_str()).unwrap_or_default();
    format!("{}{items}", prettyplease::unparse(&file))
}

/// The code of each package.
fn generated(
    module: &Name,
    compiled: &Compiled,
    imports: &[Import],
    sdk: &str,
) -> std::io::Result<BTreeMap<Vec<String>, String>> {
    let mut config = prost_build::Config::new();
    let private = format!("{sdk}::__private");
    config
        .prost_path(format!("{private}::prost"))
        .prost_types_path(format!("{private}::prost_types"))
        .compile_well_known_types()
        // A path of prost is made of names in snake case: it would spell `__private` otherwise.
        .extern_path(".google.protobuf", format!("{sdk}::rpc::well_known"))
        .enable_type_names()
        .btree_map(["."])
        .service_generator(
            tonic_prost_build::configure()
                .build_transport(false)
                .codec_path(format!("{private}::tonic_prost::ProstCodec"))
                .service_generator(),
        );
    for import in imports {
        let package = format!(".{}", import.module);
        config.extern_path(package, format!("::{0}::proto::{0}", import.module));
    }
    if *module != *BUILT_IN_MODULE {
        config.extern_path(".sdk.v1", format!("{sdk}::proto::sdk::v1"));
    }
    // Those of other modules make no code, but messages are looked up in them.
    let requests = compiled.set.file.iter().map(|file| {
        let module = Module::from_protobuf_package_name(file.package());
        (module, file.clone())
    });
    let requests = requests.collect();
    let code = config.generate(requests)?;
    let packages = code.into_iter().map(|(module, code)| {
        let words: Vec<_> = module.parts().map(str::to_owned).collect();
        (words, code)
    });
    let is_own = |words: &[String]| words.first().is_some_and(|word| word == module.as_str());
    Ok(packages.filter(|(words, _)| is_own(words)).collect())
}

/// What makes tonic's output known to the SDK: the server of each service, and
/// its client on the SDK's channel.
fn services(compiled: &Compiled, package: &[String], sdk: &TokenStream) -> TokenStream {
    let package = package.join(".");
    let files = compiled
        .own_files()
        .filter(|it| it.package_name() == package);
    let services = files.flat_map(|file| file.services().collect::<Vec<_>>());
    services
        .map(|service| service_items(service.name(), service.full_name(), sdk))
        .collect()
}

fn service_items(name: &str, full_name: &str, sdk: &TokenStream) -> TokenStream {
    use heck::{ToSnakeCase, ToUpperCamelCase};

    let snake = name.to_snake_case();
    let (camel, module) = (name.to_upper_camel_case(), format_ident!("{snake}_server"));
    let (interface, server) = (format_ident!("{camel}"), format_ident!("{camel}Server"));
    let (client, client_module) = (
        format_ident!("{camel}Client"),
        format_ident!("{snake}_client"),
    );
    let docs = format!("Calls `{full_name}`, in this process or on another machine.");
    let rpc = quote!(#sdk::rpc);
    quote! {
        pub use #module::{#interface, #server};
        #[doc = #docs]
        pub type #client = #client_module::#client<#rpc::Channel>;
        impl<T: #interface> #rpc::Served for #server<T> {
            const NAME: &'static str = #full_name;
            type Implementation = T;
            fn serving(implementation: T, max_request_bytes: usize) -> Self {
                Self::new(implementation).max_decoding_message_size(max_request_bytes)
            }
        }
        impl #rpc::Client for #client {
            const SERVICE: &'static str = #full_name;
            fn on(channel: #rpc::Channel) -> Self {
                Self::new(channel)
            }
        }
    }
}

/// Modules within modules, as packages are.
#[derive(Default)]
struct Tree {
    items: TokenStream,
    children: BTreeMap<String, Tree>,
}

impl Tree {
    fn insert(&mut self, package: &[String], items: TokenStream) {
        match package {
            [] => self.items.extend(items),
            [first, rest @ ..] => self
                .children
                .entry(first.clone())
                .or_default()
                .insert(rest, items),
        }
    }

    fn expand(self) -> TokenStream {
        let children = self.children.into_iter().map(|(name, tree)| {
            let name = syn::parse_str::<Ident>(&name).unwrap_or_else(|_| format_ident!("r#{name}"));
            let items = tree.expand();
            quote!(pub mod #name { #items })
        });
        let items = self.items;
        quote!(#items #(#children)*)
    }
}

/// Leads every path that begins with `tonic` through the SDK.
fn through_sdk(tokens: TokenStream, sdk: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = TokenStream::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Ident(ident) if ident == "tonic" && begins_path(&tokens, at) => {
                out.extend(quote!(#sdk::__private::tonic));
            }
            TokenTree::Group(group) => {
                let inner = through_sdk(group.stream(), sdk);
                let mut rewritten = Group::new(group.delimiter(), inner);
                rewritten.set_span(group.span());
                out.extend([TokenTree::Group(rewritten)]);
            }
            other => out.extend([other.clone()]),
        }
    }
    out
}

/// Whether a path follows, and none goes before.
fn begins_path(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    // A single colon goes before a type, two go on with a path.
    let goes_on = at >= 2
        && is_colon(tokens.get(at - 1))
        && matches!(&tokens[at - 2], TokenTree::Punct(it) if it.as_char() == ':' && it.spacing() == Spacing::Joint);
    is_colon(tokens.get(at + 1)) && !goes_on
}
