//! The tables, each from the one it refers to on.
//!
//! Keys are the codes of the standards, as text: they are what people write,
//! they keep their leading zeros, and they do not change.

use sdk::prelude::*;

/// A region of UN M.49: the world, a continent, a part of one, or a grouping.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Region {
    /// The code of UN M.49, such as `155`; the world is `001`.
    #[key]
    pub code: String,
    /// The English name.
    #[fake(word)]
    pub name: String,
    /// The region around this one; none around the world.
    #[index]
    #[references(Region)]
    pub parent: Option<String>,
    /// Whether it cuts across the tree, as Latin America does. No country
    /// refers to a grouping.
    #[default(false)]
    pub grouping: bool,
}

/// A currency that is legal tender in some country.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Currency {
    /// The code of ISO 4217, such as `EUR`.
    #[key]
    pub code: String,
    /// The English name.
    #[fake(word)]
    pub name: String,
    /// The number of ISO 4217, such as `978`, where the source has it.
    pub numeric: Option<String>,
    /// How many decimal places amounts are written with: a minor unit is
    /// `10^-digits` of the currency.
    #[fake(range(0, 3))]
    pub digits: u8,
}

/// A country of ISO 3166-1.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Country {
    /// The code of two letters, such as `DE`.
    #[key]
    pub code: String,
    /// The English name.
    #[fake(word)]
    pub name: String,
    /// The code of three letters, such as `DEU`.
    #[unique]
    pub alpha3: String,
    /// The code of three digits, such as `276`, which is also that of UN M.49.
    #[unique]
    pub numeric: String,
    /// The smallest region that holds the country.
    #[index]
    #[references(Region)]
    pub region: String,
    /// The legal tender; the country's own where it has several. Antarctica has none.
    #[index]
    #[references(Currency, on_delete = "set_null")]
    pub currency: Option<String>,
    /// How many people live there.
    #[fake(range(1000, 1_000_000_000))]
    pub population: Option<u64>,
    /// The gross domestic product at purchasing power, in whole US dollars.
    #[fake(range(1_000_000, 1_000_000_000_000))]
    pub gdp_ppp_usd: Option<u64>,
    /// How many of a hundred grown-ups can read and write.
    #[fake(range(20, 100))]
    pub literacy_percent: Option<f64>,
    /// The day on which a week starts in calendars.
    #[default(Weekday::Monday)]
    pub week_start: Weekday,
    /// The units that people use.
    #[default(MeasurementSystem::Metric)]
    pub measurement: MeasurementSystem,
}

/// A day of the week.
#[derive(TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weekday {
    /// The first day by ISO 8601.
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The seventh.
    Sunday,
}

/// A system of units.
#[derive(TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasurementSystem {
    /// Metres, kilograms, litres.
    Metric,
    /// Metric, with miles on roads and pints in pubs.
    Uk,
    /// Feet, pounds, gallons.
    Us,
}

/// A state, province, department or another part of a country, by ISO 3166-2.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Subdivision {
    /// The code, such as `DE-BY`.
    #[key]
    pub code: String,
    /// The country it is part of.
    #[index]
    #[references(Country, on_delete = "cascade")]
    pub country: String,
    /// The larger subdivision around it, as a region around a department.
    #[index]
    #[references(Subdivision, on_delete = "cascade")]
    pub parent: Option<String>,
    /// The English name.
    #[fake(city)]
    pub name: String,
}

/// A language with official standing in some country, or with a code of two letters.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Language {
    /// The shortest code of ISO 639, such as `de` or `gsw`.
    #[key]
    pub code: String,
    /// The English name.
    #[fake(word)]
    pub name: String,
    /// The script it is usually written in, by ISO 15924, such as `Latn`.
    pub script: Option<String>,
    /// The code of ISO 639-3, such as `deu`.
    pub alpha3: Option<String>,
}

/// That a language is used in a country.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct CountryLanguage {
    /// The country.
    #[key]
    #[references(Country, on_delete = "cascade")]
    pub country: String,
    /// The language.
    #[key]
    #[index]
    #[references(Language, on_delete = "cascade")]
    pub language: String,
    /// How many of a hundred people there use it, first or second language alike.
    #[fake(range(0, 100))]
    pub population_percent: f64,
    /// Its standing before the law.
    #[default(LanguageStatus::None)]
    pub status: LanguageStatus,
}

/// The standing of a language in a country.
#[derive(TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LanguageStatus {
    /// Official in the whole country.
    Official,
    /// Used as if official, without a law that says so.
    DeFactoOfficial,
    /// Official in a part of the country.
    OfficialRegional,
    /// Spoken, without standing.
    None,
}
