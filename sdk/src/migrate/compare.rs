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
    let mut differences = found.differences(&application.schema);
    differences.retain(|found| application.module(&found.table.module).is_some());
    if differences.is_empty() {
        Ok(())
    } else {
        Err(SchemaDifferences(differences))
    }
}
