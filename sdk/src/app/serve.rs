//! `serve`: start, run, stop cleanly.
//!
//! 1. Open the store and take its lock.
//! 2. Listen: `/healthz` answers, `/readyz` says not yet, commands wait.
//! 3. Start: migrate, seed, read the translations, refresh the jobs.
//! 4. Ready: jobs run, rows that expire are removed, commands are answered.
//! 5. On SIGINT or SIGTERM: `/readyz` says not any more, jobs and commands
//!    under way get their grace, the listener ends, the store is closed.
//!
//! A signal during the start ends it between two transactions. A second one
//! ends the process at once; the store survives that as it survives a power cut.

mod signals;

use std::{collections::HashMap, convert::Infallible, path::Path, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinHandle};

use super::{
    door::{Door, OpenDoor, Place},
    http,
    progress::Progress,
    terminal::say,
};
use crate::{
    cli::{self, CommandError, Output, ServeArgs},
    clock::{Clock, between},
    config::Config,
    host::{Host, LinkError, Linked, StartOptions, StartStep},
    jobs::RunningScheduler,
    migrate::{Event, Online},
    rpc::{Remote, Services},
    store::StoreOptions,
    system,
};

/// How long the last answers may take to be read, once what they tell of has had its grace.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

#[cfg(unix)]
use super::socket::{CommandSocket, RunningSocket};
#[cfg(unix)]
use crate::server::Edge;

/// Serves until a signal asks to stop.
pub(super) async fn serve(
    linked: Arc<Linked>,
    data: &Path,
    options: &StoreOptions,
    config: &Config,
    args: &ServeArgs,
    remotes: HashMap<String, Remote>,
) -> Result<(), CommandError> {
    let place = Place::choose(config, args)?;
    let mut interrupted = signals::interruption()?;
    let clock = Clock::system();
    let host = Arc::new(Host::open_with(linked, data, options, clock.clone())?);
    let door = Door::take(data, place, config, args, &clock).await?;
    announce(&host, data, &door)?;
    let mut serving = Serving::begin(Arc::clone(&host), data, door).await?;
    let options = StartOptions {
        migrations: args.migrate.into(),
        online: Online::Later,
        allow_late: &args.allow_late,
    };
    let mut progress = Progress::new();
    let mut told = system::Told::default();
    let mut show_step = |step: StartStep<'_>| {
        if let StartStep::Migrating(event) = &step {
            if let Some(run) = system::progress(&mut told, event) {
                progress.show(&run);
            }
        } else {
            progress.clear();
            show_step(step);
        }
    };
    tokio::select! {
        started = host.start_watched(&options, &mut show_step) => { started?; }
        _ = &mut interrupted => {
            say("stopping before the start is complete: the next start goes on from here");
            serving.stop(Duration::ZERO).await;
            say("stopped");
            return Ok(());
        }
    }
    show(|out| cli::write_started(host.linked(), out))?;
    serving.ready(remotes).await?;
    say("ready");

    interrupted.await.map_err(anyhow::Error::from)?;
    say(format_args!("stopping: running jobs get {} s", args.grace));
    serving.stop(Duration::from_secs(args.grace)).await;
    say("stopped");
    Ok(())
}

/// Says what is going to run, and where.
fn announce(host: &Host, data: &Path, door: &Door) -> Result<(), CommandError> {
    let linked = host.linked();
    let (name, version) = (linked.name(), linked.version());
    say(format_args!("{name} {version} on {}", data.display()));
    show(|out| Ok(cli::write_linked(linked, out)?))?;
    door.lines()?.iter().for_each(say);
    Ok(())
}

fn show_step(step: StartStep<'_>) {
    // What cannot be shown has been done all the same.
    let _ = show(|out| Ok(cli::write_start_step(&step, out)?));
}

/// Prints what `write` writes.
fn show(
    write: impl FnOnce(&mut Output<'_>) -> Result<(), CommandError>,
) -> Result<(), CommandError> {
    let mut text = Vec::new();
    write(&mut Output::new(&mut text, false))?;
    let text = String::from_utf8_lossy(&text);
    let text = text.trim_end();
    if !text.is_empty() {
        say(text);
    }
    Ok(())
}

/// Everything that runs beside the start.
struct Serving {
    host: Arc<Host>,
    ready: watch::Sender<Option<Arc<Host>>>,
    door: OpenDoor,
    /// What answers calls; it lives as long as they are answered.
    services: Option<Services>,
    #[cfg(unix)]
    commands: Commands,
    scheduler: Option<RunningScheduler>,
    /// Removes rows that have expired. It can be ended at any time: what it was
    /// about to remove is out of sight anyway.
    expiry: Option<JoinHandle<Infallible>>,
    /// Goes on with migrations whose steps leave the application in use. It can
    /// be ended at any time: the next start goes on where it stood.
    online: Option<JoinHandle<()>>,
}

/// The command socket: none where it cannot be made, waiting until the host is ready.
#[cfg(unix)]
enum Commands {
    None,
    Waiting(CommandSocket),
    Answered(RunningSocket),
}

impl Serving {
    async fn begin(host: Arc<Host>, data: &Path, door: Door) -> Result<Self, Arc<LinkError>> {
        let (ready, readiness) = watch::channel(None);
        let pages = |edge| http::pages(readiness, edge);
        Ok(Self {
            door: door.open(host.linked().methods()?, pages).await,
            services: None,
            #[cfg(unix)]
            commands: Commands::bind(data),
            scheduler: None,
            expiry: None,
            online: None,
            ready,
            host,
        })
    }

    /// The start is complete: jobs run, commands are answered.
    async fn ready(&mut self, remotes: HashMap<String, Remote>) -> Result<(), CommandError> {
        let services = system::services(&self.host, remotes)?;
        self.door.answer_calls(services.dispatch()).await;
        #[cfg(unix)]
        self.commands.answer(self.door.edge());
        self.services = Some(services);
        self.scheduler = Some(self.host.scheduler().spawn());
        let store = self.host.store().clone();
        self.expiry = Some(tokio::spawn(
            async move { store.keep_removing_expired().await },
        ));
        self.online = Some(tokio::spawn(finish_online(Arc::clone(&self.host))));
        self.ready.send_replace(Some(Arc::clone(&self.host)));
        Ok(())
    }

    /// Ends everything that is under way within `grace`, all of it together, and gives
    /// [a moment](LAST_ANSWERS) more to whoever still reads what was answered.
    async fn stop(self, grace: Duration) {
        let clock = self.host.clock().clone();
        let began = clock.now();
        self.ready.send_replace(None);
        self.host.begin_stop();
        self.door.refuse_calls().await;
        if let Some(expiry) = self.expiry {
            expiry.abort();
            // With it goes its handle of the store.
            let _ = expiry.await;
        }
        if let Some(online) = self.online {
            online.abort();
            let _ = online.await;
        }
        let jobs = async {
            if let Some(scheduler) = self.scheduler {
                scheduler.stop(grace).await;
            }
        };
        #[cfg(unix)]
        tokio::join!(jobs, self.commands.stop(grace));
        #[cfg(not(unix))]
        jobs.await;
        // Calls over the port have had their grace since the stop began, too.
        let all = grace.saturating_add(LAST_ANSWERS);
        let spent = between(began, clock.now()).unwrap_or_default();
        self.door.close(all.saturating_sub(spent)).await;
        drop(self.services);
        if let Err(error) = self.host.store().flush().await {
            tracing::error!(%error, "the last relaxed writes may not be on disk");
        }
    }
}

/// Goes on with online steps while the application is in use.
async fn finish_online(host: Arc<Host>) {
    let mut tell = |event: Event<'_>| match event {
        Event::Begins { migration, .. } => tracing::info!(%migration, "goes on"),
        Event::Rows {
            migration,
            done,
            of,
            ..
        } => tracing::debug!(%migration, done, of, "rows"),
        Event::Applied(applied) => tracing::info!(migration = %applied.id, "is applied"),
        _ => {}
    };
    if let Err(error) = host.finish_online(&mut tell).await {
        tracing::error!(%error, "a migration that runs while the application is in use has stopped; the next start goes on there");
    }
}

#[cfg(unix)]
impl Commands {
    fn bind(data: &Path) -> Self {
        CommandSocket::bind(data).map_or_else(
            |error| {
                tracing::warn!(%error, "no command socket: other commands must wait until this host stops");
                Self::None
            },
            Self::Waiting,
        )
    }

    fn answer(&mut self, edge: &Edge) {
        *self = match std::mem::replace(self, Self::None) {
            Self::Waiting(socket) => Self::Answered(socket.serve(edge.clone())),
            other => other,
        };
    }

    async fn stop(self, grace: Duration) {
        if let Self::Answered(socket) = self {
            socket.stop(grace).await;
        }
    }
}

#[cfg(test)]
mod tests;
