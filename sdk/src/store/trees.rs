//! The trees of a transaction: what redb calls tables, opened once each.
//!
//! A tree is named by a number that is never given again, so that renaming a
//! table or a field touches no tree, and dropping one needs no change of
//! another: `r12` holds the rows of table 12, `x7` the entries of index 7,
//! `catalogue` says which is which, and `log` holds what was changed.
//!
//! Opened trees stand in a list that only grows: looking one up borrows the
//! list, never a lock, so that a scan of one tree and reads of others go on side
//! by side. A transaction opens few trees; walking the list is cheap.

use std::{fmt, ops::Bound, sync::OnceLock};

use redb::{
    AccessGuard, Range, ReadOnlyTable, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableHandle,
};

use chrono::DateTime;
use sdk_schema::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{DecodeError, StoreError};

/// The name of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum TreeId {
    /// What tables there are.
    Catalogue,
    /// The rows of a table by their keys.
    Rows(u32),
    /// The entries of an index.
    Index(u32),
    /// What was changed, by revision.
    Log,
}

impl fmt::Display for TreeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Catalogue => f.write_str("catalogue"),
            Self::Rows(table) => write!(f, "r{table}"),
            Self::Index(index) => write!(f, "x{index}"),
            Self::Log => f.write_str("log"),
        }
    }
}

/// Keys and values are bytes; redb sorts them as bytes.
type Bytes = &'static [u8];

pub(crate) type Guard<'a> = AccessGuard<'a, Bytes>;
pub(crate) type Entries<'a> = Range<'a, Bytes, Bytes>;
pub(crate) type WriteTree<'t> = redb::Table<'t, Bytes, Bytes>;

/// All entries of a tree.
pub(crate) const EVERYTHING: (Bound<&[u8]>, Bound<&[u8]>) = (Bound::Unbounded, Bound::Unbounded);

/// The trees as one transaction sees them.
pub(crate) struct Trees<'t> {
    transaction: Transaction<'t>,
    opened: Opened<'t>,
    now: Timestamp,
    has_changes: bool,
}

enum Transaction<'t> {
    Snapshot(redb::ReadTransaction),
    Write(&'t redb::WriteTransaction),
}

enum Tree<'t> {
    Snapshot(ReadOnlyTable<Bytes, Bytes>),
    Write(WriteTree<'t>),
}

/// A link of the list of opened trees.
#[derive(Default)]
struct Opened<'t>(OnceLock<Box<Link<'t>>>);

struct Link<'t> {
    id: TreeId,
    tree: Tree<'t>,
    next: Opened<'t>,
}

/// Reading of trees, whatever the transaction.
pub(crate) trait ReadTrees: Sync {
    /// The instant at which the transaction began: what has expired by then is gone.
    fn now(&self) -> Timestamp;

    /// The value of a key.
    fn get(&self, id: TreeId, key: &[u8]) -> Result<Option<Guard<'_>>, StoreError>;

    /// The entries between two keys, in both directions.
    fn range(
        &self,
        id: TreeId,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
    ) -> Result<Entries<'_>, StoreError>;

    /// How many entries there are.
    fn len(&self, id: TreeId) -> Result<u64, StoreError>;
}

impl ReadTrees for Trees<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn get(&self, id: TreeId, key: &[u8]) -> Result<Option<Guard<'_>>, StoreError> {
        match self.tree(id)? {
            Tree::Snapshot(tree) => ReadableTable::get(tree, key),
            Tree::Write(tree) => tree.get(key),
        }
        .map_err(StoreError::from)
    }

    fn range(
        &self,
        id: TreeId,
        bounds: (Bound<&[u8]>, Bound<&[u8]>),
    ) -> Result<Entries<'_>, StoreError> {
        match self.tree(id)? {
            Tree::Snapshot(tree) => ReadableTable::range::<&[u8]>(tree, bounds),
            Tree::Write(tree) => tree.range::<&[u8]>(bounds),
        }
        .map_err(StoreError::from)
    }

    fn len(&self, id: TreeId) -> Result<u64, StoreError> {
        match self.tree(id)? {
            Tree::Snapshot(tree) => tree.len(),
            Tree::Write(tree) => tree.len(),
        }
        .map_err(StoreError::from)
    }
}

impl<'t> Trees<'t> {
    pub(crate) fn of_snapshot(transaction: redb::ReadTransaction) -> Self {
        Self {
            transaction: Transaction::Snapshot(transaction),
            opened: Opened::default(),
            now: DateTime::UNIX_EPOCH.into(),
            has_changes: false,
        }
    }

    pub(crate) fn of_write(transaction: &'t redb::WriteTransaction) -> Self {
        Self {
            transaction: Transaction::Write(transaction),
            opened: Opened::default(),
            now: DateTime::UNIX_EPOCH.into(),
            has_changes: false,
        }
    }

    /// The same trees at the instant at which the transaction began; before that
    /// is said, nothing has expired.
    pub(crate) fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    /// The names of all trees in the file, those that nothing knows included.
    pub(crate) fn names(&self) -> Result<Vec<String>, StoreError> {
        let names = |trees: &mut dyn Iterator<Item = redb::UntypedTableHandle>| {
            trees.map(|tree| tree.name().to_owned()).collect()
        };
        Ok(match &self.transaction {
            Transaction::Snapshot(transaction) => names(&mut transaction.list_tables()?),
            Transaction::Write(transaction) => names(&mut transaction.list_tables()?),
        })
    }

    /// Whether a key was set or removed.
    pub(crate) fn has_changes(&self) -> bool {
        self.has_changes
    }

    /// Sets the value of a key.
    pub(crate) fn insert(
        &mut self,
        id: TreeId,
        key: &[u8],
        value: &[u8],
    ) -> Result<(), StoreError> {
        self.changing(id)?.insert(key, value)?;
        Ok(())
    }

    /// Hands out a tree to be changed.
    pub(crate) fn changing(&mut self, id: TreeId) -> Result<&mut WriteTree<'t>, StoreError> {
        self.has_changes = true;
        self.tree_mut(id)
    }

    /// Removes a key.
    pub(crate) fn remove(&mut self, id: TreeId, key: &[u8]) -> Result<(), StoreError> {
        self.changing(id)?.remove(key)?;
        Ok(())
    }

    /// Makes a tree and hands it out, so that it can be filled while others are read.
    ///
    /// The tree must be new: one that is in the list would be open twice.
    pub(crate) fn create(&self, id: TreeId) -> Result<WriteTree<'t>, StoreError> {
        match self.transaction {
            Transaction::Write(transaction) => open_for_writing(transaction, id),
            Transaction::Snapshot(_) => Err(not_writable()),
        }
    }

    /// Deletes a tree that has not been opened in this transaction.
    pub(crate) fn delete(&self, id: TreeId) -> Result<(), StoreError> {
        let Transaction::Write(transaction) = self.transaction else {
            return Err(not_writable());
        };
        let name = id.to_string();
        let definition: TableDefinition<'_, Bytes, Bytes> = TableDefinition::new(&name);
        transaction.delete_table(definition)?;
        Ok(())
    }

    fn tree(&self, id: TreeId) -> Result<&Tree<'t>, StoreError> {
        let mut place = &self.opened;
        while let Some(link) = place.0.get() {
            if link.id == id {
                return Ok(&link.tree);
            }
            place = &link.next;
        }
        let new = Link::new(id, self.open(id)?);
        // Another task may share the snapshot and have added a link meanwhile:
        // then this one goes behind it.
        let link = place.0.get_or_init(|| new);
        if link.id == id {
            Ok(&link.tree)
        } else {
            self.tree(id)
        }
    }

    fn tree_mut(&mut self, id: TreeId) -> Result<&mut WriteTree<'t>, StoreError> {
        self.tree(id)?;
        let mut place = &mut self.opened;
        while let Some(link) = place.0.get_mut() {
            if link.id == id {
                return match &mut link.tree {
                    Tree::Write(tree) => Ok(tree),
                    Tree::Snapshot(_) => Err(not_writable()),
                };
            }
            place = &mut link.next;
        }
        Err(not_writable())
    }

    fn open(&self, id: TreeId) -> Result<Tree<'t>, StoreError> {
        match &self.transaction {
            Transaction::Write(transaction) => open_for_writing(transaction, id).map(Tree::Write),
            Transaction::Snapshot(transaction) => {
                let name = id.to_string();
                let tree = transaction.open_table(TableDefinition::new(&name))?;
                Ok(Tree::Snapshot(tree))
            }
        }
    }
}

impl<'t> Link<'t> {
    fn new(id: TreeId, tree: Tree<'t>) -> Box<Self> {
        Box::new(Self {
            id,
            tree,
            next: Opened::default(),
        })
    }
}

fn open_for_writing(
    transaction: &redb::WriteTransaction,
    id: TreeId,
) -> Result<WriteTree<'_>, StoreError> {
    let name = id.to_string();
    Ok(transaction.open_table(TableDefinition::new(&name))?)
}

fn not_writable() -> StoreError {
    StoreError::Doomed {
        detail: "a snapshot cannot be written".to_owned(),
    }
}

impl fmt::Debug for Trees<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        let mut place = &self.opened;
        while let Some(link) = place.0.get() {
            list.entry(&link.id);
            place = &link.next;
        }
        list.finish()
    }
}

impl std::str::FromStr for TreeId {
    type Err = DecodeError;
    fn from_str(text: &str) -> Result<Self, DecodeError> {
        let id = |digits: &str| digits.parse().ok();
        let found = match text.split_at_checked(1) {
            _ if text == "catalogue" => Some(Self::Catalogue),
            _ if text == "log" => Some(Self::Log),
            Some(("r", digits)) => id(digits).map(Self::Rows),
            Some(("x", digits)) => id(digits).map(Self::Index),
            _ => None,
        };
        found.ok_or_else(|| DecodeError::value(&"the name of a tree", &text))
    }
}

impl TryFrom<String> for TreeId {
    type Error = DecodeError;
    fn try_from(text: String) -> Result<Self, DecodeError> {
        text.parse()
    }
}

impl From<TreeId> for String {
    fn from(id: TreeId) -> Self {
        id.to_string()
    }
}
