//! Deleting a row, and what that means for the rows that refer to it.
//!
//! All of it is found out before the first change: the rows that go, the
//! references that become null, and the row that forbids it.

use std::{collections::HashSet, sync::Arc};

use sdk_schema::{OnDelete, Row, Value};

use super::{StoreError, StoredTable, WriteTx, change::Change};
use crate::store::{
    catalogue::{Binding, Referrer},
    encode,
    query::Query,
    read::ReadTx,
    scan::Rows,
};

/// A row by its table and key.
#[derive(Debug, Clone)]
struct Place {
    table: Arc<StoredTable>,
    key: Vec<u8>,
}

/// A row that refers to one that is to be deleted.
#[derive(Debug)]
struct Hindrance {
    to_delete: Place,
    by: Place,
    field: usize,
}

/// What a deletion will do.
#[derive(Debug, Default)]
pub(super) struct Deletion {
    /// The rows that go; a row stands before those that go because of it.
    rows: Vec<Place>,
    /// The same rows, by the number of their table and their key.
    gone: HashSet<(u32, Vec<u8>)>,
    /// The fields that become null.
    nulls: Vec<(Place, usize)>,
    /// The rows whose references forbid it, unless they go too.
    hindrances: Vec<Hindrance>,
}

impl Deletion {
    /// Finds out what follows from deleting a row.
    pub(super) fn plan(
        tx: &ReadTx<'_>,
        table: &Arc<StoredTable>,
        key: Vec<u8>,
    ) -> Result<Self, StoreError> {
        let mut plan = Self::default();
        plan.add(Place {
            table: Arc::clone(table),
            key,
        });
        let mut next = 0;
        while let Some(place) = plan.rows.get(next).cloned() {
            for referrer in tx.catalogue.referrers(place.table.name()) {
                plan.follow(tx, &place, referrer)?;
            }
            next += 1;
        }
        plan.check()?;
        Ok(plan)
    }

    fn add(&mut self, place: Place) {
        let id = (place.table.raw().id, place.key.clone());
        if self.gone.insert(id) {
            self.rows.push(place);
        }
    }

    fn goes(&self, place: &Place) -> bool {
        // The set is asked for each referring row; the copy of a key is small.
        let id = (place.table.raw().id, place.key.clone());
        self.gone.contains(&id)
    }

    /// Decides about the rows that refer to `place` by one field.
    fn follow(
        &mut self,
        tx: &ReadTx<'_>,
        place: &Place,
        by: Referrer<'_>,
    ) -> Result<(), StoreError> {
        let reference = by.table.fields()[by.field].references.as_ref();
        let on_delete = reference.map_or(OnDelete::Restrict, |reference| reference.on_delete);
        let query = Query::referring(by.table, by.field, &place.key);
        let binding = Arc::new(Binding::of_table(by.table));
        let mut rows = Rows::<Row>::new(&tx.trees, binding, &query)?;
        while let Some(key) = rows.next_key()? {
            let referring = Place {
                table: Arc::clone(by.table),
                key,
            };
            match on_delete {
                OnDelete::Cascade => self.add(referring),
                OnDelete::SetNull => self.nulls.push((referring, by.field)),
                // A row that has expired hinders nothing.
                OnDelete::Restrict if !tx.has_row(&referring.table, &referring.key)? => {
                    self.add(referring);
                }
                OnDelete::Restrict => self.hindrances.push(Hindrance {
                    to_delete: place.clone(),
                    by: referring,
                    field: by.field,
                }),
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), StoreError> {
        let stays = |hindrance: &&Hindrance| !self.goes(&hindrance.by);
        let Some(hindrance) = self.hindrances.iter().find(stays) else {
            return Ok(());
        };
        let Hindrance {
            to_delete,
            by,
            field,
        } = hindrance;
        Err(StoreError::Restricted {
            table: to_delete.table.name().to_string(),
            key: to_delete.table.key_text(&to_delete.key),
            by_table: by.table.name().to_string(),
            by_field: by.table.fields()[*field].name.to_string(),
            by_key: by.table.key_text(&by.key),
        })
    }

    /// Changes the rows; those that refer go before those they refer to.
    pub(super) fn carry_out(self, tx: &mut WriteTx<'_>) -> Result<(), StoreError> {
        for (place, field) in &self.nulls {
            if !self.goes(place) {
                let done = set_null(tx, place, *field);
                tx.doom_if_failed(done)?;
            }
        }
        for place in self.rows.iter().rev() {
            let done = delete(tx, place);
            tx.doom_if_failed(done)?;
        }
        Ok(())
    }
}

fn set_null(tx: &mut WriteTx<'_>, place: &Place, field: usize) -> Result<(), StoreError> {
    let Place { table, key } = place;
    let binding = Binding::of_table(table);
    let Some(old) = tx.row(table, key)? else {
        return Ok(());
    };
    let row = binding.read::<Row>(key, &old)?;
    let mut values: Vec<_> = row.iter().map(|(_, value)| value.clone()).collect();
    values[field] = Value::Null;
    let new = encode::values(table, &values)?;
    tx.change(Change {
        table,
        key,
        old: Some(&old),
        new: Some(&new),
    })
}

fn delete(tx: &mut WriteTx<'_>, place: &Place) -> Result<(), StoreError> {
    let old = tx.row(&place.table, &place.key)?;
    tx.change(Change {
        table: &place.table,
        key: &place.key,
        old: old.as_deref(),
        new: None,
    })
}
