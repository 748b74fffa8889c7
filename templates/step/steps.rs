//! The steps that the migrations of the module `{{ module }}` run.
//!
//! A step works on tables by name and on rows as values: it runs on the tables
//! of its day, which the structs of today do not describe.

use sdk::prelude::*;
