//! The catalogue as it stands on disk; `docs/format-store.md` describes it.

use std::{collections::BTreeMap, ops::Bound};

use sdk_schema::{FoldedTable, Name, TableName};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use crate::store::{error::StoreError, layout::LayoutField, trees::TreeId};

/// The format that this version writes.
pub(crate) const FORMAT: u32 = 2;

/// The oldest format that this version reads. Format 1 has no log of changes.
const OLDEST_FORMAT: u32 = 1;

/// The key of the [`RawHead`].
pub(crate) const HEAD_KEY: &[u8] = b"store";

/// What all tables share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawHead {
    pub format: u32,
    /// The number that the next tree gets. None is given twice.
    pub next_id: u32,
    /// Trees that nothing refers to any more; the next open deletes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trash: Vec<TreeId>,
}

impl Default for RawHead {
    fn default() -> Self {
        Self {
            format: FORMAT,
            next_id: 1,
            trash: Vec::new(),
        }
    }
}

/// A table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTable {
    /// The number in the name of the tree of its rows.
    pub id: u32,
    pub module: Name,
    pub folded: FoldedTable,
    /// Every layout that its rows may have. The number of a layout is its place here.
    pub layouts: Vec<Vec<LayoutField>>,
    /// What rows have in place of a field that is younger than they are, by its number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub absent: BTreeMap<u16, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<RawIndex>,
}

/// An index, or what the store keeps to find the rows that refer to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawIndex {
    /// The number in the name of the tree of its entries.
    pub id: u32,
    /// The numbers of its fields, the most significant first.
    pub fields: Vec<u16>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
}

impl RawTable {
    pub(crate) fn name(&self) -> TableName {
        TableName::new(self.module.clone(), self.folded.table.name.clone())
    }

    /// The key of its entry: the name of the tree of its rows.
    pub(crate) fn entry_key(&self) -> String {
        TreeId::Rows(self.id).to_string()
    }
}

/// The keys between which the entries of tables stand: all that begin with `r`.
pub(crate) fn table_keys() -> (Bound<&'static [u8]>, Bound<&'static [u8]>) {
    (Bound::Included(b"r"), Bound::Excluded(b"s"))
}

pub(crate) fn parse<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, StoreError> {
    serde_json::from_slice(bytes).map_err(|error| StoreError::Damaged {
        detail: format!("catalogue: {error}"),
    })
}

/// Reads the head, its format first: what else a later one has is unknown here.
pub(crate) fn parse_head(bytes: &[u8]) -> Result<RawHead, StoreError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    match parse(bytes)? {
        Format {
            format: OLDEST_FORMAT..=FORMAT,
        } => parse(bytes),
        Format { format: found } => Err(StoreError::Format {
            found,
            expected: FORMAT,
        }),
    }
}

pub(crate) fn print(raw: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(raw).expect("the catalogue is made of strings, numbers and lists")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::catalogue::StoredTable;

    #[test]
    fn the_page_of_the_format_shows_a_head_and_a_table() {
        let page = include_str!("../../../../docs/format-store.md");
        let blocks = page.split("```json\n").skip(1);
        let blocks: Vec<_> = blocks
            .filter_map(|block| block.split_once("```"))
            .map(|(block, _)| block.as_bytes())
            .collect();
        let [head, table] = blocks.as_slice() else {
            panic!("two examples, found {}", blocks.len());
        };
        assert_eq!(parse::<RawHead>(head).unwrap().format, FORMAT);
        let table: RawTable = parse(table).unwrap();
        assert_eq!(table.entry_key(), "r12");
        StoredTable::new(table).unwrap();
    }
}
