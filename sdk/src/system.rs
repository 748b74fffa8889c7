//! The services of `sdk/v1`: what a host can be asked for, whatever its modules.
//!
//! The command line, the console and programs elsewhere all call these; there is
//! no other way in. The protos in `sdk/proto/sdk/v1` say what each method
//! does and who may call it.

mod modules;

use std::{collections::HashMap, sync::Arc};

use crate::{
    host::{Host, LinkError},
    proto::sdk::v1::ModuleServiceServer,
    rpc::{MadeService, Remote, Services},
};

/// All services of a host: its own, those of its modules, and those of other hosts
/// by the full names of services.
///
/// # Errors
/// Fails when the protos of the modules contradict each other.
pub fn services(
    host: &Arc<Host>,
    remotes: HashMap<String, Remote>,
) -> Result<Services, Arc<LinkError>> {
    let methods = host.linked().methods()?.clone();
    let own = [MadeService::of::<ModuleServiceServer<_>>(
        modules::Modules::new(host),
    )];
    let made = own.into_iter().chain(host.make_services());
    Ok(Services::new(methods, made, remotes, host.clients()))
}
