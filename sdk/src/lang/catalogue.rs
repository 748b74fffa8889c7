//! All that the modules of a host have to say in one locale.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, OnceLock},
};

use sdk_schema::{Checksum, Locale};
use serde_json::{Map, Value as Json};

use super::{
    Message,
    complaints::Complaints,
    evaluation::{Count, Evaluation},
    fallback::same_language,
    layer::{Layer, Text},
    rules::Rules,
};

/// The messages of all modules in one locale, with what stands in for those
/// that are not translated. Cheap to clone.
#[derive(Clone)]
pub struct Catalogue(Arc<Inner>);

struct Inner {
    locale: Locale,
    rules: Arc<Rules>,
    modules: Vec<ModuleTexts>,
    by_name: HashMap<String, usize>,
    complaints: Arc<Complaints>,
    merged: OnceLock<Merged>,
}

/// The layers of one module, best first.
pub(super) struct ModuleTexts {
    pub(super) module: String,
    pub(super) layers: Vec<Arc<Layer>>,
}

struct Merged {
    text: String,
    etag: String,
}

impl ModuleTexts {
    fn find(&self, key: &str) -> Option<(&Layer, &Text)> {
        let mut layers = self.layers.iter();
        layers.find_map(|layer| Some((&**layer, layer.texts.get(key)?)))
    }

    /// The keys, those of the source first, in the order of its file.
    fn keys(&self) -> impl Iterator<Item = &String> {
        let layers = || self.layers.iter().rev();
        layers().enumerate().flat_map(move |(index, layer)| {
            let known =
                move |key: &&String| layers().take(index).all(|l| !l.texts.contains_key(*key));
            layer.texts.keys().filter(known)
        })
    }
}

impl Catalogue {
    pub(super) fn new(
        locale: Locale,
        rules: Arc<Rules>,
        modules: Vec<ModuleTexts>,
        complaints: Arc<Complaints>,
    ) -> Self {
        let names = modules.iter().enumerate();
        let by_name = names
            .map(|(index, texts)| (texts.module.clone(), index))
            .collect();
        Self(Arc::new(Inner {
            locale,
            rules,
            modules,
            by_name,
            complaints,
            merged: OnceLock::new(),
        }))
    }

    /// The locale.
    pub fn locale(&self) -> &Locale {
        &self.0.locale
    }

    /// Puts a message into words.
    ///
    /// Never fails: a message that is not there is its key, an argument that
    /// is not there is its name in braces. Both are logged once.
    pub fn format(&self, message: &Message) -> String {
        let Some((layer, text)) = self.find(message.key()) else {
            let complaints = &self.0.complaints;
            complaints.log(&self.0.locale, message.key(), "there is no such message");
            return message.key().to_owned();
        };
        let Some(pattern) = text.pattern() else {
            return text.text.clone();
        };
        let mut evaluation = Evaluation {
            message,
            locale: &layer.locale,
            plurals: &layer.rules,
            numbers: self.number_rules(layer),
            complaints: &self.0.complaints,
            text: String::with_capacity(text.text.len()),
        };
        evaluation.parts(pattern.parts(), Count::Sign);
        evaluation.text
    }

    /// The message `module.key`, which takes no arguments.
    pub fn text(&self, key: &str) -> String {
        self.format(&Message::new(key.to_owned()))
    }

    /// The message `module.key`, which takes no arguments; none if nobody has it.
    pub fn find_text(&self, key: &str) -> Option<String> {
        self.find(key)?;
        Some(self.text(key))
    }

    /// All messages as one ARB document: `@@locale`, then `module.key`, module
    /// by module, each with the text that [`Catalogue::format`] would use.
    pub fn merged_arb(&self) -> Json {
        let mut arb = Map::new();
        arb.insert("@@locale".to_owned(), self.0.locale.as_str().into());
        for module in &self.0.modules {
            for key in module.keys() {
                let text = module.find(key).map(|(_, text)| text.text.as_str());
                arb.insert(format!("{}.{key}", module.module), text.into());
            }
        }
        Json::Object(arb)
    }

    /// The text of [`Catalogue::merged_arb`], made once.
    pub fn merged_text(&self) -> &str {
        &self.merged().text
    }

    /// The SHA-256 of [`Catalogue::merged_text`] in hexadecimal, for an entity tag.
    pub fn etag(&self) -> &str {
        &self.merged().etag
    }

    fn merged(&self) -> &Merged {
        self.0.merged.get_or_init(|| {
            let text = self.merged_arb().to_string();
            let etag = Checksum::of(text.as_bytes()).to_string();
            Merged { text, etag }
        })
    }

    fn find(&self, key: &str) -> Option<(&Layer, &Text)> {
        let (module, key) = key.split_once('.')?;
        let index = self.0.by_name.get(module)?;
        self.0.modules.get(*index)?.find(key)
    }

    /// Swiss readers get Swiss numbers in a German text, but not in an English one.
    fn number_rules<'a>(&'a self, layer: &'a Layer) -> &'a Rules {
        if same_language(&self.0.locale, &layer.locale) {
            &self.0.rules
        } else {
            &layer.rules
        }
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue({})", self.0.locale)
    }
}
