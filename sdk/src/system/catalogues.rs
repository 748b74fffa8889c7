//! `sdk.v1.CatalogueService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::{
    host::{Host, Linked},
    proto::sdk::v1::{
        CatalogueService, GetCatalogueRequest, GetCatalogueResponse, ListLocalesRequest,
        ListLocalesResponse, Text,
    },
    rpc::Failure,
};

pub(super) struct Catalogues {
    linked: Arc<Linked>,
}

impl Catalogues {
    pub(super) fn new(host: &Host) -> Self {
        Self {
            linked: Arc::clone(host.linked()),
        }
    }

    fn locales(&self) -> Result<ListLocalesResponse, Failure> {
        let locales = self.linked.catalogues()?.locales();
        Ok(ListLocalesResponse {
            locales: locales.map(ToString::to_string).collect(),
        })
    }

    fn catalogue(&self, request: &GetCatalogueRequest) -> Result<GetCatalogueResponse, Failure> {
        let catalogues = self.linked.catalogues()?;
        let locale = &request.locale;
        let catalogue = catalogues.find(locale).ok_or_else(|| {
            Failure::not_found(
                "LOCALE_UNKNOWN",
                format_args!("no translations for `{locale}`"),
            )
            .hint("`lang show` lists the locales")
        })?;
        let merged = catalogue.merged_arb();
        let texts = merged.as_object().into_iter().flatten();
        let texts = texts
            .filter(|(key, _)| !key.starts_with('@'))
            .filter_map(|(key, text)| {
                Some(Text {
                    key: key.clone(),
                    text: text.as_str()?.to_owned(),
                })
            });
        let etag = catalogue.etag().to_owned();
        let not_modified = request.etag == etag;
        let texts = if not_modified {
            Vec::new()
        } else {
            texts.collect()
        };
        let found = merged.get("@@locale").and_then(serde_json::Value::as_str);
        Ok(GetCatalogueResponse {
            locale: found.unwrap_or(locale).to_owned(),
            etag,
            texts,
            not_modified,
        })
    }
}

#[tonic::async_trait]
impl CatalogueService for Catalogues {
    async fn list_locales(
        &self,
        _: Request<ListLocalesRequest>,
    ) -> Result<Response<ListLocalesResponse>, Status> {
        Ok(Response::new(self.locales()?))
    }

    async fn get_catalogue(
        &self,
        request: Request<GetCatalogueRequest>,
    ) -> Result<Response<GetCatalogueResponse>, Status> {
        Ok(Response::new(self.catalogue(request.get_ref())?))
    }
}
