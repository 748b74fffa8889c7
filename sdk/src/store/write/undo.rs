//! Taking back what a closure changed in a transaction that it shares.

use crate::store::{
    error::StoreError,
    trees::{TreeId, Trees},
};

/// What was under each key before it was changed, the latest change last.
#[derive(Debug, Default)]
pub(super) struct UndoList {
    /// None while nothing else is in the transaction: then all of it is given up.
    steps: Option<Vec<Step>>,
}

#[derive(Debug)]
struct Step {
    tree: TreeId,
    key: Vec<u8>,
    old: Option<Vec<u8>>,
}

impl UndoList {
    pub(super) fn new(is_shared: bool) -> Self {
        Self {
            steps: is_shared.then(Vec::new),
        }
    }

    /// Whether others have changes in the transaction.
    pub(super) fn is_shared(&self) -> bool {
        self.steps.is_some()
    }

    /// Notes what a change replaces.
    pub(super) fn note(&mut self, tree: TreeId, key: &[u8], old: Option<&[u8]>) {
        if let Some(steps) = &mut self.steps {
            steps.push(Step {
                tree,
                key: key.to_vec(),
                old: old.map(<[u8]>::to_vec),
            });
        }
    }

    /// Forgets it all: the changes stay.
    pub(super) fn clear(&mut self) {
        if let Some(steps) = &mut self.steps {
            steps.clear();
        }
    }

    /// Takes the changes back, the latest first.
    pub(super) fn apply(&mut self, trees: &mut Trees<'_>) -> Result<(), StoreError> {
        let steps = self
            .steps
            .iter_mut()
            .flat_map(|steps| steps.drain(..).rev());
        for Step { tree, key, old } in steps {
            match old {
                Some(value) => trees.insert(tree, &key, &value)?,
                None => trees.remove(tree, &key)?,
            }
        }
        Ok(())
    }
}
