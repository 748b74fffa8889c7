//! The trees as they stand in the file: for forensics, and for other programs.

use super::{
    catalogue::raw,
    error::StoreError,
    read::ReadTx,
    trees::{EVERYTHING, ReadTrees, TreeId},
};

/// An entry of a tree, undecoded; `docs/format-store.md` says what its bytes mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DumpEntry<'a> {
    /// The name of the tree.
    pub tree: &'a str,
    /// The key.
    pub key: &'a [u8],
    /// The value.
    pub value: &'a [u8],
}

impl ReadTx<'_> {
    /// Hands every entry of the named tables to `take`: what the catalogue says
    /// of them first, then their rows and their index entries. Without names, of
    /// all trees that the store knows, whatever for.
    ///
    /// # Errors
    /// Fails with the first error of `take`, and where a tree cannot be read.
    pub fn dump<E: From<StoreError>>(
        &self,
        tables: &[&str],
        mut take: impl FnMut(DumpEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if tables.is_empty() {
            for name in self.trees.names()? {
                if let Ok(tree) = name.parse() {
                    self.dump_tree(tree, &mut take)?;
                }
            }
            return Ok(());
        }
        // All are looked up before anything is handed out.
        let tables = tables.iter().map(|name| self.catalogue.table(name));
        let tables: Vec<_> = tables.collect::<Result<_, _>>()?;
        self.dump_entry(TreeId::Catalogue, raw::HEAD_KEY, &mut take)?;
        for table in &tables {
            let key = table.raw().entry_key();
            self.dump_entry(TreeId::Catalogue, key.as_bytes(), &mut take)?;
        }
        for table in tables {
            self.dump_tree(table.rows(), &mut take)?;
            for index in table.indexes() {
                self.dump_tree(index.tree, &mut take)?;
            }
        }
        Ok(())
    }

    fn dump_tree<E: From<StoreError>>(
        &self,
        tree: TreeId,
        take: &mut impl FnMut(DumpEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = tree.to_string();
        for entry in self.trees.range(tree, EVERYTHING)? {
            let (key, value) = entry.map_err(StoreError::from)?;
            take(DumpEntry {
                tree: &name,
                key: key.value(),
                value: value.value(),
            })?;
        }
        Ok(())
    }

    fn dump_entry<E: From<StoreError>>(
        &self,
        tree: TreeId,
        key: &[u8],
        take: &mut impl FnMut(DumpEntry<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(value) = self.trees.get(tree, key)? else {
            return Ok(());
        };
        take(DumpEntry {
            tree: &tree.to_string(),
            key,
            value: value.value(),
        })
    }
}
