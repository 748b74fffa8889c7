//! The one table.

use sdk::prelude::*;

/// What a guest has left.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Entry {
    /// Identifies the entry. Later entries have greater ones.
    #[key]
    pub id: Id<Entry>,
    /// What the guest is called.
    #[fake(name)]
    pub name: String,
    /// Their word.
    #[fake(sentence)]
    pub message: String,
    /// The code of the country that they are from. It is text and refers to nothing,
    /// for the countries may lie in another host's store.
    pub country: Option<String>,
    /// When they signed.
    pub signed_at: Timestamp,
}
