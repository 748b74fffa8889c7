//! The tables. Amounts are in minor units of their currency, such as cents:
//! `geo::Currency` says how many make a whole.

use sdk::prelude::*;

/// An organisation that raises money.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Organisation {
    /// Identifies the organisation.
    #[key]
    pub id: Id<Organisation>,
    /// What people call it.
    #[fake(company)]
    pub name: String,
    /// Where it is at home.
    #[index]
    #[references(geo::Country)]
    pub country: String,
    /// Where to read more.
    #[fake(url)]
    pub homepage: Option<String>,
    /// Its name in URLs, made from its name at first and kept ever after.
    #[unique]
    #[fake(slug)]
    pub slug: String,
    /// The day it was founded.
    pub founded: Option<Date>,
}

/// Something an organisation raises money for.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Project {
    /// Identifies the project.
    #[key]
    pub id: Id<Project>,
    /// Who runs it. A project goes with its organisation.
    #[index]
    #[references(Organisation, on_delete = "cascade")]
    pub organisation: Id<Organisation>,
    /// What it is called.
    #[fake(title)]
    pub title: String,
    /// What it is about, in a few sentences.
    #[was("text")]
    #[fake(paragraph)]
    pub summary: String,
    /// How much it needs, in minor units.
    #[was("goal")]
    #[fake(range(100_000, 50_000_000))]
    pub goal_minor: i64,
    /// The currency of the goal. Pledges may be in others.
    #[references(geo::Currency)]
    pub currency: String,
    /// How far it has come.
    #[default(ProjectStatus::Draft)]
    pub status: ProjectStatus,
    /// The first day on which it takes pledges.
    pub starts: Date,
    /// The last such day; none while it is open-ended.
    pub ends: Option<Date>,
}

/// How far a project has come.
#[derive(TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectStatus {
    /// Being written; nobody else sees it.
    Draft,
    /// Taking pledges.
    Live,
    /// Over, whether it reached its goal or not.
    Ended,
}

/// A person who supports projects.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Supporter {
    /// Identifies the supporter.
    #[key]
    pub id: Id<Supporter>,
    /// Where mail reaches them.
    #[unique]
    #[fake(email)]
    pub email: String,
    /// What they want to be called.
    #[fake(name)]
    pub name: String,
    /// Where they live, if they say so.
    #[references(geo::Country, on_delete = "set_null")]
    pub country: Option<String>,
    /// When they first came.
    pub joined: Timestamp,
    /// The language they want mail in.
    #[references(geo::Language, on_delete = "set_null")]
    pub language: Option<String>,
}

/// A supporter's promise to a project. It outlives neither: both stay while
/// there are pledges.
#[derive(Table, Debug, Clone, PartialEq)]
#[was("donation")]
#[table(index((project, pledged_at), (status, pledged_at)))]
pub struct Pledge {
    /// Identifies the pledge.
    #[key]
    pub id: Id<Pledge>,
    /// Who promised.
    #[index]
    #[references(Supporter)]
    pub supporter: Id<Supporter>,
    /// For what.
    #[references(Project)]
    pub project: Id<Project>,
    /// How much, in minor units.
    #[was("amount")]
    #[fake(range(500, 500_000))]
    pub amount_minor: i64,
    /// In which currency.
    #[references(geo::Currency)]
    pub currency: String,
    /// A word to the organisation.
    #[fake(sentence)]
    pub note: Option<String>,
    /// When.
    pub pledged_at: Timestamp,
    /// What became of it.
    #[default(PledgeStatus::Open)]
    pub status: PledgeStatus,
}

/// What became of a pledge.
#[derive(TableEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PledgeStatus {
    /// Promised.
    Open,
    /// The money has arrived.
    Paid,
    /// Withdrawn, or too old.
    Cancelled,
}

/// A word to find projects by.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct Tag {
    /// Identifies the tag, in URLs as well.
    #[key]
    pub code: String,
    /// What it is called in English; the message `tag_…` has it in other languages.
    #[fake(word)]
    pub name: String,
}

/// That a project has a tag.
#[derive(Table, Debug, Clone, PartialEq)]
pub struct ProjectTag {
    /// The project.
    #[key]
    #[references(Project, on_delete = "cascade")]
    pub project: Id<Project>,
    /// The tag. One that is in use cannot be deleted.
    #[key]
    #[index]
    #[references(Tag)]
    pub tag: String,
}
