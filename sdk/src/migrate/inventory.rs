//! What a binary brings, by identity and checksum alone.
//!
//! Most starts find nothing to do. To find that out, no migration needs to be
//! read: when the ledger has just those that the modules embed, as they are, and
//! the tables are as declared, there is nothing to plan and nothing to replay.
//! Whatever is otherwise is the plan's affair, which knows all reasons.

use super::{LedgerState, Migration, if_made};
use crate::store::{Store, StoreError};

/// The migrations of all linked modules, unread.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// In the order of their identities, as the ledger has them.
    migrations: Vec<Listed>,
}

/// A migration, unread.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    id: String,
    checksum: String,
}

impl Inventory {
    /// Lists the migrations of a module by their files' names without `.json`,
    /// with their checksums in hexadecimal.
    pub fn add<'a>(
        &mut self,
        module: &str,
        migrations: impl IntoIterator<Item = (&'a str, String)>,
    ) {
        let listed = migrations.into_iter().map(|(stem, checksum)| Listed {
            id: format!("{module}/{stem}"),
            checksum,
        });
        self.migrations.extend(listed);
    }

    /// Whether a store has applied all of them as they are, and nothing else.
    ///
    /// # Errors
    /// Fails when the ledger cannot be read.
    pub async fn is_applied(mut self, store: &Store) -> Result<bool, StoreError> {
        self.migrations.sort_unstable();
        let read = store.read(async |tx| {
            let fields = (Migration::ID, Migration::CHECKSUM, Migration::STATE);
            let rows = tx.scan::<Migration>().select(fields).collect().await?;
            Ok::<_, StoreError>(rows.rows)
        });
        let applied = match read.await {
            // A ledger that a later migration of the library extends.
            Err(StoreError::Mismatch { .. }) => return Ok(false),
            read => if_made(read)?,
        };
        let is_same =
            |(listed, (id, checksum, state)): (&Listed, &(String, String, LedgerState))| {
                listed.id == *id && listed.checksum == *checksum && *state != LedgerState::Running
            };
        let is_complete = self.migrations.len() == applied.len();
        Ok(is_complete && self.migrations.iter().zip(&applied).all(is_same))
    }
}
