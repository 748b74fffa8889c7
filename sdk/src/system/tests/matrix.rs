//! Every method of `sdk.v1` and every kind of caller, from the descriptors: a method
//! that is added is here, too.

use http::Request;
use http_body_util::Full;
use tonic::{Code, body::Body};

use super::*;
use crate::rpc::{CallInfo, Policy};

/// A message without fields, as gRPC frames it.
const EMPTY: &[u8] = &[0; 5];

async fn is_admitted(services: &Services, path: &str, caller: Caller) -> bool {
    let mut request = Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::new(Full::from(EMPTY)))
        .unwrap();
    request.extensions_mut().insert(CallInfo::by(caller));
    let response = services.dispatch().call(request).await;
    let status = Status::from_header_map(response.headers());
    let code = status.map_or(Code::Ok, |status| status.code());
    !matches!(code, Code::Unauthenticated | Code::PermissionDenied)
}

fn token(permissions: &[&str]) -> Caller {
    let permissions = permissions.iter().map(|it| (*it).to_owned()).collect();
    Caller::token("ci", Vec::new(), permissions)
}

#[tokio::test]
async fn a_method_is_reached_by_those_whom_its_policy_names_and_no_other() {
    let shop = Shop::open().await;
    let methods = shop.services.dispatch().methods().clone();
    let own = methods
        .iter()
        .filter(|(path, _)| path.starts_with("/sdk.v1."));
    let mut own: Vec<_> = own.collect();
    own.sort_by_key(|(path, _)| path.to_owned());
    assert!(own.len() > 30, "{} methods", own.len());
    for (path, method) in own {
        let (exact, by_nobody, by_anyone) = match &method.policy {
            Policy::Public => (token(&[]), true, true),
            Policy::SignedIn => (token(&[]), false, true),
            Policy::Permission(permission) => (token(&[permission]), false, false),
            Policy::Role(role) => {
                panic!("{path}: role {role}: no service of the host asks for one")
            }
        };
        let check = async |who: &str, caller: Caller, expected: bool| {
            let admitted = is_admitted(&shop.services, path, caller).await;
            assert_eq!(admitted, expected, "{path} by {who}");
        };
        check("nobody", Caller::anonymous(), by_nobody).await;
        check("a token without permissions", token(&[]), by_anyone).await;
        check("a token with another's", token(&["sdk.other"]), by_anyone).await;
        check("a token with its permission", exact, true).await;
        check("a token with all", token(&["*"]), true).await;
        check("the owner", Caller::owner(), true).await;
        check("a job", Caller::job("shop.tidy"), true).await;
    }
}

#[tokio::test]
async fn every_service_of_the_protos_is_served() {
    let shop = Shop::new();
    let dispatch = shop.services.dispatch();
    let services = dispatch.methods().pool().services();
    let missing = services.filter(|it| !dispatch.serves(it.full_name()));
    let missing: Vec<_> = missing.map(|it| it.full_name().to_owned()).collect();
    assert_eq!(missing, Vec::<String>::new());
}
