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
}

impl Step {
    /// Reads the arguments of `#[step(…)]` and the function under it.
    pub fn parse(arguments: TokenStream, function: &ItemFn) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        let sdk = sdk_path(&function.attrs, &mut faults);
        let ident = &function.sig.ident;
        let name = faults.keep(own_name(ident));
        SHAPE.check(function, &mut faults);
        let mut revision = None;
        let listed = faults.keep(parse_items::<Meta>(arguments));
        for entry in listed.iter().flatten() {
            let read = match key_of(entry).as_str() {
                "revision" => number(entry).and_then(|it| fill(&mut revision, entry, it)),
                _ => Err(unknown_key(entry, "step", &["revision"])),
            };
            faults.keep(read);
        }
        let step = name.map(|name| Self {
            ident: ident.clone(),
            sdk,
            step: StepData {
                name,
                revision: revision.unwrap_or(1),
                rows: false,
            },
        });
        faults.finish(step)
    }
}
