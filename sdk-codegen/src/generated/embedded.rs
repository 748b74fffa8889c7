//! The files of a module, as constants.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;
use sdk_schema::SeedSet;

use crate::{
    folder::{Entry, Folder},
    source::Module,
};

/// `__sdk_module::EMBEDDED`, which `#[derive(Module)]` refers to.
pub(super) fn expand(dir: &Path, module: &Module, folder: &Folder) -> TokenStream {
    let sdk = &module.sdk;
    let source_locale = &module.source_locale;
    let files = |files: Vec<&PathBuf>| expand_files(dir, module, &files);
    let seeds = |set| {
        let seeds = folder.seeds.iter();
        let of_set = seeds.filter(move |entry| entry.content.set == set);
        files(of_set.map(|entry| &entry.file).collect())
    };
    let (seeds_real, seeds_test) = (seeds(SeedSet::Real), seeds(SeedSet::Test));
    let migrations = files(paths(&folder.migrations));
    let checksums = folder.migrations.iter();
    let checksums = checksums.map(|entry| entry.content.checksum().to_string());
    let translations = files(paths(&folder.translations));
    let mail = files(paths(&folder.mails));
    quote! {
        #[doc(hidden)]
        pub mod __sdk_module {
            pub const EMBEDDED: #sdk::__private::Embedded = #sdk::__private::Embedded {
                source_locale: #source_locale,
                migrations: #migrations,
                migration_checksums: &[#(#checksums),*],
                seeds_real: #seeds_real,
                seeds_test: #seeds_test,
                translations: #translations,
                mail: #mail,
            };
        }
    }
}

fn paths<T>(entries: &[Entry<T>]) -> Vec<&PathBuf> {
    entries.iter().map(|entry| &entry.file).collect()
}

fn expand_files(dir: &Path, module: &Module, files: &[&PathBuf]) -> TokenStream {
    let sdk = &module.sdk;
    let files = files.iter().map(|file| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // A relative path would start at the folder of the generated file.
        let path = std::path::absolute(dir.join(file)).unwrap_or_else(|_| dir.join(file));
        let path = path.to_string_lossy();
        quote!(#sdk::__private::EmbeddedFile { name: #name, text: include_str!(#path) })
    });
    quote!(&[#(#files),*])
}
