//! Who carries migrations out.

use std::{any::Any, path::Path};

use anyhow::Result;

use super::{history::History, ours::Ours};

/// A database that stays open as long as this is kept.
pub(crate) type Opened = Box<dyn Any>;

/// What a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Census {
    /// Tables, besides those that keep the history.
    pub tables: usize,
    pub migrations: usize,
}

/// One way to carry migrations out, as its users do.
pub(crate) trait Contender {
    fn name(&self) -> &'static str;

    /// Makes the database in an empty folder, applies all migrations and closes
    /// the database.
    fn apply(&self, dir: &Path) -> Result<()>;

    /// Opens the database, so that its tables can be used.
    fn open(&self, dir: &Path) -> Result<Opened>;

    /// Opens the database as at a start: nothing is to be applied, which is found
    /// out.
    fn restart(&self, dir: &Path) -> Result<Opened>;

    fn census(&self, dir: &Path) -> Result<Census>;
}

/// The name under which the results speak of ours.
pub(crate) const OURS: &str = "ours";

/// All of them, ours first.
pub(crate) fn all(history: &History) -> Result<Vec<Box<dyn Contender + '_>>> {
    let ours: Box<dyn Contender + '_> = Box::new(Ours::new(history)?);
    let mut all = vec![ours];
    all.extend(peers(history)?);
    Ok(all)
}

#[cfg(feature = "peers")]
fn peers(history: &History) -> Result<Vec<Box<dyn Contender + '_>>> {
    use super::{refinery::Refinery, sqlx::Sqlx};
    Ok(vec![
        Box::new(Refinery::new(history, false)),
        Box::new(Refinery::new(history, true)),
        Box::new(Sqlx::new(history, false)?),
        Box::new(Sqlx::new(history, true)?),
    ])
}

#[cfg(not(feature = "peers"))]
#[expect(clippy::unnecessary_wraps, reason = "with peers it can fail")]
fn peers(_history: &History) -> Result<Vec<Box<dyn Contender + '_>>> {
    Ok(Vec::new())
}
