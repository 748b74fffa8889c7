//! The host `{{ name }}`: links modules and runs them as one application.

use std::process::ExitCode;

fn main() -> ExitCode {
    sdk::App::new("{{ name }}")
        .version(env!("CARGO_PKG_VERSION"))
        .main()
}
