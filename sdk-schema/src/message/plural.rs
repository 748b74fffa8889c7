//! Plural categories, and which of them a language has.

use super::{MessageFault, Part, Plural};
use PluralCategory::{Few, Many, One, Other, Two, Zero};

/// Whether a plural counts things or ranks them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PluralKind {
    /// One file, two files.
    Cardinal,
    /// The first, the second.
    Ordinal,
}

/// The categories of CLDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are all there is to say")]
pub enum PluralCategory {
    Zero,
    One,
    Two,
    Few,
    Many,
    Other,
}

impl PluralCategory {
    /// The category that messages call `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "zero" => Self::Zero,
            "one" => Self::One,
            "two" => Self::Two,
            "few" => Self::Few,
            "many" => Self::Many,
            "other" => Self::Other,
            _ => return None,
        })
    }

    /// What messages call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Zero => "zero",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
            Self::Other => "other",
        }
    }
}

/// The categories that the language of `locale` uses; none if it is not known.
///
/// ```
/// use sdk_schema::message::{PluralCategory, PluralKind, categories};
/// let german = categories("de-AT", PluralKind::Cardinal).unwrap();
/// assert_eq!(german, [PluralCategory::One, PluralCategory::Other]);
/// ```
pub fn categories(locale: &str, kind: PluralKind) -> Option<&'static [PluralCategory]> {
    let language = locale.split('-').next()?;
    let cardinal = look_up(&CARDINAL, language)?;
    Some(match kind {
        PluralKind::Cardinal => cardinal,
        PluralKind::Ordinal => look_up(&ORDINAL, language).unwrap_or(&[Other]),
    })
}

fn look_up(table: &Table, language: &str) -> Option<&'static [PluralCategory]> {
    let mut rows = table.iter();
    let (categories, _) =
        rows.find(|(_, languages)| languages.split(' ').any(|listed| listed == language))?;
    Some(categories)
}

/// Categories and the languages that use them.
type Table = [(&'static [PluralCategory], &'static str)];

// From CLDR's `plurals.json` and `ordinals.json`, by language only, so that a
// build script needs no Unicode data. A test in `sdk` compares each row with
// the rules that run.
const CARDINAL: [(&[PluralCategory], &str); 10] = [
    (
        &[Other],
        "bm bo dz id ig ii ja jv kde km ko lkt lo ms my sah ses sg su th to wo yo yue zh",
    ),
    (
        &[One, Other],
        "af ak am as ast az bg bho bn brx ceb chr ckb csw da de doi ee el en eo et eu fa fi fil fo \
         fy gu ha hi hu hy ia ie is ka kk kn kok ks ku ky lb lij mk ml mn mr nb ne nl nn no nso om \
         or pa pcm ps rm sc sd si so sq st sv sw syr ta te tg ti tk tn tr ug ur uz vi xh zu",
    ),
    (&[One, Two, Other], "he sat"),
    (&[One, Few, Other], "bs hr ro sr"),
    (&[One, Many, Other], "ca es fr gl it lld pt scn vec"),
    (&[Zero, One, Other], "blo cv ksh lv prg"),
    (&[One, Two, Few, Other], "dsb gd hsb sl"),
    (&[One, Few, Many, Other], "be cs lt pl ru sk uk"),
    (&[One, Two, Few, Many, Other], "br ga mt"),
    (&[Zero, One, Two, Few, Many, Other], "ar cy"),
];

/// Languages that rank with more than `other`.
const ORDINAL: [(&[PluralCategory], &str); 10] = [
    (&[Few, Other], "af be tk uk"),
    (&[Many, Other], "it kk lij lld sc scn vec"),
    (&[One, Other], "es fil fr ga hu hy lo ms ne ro sv vi"),
    (&[One, Many, Other], "ka sq"),
    (&[One, Few, Many, Other], "az"),
    (&[One, Two, Few, Other], "bg ca en gd kok mr"),
    (&[One, Two, Many, Other], "mk"),
    (&[One, Two, Few, Many, Other], "as bn gu hi or"),
    (&[Zero, One, Few, Other], "blo"),
    (&[Zero, One, Two, Few, Many, Other], "cy"),
];

/// Collects the arms in `parts` whose category `locale` does not have.
pub(super) fn unreachable(parts: &[Part], locale: &str, faults: &mut Vec<MessageFault>) {
    for part in parts {
        if let Part::Plural(plural) = part {
            unreachable_arms(plural, locale, faults);
        }
        for arm in part.arms() {
            unreachable(arm, locale, faults);
        }
    }
}

fn unreachable_arms(plural: &Plural, locale: &str, faults: &mut Vec<MessageFault>) {
    let Some(known) = categories(locale, plural.kind) else {
        return;
    };
    let arms = plural.categories.iter().map(|(category, _)| category);
    faults.extend(arms.filter(|found| !known.contains(found)).map(|found| {
        let names: Vec<_> = known
            .iter()
            .map(|known| format!("`{}`", known.as_str()))
            .collect();
        MessageFault::CategoryUnused {
            name: plural.name.clone(),
            found: found.as_str(),
            locale: locale.to_owned(),
            expected: names.join(", "),
        }
    }));
}
