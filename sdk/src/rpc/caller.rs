//! Who calls.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::methods::Policy;

/// What kind of caller it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CallerKind {
    /// Nobody has said who calls.
    Anonymous,
    /// The owner of the data folder.
    Owner,
    /// Whoever has a token.
    Token,
    /// A job of a module.
    Job,
    /// A module, for itself.
    Module,
}

/// Who calls: an identity with what it may do. Cheap to clone.
///
/// Its `id` is what logs and the audit trail show: `owner`, `token:ci`,
/// `job:blog.digest`, `module:blog`, `anonymous`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller(Arc<Identity>);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    kind: CallerKind,
    id: String,
    roles: Vec<String>,
    permissions: Vec<String>,
}

impl Caller {
    fn new(kind: CallerKind, id: impl Into<String>) -> Self {
        Self(Arc::new(Identity {
            kind,
            id: id.into(),
            roles: Vec::new(),
            permissions: Vec::new(),
        }))
    }

    /// Somebody of whom nothing is known.
    pub fn anonymous() -> Self {
        Self::new(CallerKind::Anonymous, "anonymous")
    }

    /// The owner of the data folder, who may call everything: whoever can read and
    /// replace the store needs no permission of the host's.
    pub fn owner() -> Self {
        Self::new(CallerKind::Owner, "owner")
    }

    /// Whoever has the token of that name.
    pub fn token(name: &str, roles: Vec<String>, permissions: Vec<String>) -> Self {
        Self(Arc::new(Identity {
            kind: CallerKind::Token,
            id: format!("token:{name}"),
            roles,
            permissions,
        }))
    }

    /// A job, `module.name`.
    pub fn job(job: &str) -> Self {
        Self::new(CallerKind::Job, format!("job:{job}"))
    }

    /// A module that calls for itself.
    pub fn module(module: &str) -> Self {
        Self::new(CallerKind::Module, format!("module:{module}"))
    }

    /// The caller on whose behalf `self` calls, as `self` says. It can do what both can,
    /// and no more: what it is trusted with at home counts for nothing here.
    pub(crate) fn on_behalf_of(&self, claimed: &Self) -> Self {
        let (own, other) = (&self.0, &claimed.0);
        if !claimed.is_signed_in() {
            return Self::anonymous();
        }
        let (kind, roles, permissions) = match (self.is_trusted(), claimed.is_trusted()) {
            (true, true) => (other.kind, Vec::new(), Vec::new()),
            (true, false) => as_token(other.roles.clone(), other.permissions.clone()),
            (false, true) => as_token(own.roles.clone(), own.permissions.clone()),
            (false, false) => as_token(
                in_both(&own.roles, &other.roles, |by, it| by == it),
                in_both(&own.permissions, &other.permissions, covers),
            ),
        };
        Self(Arc::new(Identity {
            kind,
            id: format!("{} via {}", claimed.id(), self.id()),
            roles,
            permissions,
        }))
    }

    /// What kind of caller it is.
    pub fn kind(&self) -> CallerKind {
        self.0.kind
    }

    /// What logs and the audit trail show.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The roles of a token.
    pub fn roles(&self) -> &[String] {
        &self.0.roles
    }

    /// Whether it is known who calls.
    pub fn is_signed_in(&self) -> bool {
        self.0.kind != CallerKind::Anonymous
    }

    /// Whether the caller has this permission: itself, one that ends in `.*` and
    /// covers it, or `*`.
    pub fn has_permission(&self, permission: &str) -> bool {
        self.is_trusted()
            || self
                .0
                .permissions
                .iter()
                .any(|held| covers(held, permission))
    }

    /// Whether the caller has this role.
    pub fn has_role(&self, role: &str) -> bool {
        self.is_trusted() || self.0.roles.iter().any(|held| held == role)
    }

    /// Whether a policy lets the caller through.
    pub fn may(&self, policy: &Policy) -> bool {
        match policy {
            Policy::Public => true,
            Policy::SignedIn => self.is_signed_in(),
            Policy::Role(role) => self.has_role(role),
            Policy::Permission(permission) => self.has_permission(permission),
        }
    }

    /// The owner, and code that the host links: a module and its jobs have the
    /// store in their hands, so that a permission could keep nothing from them.
    fn is_trusted(&self) -> bool {
        match self.0.kind {
            CallerKind::Owner | CallerKind::Job | CallerKind::Module => true,
            CallerKind::Anonymous | CallerKind::Token => false,
        }
    }
}

fn as_token(
    roles: Vec<String>,
    permissions: Vec<String>,
) -> (CallerKind, Vec<String>, Vec<String>) {
    (CallerKind::Token, roles, permissions)
}

/// The words of each list that a word of the other covers, each once.
fn in_both(one: &[String], other: &[String], covers: fn(&str, &str) -> bool) -> Vec<String> {
    let covered = |words: &[String], by: &[String]| {
        let kept = words
            .iter()
            .filter(|word| by.iter().any(|it| covers(it, word)));
        kept.cloned().collect::<Vec<_>>()
    };
    let mut both = covered(other, one);
    let more = covered(one, other);
    both.extend(more.into_iter().filter(|word| !other.contains(word)));
    both
}

/// Whether one permission holds another: `data.*` holds `data.read`.
fn covers(held: &str, wanted: &str) -> bool {
    match held.strip_suffix('*') {
        Some("") => true,
        Some(prefix) if prefix.ends_with('.') => wanted.starts_with(prefix),
        _ => held == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(roles: &[&str], permissions: &[&str]) -> Caller {
        let owned = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
        Caller::token("ci", owned(roles), owned(permissions))
    }

    #[test]
    fn a_policy_lets_through_whom_it_names() {
        let role = Policy::Role("operator".to_owned());
        let permission = Policy::Permission("data.read".to_owned());
        let policies = [Policy::Public, Policy::SignedIn, role, permission];
        let check = |caller: Caller, expected: [bool; 4]| {
            let found = policies.each_ref().map(|policy| caller.may(policy));
            assert_eq!(found, expected, "{}", caller.id());
        };
        check(Caller::anonymous(), [true, false, false, false]);
        check(token(&[], &[]), [true, true, false, false]);
        check(token(&["operator"], &[]), [true, true, true, false]);
        check(token(&[], &["data.read"]), [true, true, false, true]);
        check(Caller::owner(), [true; 4]);
        check(Caller::job("blog.digest"), [true; 4]);
    }

    #[test]
    fn nobody_can_do_more_on_behalf_of_others() {
        let half = token(&["operator"], &["geo.*", "trip.read"]);
        let check = |claimed: Caller, id: &str, may: [bool; 3]| {
            let caller = half.on_behalf_of(&claimed);
            let permissions = ["geo.search", "trip.read", "sdk.data.write"];
            assert_eq!(caller.id(), id);
            assert_eq!(permissions.map(|it| caller.has_permission(it)), may, "{id}");
        };
        check(Caller::anonymous(), "anonymous", [false; 3]);
        check(Caller::owner(), "owner via token:ci", [true, true, false]);
        check(
            Caller::job("trip.plan"),
            "job:trip.plan via token:ci",
            [true, true, false],
        );
        let all = token(&["operator", "admin"], &["*"]);
        check(all.clone(), "token:ci via token:ci", [true, true, false]);
        assert_eq!(half.on_behalf_of(&all).roles(), ["operator"]);
        let owner = Caller::owner();
        let narrow = owner.on_behalf_of(&token(&[], &["geo.*"]));
        assert!(narrow.has_permission("geo.search") && !narrow.has_permission("trip.read"));
        let job = owner.on_behalf_of(&Caller::job("trip.plan"));
        assert!(job.has_permission("sdk.data.write") && job.has_role("operator"));
        assert_eq!(job.id(), "job:trip.plan via owner");
        let narrow = token(&[], &["geo.search", "sdk.data.write"]);
        check(narrow, "token:ci via token:ci", [true, false, false]);
    }

    #[test]
    fn a_permission_covers_those_below_its_star() {
        let reader = token(&[], &["data.*"]);
        assert!(reader.has_permission("data.read"));
        assert!(!reader.has_permission("database.read"));
        assert!(!token(&[], &["data*"]).has_permission("data.read"));
        assert!(token(&[], &["*"]).has_permission("data.read"));
    }
}
