//! What a service can see.

use std::time::Instant;

use tonic::Request;

use super::{CallInfo, Caller, Client, Clients, RequestId};
use crate::{
    clock::Clock,
    lang::{Catalogue, CatalogueSource, Catalogues},
    store::Store,
};

/// Given to a service when it is made: what it may use.
#[derive(Debug, Clone)]
pub struct ServiceContext {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) catalogues: CatalogueSource,
    pub(crate) clients: Clients,
    pub(crate) module: &'static str,
}

impl ServiceContext {
    /// The store of the host.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock of the host.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The catalogues of all locales.
    ///
    /// # Errors
    /// As for [`lang`](Self::lang).
    pub fn catalogues(&self) -> anyhow::Result<Catalogues> {
        self.catalogues.get()
    }

    /// The module that declares the service.
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// The catalogue that fits a locale best, to put messages into words.
    ///
    /// # Errors
    /// Fails when an embedded translation cannot be read, which those of a
    /// module whose build script has checked its folders can.
    pub fn lang(&self, locale: &str) -> anyhow::Result<Catalogue> {
        Ok(self.catalogues.get()?.get(locale))
    }

    /// A client of another service, for calls that the module makes for itself.
    /// Calls on behalf of whoever has called are made by [`CallContext::client`].
    pub fn client<C: Client>(&self) -> C {
        self.clients
            .client(CallInfo::by(Caller::module(self.module)))
    }

    /// What is known of a call that has come.
    pub fn call<T>(&self, request: &Request<T>) -> CallContext {
        let info = request.extensions().get::<CallInfo>().cloned();
        CallContext {
            info: info.unwrap_or_else(|| CallInfo::by(Caller::anonymous())),
            cx: self.clone(),
        }
    }
}

/// What is known of one call, and clients that go on with it.
#[derive(Debug, Clone)]
pub struct CallContext {
    cx: ServiceContext,
    info: CallInfo,
}

impl CallContext {
    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.info.caller
    }

    /// Which request it is, for logs.
    pub fn request_id(&self) -> &RequestId {
        &self.info.request_id
    }

    /// When the caller stops waiting.
    pub fn deadline(&self) -> Option<Instant> {
        self.info.deadline
    }

    /// A client of another service: it calls as this caller, with this request's id,
    /// until this deadline, wherever the service lives.
    pub fn client<C: Client>(&self) -> C {
        self.cx.clients.client(self.info.clone())
    }
}
