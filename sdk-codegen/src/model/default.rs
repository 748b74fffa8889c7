//! `#[default(…)]`: what rows get that do not name the field.

use sdk_schema::{FieldType, Value};
use serde_json::Value as Json;
use syn::{Expr, ExprLit, Lit, Path, UnOp};

use super::{
    Element, EnumLookup, TypeModel,
    attribute::{did_you_mean, one_of, shown},
    type_model::enum_of,
};

/// The default of a field, checked against its type as far as the field alone allows.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// A value.
    Value(Value),
    /// A variant of the field's enum, by path: `Kind::Draft`.
    Variant(Path),
    /// Variants, for a list of an enum.
    Variants(Vec<Path>),
}

impl Default {
    /// Reads the default of a field of type `ty`.
    pub fn parse(expr: &Expr, ty: &TypeModel) -> syn::Result<Self> {
        if matches!(expr, Expr::Path(path) if path.path.is_ident("None")) {
            let message = "expected a value: without `#[default]` a nullable field is null already";
            return Err(syn::Error::new_spanned(expr, message));
        }
        match (&ty.element, ty.list) {
            (Element::Scalar(scalar), false) => value(expr, scalar).map(Self::Value),
            (Element::Scalar(scalar), true) => items(expr, scalar.to_string())?
                .map(|item| value(item, scalar))
                .collect::<syn::Result<_>>()
                .map(|items| Self::Value(Value::Vec(items))),
            (Element::Enum(path), false) => variant(expr, path).map(Self::Variant),
            (Element::Enum(path), true) => items(expr, shown(path))?
                .map(|item| variant(item, path))
                .collect::<syn::Result<_>>()
                .map(Self::Variants),
        }
    }

    /// The default as a value, the names of variants looked up.
    pub fn value(&self, enums: EnumLookup<'_>) -> syn::Result<Value> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Variant(path) => variant_value(path, enums),
            Self::Variants(paths) => paths
                .iter()
                .map(|path| variant_value(path, enums))
                .collect::<syn::Result<_>>()
                .map(Value::Vec),
        }
    }
}

fn value(expr: &Expr, ty: &FieldType) -> syn::Result<Value> {
    let wrong = || {
        let message = format!("expected a default of type {ty}, found `{}`", shown(expr));
        syn::Error::new_spanned(expr, message)
    };
    match (ty, literal(expr)) {
        (FieldType::Bytes, Some(Lit::ByteStr(bytes))) => Ok(Value::Bytes(bytes.value())),
        (FieldType::Bytes, _) => Err(wrong()),
        (FieldType::Json, Some(Lit::Str(text))) => json_document(&text),
        _ => json(expr)
            .and_then(|json| Value::from_json(ty, &json).ok())
            .ok_or_else(wrong),
    }
}

/// A JSON document is written as text, because Rust has no literal for it.
fn json_document(text: &syn::LitStr) -> syn::Result<Value> {
    serde_json::from_str(&text.value())
        .map(Value::Json)
        .map_err(|error| {
            let message = format!("expected a JSON document in the text: {error}");
            syn::Error::new_spanned(text, message)
        })
}

/// The JSON spelling of a literal, as files have it.
fn json(expr: &Expr) -> Option<Json> {
    if let Expr::Unary(unary) = expr {
        let UnOp::Neg(_) = unary.op else { return None };
        return number(&literal(&unary.expr)?, "-");
    }
    match literal(expr)? {
        Lit::Bool(value) => Some(Json::Bool(value.value)),
        Lit::Str(text) => Some(Json::String(text.value())),
        literal => number(&literal, ""),
    }
}

fn number(literal: &Lit, sign: &str) -> Option<Json> {
    let digits = match literal {
        Lit::Int(number) if number.suffix().is_empty() => number.base10_digits(),
        Lit::Float(number) if number.suffix().is_empty() => number.base10_digits(),
        _ => return None,
    };
    let text = format!("{sign}{digits}");
    match text.parse::<i64>() {
        Ok(number) => Some(Json::from(number)),
        // Files spell integers of more than 64 bits as strings.
        Err(_) if matches!(literal, Lit::Int(_)) => Some(Json::String(text)),
        Err(_) => text.parse::<f64>().ok().map(Json::from),
    }
}

fn literal(expr: &Expr) -> Option<Lit> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit.clone()),
        Expr::Group(group) => literal(&group.expr),
        _ => None,
    }
}

fn items(expr: &Expr, element: String) -> syn::Result<impl Iterator<Item = &Expr>> {
    match expr {
        Expr::Array(array) => Ok(array.elems.iter()),
        other => {
            let message = format!(
                "expected a default of type vec of {element} such as `[]`, found `{}`",
                shown(other)
            );
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

fn variant(expr: &Expr, of: &Path) -> syn::Result<Path> {
    match expr {
        Expr::Path(path) if path.qself.is_none() && path.path.segments.len() > 1 => {
            Ok(path.path.clone())
        }
        other => {
            let message = format!(
                "expected a variant as default, such as `{}::…`, found `{}`",
                shown(of),
                shown(other)
            );
            Err(syn::Error::new_spanned(other, message))
        }
    }
}

fn variant_value(path: &Path, enums: EnumLookup<'_>) -> syn::Result<Value> {
    let mut of = path.clone();
    let variant = of.segments.pop();
    of.segments.pop_punct();
    let known = enum_of(&of, enums)?;
    let found = variant.map(|segment| segment.ident.to_string());
    let named = known
        .variants
        .iter()
        .find(|variant| Some(variant.ident.to_string()) == found);
    named
        .map(|variant| Value::Enum(variant.name.clone()))
        .ok_or_else(|| {
            let variants: Vec<_> = known
                .variants
                .iter()
                .map(|it| it.ident.to_string())
                .collect();
            let variants: Vec<_> = variants.iter().map(String::as_str).collect();
            let found = found.unwrap_or_default();
            let message = format!(
                "`{}` has no variant `{found}`: expected {}{}",
                known.ident,
                one_of(&variants),
                did_you_mean(&found, &variants)
            );
            syn::Error::new_spanned(path, message)
        })
}
