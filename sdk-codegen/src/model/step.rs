//! `#[step(…)]`: a function that a migration calls.

use proc_macro2::TokenStream;
use sdk_schema::Step as StepData;
use syn::{Ident, ItemFn, Meta, Path};

use super::{
    attribute::{fill, key_of, number, parse_items, sdk_path, unknown_key},
    function::Shape,
    naming::own_name,
};
use crate::faults::Faults;

const SHAPE: Shape = Shape {
    what: "a step",
    signature: "async fn name(tx: &mut WriteTx<'_>) -> Result<()>",
    exclusive: true,
    arguments: 1,
};

/// The shape of a step that is called for each row.
const ROW_SHAPE: Shape = Shape {
    what: "a step for each row",
    signature: "async fn name(tx: &mut WriteTx<'_>, row: &mut Row) -> Result<()>",
    arguments: 2,
    ..SHAPE
};

/// A step, as a function declares it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The function.
    pub ident: Ident,
    /// The path of the SDK.
    pub sdk: Path,
    /// What is declared of it.
    pub step: StepData,
    /// How many rows are one transaction, where the step says so.
    pub batch: Option<u32>,
}

/// The entries of the attribute as they are found.
#[derive(Default)]
struct Entries {
    revision: Option<u32>,
    batch: Option<u32>,
}

impl Step {
    /// Reads the arguments of `#[step(…)]` and the function under it.
    pub fn parse(arguments: TokenStream, function: &ItemFn) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let sdk = sdk_path(&function.attrs, &mut faults);
        let ident = &function.sig.ident;
        let name = faults.keep(own_name(ident));
        let rows = function.sig.inputs.len() > SHAPE.arguments;
        let shape = if rows { ROW_SHAPE } else { SHAPE };
        shape.check(function, &mut faults);
        let mut entries = Entries::default();
        let listed = faults.keep(parse_items::<Meta>(arguments));
        for entry in listed.iter().flatten() {
            faults.keep(entries.read(entry, rows));
        }
        let step = name.map(|name| Self {
            ident: ident.clone(),
            sdk,
            step: StepData {
                name,
                revision: entries.revision.unwrap_or(1),
                rows,
            },
            batch: entries.batch,
        });
        faults.finish(step)
    }
}

impl Entries {
    fn read(&mut self, entry: &Meta, rows: bool) -> syn::Result<()> {
        match key_of(entry).as_str() {
            "revision" => fill(&mut self.revision, entry, number(entry)?),
            "batch" if rows => fill(&mut self.batch, entry, batch(entry)?),
            "batch" => {
                let message = format!(
                    "`batch` is for a step that is called for each row: expected `{}`",
                    ROW_SHAPE.signature
                );
                Err(syn::Error::new_spanned(entry.path(), message))
            }
            _ => Err(unknown_key(entry, "step", &["revision", "batch"])),
        }
    }
}

/// How many rows; none would never end.
fn batch(entry: &Meta) -> syn::Result<u32> {
    match number(entry)? {
        0 => Err(syn::Error::new_spanned(
            entry,
            "a batch has at least one row, found `batch = 0`",
        )),
        rows => Ok(rows),
    }
}
