//! `sdk.v1.ModuleService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use crate::{
    host::{Host, Linked},
    proto::sdk::v1::{ListModulesRequest, ListModulesResponse, Module, ModuleService},
};

pub(super) struct Modules {
    linked: Arc<Linked>,
}

impl Modules {
    pub(super) fn new(host: &Host) -> Self {
        Self {
            linked: Arc::clone(host.linked()),
        }
    }
}

#[tonic::async_trait]
impl ModuleService for Modules {
    async fn list_modules(
        &self,
        _: Request<ListModulesRequest>,
    ) -> Result<Response<ListModulesResponse>, Status> {
        let modules = self.linked.frame().modules.iter().map(|module| Module {
            name: module.name.to_string(),
            version: module.version.clone(),
            requires: module.requires.iter().map(ToString::to_string).collect(),
        });
        Ok(Response::new(ListModulesResponse {
            host: self.linked.name().to_owned(),
            version: self.linked.version().to_owned(),
            modules: modules.collect(),
        }))
    }
}
