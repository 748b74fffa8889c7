//! `sdk.v1.DataService`.

mod filter;
mod own_tables;
mod rows;
mod transfer;
mod upkeep;
mod watch;

use std::sync::Arc;

use tonic::{Request, Response, Status};

pub(crate) use own_tables::PERMISSION as WRITE_OWN_TABLES;
pub(crate) use rows::row_counts;

use super::caller;
use crate::{
    host::Host,
    proto::sdk::v1::{
        CheckRequest, CheckResponse, CompactRequest, CompactResponse, DataService,
        DeleteRowRequest, DeleteRowResponse, DumpRequest, DumpResponse, ExportRowsRequest,
        ExportRowsResponse, GetRowRequest, GetRowResponse, ImportRowsRequest, ImportRowsResponse,
        ListRowsRequest, ListRowsResponse, ListTablesRequest, ListTablesResponse, PutRowRequest,
        PutRowResponse, RepairRequest, RepairResponse, RewriteRequest, RewriteResponse,
        SnapshotRequest, SnapshotResponse, WatchRowsRequest, WatchRowsResponse,
    },
    rpc::{Budget, Replies, Streaming},
};

pub(super) struct Data {
    host: Arc<Host>,
    /// What imports hold in memory.
    imports: Budget,
}

impl Data {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self {
            host: Arc::clone(host),
            imports: Budget::new(transfer::IMPORTS_BYTES),
        }
    }

    /// One whose imports hold no more than so many bytes.
    #[cfg(test)]
    pub(super) fn holding(host: &Arc<Host>, imports_bytes: usize) -> Self {
        Self {
            imports: Budget::new(imports_bytes),
            ..Self::new(host)
        }
    }
}

#[tonic::async_trait]
impl DataService for Data {
    type ExportRowsStream = Replies<ExportRowsResponse>;
    type WatchRowsStream = Replies<WatchRowsResponse>;
    type DumpStream = Replies<DumpResponse>;

    async fn list_tables(
        &self,
        _: Request<ListTablesRequest>,
    ) -> Result<Response<ListTablesResponse>, Status> {
        Ok(Response::new(rows::tables(&self.host).await?))
    }

    async fn list_rows(
        &self,
        request: Request<ListRowsRequest>,
    ) -> Result<Response<ListRowsResponse>, Status> {
        Ok(Response::new(
            rows::list(&self.host, request.into_inner()).await?,
        ))
    }

    async fn get_row(
        &self,
        request: Request<GetRowRequest>,
    ) -> Result<Response<GetRowResponse>, Status> {
        Ok(Response::new(
            rows::get(&self.host, request.into_inner()).await?,
        ))
    }

    async fn put_row(
        &self,
        request: Request<PutRowRequest>,
    ) -> Result<Response<PutRowResponse>, Status> {
        let caller = caller(&request);
        Ok(Response::new(
            rows::put(&self.host, &caller, request.into_inner()).await?,
        ))
    }

    async fn delete_row(
        &self,
        request: Request<DeleteRowRequest>,
    ) -> Result<Response<DeleteRowResponse>, Status> {
        let caller = caller(&request);
        Ok(Response::new(
            rows::delete(&self.host, &caller, request.into_inner()).await?,
        ))
    }

    async fn export_rows(
        &self,
        request: Request<ExportRowsRequest>,
    ) -> Result<Response<Self::ExportRowsStream>, Status> {
        Ok(transfer::export(&self.host, request.get_ref())?)
    }

    async fn import_rows(
        &self,
        request: Request<Streaming<ImportRowsRequest>>,
    ) -> Result<Response<ImportRowsResponse>, Status> {
        let caller = caller(&request);
        Ok(Response::new(
            transfer::import(&self.host, &caller, &self.imports, request.into_inner()).await?,
        ))
    }

    async fn watch_rows(
        &self,
        request: Request<WatchRowsRequest>,
    ) -> Result<Response<Self::WatchRowsStream>, Status> {
        Ok(watch::watch(&self.host, request.get_ref())?)
    }

    async fn check(
        &self,
        request: Request<CheckRequest>,
    ) -> Result<Response<CheckResponse>, Status> {
        let table = request.into_inner().table;
        let report = upkeep::check(&self.host, table.as_deref(), false).await?;
        Ok(Response::new(CheckResponse {
            report: Some(report),
        }))
    }

    async fn repair(
        &self,
        request: Request<RepairRequest>,
    ) -> Result<Response<RepairResponse>, Status> {
        let table = request.into_inner().table;
        let report = upkeep::check(&self.host, table.as_deref(), true).await?;
        Ok(Response::new(RepairResponse {
            report: Some(report),
        }))
    }

    async fn rewrite(
        &self,
        request: Request<RewriteRequest>,
    ) -> Result<Response<RewriteResponse>, Status> {
        Ok(Response::new(
            upkeep::rewrite(&self.host, request.into_inner().table).await?,
        ))
    }

    async fn compact(
        &self,
        _: Request<CompactRequest>,
    ) -> Result<Response<CompactResponse>, Status> {
        Ok(Response::new(upkeep::compact(&self.host).await?))
    }

    async fn snapshot(
        &self,
        request: Request<SnapshotRequest>,
    ) -> Result<Response<SnapshotResponse>, Status> {
        let caller = caller(&request);
        let file = request.into_inner().file;
        Ok(Response::new(
            upkeep::snapshot(&self.host, &caller, file).await?,
        ))
    }

    async fn dump(
        &self,
        request: Request<DumpRequest>,
    ) -> Result<Response<Self::DumpStream>, Status> {
        Ok(upkeep::dump(&self.host, request.into_inner())?)
    }
}
