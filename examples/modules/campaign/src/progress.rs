//! What a page says about a project: messages, put into words by whoever
//! knows the reader's language.

use sdk::prelude::*;

use crate::{Project, messages};

impl Project {
    /// The title and how many pledges there are.
    pub fn headline(&self, pledges: u64) -> Message {
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
        Some(messages::goal_share(
            hundredfold.checked_div(self.goal_minor)?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ProjectStatus, testing::linked};

    fn project() -> Project {
        Project {
            id: Id::new(),
            organisation: Id::new(),
            title: "Wells".to_owned(),
            summary: String::new(),
            goal_minor: 4_800_000,
            currency: "EUR".to_owned(),
            status: ProjectStatus::Live,
            starts: "2026-02-01".parse().expect("a date"),
            ends: "2026-12-31".parse().ok(),
        }
    }

    #[track_caller]
    fn check(locale: &str, message: &Message, expect: &str) {
        let linked = linked();
        let catalogues = linked.catalogues().expect("translations");
        assert_eq!(catalogues.get(locale).format(message), expect);
    }

    #[test]
    fn a_headline_counts_pledges_in_the_plural_of_its_locale() {
        check("en", &project().headline(0), "Wells: no pledges yet");
        check("en", &project().headline(1), "Wells: 1 pledge");
        check("de", &project().headline(1_234), "Wells: 1.234 Zusagen");
        check("ru", &project().headline(3), "Wells: 3 обещания");
        check("ru", &project().headline(21), "Wells: 21 обещание");
        check("ar", &project().headline(2), "Wells: تعهدان");
    }

    #[test]
    fn a_locale_without_a_translation_falls_back_to_english() {
        check("ja", &project().headline(2), "Wells: 2 pledges");
    }

    #[test]
    fn days_are_left_until_the_last_one() {
        let left = |today: &str| project().days_left(today.parse().expect("a date"));
        check("en", &left("2026-12-30").expect("not over"), "1 day left");
        check("en", &left("2026-12-31").expect("not over"), "last day");
        assert_eq!(left("2027-01-01"), None);
        let open_ended = Project {
            ends: None,
            ..project()
        };
        assert_eq!(open_ended.days_left(project().starts), None);
    }

    #[test]
    fn a_share_needs_a_goal() {
        check(
            "de",
            &project().goal_share(1_200_000).expect("a goal"),
            "25 % des Ziels",
        );
        let aimless = Project {
            goal_minor: 0,
            ..project()
        };
        assert_eq!(aimless.goal_share(1), None);
    }
}
