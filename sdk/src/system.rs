//! The services of `sdk/v1`: what a host can be asked for, whatever its modules.
//!
//! The command line, the console and programs elsewhere all call these; there is
//! no other way in. The protos in `sdk/proto/sdk/v1` say what each method
//! does and who may call it.

mod catalogues;
mod data;
mod doctor;
mod jobs;
mod migrations;
mod modules;
mod schema;
mod seeds;

mod failures;
pub(crate) mod hint;
pub(crate) mod rows;

use std::sync::Arc;

use crate::{
    host::{Host, LinkError},
    proto::sdk::v1::{
        CatalogueServiceServer, DataServiceServer, DoctorServiceServer, JobServiceServer,
        MigrationServiceServer, ModuleServiceServer, SchemaServiceServer, SeedServiceServer,
    },
    rpc::{CallInfo, Caller, Failure, MadeService, Remote, Services},
};

pub(crate) use data::{WRITE_OWN_TABLES, row_counts};
pub(crate) use doctor::{
    modules as examine_modules, translations as examine_translations, unlinked, unopened,
};
pub(crate) use migrations::{Told, apply_report, plan_of, progress, status_of, told};
pub(crate) use schema::table_told;
pub(crate) use seeds::real_report;

/// All services of a host: its own, those of its modules, and those of other hosts
/// by the full names of services.
///
/// # Errors
/// Fails when the protos of the modules contradict each other.
pub fn services(
    host: &Arc<Host>,
    remotes: impl IntoIterator<Item = (String, Remote)>,
) -> Result<Services, Arc<LinkError>> {
    let methods = host.linked().methods()?.clone();
    let own = [
        MadeService::of::<ModuleServiceServer<_>>(modules::Modules::new(host)),
        MadeService::of::<SchemaServiceServer<_>>(schema::Schemas::new(host)),
        MadeService::of::<DataServiceServer<_>>(data::Data::new(host)),
        MadeService::of::<MigrationServiceServer<_>>(migrations::Migrations::new(host)),
        MadeService::of::<SeedServiceServer<_>>(seeds::Seeds::new(host)),
        MadeService::of::<JobServiceServer<_>>(jobs::Jobs::new(host)),
        MadeService::of::<CatalogueServiceServer<_>>(catalogues::Catalogues::new(host)),
        MadeService::of::<DoctorServiceServer<_>>(doctor::Doctor::new(host)),
    ];
    let made = own.into_iter().chain(host.make_services());
    Ok(Services::new(methods, made, remotes, host.clients()))
}

/// Who makes a call.
fn caller<T>(request: &tonic::Request<T>) -> Caller {
    let info = request.extensions().get::<CallInfo>();
    info.map_or_else(Caller::anonymous, |info| info.caller.clone())
}

/// Fails when migrations are pending: rows must not be written by an older schema.
async fn refuse_pending(host: &Host) -> Result<(), Failure> {
    let linked = host.linked();
    let plan = crate::migrate::plan(host.store(), linked.application()?, &[]).await?;
    match plan.pending.len() {
        0 => Ok(()),
        pending => Err(Failure::precondition(
            "MIGRATIONS_PENDING",
            format_args!("migrations are pending: {pending}"),
        )
        .hint(format!("`{} migrate apply` applies them", linked.name()))),
    }
}

#[cfg(test)]
mod tests;
