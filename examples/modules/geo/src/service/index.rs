//! All names of all places in all languages.

use std::collections::HashMap;

use sdk::{
    lang::Catalogue,
    prelude::*,
    store::{ReadTx, StoreError},
};

use super::matching::{Fit, fit, plain};
use crate::{
    Country, Currency, Language, Region, Subdivision,
    proto::geo::v1::{self, PlaceKind},
};

/// A place and all of its names.
struct Entry {
    kind: PlaceKind,
    code: String,
    /// How many people live there: of places that fit alike, the larger comes first.
    people: u64,
    names: Vec<PlaceName>,
}

struct PlaceName {
    plain: String,
    text: String,
    /// The languages in which it is called so, the first of them.
    locale: String,
}

/// All names of all places in all languages.
pub(super) struct Index(Vec<Entry>);

/// A place that fits.
pub(super) struct Found<'a> {
    entry: &'a Entry,
    name: &'a PlaceName,
    fit: Fit,
}

impl Found<'_> {
    /// The place with its name in the language of `names`.
    pub(super) fn place(&self, names: &Catalogue) -> v1::Place {
        let Entry {
            kind,
            code,
            names: own,
            ..
        } = self.entry;
        let name = name_in(names, *kind, code);
        v1::Place {
            kind: (*kind).into(),
            code: code.clone(),
            // The first is the English one, of the row.
            name: name
                .or_else(|| Some(own.first()?.text.clone()))
                .unwrap_or_default(),
            matched: self.name.text.clone(),
            matched_locale: self.name.locale.clone(),
        }
    }
}

impl Index {
    /// Reads the rows, and what they are called in each language.
    pub(super) async fn read(cx: &ServiceContext) -> Result<Self> {
        let mut entries = cx.store().read(async |tx| rows(tx).await).await?;
        let catalogues = cx.catalogues()?;
        let names: Vec<_> = catalogues
            .locales()
            .map(|locale| (locale.to_string(), catalogues.get(locale.as_str())))
            .collect();
        for entry in &mut entries {
            for (locale, catalogue) in &names {
                if let Some(text) = name_in(catalogue, entry.kind, &entry.code) {
                    add_name(entry, text, locale);
                }
            }
        }
        Ok(Self(entries))
    }

    /// The places whose names fit, the best first, each once.
    pub(super) fn search(&self, query: &str, kinds: &[PlaceKind], limit: usize) -> Vec<Found<'_>> {
        let (typed, query) = (query.trim(), plain(query));
        let of_kind = |entry: &&Entry| kinds.is_empty() || kinds.contains(&entry.kind);
        let mut found: Vec<_> = self
            .0
            .iter()
            .filter(of_kind)
            .filter_map(|entry| best(entry, typed, &query))
            .collect();
        found.sort_by(|a, b| {
            let order = |it: &Found<'_>| (it.fit, std::cmp::Reverse(it.entry.people));
            order(a)
                .cmp(&order(b))
                .then_with(|| a.entry.code.cmp(&b.entry.code))
        });
        found.truncate(limit);
        found
    }
}

/// The name that fits the plain query best, if one does; a code fits as it is typed.
fn best<'a>(entry: &'a Entry, typed: &str, query: &str) -> Option<Found<'a>> {
    let by_code = entry.code.eq_ignore_ascii_case(typed);
    let first = entry.names.first().filter(|_| by_code);
    let first = first.map(|name| (name, Fit::Whole));
    let names = entry.names.iter();
    let fitting = names.filter_map(|name| Some((name, fit(&name.plain, query)?)));
    let (name, fit) = first
        .into_iter()
        .chain(fitting)
        .min_by_key(|(_, fit)| *fit)?;
    Some(Found { entry, name, fit })
}

fn add_name(entry: &mut Entry, text: String, locale: &str) {
    let plain = plain(&text);
    if !entry.names.iter().any(|name| name.plain == plain) {
        entry.names.push(PlaceName {
            plain,
            text,
            locale: locale.to_owned(),
        });
    }
}

/// What a place is called in a language, where there is a translation.
pub(super) fn name_in(names: &Catalogue, kind: PlaceKind, code: &str) -> Option<String> {
    let noun = match kind {
        PlaceKind::Region => "region",
        PlaceKind::Country => "country",
        PlaceKind::Language => "language",
        PlaceKind::Currency => "currency",
        PlaceKind::Subdivision | PlaceKind::Unspecified => return None,
    };
    names.find_text(&format!("geo.{noun}_{code}"))
}

/// The places with their English names. A region counts the people
/// of the countries right in it.
async fn rows(tx: &ReadTx<'_>) -> Result<Vec<Entry>, StoreError> {
    let mut entries = Vec::new();
    let mut people: HashMap<String, u64> = HashMap::new();
    for country in tx.scan::<Country>().collect().await?.rows {
        let population = country.population.unwrap_or_default();
        *people.entry(country.region.clone()).or_default() += population;
        if let Some(currency) = &country.currency {
            *people.entry(currency.clone()).or_default() += population;
        }
        entries.push(entry(
            PlaceKind::Country,
            country.code,
            country.name,
            population,
        ));
    }
    let count = |code: &str| people.get(code).copied().unwrap_or_default();
    for it in tx.scan::<Region>().collect().await?.rows {
        let people = count(&it.code);
        entries.push(entry(PlaceKind::Region, it.code, it.name, people));
    }
    for it in tx.scan::<Currency>().collect().await?.rows {
        let people = count(&it.code);
        entries.push(entry(PlaceKind::Currency, it.code, it.name, people));
    }
    for it in tx.scan::<Subdivision>().collect().await?.rows {
        entries.push(entry(PlaceKind::Subdivision, it.code, it.name, 0));
    }
    for it in tx.scan::<Language>().collect().await?.rows {
        entries.push(entry(PlaceKind::Language, it.code, it.name, 0));
    }
    Ok(entries)
}

fn entry(kind: PlaceKind, code: String, name: String, people: u64) -> Entry {
    let mut entry = Entry {
        kind,
        code,
        people,
        names: Vec::new(),
    };
    add_name(&mut entry, name, "en");
    entry
}
