//! A module that has got another name.

use std::sync::Arc;

use sdk_schema::Name;

use super::{RawTable, ReadTx, StoreError, refuse, store};

/// Makes all tables of one module those of another, which has none; references
/// to them follow. No row changes.
pub(in crate::store) fn rename(
    tx: &mut ReadTx<'_>,
    from: &Name,
    to: &Name,
) -> Result<(), StoreError> {
    let before = Arc::clone(&tx.catalogue);
    let of = |module: &Name| {
        let module = module.clone();
        before.tables().find(move |it| it.name().module == module)
    };
    let Some(first) = of(from).filter(|_| from != to) else {
        return Ok(());
    };
    if let Some(taken) = of(to) {
        let detail = format!(
            "module `{to}` has tables already, `{}` among them",
            taken.name()
        );
        return Err(refuse(first.name(), detail));
    }
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for table in before.tables() {
        if let Some(raw) = renamed(table.raw(), from, to) {
            gone.push(Arc::clone(table));
            new.push(Arc::new(store(tx, raw)?));
        }
    }
    tx.catalogue = Arc::new(before.with(before.head.clone(), &gone, new));
    Ok(())
}

/// The table with the new name of the module; none when it does not name it.
fn renamed(table: &RawTable, from: &Name, to: &Name) -> Option<RawTable> {
    let mut raw = table.clone();
    let fields = raw.folded.table.fields.iter_mut();
    let references = fields.filter_map(|field| field.references.as_mut());
    let modules = references.map(|reference| &mut reference.table.module);
    let mut is_changed = false;
    for module in modules.chain([&mut raw.module]).filter(|it| *it == from) {
        module.clone_from(to);
        is_changed = true;
    }
    is_changed.then_some(raw)
}
