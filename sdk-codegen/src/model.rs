//! What an author declares, read from syntax.
//!
//! The derives and the tools use the same readers: a derive hands over the
//! item that the compiler gave it, a tool the items of a parsed file. Nothing
//! here resolves a name; what only the compiler can know (whether a path is
//! the table it seems to be), the expansion asserts.
//!
//! Each reader returns the model or all [`Faults`] of the item.

mod attribute;
mod declared;
mod default;
mod fake;
mod field;
mod function;
mod item;
mod job;
mod module;
mod naming;
mod reference;
mod step;
mod struct_fields;
mod table;
mod table_enum;
mod type_model;

pub use crate::faults::{Fault, Faults};
pub(crate) use attribute::{named, sdk_path};
pub use default::{Default, VariantPath};
pub use field::Field;
pub use item::Item;
pub use job::Job;
pub use module::{DEFAULT_LOCALE, Module, Required};
pub use reference::Reference;
pub use step::Step;
pub use table::Table;
pub use table_enum::{EnumVariant, TableEnum};
pub use type_model::{Element, EnumLookup, TypeModel};

#[cfg(test)]
mod tests;
