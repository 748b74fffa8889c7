//! `lang show`: locales, and the texts of one.

use super::{CommandError, Output};
use crate::host::Linked;

/// Lists the locales, the texts of a locale, or one text.
pub(crate) fn show(
    linked: &Linked,
    locale: Option<&str>,
    key: Option<&str>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let catalogues = linked.catalogues()?;
    let Some(locale) = locale else {
        let locales: Vec<String> = catalogues.locales().map(ToString::to_string).collect();
        return Ok(out.either(&locales, |out| match locales.as_slice() {
            [] => out.line("no module has translations"),
            locales => out.line(locales.join(" ")),
        })?);
    };
    let catalogue = catalogues.find(locale).ok_or_else(|| {
        CommandError::failed(anyhow::anyhow!("no translations for `{locale}`"))
            .hint("`lang show` lists the locales")
    })?;
    let merged = catalogue.merged_arb();
    let Some(key) = key else {
        return Ok(out.either(&merged, |out| {
            let texts = merged.as_object().into_iter().flatten();
            texts
                .filter_map(|(key, text)| Some((key, text.as_str()?)))
                .filter(|(key, _)| !key.starts_with('@'))
                .try_for_each(|(key, text)| out.line(format_args!("{key} = {text}")))
        })?);
    };
    let text = merged
        .get(key)
        .and_then(serde_json::Value::as_str)
        .ok_or_else(|| {
            CommandError::failed(anyhow::anyhow!("no text has the key `{key}`")).hint(format!(
                "`lang show {locale}` lists the keys, as module.key"
            ))
        })?;
    Ok(out.either(&text, |out| out.line(text))?)
}
