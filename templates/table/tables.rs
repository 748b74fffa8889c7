//! The tables of the module `{{ module }}`.

use sdk::prelude::*;
