//! A host: it links modules and is otherwise empty.
//!
//! ```console
//! $ cargo run -p acme -- serve                       # merge, migrate, seed, serve on 127.0.0.1:8080
//! $ cargo run -p acme -- migrate status              # both modules in one global order
//! $ cargo run -p acme -- data get geo.country DE
//! ```

use std::process::ExitCode;

use campaign::Campaign;
use geo::Geo;
use sdk::App;

fn main() -> ExitCode {
    app().main()
}

fn app() -> App {
    App::new("acme").module(Geo).module(Campaign)
}

#[cfg(test)]
mod tests;
