//! All translations of a host, and the best one for a reader.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use sdk_schema::{Locale, Manifest};

use super::{
    Catalogue,
    catalogue::ModuleTexts,
    complaints::Complaints,
    fallback::{chain, shortest},
    layer::Layers,
    rules::Rules,
};

/// The translations of all modules: one [`Catalogue`] for each locale that any
/// of them has. Cheap to clone.
///
/// ```
/// use sdk::lang::{Catalogues, Message};
/// use sdk_schema::{Arb, Manifest, Name};
///
/// let mut blog = Manifest::new(Name::new("blog")?, "1.0.0");
/// let text = r#"{"@@locale": "en", "posts": "{count, plural, one {# post} other {# posts}}"}"#;
/// blog.catalogues.push(Arb::parse("en.arb", text)?);
///
/// let catalogues = Catalogues::new([&blog]);
/// let message = Message::new("blog.posts").arg("count", 1200);
/// assert_eq!(catalogues.get("en-GB").format(&message), "1,200 posts");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Catalogues(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    catalogues: BTreeMap<Locale, Catalogue>,
    /// The locales by their shortest spelling.
    by_shortest: HashMap<String, Locale>,
    default: Catalogue,
}

/// Makes the rules of each locale once.
struct RulesByLocale(BTreeMap<Locale, Arc<Rules>>);

impl RulesByLocale {
    fn get(&self, locale: &Locale) -> Arc<Rules> {
        let known = self.0.get(locale).cloned();
        known.unwrap_or_else(|| Arc::new(Rules::new(locale)))
    }
}

impl Catalogues {
    /// Merges the translations of `modules`. The source locale of the first
    /// one that has translations stands in for locales that nobody has.
    pub fn new<'a>(modules: impl IntoIterator<Item = &'a Manifest>) -> Self {
        let modules: Vec<_> = modules.into_iter().collect();
        let files = modules.iter().flat_map(|module| &module.catalogues);
        let locales = files.map(|arb| (arb.locale.clone(), Arc::new(Rules::new(&arb.locale))));
        let rules = RulesByLocale(locales.collect());
        let layers: Vec<_> = modules
            .iter()
            .map(|module| Layers::new(module, |locale| rules.get(locale)))
            .collect();
        let complaints = Arc::new(Complaints::default());
        let catalogue = |locale: &Locale| {
            let texts = layers.iter().map(|layers| ModuleTexts {
                module: layers.module.clone(),
                layers: layers.of(locale),
            });
            Catalogue::new(
                locale.clone(),
                rules.get(locale),
                texts.collect(),
                complaints.clone(),
            )
        };
        let default = catalogue(&default_locale(&modules));
        let of_locale = |locale: &Locale| (locale.clone(), catalogue(locale));
        let catalogues: BTreeMap<_, _> = rules.0.keys().map(of_locale).collect();
        let short = |locale: &Locale| (shortest(locale), locale.clone());
        Self(Arc::new(Inner {
            by_shortest: catalogues.keys().map(short).collect(),
            catalogues,
            default,
        }))
    }

    /// The locales that any module has a file for, sorted.
    pub fn locales(&self) -> impl Iterator<Item = &Locale> {
        self.0.catalogues.keys()
    }

    /// The catalogue of `locale` or of its nearest parent; else that of one of
    /// its children, as `pt-PT` for `pt`; else none.
    pub fn find(&self, locale: &str) -> Option<&Catalogue> {
        let locale = locale.replace('_', "-");
        let parents = chain(&locale);
        let exact = |locale: &String| {
            let catalogues = &self.0.catalogues;
            let short = || catalogues.get(self.0.by_shortest.get(locale)?);
            catalogues.get(locale.as_str()).or_else(short)
        };
        parents
            .iter()
            .find_map(exact)
            .or_else(|| self.child(&locale))
    }

    fn child(&self, parent: &str) -> Option<&Catalogue> {
        let parent = shortest(parent);
        let mut catalogues = self.0.catalogues.iter();
        let child = catalogues.find(|(locale, _)| chain(locale).contains(&parent));
        child.map(|(_, catalogue)| catalogue)
    }

    /// The best catalogue for `locale`; the default one if nothing fits.
    pub fn get(&self, locale: &str) -> Catalogue {
        self.find(locale).unwrap_or(&self.0.default).clone()
    }

    /// The best catalogue for a list of languages as in HTTP's
    /// `Accept-Language`: `de-CH, fr;q=0.8, *;q=0.1`.
    pub fn accept(&self, languages: &str) -> Catalogue {
        let mut wanted: Vec<_> = languages.split(',').filter_map(preference).collect();
        wanted.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let found = wanted.iter().find_map(|(locale, _)| self.find(locale));
        found.unwrap_or(&self.0.default).clone()
    }
}

/// One language of a list and how much it is wanted; none if it is not wanted.
fn preference(item: &str) -> Option<(&str, f32)> {
    let (locale, parameter) = item.split_once(';').unwrap_or((item, "q=1"));
    let quality: f32 = parameter.trim().strip_prefix("q=")?.parse().ok()?;
    (quality > 0.0).then_some((locale.trim(), quality))
}

fn default_locale(modules: &[&Manifest]) -> Locale {
    let mut translated = modules
        .iter()
        .filter(|module| !module.catalogues.is_empty());
    let source = translated.find_map(|module| Locale::new(&module.source_locale).ok());
    source.unwrap_or_else(|| Locale::new("en").expect("`en` is a locale"))
}
