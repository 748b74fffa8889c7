//! Who may write the library's own tables, `sdk.*`.
//!
//! They are read as all others are. Their rows say what was applied, seeded and run: whoever
//! may write rows could take the history of a store away with them. So they are written by
//! the services that they belong to, and by hand only with a permission of their own, which
//! the owner has as every other.

use sdk_schema::BUILT_IN_MODULE;

use crate::rpc::{Caller, Failure};

/// The permission to write them by hand.
pub(crate) const PERMISSION: &str = "sdk.system.write";

/// The service that writes the rows of each.
const SERVICES: [(&str, &str); 7] = [
    ("job", "JobService"),
    ("job_override", "JobService"),
    ("job_run", "JobService"),
    ("migration", "MigrationService"),
    ("migration_event", "MigrationService"),
    ("seed_file", "SeedService"),
    ("seed_row", "SeedService"),
];

/// Refuses to write a table that is the library's own, unless the caller may.
pub(super) fn check_write(caller: &Caller, table: &str) -> Result<(), Failure> {
    match table.split_once('.') {
        Some((BUILT_IN_MODULE, name)) if !caller.has_permission(PERMISSION) => {
            Err(refuse(caller, table, name))
        }
        _ => Ok(()),
    }
}

fn refuse(caller: &Caller, table: &str, name: &str) -> Failure {
    let id = caller.id();
    let failure = Failure::denied(
        "SYSTEM_TABLE",
        format_args!(
            "`{table}` is a table of the library: `{id}` may not write it without the permission {PERMISSION}"
        ),
    );
    match SERVICES.iter().find(|(table, _)| *table == name) {
        Some((_, service)) => failure.hint(format!("`sdk.v1.{service}` changes what it holds")),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::core;

    #[test]
    fn each_table_of_the_library_names_the_service_that_writes_it() {
        let tables = core().manifest().unwrap().tables.into_iter();
        let mut tables: Vec<_> = tables.map(|table| table.name.to_string()).collect();
        tables.sort();
        assert_eq!(tables, SERVICES.map(|(table, _)| table));
    }
}
