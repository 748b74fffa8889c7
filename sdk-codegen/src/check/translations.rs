//! Translations, held against the messages of the source locale.

use std::path::Path;

use sdk_schema::{Locale, check_translation};

use crate::{
    file_fault::FileFault,
    folder::{Reading, TRANSLATIONS},
    source::Module,
};

/// Checks every translation. Without a readable source there is nothing to
/// hold them against.
pub(super) fn check(module: &Module, reading: &Reading) -> Vec<FileFault> {
    if let Err(error) = Locale::new(&module.source_locale) {
        return vec![FileFault::new(&module.manifest_file, error)];
    }
    let translations = &reading.folder.translations;
    let is_source = |locale: &Locale| *locale == *module.source_locale;
    let Some(source) = translations.iter().find(|it| is_source(&it.content.locale)) else {
        return missing_source(module, reading).into_iter().collect();
    };
    let others = translations
        .iter()
        .filter(|it| !is_source(&it.content.locale));
    others
        .flat_map(|other| {
            let faults = check_translation(&source.content, &other.content);
            let placed = |fault| FileFault::of_arb(&other.file, &fault);
            faults.into_iter().map(placed).collect::<Vec<_>>()
        })
        .collect()
}

fn missing_source(module: &Module, reading: &Reading) -> Option<FileFault> {
    let file = Path::new(TRANSLATIONS).join(format!("{}.arb", module.source_locale));
    let first = reading.folder.translations.first()?;
    let unreadable = reading.faults.iter().any(|fault| fault.file == file);
    (!unreadable).then(|| {
        let message = format!(
            "is missing: {} translates it, and the texts of module `{}` are written in `{}`",
            first.file.display(),
            module.name,
            module.source_locale
        );
        FileFault::new(file, message)
    })
}
