//! `new translation`: the texts of the source locale, to be translated.

use std::path::Path;

use sdk_codegen::{FileFaults, folder::Reading, source::Module};
use sdk_schema::{Arb, ArbMessage, Locale, MessagePattern};

use super::Refusal;
use crate::{
    arguments::NewTranslation,
    changes::Changes,
    failure::Failure,
    project::{Member, Project},
    reading,
    report::Report,
};

/// The folder of translations in that of the module.
const TRANSLATIONS: &str = "translations";

/// Writes the translation, and the source if there is none yet.
pub(crate) fn run(arguments: &NewTranslation, project: &Project) -> Result<Report, Failure> {
    let member = project.module(&arguments.module)?;
    let module = reading::source(project, member)?;
    let locale = &arguments.locale;
    let mut changes = Changes::new(&project.root);
    let mut add = |arb: &Arb| {
        let file = member.file(TRANSLATIONS).join(arb.file_name());
        changes.create(file, arb.to_text());
    };
    let existing = source(project, member, &module)?;
    let is_first = existing.is_none();
    let source = existing.map_or_else(|| first_texts(&module), Ok)?;
    if is_first {
        add(&source);
    }
    let (translation, left_out) = copy(&source, locale);
    // Asked for what is there, it is refused like any other file that is there.
    if !is_first || *locale != source.locale {
        add(&translation);
    }
    let file = member.file(TRANSLATIONS).join(format!("{locale}.arb"));
    let mut report = Report::of(Path::new(""), changes.write()?);
    for line in left_out {
        report.line(format!("    left out {line}"));
    }
    Ok(report.hint(format!("translate the texts in {}", file.display())))
}

/// The texts of the source locale, if the module has any.
fn source(project: &Project, member: &Member, module: &Module) -> Result<Option<Arb>, Failure> {
    let Reading { folder, mut faults } =
        Reading::of(&project.root.join(&member.folder), &module.name);
    faults.retain(|fault| fault.file.starts_with(TRANSLATIONS));
    let folder =
        FileFaults::unless(faults, folder).map_err(|faults| reading::unreadable(member, faults))?;
    let mut all = folder.translations.into_iter().map(|entry| entry.content);
    Ok(all.find(|arb| arb.locale.as_str() == module.source_locale))
}

/// A first text, so that there is something to translate.
fn first_texts(module: &Module) -> Result<Arb, Refusal> {
    let locale = Locale::new(&module.source_locale)?;
    let mut arb = Arb::new(locale);
    let title = ArbMessage {
        text: module.type_name.clone(),
        description: Some("What people call the module".to_owned()),
        ..ArbMessage::default()
    };
    arb.messages.insert("title".to_owned(), title);
    Ok(arb)
}

/// The texts of `source` for another locale, without what it says about them.
/// A text with plural forms that the language has not is left out with the
/// reason; until it is translated, the source's is shown.
fn copy(source: &Arb, locale: &Locale) -> (Arb, Vec<String>) {
    let mut copy = Arb::new(locale.clone());
    let mut left_out = Vec::new();
    for (key, message) in &source.messages {
        match misfit(&message.text, locale) {
            None => {
                let text = message.text.clone();
                let message = ArbMessage {
                    text,
                    ..ArbMessage::default()
                };
                copy.messages.insert(key.clone(), message);
            }
            Some(reason) => left_out.push(format!("`{key}`: {reason}")),
        }
    }
    (copy, left_out)
}

/// Why a text cannot stand in a locale.
fn misfit(text: &str, locale: &Locale) -> Option<String> {
    let pattern = MessagePattern::parse(text).ok()?;
    let unreachable = pattern.unreachable_plurals(locale);
    unreachable.first().map(ToString::to_string)
}
