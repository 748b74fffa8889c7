//! How names of Rust become names of the schema.

use heck::ToSnakeCase;
use sdk_schema::Name;
use syn::{Ident, ext::IdentExt};

/// The name that a type, a variant or a function gets: its own in snake case.
pub(super) fn name_of(ident: &Ident) -> syn::Result<Name> {
    checked(ident, &ident.unraw().to_string().to_snake_case())
}

/// The name of a field or of a crate, which is its identifier as it stands.
pub(super) fn own_name(ident: &Ident) -> syn::Result<Name> {
    checked(ident, &ident.unraw().to_string())
}

fn checked(ident: &Ident, text: &str) -> syn::Result<Name> {
    Name::new(text).map_err(|error| syn::Error::new_spanned(ident, error))
}
