//! Whom commands ask: services on a channel, wherever the host is.

use tonic::Status;

use super::CommandError;
use crate::{
    host::Linked,
    proto::sdk::v1::{
        self as wire, CatalogueServiceClient, DataServiceClient, DoctorServiceClient,
        GetSchemaRequest, GetTableRequest, JobServiceClient, MigrationServiceClient,
        ModuleServiceClient, SchemaServiceClient, SeedServiceClient,
    },
    rpc::{Channel, Client},
    system,
};

/// What the answer of a host may have: whoever asks on the command line wants all of it.
const ANY_SIZE: usize = usize::MAX;

/// Whom commands ask, and what the program that was typed links.
pub(crate) struct Session<'a> {
    linked: &'a Linked,
    channel: Channel,
}

impl<'a> Session<'a> {
    /// Commands that ask on `channel`.
    pub(crate) fn new(linked: &'a Linked, channel: Channel) -> Self {
        Self { linked, channel }
    }

    /// What this program links.
    pub(crate) fn linked(&self) -> &'a Linked {
        self.linked
    }

    /// The name of the program, as hints spell it.
    pub(super) fn name(&self) -> &'a str {
        self.linked.name()
    }

    fn client<C: Client>(&self) -> C {
        C::on(self.channel.clone())
    }

    pub(super) fn modules(&self) -> ModuleServiceClient {
        self.client()
    }

    pub(super) fn schema(&self) -> SchemaServiceClient {
        self.client::<SchemaServiceClient>()
            .max_decoding_message_size(ANY_SIZE)
    }

    pub(super) fn data(&self) -> DataServiceClient {
        self.client::<DataServiceClient>()
            .max_decoding_message_size(ANY_SIZE)
    }

    pub(crate) fn migrations(&self) -> MigrationServiceClient {
        self.client::<MigrationServiceClient>()
            .max_decoding_message_size(ANY_SIZE)
            .max_encoding_message_size(ANY_SIZE)
    }

    pub(super) fn seeds(&self) -> SeedServiceClient {
        self.client()
    }

    pub(super) fn jobs(&self) -> JobServiceClient {
        self.client::<JobServiceClient>()
            .max_decoding_message_size(ANY_SIZE)
    }

    pub(super) fn texts(&self) -> CatalogueServiceClient {
        self.client::<CatalogueServiceClient>()
            .max_decoding_message_size(ANY_SIZE)
    }

    pub(super) fn doctor(&self) -> DoctorServiceClient {
        self.client()
    }

    /// A table of the store, by which its rows are read.
    pub(super) async fn table(&self, name: &str) -> Result<sdk_schema::Table, CommandError> {
        let request = GetTableRequest {
            table: name.to_owned(),
        };
        let told = self.schema().get_table(request).await?.into_inner();
        table_told(&told.table.unwrap_or_default())
    }

    /// All tables of the store.
    pub(super) async fn tables(&self) -> Result<sdk_schema::Schema, CommandError> {
        let request = GetSchemaRequest {
            stored: true,
            module: String::new(),
        };
        let told = self.schema().get_schema(request).await?.into_inner();
        let mut schema = sdk_schema::Schema::default();
        for table in &told.tables {
            let name = table.name.parse().map_err(anyhow::Error::new)?;
            schema.tables.insert(name, table_told(table)?);
        }
        Ok(schema)
    }
}

fn table_told(table: &wire::Table) -> Result<sdk_schema::Table, CommandError> {
    system::table_told(table).map_err(|what| {
        CommandError::failed(Status::internal(what))
            .hint("the host that runs may be of another version: use the program that it was started from")
    })
}
