//! The manifest: everything one module declares, parsed.

use crate::{Arb, Job, Migration, Name, SeedFile, Table};

/// What a module declares. Each part has been parsed; that the parts fit
/// together, and fit other modules, is checked by the merge.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The module's name.
    pub name: Name,
    /// The version of its crate.
    pub version: String,
    /// The names that it had before, the newest first.
    pub was: Vec<Name>,
    /// The modules whose tables and services it uses.
    pub requires: Vec<Name>,
    /// Its tables as the source declares them.
    pub tables: Vec<Table>,
    /// Its migrations, sorted by stamp.
    pub migrations: Vec<Migration>,
    /// Its seed files.
    pub seeds: Vec<SeedFile>,
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// The steps that its migrations may run.
    pub steps: Vec<Step>,
    /// The locale in which its messages are written.
    pub source_locale: String,
    /// Its translations, one catalogue for each locale.
    pub catalogues: Vec<Arb>,
    /// Its mail templates.
    pub mails: Vec<MailTemplate>,
}

/// A Rust function that a migration may run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// Unique in its module.
    pub name: Name,
    /// Which version of the function's code this is.
    pub revision: u32,
    /// Whether it is called for each row of a table.
    pub rows: bool,
}

/// A mail template: one body in one locale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTemplate {
    /// The mail that this is a body of.
    pub name: Name,
    /// The locale; `None` for the source locale.
    pub locale: Option<String>,
    /// Which of the two bodies it is.
    pub body: MailBody,
    /// The template.
    pub text: String,
}

/// The two bodies of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailBody {
    /// `text/html`.
    Html,
    /// `text/plain`.
    Text,
}

/// Why the name of a file is not that of a mail template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file} is not the name of a mail template: expected welcome.html, welcome.txt, or with a locale welcome.de.html"
)]
pub struct MailTemplateError {
    /// The file's name.
    pub file: String,
}

impl Manifest {
    /// A module that declares nothing yet.
    pub fn new(name: Name, version: &str) -> Self {
        Self {
            name,
            version: version.to_owned(),
            was: Vec::new(),
            requires: Vec::new(),
            tables: Vec::new(),
            migrations: Vec::new(),
            seeds: Vec::new(),
            jobs: Vec::new(),
            steps: Vec::new(),
            source_locale: "en".to_owned(),
            catalogues: Vec::new(),
            mails: Vec::new(),
        }
    }
}

impl MailTemplate {
    /// Reads the file `file_name` of the folder `mail`.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, MailTemplateError> {
        let refuse = || MailTemplateError {
            file: file_name.to_owned(),
        };
        let (stem, extension) = file_name.rsplit_once('.').ok_or_else(refuse)?;
        let body = match extension {
            "html" => MailBody::Html,
            "txt" => MailBody::Text,
            _ => return Err(refuse()),
        };
        let (name, locale) = match stem.split_once('.') {
            Some((name, locale)) => (name, Some(locale.to_owned())),
            None => (stem, None),
        };
        Ok(Self {
            name: Name::new(name).map_err(|_| refuse())?,
            locale,
            body,
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expect: Option<(&str, Option<&str>, MailBody)>) {
        let found = MailTemplate::parse(file, "text").ok();
        let found = found.map(|mail| (mail.name.to_string(), mail.locale, mail.body));
        let expect = expect
            .map(|(name, locale, body)| (name.to_owned(), locale.map(ToOwned::to_owned), body));
        assert_eq!(found, expect, "{file}");
    }

    #[test]
    fn reads_name_locale_and_body_from_the_name_of_a_mail_template() {
        check("welcome.html", Some(("welcome", None, MailBody::Html)));
        check("welcome.txt", Some(("welcome", None, MailBody::Text)));
        check(
            "welcome.zh-Hant.txt",
            Some(("welcome", Some("zh-Hant"), MailBody::Text)),
        );
        for refused in ["welcome", "welcome.md", "Welcome.html", ".html"] {
            check(refused, None);
        }
    }
}
