//! A thousand watchers: a change is made when each of them has been told of the last.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use sdk::{proto::sdk::v1::WatchRowsResponse, rpc::Streaming};
use tokio::{sync::Notify, task::JoinSet};

use super::{
    drive::{Turn, summary},
    feed::Feed,
};

/// What the watchers of a turn share with whoever makes the changes.
struct Shared {
    epoch: Instant,
    /// When the last change was begun, in nanoseconds since the epoch.
    changed: AtomicU64,
    told: AtomicUsize,
    all_told: Notify,
    watchers: usize,
    over: AtomicBool,
}

/// Watchers that are told of changes for that long.
pub(super) async fn watch(feed: &Feed, watchers: usize, time: Duration) -> Result<Turn> {
    let shared = Arc::new(Shared {
        epoch: Instant::now(),
        changed: AtomicU64::new(0),
        told: AtomicUsize::new(0),
        all_told: Notify::new(),
        watchers,
        over: AtomicBool::new(false),
    });
    let mut tasks = JoinSet::new();
    for watcher in 0..watchers {
        let stream = feed.watch(watcher).await?;
        tasks.spawn(listen(stream, Arc::clone(&shared)));
    }
    let began = Instant::now();
    while !shared.over.load(Ordering::Relaxed) {
        // The last change is the one of which all know that it is the last.
        shared
            .over
            .store(began.elapsed() >= time, Ordering::Relaxed);
        shared.changed.store(shared.now(), Ordering::Release);
        feed.change().await?;
        shared.all_told.notified().await;
    }
    let took = began.elapsed();
    let mut times = Vec::new();
    while let Some(heard) = tasks.join_next().await {
        times.extend(heard??);
    }
    Ok(summary(times, took))
}

/// Listens until it is over, and tells after which times it was told.
async fn listen(mut stream: Streaming<WatchRowsResponse>, shared: Arc<Shared>) -> Result<Vec<f64>> {
    let mut times = Vec::new();
    loop {
        let message = stream.message().await?.context("a stream ended")?;
        let took = shared.now() - shared.changed.load(Ordering::Acquire);
        anyhow::ensure!(message.changes.len() == 1, "one change was expected");
        times.push(Duration::from_nanos(took).as_secs_f64());
        let over = shared.over.load(Ordering::Relaxed);
        if shared.told.fetch_add(1, Ordering::AcqRel) % shared.watchers == shared.watchers - 1 {
            shared.all_told.notify_one();
        }
        if over {
            return Ok(times);
        }
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
