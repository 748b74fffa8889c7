//! Who may call what: every method of the host, with one more module, and every kind of
//! caller.
//!
//! The methods come from the descriptors, so that a new one is among them. What is sent
//! is no message: whoever is let through is told so, and nothing is carried out.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use guestbook::Guestbook;
use http::Request;
use http_body_util::Full;
use sdk::{
    app::LocalApp,
    clock::Clock,
    rpc::{Body, Caller, CallerKind, Code, Method, Policy, Status},
    server::{
        Edge, Limits, Peer,
        identity::{Credentials, Identification, Identified, Identities, IdentityProvider},
    },
};

/// Whether somebody may call what is public, what wants somebody who has signed in, what
/// wants a role, and what wants a permission.
type May = [bool; 4];

/// A kind of caller.
struct Kind {
    name: &'static str,
    caller: Caller,
    may: May,
}

/// All kinds of callers there are, as seen from a method.
fn kinds(policy: &Policy) -> Vec<Kind> {
    let role = match policy {
        Policy::Role(role) => role,
        _ => "some-role",
    };
    let permission = match policy {
        Policy::Permission(permission) => permission,
        _ => "some.permission",
    };
    let (module, _) = permission.split_once('.').expect("begins with a module");
    let below = format!("{module}.*");
    let kind = |name, caller, may| Kind { name, caller, may };
    vec![
        kind("nobody", Caller::anonymous(), [true, false, false, false]),
        kind("a token", token(&[], &[]), [true, true, false, false]),
        kind(
            "a token with another's",
            token(&["another"], &["another.permission"]),
            [true, true, false, false],
        ),
        kind(
            "a token with its role",
            token(&[role], &[]),
            [true, true, true, false],
        ),
        kind(
            "a token with its permission",
            token(&[], &[permission]),
            [true, true, false, true],
        ),
        kind(
            "a token with all of its module",
            token(&[], &[&below]),
            [true, true, false, true],
        ),
        kind(
            "a token with all permissions",
            token(&[], &["*"]),
            [true, true, false, true],
        ),
        kind("the owner", Caller::owner(), [true; 4]),
        kind("a job", Caller::job("campaign.digest"), [true; 4]),
        kind("a module", Caller::module("campaign"), [true; 4]),
    ]
}

fn token(roles: &[&str], permissions: &[&str]) -> Caller {
    let owned = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
    Caller::token("ci", owned(roles), owned(permissions))
}

/// What is expected of a caller where a method has this policy.
fn may(may: May, policy: &Policy) -> bool {
    match policy {
        Policy::Public => may[0],
        Policy::SignedIn => may[1],
        Policy::Role(_) => may[2],
        Policy::Permission(_) => may[3],
    }
}

/// The code by which somebody is refused.
fn refusal(is_signed_in: bool) -> Code {
    if is_signed_in {
        Code::PermissionDenied
    } else {
        Code::Unauthenticated
    }
}

#[track_caller]
fn check(found: Result<(), Status>, is_expected: bool, is_signed_in: bool, what: &str) {
    let found = found.map_err(|refused| refused.code());
    let expected = if is_expected {
        Ok(())
    } else {
        Err(refusal(is_signed_in))
    };
    assert_eq!(found, expected, "{what}");
}

async fn started() -> LocalApp {
    let app = crate::app().module(Guestbook);
    app.start_in_memory(Clock::system()).await.expect("a start")
}

/// All methods that are served, by path.
fn methods(app: &LocalApp) -> Vec<(String, Method)> {
    let methods = app.services().dispatch().methods();
    let owned = |(path, method): (&str, &Method)| (path.to_owned(), method.clone());
    methods.iter().map(owned).collect()
}

#[tokio::test]
async fn a_method_is_reached_by_those_whom_its_policy_names_and_no_other() {
    let app = started().await;
    let mut packages = BTreeSet::new();
    for (path, method) in methods(&app) {
        packages.extend(method.service.split('.').next().map(str::to_owned));
        for kind in kinds(&method.policy) {
            let is_signed_in = kind.caller.is_signed_in();
            let found = app.admit(kind.caller, &path).await;
            let what = format!("{path} by {}", kind.name);
            check(found, may(kind.may, &method.policy), is_signed_in, &what);
        }
    }
    let packages: Vec<_> = packages.iter().map(String::as_str).collect();
    assert_eq!(packages, ["campaign", "geo", "guestbook", "sdk"]);
}

/// Takes whoever calls for whom they say, with the right to call for others or without.
struct AtTheirWord;

impl IdentityProvider for AtTheirWord {
    fn identify<'a>(&'a self, credentials: Credentials<'a>) -> Identification<'a> {
        let shown = credentials.token.map(|token| {
            let (caller, may_delegate) = serde_json::from_str(token).expect("a caller");
            Identified {
                caller,
                may_delegate,
            }
        });
        Box::pin(async move { Ok(shown) })
    }
}

/// The host as it is seen over a network.
async fn edge(app: &LocalApp) -> Edge {
    let dispatch = app.services().dispatch();
    let identities = Identities::new(vec![Box::new(AtTheirWord)]);
    let mut limits = Limits::default();
    limits.calls_a_second = u32::MAX;
    limits.anonymous_calls_a_second = u32::MAX;
    let edge = Edge::starting(dispatch.methods(), identities, limits).await;
    edge.ready(dispatch.clone()).await;
    edge
}

/// Calls as `sender`, who says that it is for `claimed`.
async fn call_for(
    edge: &Edge,
    path: &str,
    sender: &Caller,
    may_delegate: bool,
    claimed: &Caller,
) -> Result<(), Status> {
    let shown = serde_json::to_string(&(sender, may_delegate)).expect("JSON");
    let claimed = STANDARD_NO_PAD.encode(serde_json::to_vec(claimed).expect("JSON"));
    let request = Request::post(path)
        .header("authorization", format!("Bearer {shown}"))
        .header("sdk-caller-bin", claimed)
        .body(Body::new(Full::from(&[0, 0, 0, 0, 1, 0xff][..])))
        .expect("a request");
    let answer = edge.call(Peer::default(), request).await;
    // There is no message, or a stream of them that is cut off.
    let reached = [Code::Internal, Code::Aborted];
    match Status::from_header_map(answer.headers()) {
        Some(status) if !reached.contains(&status.code()) => Err(status),
        _ => Ok(()),
    }
}

#[tokio::test]
async fn whoever_calls_for_another_reaches_what_both_may_call_and_no_more() {
    let app = started().await;
    let edge = edge(&app).await;
    for (path, method) in methods(&app) {
        let policy = &method.policy;
        for sender in kinds(policy) {
            if sender.caller.kind() == CallerKind::Anonymous {
                continue;
            }
            for claimed in kinds(policy) {
                let found = call_for(&edge, &path, &sender.caller, true, &claimed.caller).await;
                let is_expected = may(sender.may, policy) && may(claimed.may, policy);
                let is_signed_in = claimed.caller.is_signed_in();
                let what = format!("{path} by {} for {}", sender.name, claimed.name);
                check(found, is_expected, is_signed_in, &what);
            }
        }
    }
}

#[tokio::test]
async fn whoever_may_not_call_for_others_reaches_nothing_by_saying_so() {
    let app = started().await;
    let edge = edge(&app).await;
    let all = token(&[], &["*"]);
    for (path, _) in methods(&app) {
        for claimed in [Caller::anonymous(), all.clone(), Caller::owner()] {
            let refused = call_for(&edge, &path, &all, false, &claimed).await;
            let refused = refused.expect_err(&path);
            assert_eq!(refused.code(), Code::PermissionDenied, "{path}");
            assert_eq!(refused.message(), "this token may not call for others");
        }
    }
}
