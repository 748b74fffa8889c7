//! `sdk.v1.SchemaService`.

use std::sync::Arc;

use sdk_schema::{FieldType, OnDelete, Release, TableName};
use tonic::{Request, Response, Status};

use super::rows::{from_wire, to_wire};
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
        FieldType::Enum(variants) => variants.as_slice(),
        _ => &[],
    };
    wire::Field {
        name: field.name.to_string(),
        r#type: field.ty.to_string(),
        nullable: field.nullable,
        default: field.default.as_ref().map(to_wire),
        references,
        expires: field.expires,
        variants: variants.iter().map(ToString::to_string).collect(),
    }
}

/// A table that another process has told of.
///
/// # Errors
/// Says which field has no type that is known here.
pub(crate) fn table_told(table: &wire::Table) -> Result<sdk_schema::Table, String> {
    let refuse = |what: String| format!("table `{}`: {what}", table.name);
    let name = table.name.rsplit('.').next().unwrap_or_default();
    let fields = table.fields.iter().map(|field| {
        let read = field_told(field);
        read.map_err(|what| refuse(format!("field `{}`: {what}", field.name)))
    });
    Ok(sdk_schema::Table {
        name: name.parse().map_err(|error| refuse(format!("{error}")))?,
        key: names(&table.key).map_err(&refuse)?,
        fields: fields.collect::<Result<_, _>>()?,
        indexes: Vec::new(),
        feed: table.feed,
    })
}

fn names(words: &[String]) -> Result<Vec<sdk_schema::Name>, String> {
    let words = words.iter();
    words
        .map(|it| it.parse().map_err(|error| format!("{error}")))
        .collect()
}

fn field_told(field: &wire::Field) -> Result<sdk_schema::Field, String> {
    let name = field.name.parse().map_err(|error| format!("{error}"))?;
    let ty = type_told(&field.r#type, &field.variants)?;
    let default = field.default.as_ref().map(|it| from_wire(&ty, it));
    Ok(sdk_schema::Field {
        nullable: field.nullable,
        default: default.transpose().map_err(|error| error.to_string())?,
        expires: field.expires,
        ..sdk_schema::Field::new(name, ty)
    })
}

fn type_told(words: &str, variants: &[String]) -> Result<FieldType, String> {
    if let Some(element) = words.strip_prefix("vec of ") {
        return Ok(FieldType::Vec(Box::new(type_told(element, variants)?)));
    }
    if words.starts_with("enum of ") {
        return Ok(FieldType::Enum(names(variants)?));
    }
    serde_json::from_value(words.into()).map_err(|error| error.to_string())
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
