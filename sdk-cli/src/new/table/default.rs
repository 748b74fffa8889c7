//! How Rust writes a default that was typed as plain text.

use proc_macro2::Literal;
use sdk_codegen::model::{Element, TypeModel};
use sdk_schema::FieldType;
use syn::{Expr, Ident, Path};

/// The expression in `#[default(…)]` for a field of that type. Whether it is a
/// value of the type, the reader of the derive decides.
pub(super) fn expression(model: &TypeModel, text: &str) -> String {
    let quoted = || Literal::string(text).to_string();
    if syn::parse_str::<Expr>(text).is_err() {
        return quoted();
    }
    match &model.element {
        _ if model.list => text.to_owned(),
        Element::Enum(path) => variant(path, text),
        Element::Scalar(FieldType::Bytes) => Literal::byte_string(text.as_bytes()).to_string(),
        Element::Scalar(
            FieldType::String
            | FieldType::Id
            | FieldType::Timestamp
            | FieldType::Date
            | FieldType::Json,
        ) => quoted(),
        Element::Scalar(_) => text.to_owned(),
    }
}

/// `Draft` of the enum `Kind` is `Kind::Draft`.
fn variant(of: &Path, text: &str) -> String {
    if syn::parse_str::<Ident>(text).is_err() {
        return text.to_owned();
    }
    let names: Vec<_> = of
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    format!("{}::{text}", names.join("::"))
}
