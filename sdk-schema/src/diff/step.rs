//! Steps that a difference needs and that have to be written.

use crate::{Field, Inverse, Name, Operation, Run};

/// A step, called for each row of a table, that makes values for a field.
#[derive(Debug, Clone, PartialEq)]
pub struct StepStub {
    /// Its name, which nothing else in the module has.
    pub name: Name,
    /// What it is for.
    pub purpose: StepPurpose,
    /// The table.
    pub table: Name,
    /// The field that holds the values until now, under the name that it has
    /// when the step is called; none when the field is new.
    pub from: Option<Field>,
    /// The field as it is declared.
    pub to: Field,
}

/// What a step is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StepPurpose {
    /// Makes values of another type from those of the old field.
    Convert,
    /// Changes values that the declared type does not hold.
    Fit,
    /// Fills what is null.
    Fill,
    /// Fills a field that is going to identify the row.
    Identify,
}

impl StepPurpose {
    /// The verb with which the name of such a step begins.
    pub(super) fn verb(self) -> &'static str {
        match self {
            Self::Convert => "convert",
            Self::Fit => "fit",
            Self::Fill | Self::Identify => "fill",
        }
    }
}

impl StepStub {
    /// The operation that calls it.
    pub(super) fn run(&self) -> Operation {
        // The old values of a conversion are gone; others may stay what they have become.
        let inverse = (self.purpose != StepPurpose::Convert).then_some(Inverse::Nothing);
        Operation::Run(Run {
            inverse,
            ..Run::for_each_row(self.name.clone(), 1, self.table.clone())
        })
    }
}
