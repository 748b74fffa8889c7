//! What the output of the derives and of `sdk_build` calls.
//!
//! Nobody writes these paths by hand. What the expansions need and the rest of
//! the library does not is here; all else is only named here.

pub mod declare;

pub use std::{sync::LazyLock, time::Duration};

pub use sdk_schema::{Fake, FakeKind, FieldType, Missed, OnDelete, Overlap, Table as TableSchema};

pub use {prost, prost_types, tonic, tonic_prost};

pub use crate::{
    jobs::JobDeclaration,
    migrate::{BATCH_ROWS, StepCode, StepDeclaration},
    module::{Declaration, Embedded, EmbeddedFile, Module, TableDeclaration},
    rpc::{Served, Service, ServiceDeclaration},
    store::{
        DecodeError, FieldRef, FieldValue, FieldWriter, KeyReader, KeyValue, KeyWriter, RawField,
        RowReader, Table, TableEnum,
        private::{reference_key, table_enum},
    },
};

/// Whether two names are the same, for assertions at compile time.
pub const fn same_name(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Fails, at compile time, unless each of the `declared` services is served once.
/// Each comes with what is wrong when nothing serves it.
///
/// # Panics
///
/// That is how a constant fails.
pub const fn assert_served(served: &[&str], declared: &[(&str, &str)]) {
    let mut at = 0;
    while at < declared.len() {
        let (name, complaint) = declared[at];
        let mut times = 0;
        let mut one = 0;
        while one < served.len() {
            if same_name(served[one], name) {
                times += 1;
            }
            one += 1;
        }
        assert!(times > 0, "{}", complaint);
        assert!(
            times == 1,
            "two types of `services(…)` serve one service of the protos"
        );
        at += 1;
    }
}

#[cfg(test)]
mod tests;
