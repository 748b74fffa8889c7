//! The world for other modules to refer to.
//!
//! Regions, countries, their subdivisions, languages and currencies, under
//! their ISO and UN codes, with names in many languages. The rows are real
//! seeds and the names are translations, both made from Unicode CLDR by the
//! generator in `gen/`; `ORIGIN.md` says from which version and under which
//! licence.
//!
//! A field of another module refers to a country by its code, with
//! `#[references(geo::Country)]`. A row carries its English name; its name in
//! any other language is a message of the catalogue:
//!
//! ```
//! use sdk::Table;
//!
//! assert_eq!(geo::Country::TABLE_NAME, "geo.country");
//! assert_eq!(geo::messages::country_de().key(), "geo.country_DE");
//! ```

mod service;
mod tables;
#[cfg(test)]
mod tests;

use sdk::prelude::*;

pub use service::GeoService;
pub use tables::{
    Country, CountryLanguage, Currency, Language, LanguageStatus, MeasurementSystem, Region,
    Subdivision, Weekday,
};

sdk::include_module!();

/// The module, for a host to link.
#[derive(Module)]
#[module(
    name = "geo",
    tables(Region, Currency, Country, Subdivision, Language, CountryLanguage),
    services(GeoService)
)]
pub struct Geo;
