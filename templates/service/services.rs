//! The services of the module `{{ module }}`.

use sdk::prelude::*;

use crate::proto::{{ module }}::v1;
