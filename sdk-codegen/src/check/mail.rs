//! Mail templates: each body in HTML has one in plain text.

use sdk_schema::{Locale, MailBody, MailTemplate};

use crate::{
    file_fault::FileFault,
    folder::{Entry, Folder},
};

/// Checks that mails are complete and their locales are such.
pub(super) fn check(folder: &Folder) -> Vec<FileFault> {
    let mails = folder.mails.iter();
    mails
        .flat_map(|entry| [locale(entry), text_body(folder, entry)])
        .flatten()
        .collect()
}

fn locale(entry: &Entry<MailTemplate>) -> Option<FileFault> {
    let locale = entry.content.locale.as_deref()?;
    let error = Locale::new(locale).err()?;
    Some(FileFault::new(&entry.file, error))
}

/// Readers without HTML, and filters of unwanted mail, need the plain text.
fn text_body(folder: &Folder, entry: &Entry<MailTemplate>) -> Option<FileFault> {
    let html = &entry.content;
    let is_text_of = |other: &MailTemplate| {
        other.body == MailBody::Text && other.name == html.name && other.locale == html.locale
    };
    let has_text = folder.mails.iter().any(|other| is_text_of(&other.content));
    (html.body == MailBody::Html && !has_text).then(|| {
        let expected = entry.file.with_extension("txt");
        let message = format!(
            "has no plain text beside it: expected {}",
            expected.display()
        );
        FileFault::new(&entry.file, message)
    })
}
