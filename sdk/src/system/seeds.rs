//! `sdk.v1.SeedService`.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::refuse_pending;
use crate::{
    host::Host,
    proto::sdk::v1::{
        self as wire, ApplyRealRequest, ApplyRealResponse, GenerateTestRequest,
        GenerateTestResponse, SeedService,
    },
    rpc::Failure,
    seed::{self, Kept, KeptRow},
};

/// How many rows a table gets when nothing is said.
const ROWS: u64 = 20;

pub(super) struct Seeds {
    host: Arc<Host>,
}

impl Seeds {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self {
            host: Arc::clone(host),
        }
    }

    async fn real(&self) -> Result<ApplyRealResponse, Failure> {
        refuse_pending(&self.host).await?;
        Ok(real_report(&self.host.seed().await?))
    }

    async fn test(&self, request: GenerateTestRequest) -> Result<GenerateTestResponse, Failure> {
        let host = &self.host;
        refuse_pending(host).await?;
        let (rows, rng) = (request.rows.unwrap_or(ROWS), request.rng.unwrap_or(1));
        let linked = host.linked();
        let report =
            seed::generate(host.store(), linked.frame(), linked.fakes(), rows, rng).await?;
        let tables = report.tables.iter().map(|table| wire::GeneratedTable {
            table: table.table.to_string(),
            rows: table.rows,
            refused: table.refused,
            reason: table.reason.clone(),
        });
        Ok(GenerateTestResponse {
            files: report.files.iter().map(seeded_file).collect(),
            tables: tables.collect(),
        })
    }
}

/// What became of the real seeds, as it travels.
pub(crate) fn real_report(report: &seed::SeedReport) -> ApplyRealResponse {
    ApplyRealResponse {
        files: report.files.iter().map(seeded_file).collect(),
    }
}

fn seeded_file(file: &seed::SeededFile) -> wire::SeededFile {
    wire::SeededFile {
        module: file.module.clone(),
        file: file.file.clone(),
        table: file.table.clone(),
        skipped: file.skipped,
        inserted: file.inserted as u64,
        updated: file.updated as u64,
        unchanged: file.unchanged as u64,
        kept: file.kept.iter().map(kept_row).collect(),
    }
}

fn kept_row(kept: &KeptRow) -> wire::KeptRow {
    let reason = match kept.reason {
        Kept::Edited => wire::KeptReason::Edited,
        Kept::Deleted => wire::KeptReason::Deleted,
        Kept::Foreign => wire::KeptReason::Foreign,
        Kept::Orphaned => wire::KeptReason::Orphaned,
    };
    wire::KeptRow {
        row: kept.row as u64,
        key: kept.key.clone(),
        reason: reason.into(),
    }
}

#[tonic::async_trait]
impl SeedService for Seeds {
    async fn apply_real(
        &self,
        _: Request<ApplyRealRequest>,
    ) -> Result<Response<ApplyRealResponse>, Status> {
        Ok(Response::new(self.real().await?))
    }

    async fn generate_test(
        &self,
        request: Request<GenerateTestRequest>,
    ) -> Result<Response<GenerateTestResponse>, Status> {
        Ok(Response::new(self.test(request.into_inner()).await?))
    }
}
