//! How a locale writes numbers and chooses plurals.

use fixed_decimal::Decimal;
use icu_decimal::{DecimalFormatter, options::DecimalFormatterOptions};
use icu_locale_core::LanguageIdentifier;
use icu_plurals::{PluralCategory as IcuCategory, PluralRuleType, PluralRules};
use sdk_schema::message::{PluralCategory, PluralKind};

use super::{Number, percent};

/// The most digits after the point that are shown, as in ICU.
const MOST_FRACTION: u32 = 3;

/// The rules of one locale. What CLDR does not know has those of the root.
#[derive(Debug)]
pub(super) struct Rules {
    locale: String,
    decimal: Option<DecimalFormatter>,
    cardinal: Option<PluralRules>,
    ordinal: Option<PluralRules>,
}

impl Rules {
    pub(super) fn new(locale: &str) -> Self {
        let parsed =
            LanguageIdentifier::try_from_str(locale).unwrap_or(LanguageIdentifier::UNKNOWN);
        let plurals =
            |kind: PluralRuleType| PluralRules::try_new((&parsed).into(), kind.into()).ok();
        Self {
            locale: locale.to_owned(),
            decimal: DecimalFormatter::try_new(
                (&parsed).into(),
                DecimalFormatterOptions::default(),
            )
            .ok(),
            cardinal: plurals(PluralRuleType::Cardinal),
            ordinal: plurals(PluralRuleType::Ordinal),
        }
    }

    /// A number as it counts: what is not shown does not count.
    pub(super) fn shown(number: Number) -> Number {
        number.rounded(MOST_FRACTION)
    }

    /// `1,234.5`
    pub(super) fn decimal(&self, number: Number) -> String {
        self.digits(Self::shown(number))
    }

    /// `1,235`
    pub(super) fn integer(&self, number: Number) -> String {
        self.digits(number.rounded(0))
    }

    /// `12%` of 0.12
    pub(super) fn percent(&self, number: Number) -> String {
        percent::surround(&self.locale, &self.digits(number.hundredfold().rounded(0)))
    }

    fn digits(&self, number: Number) -> String {
        match (&self.decimal, decimal_of(number)) {
            (Some(formatter), Some(decimal)) => formatter.format(&decimal).to_string(),
            _ => number.to_string(),
        }
    }

    /// The plural category of `number`, as it is shown.
    pub(super) fn category(&self, kind: PluralKind, number: Number) -> PluralCategory {
        let rules = match kind {
            PluralKind::Cardinal => &self.cardinal,
            PluralKind::Ordinal => &self.ordinal,
        };
        match (rules, decimal_of(Self::shown(number))) {
            (Some(rules), Some(decimal)) => category(rules.category_for(&decimal)),
            _ => PluralCategory::Other,
        }
    }
}

#[cfg(test)]
impl Rules {
    /// The categories that the locale uses, in CLDR's order.
    pub(super) fn categories(&self, kind: PluralKind) -> Vec<PluralCategory> {
        let rules = match kind {
            PluralKind::Cardinal => &self.cardinal,
            PluralKind::Ordinal => &self.ordinal,
        };
        let rules = rules.as_ref().expect("compiled data has every locale");
        let mut categories: Vec<_> = rules.categories().map(category).collect();
        categories.sort();
        categories
    }
}

/// None for what is infinite or not a number.
fn decimal_of(number: Number) -> Option<Decimal> {
    Decimal::try_from_str(&number.to_string()).ok()
}

fn category(category: IcuCategory) -> PluralCategory {
    match category {
        IcuCategory::Zero => PluralCategory::Zero,
        IcuCategory::One => PluralCategory::One,
        IcuCategory::Two => PluralCategory::Two,
        IcuCategory::Few => PluralCategory::Few,
        IcuCategory::Many => PluralCategory::Many,
        IcuCategory::Other => PluralCategory::Other,
    }
}
