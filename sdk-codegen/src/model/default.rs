//! `#[default(…)]`: what rows get that do not name the field.

use sdk_schema::{FieldType, Value};
use serde_json::Value as Json;
use syn::{Expr, ExprLit, Lit, Path, UnOp};

use super::{
    Element, EnumLookup, TableEnum, TypeModel,
    attribute::{did_you_mean, one_of, shown},
    type_model::{enum_of, is_number},
};

/// The default of a field, checked against its type as far as the field alone allows.
#[derive(Debug, Clone, PartialEq)]
pub enum Default {
    /// A value.
    Value(Value),
    /// A variant of an enum.
    Variant(VariantPath),
    /// Variants of an enum, for a list.
    Variants {
        /// The enum, as the field names it.
        of: Path,
        /// The variants, as the default names them.
        variants: Vec<VariantPath>,
    },
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct VariantPath {
    /// The enum, as the field names it.
    pub of: Path,
    /// The variant, as the default names it: `Kind::Draft`.
    pub path: Path,
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
            (Element::Scalar(scalar), true) => items(expr, &scalar.to_string())?
                .map(|item| value(item, scalar))
                .collect::<syn::Result<_>>()
                .map(|items| Self::Value(Value::Vec(items))),
            (Element::Enum(of), false) => VariantPath::parse(expr, of).map(Self::Variant),
            (Element::Enum(of), true) => items(expr, &shown(of))?
                .map(|item| VariantPath::parse(item, of))
                .collect::<syn::Result<_>>()
                .map(|variants| Self::Variants {
                    of: of.clone(),
                    variants,
                }),
        }
    }

    /// The default as a value, the names of variants looked up.
    pub fn value(&self, enums: EnumLookup<'_>) -> syn::Result<Value> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Variant(variant) => variant.value(enums),
            Self::Variants { variants, .. } => variants
                .iter()
                .map(|variant| variant.value(enums))
                .collect::<syn::Result<_>>()
                .map(Value::Vec),
        }
    }
}

impl VariantPath {
    fn parse(expr: &Expr, of: &Path) -> syn::Result<Self> {
        match expr {
            Expr::Path(path) if path.qself.is_none() && path.path.segments.len() > 1 => Ok(Self {
                of: of.clone(),
                path: path.path.clone(),
            }),
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

    /// The name that rows hold.
    fn value(&self, enums: EnumLookup<'_>) -> syn::Result<Value> {
        let known = enum_of(&self.of, enums)?;
        let last = self.path.segments.last();
        known
            .variants
            .iter()
            .find(|variant| last.is_some_and(|last| last.ident == variant.ident))
            .map(|variant| Value::Enum(variant.name.clone()))
            .ok_or_else(|| self.unknown(known))
    }

    fn unknown(&self, known: &TableEnum) -> syn::Error {
        let variants: Vec<_> = known
            .variants
            .iter()
            .map(|variant| format!("{}::{}", known.ident, variant.ident))
            .collect();
        let variants: Vec<_> = variants.iter().map(String::as_str).collect();
        let found = shown(&self.path);
        let message = format!(
            "there is no variant `{found}`: expected {}{}",
            one_of(&variants),
            did_you_mean(&found, &variants)
        );
        syn::Error::new_spanned(&self.path, message)
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
        // Files spell some numbers as strings; source does not have to.
        (number, Some(Lit::Str(_))) if is_number(number) => Err(wrong()),
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
pub(super) fn json(expr: &Expr) -> Option<Json> {
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

fn items<'a>(expr: &'a Expr, element: &str) -> syn::Result<impl Iterator<Item = &'a Expr>> {
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
