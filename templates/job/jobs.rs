//! The jobs of the module `{{ module }}`.

use sdk::prelude::*;
