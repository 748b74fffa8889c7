//! The host `{{ name }}`: links the modules of the application. The system modules run
//! beside it, in `{{ name }}-system`, and it calls them there.

use std::process::ExitCode;

fn main() -> ExitCode {
    // A module that `src/bin/{{ name }}-system.rs` links has one line here, which says where it is:
    // .remote(
    //     geo::Geo,
    //     sdk::config::Endpoint::from("http://127.0.0.1:8081")
    //         .token_file("data/system/owner.token"),
    // )
    sdk::App::new("{{ name }}")
        .version(env!("CARGO_PKG_VERSION"))
        .data("data/app")
        .main()
}
