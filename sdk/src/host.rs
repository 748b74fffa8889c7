//! A host: linked modules on an open store, and how it starts.
//!
//! **Linking** validates every manifest and merges them ([`Linked`]); a fault
//! there means that the binary can never start. **Opening** takes the store's
//! lock ([`Host`]). **Starting** migrates, seeds and refreshes the jobs, and
//! returns what it did as a [`StartReport`]. Nothing here prints.

mod linked;
mod snapshot;
mod start;
mod undo;

#[cfg(feature = "encryption")]
pub(crate) use snapshot::list as snapshots;

pub use linked::{LinkError, Linked};
pub(crate) use start::private_folder;
pub use start::{Host, Pending, StartError, StartOptions, StartReport, StartStep};
pub use undo::{UndoError, UndoPlan, UndoReport};
