//! `sdk.v1.SchemaService`.

use std::sync::Arc;

use sdk_schema::{OnDelete, Release, TableName};
use tonic::{Request, Response, Status};

use super::rows::json_to_wire;
use crate::{
    host::Host,
    proto::sdk::v1::{
        self as wire, GetReleaseRequest, GetReleaseResponse, GetSchemaRequest, GetSchemaResponse,
        GetTableRequest, GetTableResponse, SchemaService,
    },
    rpc::Failure,
    store::StoreError,
};

pub(super) struct Schemas {
    host: Arc<Host>,
}

impl Schemas {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        Self {
            host: Arc::clone(host),
        }
    }

    fn schema(&self, request: &GetSchemaRequest) -> Result<GetSchemaResponse, Failure> {
        let linked = self.host.linked();
        let schema = if request.stored {
            self.host.store().schema().schema()
        } else {
            Release::of(&linked.application()?.modules).schema
        };
        let wanted =
            |name: &TableName| request.module.is_empty() || name.module == request.module.as_str();
        let tables = schema.tables.iter().filter(|(name, _)| wanted(name));
        let mut tables: Vec<_> = tables.map(|(name, it)| table(name, it)).collect();
        tables.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(GetSchemaResponse { tables })
    }

    fn table(&self, name: &str) -> Result<GetTableResponse, Failure> {
        let unknown = || StoreError::UnknownTable {
            table: name.to_owned(),
        };
        let schema = self.host.store().schema().schema();
        let name: TableName = name.parse().map_err(|_| unknown())?;
        let found = schema.tables.get(&name).ok_or_else(unknown)?;
        Ok(GetTableResponse {
            table: Some(table(&name, found)),
        })
    }

    fn release(&self) -> Result<GetReleaseResponse, Failure> {
        let linked = self.host.linked();
        let release =
            Release::of(&linked.application()?.modules).of_host(linked.name(), linked.version());
        let release = serde_json::to_string(&release).map_err(Failure::internal)?;
        Ok(GetReleaseResponse { release })
    }
}

/// A table as it travels.
fn table(name: &TableName, table: &sdk_schema::Table) -> wire::Table {
    let indexes = table.indexes.iter().map(|index| wire::Index {
        fields: index.fields.iter().map(ToString::to_string).collect(),
        unique: index.unique,
    });
    wire::Table {
        name: name.to_string(),
        key: table.key.iter().map(ToString::to_string).collect(),
        fields: table.fields.iter().map(field).collect(),
        indexes: indexes.collect(),
        feed: table.feed,
    }
}

fn field(field: &sdk_schema::Field) -> wire::Field {
    let references = field.references.as_ref().map(|it| wire::Reference {
        table: it.table.to_string(),
        on_delete: match it.on_delete {
            OnDelete::Restrict => wire::OnDelete::Restrict,
            OnDelete::Cascade => wire::OnDelete::Cascade,
            OnDelete::SetNull => wire::OnDelete::SetNull,
        }
        .into(),
    });
    let variants = match field.ty.element().unwrap_or(&field.ty) {
        sdk_schema::FieldType::Enum(variants) => variants.as_slice(),
        _ => &[],
    };
    wire::Field {
        name: field.name.to_string(),
        r#type: field.ty.to_string(),
        nullable: field.nullable,
        default: field.default.as_ref().map(|it| json_to_wire(&it.to_json())),
        references,
        expires: field.expires,
        variants: variants.iter().map(ToString::to_string).collect(),
    }
}

#[tonic::async_trait]
impl SchemaService for Schemas {
    async fn get_schema(
        &self,
        request: Request<GetSchemaRequest>,
    ) -> Result<Response<GetSchemaResponse>, Status> {
        Ok(Response::new(self.schema(request.get_ref())?))
    }

    async fn get_table(
        &self,
        request: Request<GetTableRequest>,
    ) -> Result<Response<GetTableResponse>, Status> {
        Ok(Response::new(self.table(&request.get_ref().table)?))
    }

    async fn get_release(
        &self,
        _: Request<GetReleaseRequest>,
    ) -> Result<Response<GetReleaseResponse>, Status> {
        Ok(Response::new(self.release()?))
    }
}
