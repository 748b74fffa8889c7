//! A terminal for tests: folders that vanish, commands as a user types them,
//! hosts that are stopped at the end.
//!
//! Nothing here knows the code under test; it starts programs and reads what
//! they print. A helper that cannot do its part panics, which fails the test.

mod http;
mod session;
mod workspace;

pub use http::{Response, get};
pub use session::{Finished, Serving, Session};
pub use workspace::{build, workspace_root};
