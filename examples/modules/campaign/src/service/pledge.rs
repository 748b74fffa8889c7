//! How a pledge is made.

use sdk::{prelude::*, rpc::time};

use super::{DOMAIN, parse::NewPledge, total, unknown};
use crate::{Pledge, PledgeStatus, Project, ProjectStatus, Supporter, proto::campaign::v1};

/// Makes a pledge, and a supporter of whoever is new.
pub(super) async fn make(
    tx: &mut WriteTx<'_>,
    wanted: &NewPledge,
    now: Timestamp,
) -> Result<v1::PledgeResponse, Failure> {
    let id = wanted.project;
    let project = tx.get::<Project>(id).await?.ok_or_else(|| unknown(id))?;
    refuse_closed(&project, now)?;
    let supporter = supporter(tx, wanted, now).await?;
    let pledge = Pledge {
        id: Id::new(),
        supporter,
        project: id,
        amount_minor: wanted.amount_minor,
        currency: project.currency.clone(),
        note: wanted.note.clone(),
        pledged_at: now,
        status: PledgeStatus::Open,
    };
    tx.insert(&pledge).await?;
    let total = total::count_written(tx, &project).await?;
    Ok(v1::PledgeResponse {
        id: pledge.id.to_string(),
        pledged_at: Some(time::to_message(now)),
        total: Some(total.message(&project)),
    })
}

fn refuse_closed(project: &Project, now: Timestamp) -> Result<(), Failure> {
    let today = now.to_chrono().date_naive();
    let is_over = project.ends.is_some_and(|ends| ends < today);
    if project.status == ProjectStatus::Live && !is_over {
        return Ok(());
    }
    let message = format!("`{}` takes no pledges", project.title);
    Err(Failure::precondition("PROJECT_CLOSED", message).domain(DOMAIN))
}

async fn supporter(
    tx: &mut WriteTx<'_>,
    wanted: &NewPledge,
    now: Timestamp,
) -> Result<Id<Supporter>, Failure> {
    let email = wanted.email.as_str();
    let known = tx.scan::<Supporter>().by(Supporter::EMAIL, email);
    if let Some(supporter) = known.first().await? {
        return Ok(supporter.id);
    }
    let Some(name) = wanted.name.clone() else {
        let failure = Failure::invalid("NAME_MISSING", format!("`{email}` is new here"));
        let failure = failure.violation("name", "expected what they want to be called");
        return Err(failure.domain(DOMAIN));
    };
    let supporter = Supporter {
        id: Id::new(),
        email: wanted.email.clone(),
        name,
        country: None,
        joined: now,
        language: None,
    };
    tx.insert(&supporter).await?;
    Ok(supporter.id)
}
