//! Brings a store to the schema that the linked modules declare.
//!
//! A **plan** is made from the merged application and the ledger (see
//! [`sdk_schema::Plan`]); [`apply`] carries it out, one transaction for each
//! migration, its ledger row included. A failing migration leaves nothing of
//! itself behind and stops the run; what came before it stays applied.
//!
//! A **step** is Rust code that a migration calls by name and revision.

use std::pin::Pin;

use crate::store::WriteTx;

/// What a step's function returns.
pub type StepFuture<'a> = Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send + 'a>>;

/// The function of a step. It runs inside the transaction of its migration.
pub type StepFn = for<'a, 't> fn(&'a mut WriteTx<'t>) -> StepFuture<'a>;

/// Rust code that a migration can call, as a module lists it.
#[derive(Debug, Clone, Copy)]
pub struct StepDeclaration {
    /// Its name, unique in the module.
    pub name: &'static str,
    /// Which version of the code this is; migrations name the one they need.
    pub revision: u32,
    /// The code.
    pub run: StepFn,
}
