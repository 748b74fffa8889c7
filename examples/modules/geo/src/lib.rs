//! The world for other modules to refer to.
//!
//! Regions, countries, their subdivisions, languages and currencies, under
//! their ISO and UN codes, with names in many languages. The rows are real
//! seeds and the names are translations, both made from Unicode CLDR by the
//! generator in `gen/`; `ORIGIN.md` says from which version and under which
//! licence.
//!
//! A table of another module refers to a country by its code:
//!
//! ```ignore
//! #[references(geo::Country)]
//! pub country: String,
//! ```
//!
//! A row carries its English name. Its name in any other language is the
//! message `country_DE`, `region_155`, `language_de` or `currency_EUR` of the
//! catalogue.

mod tables;

use sdk::prelude::*;

pub use tables::{
    Country, CountryLanguage, Currency, Language, LanguageStatus, MeasurementSystem, Region,
    Subdivision, Weekday,
};

sdk::include_module!();

/// The module, for a host to link.
#[derive(Module)]
#[module(
    name = "geo",
    tables(Region, Currency, Country, Subdivision, Language, CountryLanguage)
)]
pub struct Geo;
