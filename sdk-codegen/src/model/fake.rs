//! `#[fake(…)]`: how generated rows fill a field.

use sdk_schema::{Fake, FakeKind, FieldType};
use syn::{Attribute, Expr, Meta};

use super::{
    Element, TypeModel,
    attribute::{did_you_mean, item, key_of, parse_items, shown},
    default,
    type_model::is_number,
};

const EXAMPLE: &str = "fake(sentence)";
const RANGE: &str = "expected two whole numbers, the smaller first, as in `range(1, 100)`";

/// Reads the attribute of a field of type `ty`.
pub(super) fn parse(attribute: &Attribute, ty: Option<&TypeModel>) -> syn::Result<Fake> {
    let entry: Meta = item(attribute, EXAMPLE).map_err(|error| {
        let message = format!("expected `#[{EXAMPLE}]`, another word, or `range(1, 100)`");
        syn::Error::new(error.span(), message)
    })?;
    let fake = match &entry {
        Meta::List(list) if list.path.is_ident("range") => range(list)?,
        Meta::Path(path) => {
            let found = shown(path);
            Fake::Word(FakeKind::from_word(&found).ok_or_else(|| unknown(&entry))?)
        }
        other => return Err(unknown(other)),
    };
    match ty {
        Some(ty) => fits(&fake, ty, &entry).map(|()| fake),
        None => Ok(fake),
    }
}

fn range(list: &syn::MetaList) -> syn::Result<Fake> {
    let bounds: Vec<Expr> = parse_items(list.tokens.clone())?;
    let numbers: Vec<_> = bounds.iter().map(whole_number).collect();
    match numbers[..] {
        [Some(min), Some(max)] if min <= max => Ok(Fake::Range { min, max }),
        _ => Err(syn::Error::new_spanned(
            list,
            format!("{RANGE}, found `{}`", shown(list)),
        )),
    }
}

fn whole_number(expr: &Expr) -> Option<i64> {
    default::json(expr)?.as_i64()
}

fn unknown(entry: &Meta) -> syn::Error {
    let found = key_of(entry);
    let words: Vec<_> = FakeKind::WORDS.iter().map(|(word, _)| *word).collect();
    let message = format!(
        "`#[fake]` knows no `{found}`: expected range(min, max) or one of {}{}",
        words.join(", "),
        did_you_mean(&found, &words)
    );
    syn::Error::new_spanned(entry, message)
}

/// Words are text, ranges are numbers.
fn fits(fake: &Fake, ty: &TypeModel, entry: &Meta) -> syn::Result<()> {
    let text = ty.element == Element::Scalar(FieldType::String);
    let expected = match fake {
        Fake::Word(_) if text => return Ok(()),
        Fake::Word(_) => "a String",
        Fake::Range { .. } if matches!(&ty.element, Element::Scalar(ty) if is_number(ty)) => {
            return Ok(());
        }
        Fake::Range { .. } => "a number",
    };
    let message = format!("`{}` needs {expected} as the field's type", shown(entry));
    Err(syn::Error::new_spanned(entry, message))
}
