//! `serve`: start, run, stop cleanly.
//!
//! 1. Open the store and take its lock. 2. Listen; `/healthz` answers, `/readyz`
//! says not yet. 3. Start: migrate, seed, refresh the jobs. 4. Ready: jobs run,
//! commands come through the socket. 5. On SIGINT or SIGTERM: stop listening,
//! give running jobs their grace, close the store. A second signal ends the
//! process at once; the store survives that as it survives a power cut.

use std::{io::Write, path::Path, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{http, process};
use crate::{
    cli::{self, CommandError, Output, ServeArgs},
    clock::Clock,
    config::Config,
    host::{Host, Linked},
};

/// Serves until a signal asks to stop.
pub(super) async fn serve(
    linked: Arc<Linked>,
    data: &Path,
    config: &Config,
    args: &ServeArgs,
) -> Result<(), CommandError> {
    let address = config
        .address(args.addr.clone())
        .map_err(CommandError::usage)?;
    let allow_late = cli::parse_migrations(&args.allow_late)?;
    start_log();
    let interrupted = interruption()?;
    let host = Arc::new(process::open(Arc::clone(&linked), data, Clock::system())?);
    let listener = TcpListener::bind(address).await.map_err(|error| {
        CommandError::failed(anyhow::anyhow!("cannot listen on {address}: {error}"))
            .hint("choose another address with --addr, or port 0 for any free one")
    })?;
    let (ready, readiness) = watch::channel(None);
    say(format_args!(
        "{} {} on {}",
        linked.name(),
        linked.version(),
        data.display()
    ))?;
    say(format_args!(
        "listening on http://{}",
        listener.local_addr()?
    ))?;
    let http = spawn_http(listener, readiness);

    let report = host.start(&allow_late).await?;
    let mut stdout = std::io::stdout();
    cli::write_start_report(&linked, &report, &mut Output::new(&mut stdout, false))?;
    let scheduler = host.scheduler().spawn();
    let commands = listen_for_commands(data, &host);
    ready.send_replace(Some(Arc::clone(&host)));
    say("ready")?;

    interrupted.await.map_err(anyhow::Error::from)?;
    say(format_args!("stopping: running jobs get {} s", args.grace))?;
    ready.send_replace(None);
    http.abort();
    if let Some(commands) = commands {
        commands.abort();
        // Aborted is what it should be.
        let _ = commands.await;
    }
    scheduler.stop(Duration::from_secs(args.grace)).await;
    say("stopped")
}

/// Prints a line at once: an operator or a supervisor is waiting for it.
fn say(line: impl std::fmt::Display) -> Result<(), CommandError> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    Ok(stdout.flush()?)
}

/// Sends the library's log to standard error.
fn start_log() {
    let log = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_max_level(tracing::Level::INFO);
    // A program that embeds a host may have set its own.
    let _ = log.try_init();
}

fn spawn_http(listener: TcpListener, readiness: http::Ready) -> JoinHandle<()> {
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, http::router(readiness)).await {
            tracing::error!(%error, "the listener ended");
        }
    })
}

#[cfg(unix)]
fn listen_for_commands(data: &Path, host: &Arc<Host>) -> Option<JoinHandle<()>> {
    match super::socket::CommandSocket::bind(data) {
        Ok(socket) => Some(tokio::spawn(socket.serve(Arc::clone(host)))),
        Err(error) => {
            tracing::warn!(%error, "no command socket: other commands must wait until this host stops");
            None
        }
    }
}

#[cfg(not(unix))]
fn listen_for_commands(_data: &Path, _host: &Arc<Host>) -> Option<JoinHandle<()>> {
    None
}

/// A task that ends when the process is asked to stop. It listens from now on,
/// so that a signal during the start is not lost; the next one ends the process.
fn interruption() -> std::io::Result<JoinHandle<()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tokio::spawn(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                std::process::exit(i32::from(cli::EXIT_FAILED));
            });
        }))
    }
    #[cfg(not(unix))]
    Ok(tokio::spawn(async {
        // Without a console there is nobody to interrupt.
        let _ = tokio::signal::ctrl_c().await;
    }))
}
