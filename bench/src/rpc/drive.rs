//! Callers that call one after the other as fast as they are answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::Result;

use super::contender::Contender;

/// What was measured in one turn.
pub(super) struct Turn {
    /// Calls a second.
    pub(super) rate: f64,
    /// The time in which half of the calls were answered, in seconds.
    pub(super) p50: f64,
    /// The time in which 99 of 100 calls were answered, in seconds.
    pub(super) p99: f64,
}

/// Calls by so many callers at once for that long.
pub(super) async fn drive(contender: &Contender, callers: usize, time: Duration) -> Result<Turn> {
    let over = Arc::new(AtomicBool::new(false));
    let began = Instant::now();
    let tasks: Vec<_> = (0..callers)
        .map(|caller| {
            let (mut client, over) = (contender.client(caller), Arc::clone(&over));
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    anyhow::ensure!(client.call().await? == 1, "another answer was expected");
                    times.push(asked.elapsed().as_secs_f64());
                    // An answer in process comes without waiting: others get their turn.
                    tokio::task::consume_budget().await;
                }
                Ok(times)
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await??);
    }
    Ok(summary(times, began.elapsed()))
}

/// What calls that took so long come to, if all of them took `took`.
pub(super) fn summary(mut times: Vec<f64>, took: Duration) -> Turn {
    times.sort_by(f64::total_cmp);
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "there are fewer calls than 2^52"
    )]
    let rate = times.len() as f64 / took.as_secs_f64();
    Turn {
        rate,
        p50: at(50),
        p99: at(99),
    }
}
