//! One file of translations, ready to be shown.

use std::{collections::HashMap, sync::Arc, sync::OnceLock};

use indexmap::IndexMap;
use sdk_schema::{Arb, Locale, Manifest, MessagePattern};

use super::{
    fallback::{chain, shortest},
    rules::Rules,
};

/// The messages of one module in one locale.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) locale: Locale,
    pub(super) rules: Arc<Rules>,
    pub(super) texts: IndexMap<String, Text>,
}

/// One message; it is taken apart when it is first shown.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pattern: OnceLock<Option<MessagePattern>>,
}

impl Layer {
    pub(super) fn new(arb: &Arb, rules: Arc<Rules>) -> Self {
        let texts = arb.messages.iter().map(|(key, message)| {
            let text = Text {
                text: message.text.clone(),
                pattern: OnceLock::new(),
            };
            (key.clone(), text)
        });
        Self {
            locale: arb.locale.clone(),
            rules,
            texts: texts.collect(),
        }
    }
}

impl Text {
    /// The parts; none if the text is shown as it is.
    pub(super) fn pattern(&self) -> Option<&MessagePattern> {
        let parse = || MessagePattern::parse(&self.text).ok();
        self.pattern.get_or_init(parse).as_ref()
    }
}

/// All layers of one module.
pub(super) struct Layers {
    pub(super) module: String,
    source: Option<Arc<Layer>>,
    /// By the locale of the file, and by its shortest spelling.
    by_locale: HashMap<String, Arc<Layer>>,
}

impl Layers {
    pub(super) fn new(manifest: &Manifest, rules: impl Fn(&Locale) -> Arc<Rules>) -> Self {
        let layers = manifest.catalogues.iter();
        let layers: Vec<_> = layers
            .map(|arb| Arc::new(Layer::new(arb, rules(&arb.locale))))
            .collect();
        let mut by_locale = HashMap::new();
        for layer in &layers {
            by_locale.insert(layer.locale.to_string(), layer.clone());
        }
        for layer in &layers {
            let short = shortest(&layer.locale);
            by_locale.entry(short).or_insert_with(|| layer.clone());
        }
        Self {
            module: manifest.name.to_string(),
            source: by_locale.get(manifest.source_locale.as_str()).cloned(),
            by_locale,
        }
    }

    /// The layers in which to look for a text of `locale`, best first.
    pub(super) fn of(&self, locale: &str) -> Vec<Arc<Layer>> {
        let mut found: Vec<Arc<Layer>> = Vec::new();
        let parents = chain(locale);
        let layers = parents
            .iter()
            .filter_map(|parent| self.by_locale.get(parent));
        for layer in layers.chain(&self.source) {
            if !found.iter().any(|known| Arc::ptr_eq(known, layer)) {
                found.push(layer.clone());
            }
        }
        found
    }
}
