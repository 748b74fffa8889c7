//! A terminal for tests: folders that vanish, commands as a user types them,
//! hosts that are stopped at the end.
//!
//! Nothing here knows the code under test; it starts programs and reads what
//! they print. A helper that cannot do its part panics, which fails the test.

mod http;
mod new_app;
mod process;
mod session;
mod workspace;

pub use http::{Response, get};
pub use new_app::NewApp;
pub use process::{Finished, Running, Serving, signal};
pub use session::Session;
pub use workspace::{apps, build, workspace_root};
