//! The grammar that all attributes share: `key`, `key = value`, `key(items)`.
//!
//! Every reader here returns the error at the narrowest token and names what
//! is accepted; the caller collects them.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use sdk_schema::Name;
use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitInt, LitStr, Meta, MetaList, Path, Token,
    parse::{Parse, ParseStream, Parser},
    punctuated::Punctuated,
};

use crate::faults::Faults;

/// The attributes of that name, in order.
pub(crate) fn named<'a>(
    attributes: &'a [Attribute],
    name: &'a str,
) -> impl Iterator<Item = &'a Attribute> {
    attributes
        .iter()
        .filter(move |attribute| attribute.path().is_ident(name))
}

/// The attribute of that name; a second one is a fault.
pub(super) fn single<'a>(
    attributes: &'a [Attribute],
    name: &'a str,
    faults: &mut Faults,
) -> Option<&'a Attribute> {
    let mut found = named(attributes, name);
    let first = found.next();
    for second in found {
        faults.at(second.path(), format!("`#[{name}]` is given twice"));
    }
    first
}

/// Whether the attribute of that name stands there; it takes no arguments.
pub(super) fn flag(attributes: &[Attribute], name: &str, faults: &mut Faults) -> bool {
    let attribute = single(attributes, name, faults);
    let refusal = || format!("`#[{name}]` takes no arguments");
    match attribute.map(|attribute| &attribute.meta) {
        Some(Meta::List(list)) => faults.at(&list.tokens, refusal()),
        Some(Meta::NameValue(pair)) => faults.at(&pair.value, refusal()),
        Some(Meta::Path(_)) | None => {}
    }
    attribute.is_some()
}

/// Refuses `#[cfg]` on a part of a declaration. A derive never sees one: the
/// compiler has decided by then, and the tools cannot.
pub(super) fn refuse_cfg(attributes: &[Attribute], faults: &mut Faults) {
    for attribute in named(attributes, "cfg") {
        let message = "a module declares the same in every build: expected no `#[cfg]` here";
        faults.at(attribute.path(), message);
    }
}

/// The comma-separated items inside the brackets of an attribute.
pub(super) fn items<T: Parse>(attribute: &Attribute, example: &str) -> syn::Result<Vec<T>> {
    match &attribute.meta {
        Meta::List(list) => parse_items(list.tokens.clone()),
        other => Err(syn::Error::new_spanned(
            other.path(),
            format!("expected `#[{example}]`"),
        )),
    }
}

/// The only item inside the brackets of an attribute.
pub(super) fn item<T: Parse>(attribute: &Attribute, example: &str) -> syn::Result<T> {
    let mut items = items(attribute, example)?.into_iter();
    match (items.next(), items.next()) {
        (Some(item), None) => Ok(item),
        _ => Err(syn::Error::new_spanned(
            attribute.path(),
            format!("expected `#[{example}]`"),
        )),
    }
}

/// Reads items separated by commas.
pub(super) fn parse_items<T: Parse>(tokens: TokenStream) -> syn::Result<Vec<T>> {
    let items = Punctuated::<T, Token![,]>::parse_terminated.parse2(tokens)?;
    Ok(items.into_iter().collect())
}

/// Puts a value where none may have been; a second one is an error at its key.
pub(super) fn fill<T>(slot: &mut Option<T>, key: &Meta, value: T) -> syn::Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new_spanned(
            key.path(),
            format!("`{}` is given twice", shown(key.path())),
        )),
    }
}

/// The identifier of an entry's key, as text to match on.
pub(super) fn key_of(entry: &Meta) -> String {
    shown(entry.path())
}

/// An entry's key is none of those accepted.
pub(super) fn unknown_key(entry: &Meta, attribute: &str, accepted: &[&str]) -> syn::Error {
    let found = key_of(entry);
    let message = format!(
        "`#[{attribute}]` has no key `{found}`: expected {}{}",
        one_of(accepted),
        did_you_mean(&found, accepted)
    );
    syn::Error::new_spanned(entry.path(), message)
}

/// The text of `key = "text"`.
pub(super) fn text(entry: &Meta) -> syn::Result<LitStr> {
    let expected = format!("expected `{} = \"…\"`", key_of(entry));
    match entry {
        Meta::NameValue(pair) => string(&pair.value, &expected),
        other => Err(syn::Error::new_spanned(other, expected)),
    }
}

/// A string literal.
pub(super) fn string(value: &Expr, expected: &str) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Ok(text.clone()),
        other => Err(syn::Error::new_spanned(
            other,
            format!("{expected}, found `{}`", shown(other)),
        )),
    }
}

/// The name in `key = "name"`.
pub(super) fn name(entry: &Meta) -> syn::Result<Name> {
    parsed_name(&text(entry)?)
}

/// The name in a string literal.
pub(super) fn parsed_name(text: &LitStr) -> syn::Result<Name> {
    Name::new(&text.value()).map_err(|error| syn::Error::new_spanned(text, error))
}

/// The number of `key = 3`.
pub(super) fn number(entry: &Meta) -> syn::Result<u32> {
    let expected = format!("expected `{} = 1` or another whole number", key_of(entry));
    match entry {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Int(number),
                ..
            }) => parsed_number(number),
            other => Err(syn::Error::new_spanned(
                other,
                format!("{expected}, found `{}`", shown(other)),
            )),
        },
        other => Err(syn::Error::new_spanned(other, expected)),
    }
}

fn parsed_number(number: &LitInt) -> syn::Result<u32> {
    number
        .base10_parse()
        .map_err(|_| syn::Error::new_spanned(number, format!("expected a u32, found `{number}`")))
}

/// The word of `key = true` or `key = false`.
pub(super) fn switch(entry: &Meta) -> syn::Result<bool> {
    let key = key_of(entry);
    let expected = format!("expected `{key} = true` or `{key} = false`");
    match entry {
        Meta::NameValue(pair) => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Bool(word),
                ..
            }) => Ok(word.value),
            other => Err(syn::Error::new_spanned(
                other,
                format!("{expected}, found `{}`", shown(other)),
            )),
        },
        other => Err(syn::Error::new_spanned(other, expected)),
    }
}

/// The choice that `key = "word"` makes.
pub(super) fn choice<T: Copy>(entry: &Meta, choices: &[(&str, T)]) -> syn::Result<T> {
    let text = text(entry)?;
    let found = text.value();
    let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
    choices
        .iter()
        .find(|(word, _)| *word == found)
        .map(|(_, choice)| *choice)
        .ok_or_else(|| {
            let message = format!(
                "`{}` cannot be `{found}`: expected {}{}",
                key_of(entry),
                one_of(&words),
                did_you_mean(&found, &words)
            );
            syn::Error::new_spanned(text, message)
        })
}

/// The paths of `key(a, b::c)`.
pub(super) fn paths(entry: &Meta) -> syn::Result<Vec<Path>> {
    list(entry, |path: Path| path)
}

/// The names of `key("a", "b")` or of `key = "a"`; at least one.
pub(super) fn names(entry: &Meta) -> syn::Result<Vec<Name>> {
    if let Meta::NameValue(_) = entry {
        return Ok(vec![name(entry)?]);
    }
    let literals = match entry {
        Meta::List(list) => parse_items::<LitStr>(list.tokens.clone())?,
        _ => Vec::new(),
    };
    if literals.is_empty() {
        let message = format!("expected `{}(\"…\")`", key_of(entry));
        return Err(syn::Error::new_spanned(entry, message));
    }
    literals.iter().map(parsed_name).collect()
}

/// The identifiers of `key(a, b)`; at least one.
pub(super) fn idents(entry: &Meta) -> syn::Result<Vec<Ident>> {
    some(list(entry, |ident: Ident| ident)?, entry)
}

/// The lists of `key(a, b)`, which has one, or of `key((a, b), (c, d))`.
pub(super) fn ident_lists(entry: &Meta) -> syn::Result<Vec<Vec<Ident>>> {
    let starts_with_list = |list: &MetaList| {
        let first = list.tokens.clone().into_iter().next();
        matches!(first, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
    };
    if !matches!(entry, Meta::List(list) if starts_with_list(list)) {
        return Ok(vec![idents(entry)?]);
    }
    let lists = list(entry, |Bracketed(idents): Bracketed| idents)?;
    let lists = lists.into_iter().map(|idents| some(idents, entry));
    lists.collect()
}

/// Identifiers in round brackets.
struct Bracketed(Vec<Ident>);

impl Parse for Bracketed {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let content;
        syn::parenthesized!(content in input);
        let idents = Punctuated::<Ident, Token![,]>::parse_terminated(&content)?;
        Ok(Self(idents.into_iter().collect()))
    }
}

/// Refuses an empty list of fields.
fn some(idents: Vec<Ident>, entry: &Meta) -> syn::Result<Vec<Ident>> {
    if idents.is_empty() {
        let message = format!("`{}` names no field", key_of(entry));
        return Err(syn::Error::new_spanned(entry, message));
    }
    Ok(idents)
}

fn list<T: Parse, U>(entry: &Meta, each: impl Fn(T) -> U) -> syn::Result<Vec<U>> {
    match entry {
        Meta::List(list) => Ok(parse_items(list.tokens.clone())?
            .into_iter()
            .map(each)
            .collect()),
        other => Err(syn::Error::new_spanned(
            other,
            format!("expected `{}(…)`", key_of(other)),
        )),
    }
}

/// Words as messages list them: `a`, `b` or `c`.
pub(super) fn one_of(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// A question after the list, where one of the words is obviously meant.
pub(super) fn did_you_mean(found: &str, words: &[&str]) -> String {
    const TYPO: usize = 2;
    let others = words.iter().filter(|_| words.len() > 1);
    others
        .map(|word| (strsim::damerau_levenshtein(found, word), word))
        .filter(|(distance, word)| *distance <= TYPO && *distance < word.len())
        .min()
        .map(|(_, word)| format!("; did you mean `{word}`?"))
        .unwrap_or_default()
}

/// Tokens as a person writes them, for messages.
pub(super) fn shown(tokens: impl ToTokens) -> String {
    let spaced = tokens.into_token_stream().to_string();
    [" :: ", ":: ", " ::"]
        .iter()
        .fold(spaced, |text, spaced| text.replace(spaced, "::"))
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace(" (", "(")
        .replace(" ;", ";")
        .replace("& ", "&")
        .replace(" ,", ",")
        .replace("- ", "-")
}

/// The first paragraph of the doc comment, on one line.
pub(super) fn description(attributes: &[Attribute]) -> String {
    let lines = named(attributes, "doc").filter_map(|doc| match &doc.meta {
        Meta::NameValue(pair) => string(&pair.value, "").ok(),
        _ => None,
    });
    let paragraph: Vec<_> = lines
        .map(|line| line.value().trim().to_owned())
        .skip_while(String::is_empty)
        .take_while(|line| !line.is_empty())
        .collect();
    paragraph.join(" ")
}

/// The path under which the item reaches the SDK: `#[sdk(crate = "…")]`, or `::sdk`.
pub(crate) fn sdk_path(attributes: &[Attribute], faults: &mut Faults) -> Path {
    const EXAMPLE: &str = "sdk(crate = \"path\")";
    let read = |attribute: &Attribute| -> syn::Result<Path> {
        // `crate` is a keyword: syn's `Meta` takes it as a path all the same.
        let entry: Meta = item(attribute, EXAMPLE)?;
        match key_of(&entry).as_str() {
            "crate" => text(&entry)?.parse(),
            _ => Err(unknown_key(&entry, "sdk", &["crate"])),
        }
    };
    single(attributes, "sdk", faults)
        .and_then(|attribute| faults.keep(read(attribute)))
        .unwrap_or_else(|| syn::parse_quote!(::sdk))
}
