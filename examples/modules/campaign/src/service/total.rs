//! What is pledged to a project, and how that changes.

use sdk::{
    prelude::*,
    rpc::{Replies, replies},
    store::{Change, FeedError, Is, ReadTx, StoreError},
};

use super::{counts, unknown};
use crate::{Pledge, Project, proto::campaign::v1};

/// The pledges that count.
#[derive(Default, Clone, Copy, PartialEq)]
pub(super) struct Counted {
    minor: i64,
    pledges: u64,
}

impl Counted {
    pub(super) fn message(self, project: &Project) -> v1::Total {
        v1::Total {
            pledged_minor: self.minor,
            goal_minor: project.goal_minor,
            currency: project.currency.clone(),
            pledges: self.pledges,
        }
    }

    fn add(&mut self, pledge: &Pledge) {
        self.minor = self.minor.saturating_add(pledge.amount_minor);
        self.pledges += 1;
    }

    /// Takes a change of a pledge into account.
    fn follow(&mut self, change: &Change<Pledge>, project: &Project) {
        if let Some(old) = change.old.as_ref().filter(|it| counts(it, project)) {
            self.minor = self.minor.saturating_sub(old.amount_minor);
            self.pledges = self.pledges.saturating_sub(1);
        }
        if let Some(new) = change.new.as_ref().filter(|it| counts(it, project)) {
            self.add(new);
        }
    }
}

/// Counts what a snapshot holds.
pub(super) async fn count(tx: &ReadTx<'_>, project: &Project) -> Result<Counted, StoreError> {
    let mut counted = Counted::default();
    let mut pledges = tx.scan::<Pledge>().by(Pledge::PROJECT, project.id).rows()?;
    while let Some(pledge) = pledges.next().await? {
        if counts(&pledge, project) {
            counted.add(&pledge);
        }
    }
    Ok(counted)
}

/// Counts what a transaction holds, its own writes included.
pub(super) async fn count_written(
    tx: &WriteTx<'_>,
    project: &Project,
) -> Result<Counted, StoreError> {
    let mut counted = Counted::default();
    let pledges = tx.scan::<Pledge>().by(Pledge::PROJECT, project.id);
    for pledge in pledges.collect().await?.rows {
        if counts(&pledge, project) {
            counted.add(&pledge);
        }
    }
    Ok(counted)
}

/// Tells the total now, and again whenever it is another.
pub(super) async fn watch(
    store: &Store,
    id: Id<Project>,
) -> Result<Response<Replies<v1::Total>>, Status> {
    let watch = store.watch::<Pledge>().filter(Pledge::PROJECT, Is(id));
    let snapshot = watch.from_snapshot(async |tx| {
        let project = tx.get::<Project>(id).await?.ok_or_else(|| unknown(id))?;
        let total = count(tx, &project).await?;
        Ok::<_, Failure>((project, total))
    });
    let ((project, mut total), mut feed) = snapshot.await?;
    Ok(replies(async move |out| {
        out.send(total.message(&project)).await?;
        loop {
            let before = total;
            let batch = match feed.next().await {
                Ok(batch) => batch,
                // Nothing is lost: the feed goes on where it stands.
                Err(FeedError::Lagged { .. }) => continue,
                Err(error) => return Err(lost(&error)),
            };
            for change in &batch.changes {
                total.follow(change, &project);
            }
            if total != before {
                out.send(total.message(&project)).await?;
            }
        }
    }))
}

/// A feed that cannot go on: whoever watches begins anew.
fn lost(error: &FeedError) -> Status {
    Failure::unavailable("WATCH_ENDED", error)
        .hint("watch again: the first message is the total then")
        .into()
}
