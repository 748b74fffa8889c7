//! The signals that ask a host to stop.

use std::io;

use tokio::task::JoinHandle;

/// A task that ends when the process is asked to stop. It listens from now on,
/// so that a signal during the start is not lost; the next one ends the process.
#[cfg(unix)]
pub(super) fn interruption() -> io::Result<JoinHandle<()>> {
    use tokio::signal::unix::{SignalKind, signal};

    use crate::cli::EXIT_FAILED;

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut asked = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(tokio::spawn(async move {
        asked().await;
        tokio::spawn(async move {
            asked().await;
            std::process::exit(i32::from(EXIT_FAILED));
        });
    }))
}

/// A task that ends when the process is asked to stop.
#[cfg(not(unix))]
pub(super) fn interruption() -> io::Result<JoinHandle<()>> {
    Ok(tokio::spawn(async {
        // Without a console there is nobody to interrupt.
        let _ = tokio::signal::ctrl_c().await;
    }))
}
