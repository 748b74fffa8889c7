//! `lang show`: locales, and the texts of one.

use serde_json::{Map, Value as Json};

use super::{CommandError, Output, Session};
use crate::proto::sdk::v1::{GetCatalogueRequest, ListLocalesRequest};

/// Lists the locales, the texts of a locale, or one text.
pub(super) async fn show(
    session: &Session<'_>,
    locale: Option<&str>,
    key: Option<&str>,
    out: &mut Output<'_>,
) -> Result<(), CommandError> {
    let Some(locale) = locale else {
        return locales(session, out).await;
    };
    let request = GetCatalogueRequest {
        locale: locale.to_owned(),
        etag: String::new(),
    };
    let catalogue = session.texts().get_catalogue(request).await?.into_inner();
    let texts = catalogue.texts.iter();
    let Some(key) = key else {
        let mut arb = Map::new();
        arb.insert("@@locale".to_owned(), catalogue.locale.clone().into());
        arb.extend(texts.map(|it| (it.key.clone(), Json::from(it.text.clone()))));
        return Ok(out.either(&arb, |out| {
            let mut texts = catalogue.texts.iter();
            texts.try_for_each(|it| out.line(format_args!("{} = {}", it.key, it.text)))
        })?);
    };
    let mut texts = texts.filter(|it| it.key == key);
    let text = texts.next().ok_or_else(|| {
        CommandError::failed(anyhow::anyhow!("no text has the key `{key}`")).hint(format!(
            "`lang show {locale}` lists the keys, as module.key"
        ))
    })?;
    Ok(out.either(&text.text, |out| out.line(&text.text))?)
}

async fn locales(session: &Session<'_>, out: &mut Output<'_>) -> Result<(), CommandError> {
    let answer = session.texts().list_locales(ListLocalesRequest {}).await?;
    let locales = answer.into_inner().locales;
    Ok(out.either(&locales, |out| match locales.as_slice() {
        [] => out.line("no module has translations"),
        locales => out.line(locales.join(" ")),
    })?)
}
