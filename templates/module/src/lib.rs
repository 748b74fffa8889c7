//! The module `{{ name }}`.

use sdk::prelude::*;

sdk::include_module!();

/// What a host links: `.module({{ name }}::{{ type }})`.
#[derive(Module)]
#[module(name = "{{ name }}")]
pub struct {{ type }};
