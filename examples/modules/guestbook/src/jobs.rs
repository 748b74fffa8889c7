//! What the module does by itself.

use std::collections::BTreeMap;

use geo::proto::geo::v1::{GeoClient, GetCountryRequest};
use sdk::prelude::*;

use crate::{Entry, country::PATIENCE};

/// Counts the guests from each country and logs them with the country's name.
#[job(schedule = "0 6 * * MON", missed = "once", timeout = "5m", retry = 3)]
pub(crate) async fn tally(cx: &JobContext) -> Result<()> {
    let mut geo = cx.client::<GeoClient>();
    for (code, guests) in count(cx.store()).await? {
        let mut named = Request::new(GetCountryRequest {
            code,
            locale: String::new(),
        });
        named.set_timeout(PATIENCE);
        let country = geo.get_country(named).await?.into_inner();
        tracing::info!(country = country.name, guests, "guests");
    }
    Ok(())
}

/// How many guests are from each country, by its code.
async fn count(store: &Store) -> Result<BTreeMap<String, usize>> {
    let counted = store.read(async |tx| {
        let mut guests = BTreeMap::new();
        let mut entries = tx.scan::<Entry>().rows()?;
        while let Some(entry) = entries.next().await? {
            if let Some(country) = entry.country {
                *guests.entry(country).or_default() += 1;
            }
        }
        Ok(guests)
    });
    counted.await
}
