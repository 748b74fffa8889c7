//! Operations of migrations: the catalogue and the rows change together.

use sdk_schema::{Name, Operation};

use super::{error::StoreError, write::WriteTx};

pub(super) fn apply(_tx: &mut WriteTx<'_>, _module: &Name, _operation: &Operation) -> Result<(), StoreError> {
    todo!()
}
