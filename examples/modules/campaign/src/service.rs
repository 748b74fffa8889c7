//! `campaign.v1.Campaign`: makes projects, takes pledges, tells totals as they change.

mod parse;
mod pledge;
#[cfg(test)]
mod tests;
mod total;

use sdk::{prelude::*, rpc::Replies};

use crate::{
    Organisation, Pledge, Project, ProjectStatus,
    proto::campaign::v1::{self, CampaignServer},
};

/// The domain of this module's reasons.
const DOMAIN: &str = "campaign";

/// Serves `campaign.v1.Campaign`.
pub struct CampaignService {
    cx: ServiceContext,
}

impl Service for CampaignService {
    type Server = CampaignServer<Self>;

    fn new(cx: ServiceContext) -> Self {
        Self { cx }
    }
}

#[async_trait]
impl v1::Campaign for CampaignService {
    async fn create_project(
        &self,
        request: Request<v1::CreateProjectRequest>,
    ) -> Result<Response<v1::Project>, Status> {
        let today = self.cx.clock().now().to_chrono().date_naive();
        let wanted = parse::new_project(request.into_inner(), today)?;
        let store = self.cx.store();
        let project = store.write(async |tx| create(tx, &wanted).await).await?;
        let total = total::Counted::default();
        Ok(Response::new(project_message(project, total)))
    }

    async fn get_project(
        &self,
        request: Request<v1::GetProjectRequest>,
    ) -> Result<Response<v1::Project>, Status> {
        let id = parse::project_id("id", &request.into_inner().id)?;
        let found = self.cx.store().read(async |tx| {
            let project = tx.get::<Project>(id).await?.ok_or_else(|| unknown(id))?;
            let total = total::count(tx, &project).await?;
            Ok::<_, Failure>((project, total))
        });
        let (project, total) = found.await?;
        Ok(Response::new(project_message(project, total)))
    }

    async fn pledge(
        &self,
        request: Request<v1::PledgeRequest>,
    ) -> Result<Response<v1::PledgeResponse>, Status> {
        let wanted = parse::pledge(request.into_inner())?;
        let now = self.cx.clock().now();
        let store = self.cx.store();
        let made = store.write(async |tx| pledge::make(tx, &wanted, now).await);
        Ok(Response::new(made.await?))
    }

    type WatchTotalStream = Replies<v1::Total>;

    async fn watch_total(
        &self,
        request: Request<v1::WatchTotalRequest>,
    ) -> Result<Response<Self::WatchTotalStream>, Status> {
        let id = parse::project_id("project", &request.into_inner().project)?;
        total::watch(self.cx.store(), id).await
    }
}

/// Makes a project of the organisation with that slug.
async fn create(tx: &mut WriteTx<'_>, wanted: &parse::NewProject) -> Result<Project, Failure> {
    let slug = wanted.organisation.as_str();
    let found = tx.scan::<Organisation>().by(Organisation::SLUG, slug);
    let Some(organisation) = found.first().await? else {
        let message = format!("there is no organisation `{slug}`");
        return Err(Failure::not_found("ORGANISATION_UNKNOWN", message).domain(DOMAIN));
    };
    let project = Project {
        id: Id::new(),
        organisation: organisation.id,
        title: wanted.title.clone(),
        summary: wanted.summary.clone(),
        goal_minor: wanted.goal_minor,
        currency: wanted.currency.clone(),
        status: ProjectStatus::Live,
        starts: wanted.starts,
        ends: wanted.ends,
    };
    tx.insert(&project).await?;
    Ok(project)
}

fn project_message(project: Project, total: total::Counted) -> v1::Project {
    v1::Project {
        id: project.id.to_string(),
        total: Some(total.message(&project)),
        title: project.title,
        summary: project.summary,
        starts: project.starts.to_string(),
        ends: project.ends.map(|it| it.to_string()).unwrap_or_default(),
    }
}

fn unknown(project: Id<Project>) -> Failure {
    let message = format!("there is no project `{project}`");
    Failure::not_found("PROJECT_UNKNOWN", message).domain(DOMAIN)
}

/// Whether a pledge counts for its project.
fn counts(pledge: &Pledge, project: &Project) -> bool {
    pledge.status != crate::PledgeStatus::Cancelled && pledge.currency == project.currency
}
