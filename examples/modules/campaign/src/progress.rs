//! What a page says about a project: messages, put into words by whoever
//! knows the reader's language.

use sdk::prelude::*;

use crate::{Project, messages};

impl Project {
    /// The title and how many pledges there are.
    pub fn headline(&self, pledges: i64) -> Message {
        messages::project_pledges(&self.title, pledges)
    }

    /// How many days are left to pledge, the last one not counted. None for a
    /// project that is open-ended or over.
    pub fn days_left(&self, today: Date) -> Option<Message> {
        let days = self.ends?.signed_duration_since(today).num_days();
        (days >= 0).then(|| messages::days_left(days))
    }

    /// How much of the goal is pledged. `pledged_minor` is in the currency of
    /// the goal. None for a project without a goal.
    pub fn goal_share(&self, pledged_minor: i64) -> Option<Message> {
        let hundredfold = pledged_minor.checked_mul(100)?;
        Some(messages::goal_share(hundredfold.checked_div(self.goal_minor)?))
    }
}
