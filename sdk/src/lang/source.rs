//! [`CatalogueSource`]: catalogues that are read when they are first needed.

use std::{fmt, sync::Arc};

use super::Catalogues;

/// Hands out the catalogues to those who may never need them. Cheap to clone.
#[derive(Clone)]
pub struct CatalogueSource(Arc<dyn Fn() -> anyhow::Result<Catalogues> + Send + Sync>);

impl CatalogueSource {
    /// Calls `read` each time that somebody asks; it should remember what it has read.
    pub fn new(read: impl Fn() -> anyhow::Result<Catalogues> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// The catalogues.
    ///
    /// # Errors
    /// Fails when an embedded translation cannot be read, which those of a
    /// module whose build script has checked its folders can.
    pub fn get(&self) -> anyhow::Result<Catalogues> {
        (self.0)()
    }
}

/// Catalogues that have been read.
impl From<Catalogues> for CatalogueSource {
    fn from(catalogues: Catalogues) -> Self {
        Self::new(move || Ok(catalogues.clone()))
    }
}

impl fmt::Debug for CatalogueSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogueSource").finish_non_exhaustive()
    }
}
