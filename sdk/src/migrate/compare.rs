//! Compares the schema of a store with the one the linked modules declare.

use std::fmt;

use sdk_schema::{Application, Difference, Schema};

/// Everything in which a store and the linked modules disagree; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SchemaDifferences(pub Vec<Difference>);

impl fmt::Display for SchemaDifferences {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store is not as the modules declare it:")?;
        self.0
            .iter()
            .try_for_each(|difference| write!(f, "\n  {}: {}", difference.table, difference.kind))
    }
}

/// Checks that the tables of the linked modules are as declared. The order of
/// fields does not count, nor do tables of modules that are not linked.
pub fn compare(application: &Application, found: &Schema) -> Result<(), SchemaDifferences> {
    let mut linked = found.clone();
    linked
        .tables
        .retain(|name, _| application.module(&name.module).is_some());
    let differences = linked.differences(&application.schema);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(SchemaDifferences(differences))
    }
}
