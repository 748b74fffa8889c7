//! What an author allows a migration to do.

use serde::{Deserialize, Serialize};

/// A lint that does not count in one migration, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The code of the lint, such as `drops_field`.
    pub lint: String,
    /// Why it is right here, for whoever reads the file.
    pub reason: String,
}
