//! Requests, checked: all that is wrong with one is said at once.

use sdk::prelude::*;

use super::DOMAIN;
use crate::{Project, proto::campaign::v1};

/// A project to be made.
#[derive(Clone)]
pub(super) struct NewProject {
    pub(super) organisation: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) goal_minor: i64,
    pub(super) currency: String,
    pub(super) starts: Date,
    pub(super) ends: Option<Date>,
}

/// A pledge to be made.
#[derive(Clone)]
pub(super) struct NewPledge {
    pub(super) project: Id<Project>,
    pub(super) email: String,
    pub(super) name: Option<String>,
    pub(super) amount_minor: i64,
    pub(super) note: Option<String>,
}

/// What is wrong with a request.
#[derive(Default)]
struct Violations(Vec<(&'static str, &'static str)>);

impl Violations {
    fn unless(&mut self, holds: bool, field: &'static str, expected: &'static str) {
        if !holds {
            self.0.push((field, expected));
        }
    }

    fn finish(self, what: &str) -> Result<(), Failure> {
        if self.0.is_empty() {
            return Ok(());
        }
        let failure = Failure::invalid("REQUEST_INVALID", format!("{what} cannot be made of this"));
        let violations = self.0.into_iter();
        Err(violations
            .fold(failure, |failure, (field, expected)| {
                failure.violation(field, expected)
            })
            .domain(DOMAIN))
    }
}

pub(super) fn project_id(field: &str, text: &str) -> Result<Id<Project>, Failure> {
    text.parse().map_err(|_| {
        Failure::invalid("ID_INVALID", format!("`{text}` identifies no project"))
            .violation(field, "expected a UUID")
            .domain(DOMAIN)
    })
}

pub(super) fn new_project(
    request: v1::CreateProjectRequest,
    today: Date,
) -> Result<NewProject, Failure> {
    let ends: Option<Option<Date>> = match request.ends.as_str() {
        "" => Some(None),
        text => text.parse().ok().map(Some),
    };
    let mut violations = Violations::default();
    let is_said = |text: &str| !text.trim().is_empty();
    violations.unless(
        is_said(&request.organisation),
        "organisation",
        "expected the organisation's name in URLs",
    );
    violations.unless(is_said(&request.title), "title", "expected a title");
    violations.unless(
        request.goal_minor > 0,
        "goal_minor",
        "expected an amount above 0",
    );
    violations.unless(
        request.currency.len() == 3,
        "currency",
        "expected a code of ISO 4217, such as EUR",
    );
    violations.unless(ends.is_some(), "ends", "expected a day such as 2027-03-31");
    let is_over = ends.flatten().is_some_and(|ends| ends < today);
    violations.unless(!is_over, "ends", "expected a day that is not over");
    violations.finish("a project")?;
    Ok(NewProject {
        organisation: request.organisation,
        title: request.title,
        summary: request.summary,
        goal_minor: request.goal_minor,
        currency: request.currency.to_uppercase(),
        starts: today,
        ends: ends.flatten(),
    })
}

pub(super) fn pledge(request: v1::PledgeRequest) -> Result<NewPledge, Failure> {
    let project = project_id("project", &request.project)?;
    let mut violations = Violations::default();
    let is_address = request
        .email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    violations.unless(
        is_address,
        "email",
        "expected an address such as ada@example.org",
    );
    violations.unless(
        request.amount_minor > 0,
        "amount_minor",
        "expected an amount above 0",
    );
    violations.finish("a pledge")?;
    let said = |text: String| (!text.trim().is_empty()).then_some(text);
    Ok(NewPledge {
        project,
        email: request.email,
        name: said(request.name),
        amount_minor: request.amount_minor,
        note: said(request.note),
    })
}
