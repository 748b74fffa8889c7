//! The host `{{ name }}-system`: links the system modules.
//!
//! Here belong modules that others build on and that rarely change: accounts, mail,
//! countries. They have a store of their own and run on while `{{ name }}` is replaced.
//! A module belongs to one of the two: link it here with `.module(…)`, name it in
//! `src/main.rs` with `.remote(…)`. Its code is the same wherever it runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    sdk::App::new("{{ name }}-system")
        .version(env!("CARGO_PKG_VERSION"))
        .data("data/system")
        .addr("127.0.0.1:8081")
        .main()
}
