//! `geo.v1.Geo`: finds places by what people call them.

mod index;
mod matching;

use sdk::prelude::*;
use tokio::sync::OnceCell;

use crate::{
    Country,
    proto::geo::v1::{self, GeoServer, PlaceKind},
};
use index::Index;

/// How many places are given unless the request says otherwise.
const DEFAULT_LIMIT: usize = 10;

/// How many places are given at most.
const MAX_LIMIT: usize = 100;

/// The language of answers unless the request says otherwise.
const DEFAULT_LOCALE: &str = "en";

/// Serves `geo.v1.Geo`.
pub struct GeoService {
    cx: ServiceContext,
    /// All names in all languages, read when somebody searches for the first time.
    index: OnceCell<Index>,
}

impl Service for GeoService {
    type Server = GeoServer<Self>;

    fn new(cx: ServiceContext) -> Self {
        Self {
            cx,
            index: OnceCell::new(),
        }
    }
}

impl GeoService {
    async fn index(&self) -> Result<&Index, Status> {
        let read = || async { Index::read(&self.cx).await.map_err(Failure::internal) };
        Ok(self.index.get_or_try_init(read).await?)
    }

    fn locale<'a>(&self, wanted: &'a str) -> Result<&'a str, Status> {
        let known = self.cx.catalogues().map_err(Failure::internal)?;
        match wanted {
            "" => Ok(DEFAULT_LOCALE),
            wanted if known.find(wanted).is_some() => Ok(wanted),
            wanted => Err(Failure::invalid(
                "LOCALE_UNKNOWN",
                format!("there are no names in `{wanted}`"),
            )
            .violation("locale", "expected a language such as `de` or `pt-PT`")
            .domain("geo")
            .into()),
        }
    }
}

#[async_trait]
impl v1::Geo for GeoService {
    async fn search(
        &self,
        request: Request<v1::SearchRequest>,
    ) -> Result<Response<v1::SearchResponse>, Status> {
        let request = request.into_inner();
        if request.query.trim().is_empty() {
            let failure = Failure::invalid("QUERY_EMPTY", "there is nothing to search for");
            let failure = failure.violation("query", "expected a name or the beginning of one");
            return Err(failure.domain("geo").into());
        }
        let locale = self.locale(&request.locale)?;
        let kinds: Vec<_> = request
            .kinds()
            .filter(|it| *it != PlaceKind::Unspecified)
            .collect();
        let limit = match request.limit as usize {
            0 => DEFAULT_LIMIT,
            limit => limit.min(MAX_LIMIT),
        };
        let index = self.index().await?;
        let names = self.cx.lang(locale).map_err(Failure::internal)?;
        let places = index.search(&request.query, &kinds, limit);
        let places = places
            .into_iter()
            .map(|found| found.place(&names))
            .collect();
        Ok(Response::new(v1::SearchResponse { places }))
    }

    async fn get_country(
        &self,
        request: Request<v1::GetCountryRequest>,
    ) -> Result<Response<v1::Country>, Status> {
        let request = request.into_inner();
        let locale = self.locale(&request.locale)?;
        if request.code.is_empty() {
            let failure = Failure::invalid("CODE_MISSING", "no country was named");
            let failure = failure.violation("code", "expected a code of ISO 3166-1, such as DE");
            return Err(failure.domain("geo").into());
        }
        let code = request.code.to_uppercase();
        let found = self.cx.store().get::<Country>(code.as_str()).await;
        let Some(country) = found.map_err(Failure::internal)? else {
            let failure = Failure::not_found(
                "COUNTRY_UNKNOWN",
                format!("there is no country `{}`", request.code),
            );
            let failure = failure.hint("search finds the codes of countries by their names");
            return Err(failure.domain("geo").into());
        };
        let names = self.cx.lang(locale).map_err(Failure::internal)?;
        Ok(Response::new(v1::Country {
            name: index::name_in(&names, PlaceKind::Country, &country.code).unwrap_or(country.name),
            code: country.code,
            alpha3: country.alpha3,
            region: country.region,
            currency: country.currency,
            population: country.population,
        }))
    }
}
