use http::Method;
use plumb_store::access::Action;

use super::{Register, RegisterError};
use crate::product::{PUBLIC, Thing, routes};
use crate::{Access, BodyLimit, Doc, Handler as _, RateRule, Route};

const READ: Access = Access::Org(Action::LeadsRead);

async fn nothing() {}

fn get(path: &'static str) -> Route {
    Route::get(path, READ, nothing.with_state(())).page()
}

fn refused(routes: Vec<Route>) -> RegisterError {
    Register::new(routes).err().expect("a refusal")
}

#[test]
fn takes_what_is_declared_well_and_tells_of_all_of_it() {
    let register = Register::new(routes()).unwrap();
    let infos = register.routes();
    assert_eq!(infos.len(), routes().len() + 2, "with the assets and the document");
    assert!(infos.is_sorted_by_key(|info| (info.path, info.method.to_string())));
    let upload = infos.iter().find(|info| info.path == "/uploads").unwrap();
    assert_eq!((upload.csrf, upload.page, upload.body), (true, true, BodyLimit::Stream(4096)));
    assert!(infos.iter().all(|info| info.csrf == (info.method == Method::POST && info.path != "/sign-in")));
}

#[test]
fn refuses_one_address_twice() {
    let twice = refused(vec![get("/a"), get("/a")]);
    assert_eq!(twice, RegisterError::Duplicate { method: Method::GET, path: "/a" });
    let own = refused(vec![get("/assets/{name}")]);
    assert!(matches!(own, RegisterError::Duplicate { .. }), "{own}");
}

#[test]
fn refuses_two_names_for_one_parameter() {
    let error = refused(vec![get("/leads/{lead}"), get("/leads/{id}/history")]);
    let expected =
        RegisterError::ParameterName { path: "/leads/{id}/history", name: "id".into(), other: "lead".into() };
    assert_eq!(error, expected);
}

#[test]
fn refuses_a_public_route_without_a_reason() {
    let access = Access::Public { reason: " ", limit: RateRule::per_minute(1) };
    let error = refused(vec![Route::get("/a", access, nothing.with_state(())).page()]);
    assert_eq!(error, RegisterError::NoReason { method: Method::GET, path: "/a" });
}

#[test]
fn refuses_a_get_that_changes_something() {
    let doc = || Doc::new("x").responds_empty(200);
    let body = Route::get("/api/v1/a", READ, nothing.with_state(())).doc(doc().body::<Thing>());
    let action = Route::get("/api/v1/a", Access::Org(Action::ImportsWrite), nothing.with_state(())).doc(doc());
    let upload = get("/a").limits(BodyLimit::Stream(1));
    assert_eq!(refused(vec![body]), RegisterError::MutatingGet("/api/v1/a"));
    assert_eq!(refused(vec![action]), RegisterError::MutatingGet("/api/v1/a"));
    assert_eq!(refused(vec![upload]), RegisterError::MutatingGet("/a"));
}

#[test]
fn refuses_what_is_not_described() {
    let bare = Route::post("/api/v1/a", PUBLIC, nothing.with_state(()));
    assert_eq!(refused(vec![bare]), RegisterError::Undocumented { method: Method::POST, path: "/api/v1/a" });
}

#[test]
fn refuses_pages_in_the_api_and_the_other_way_round() {
    assert_eq!(refused(vec![get("/api/v1/a")]), RegisterError::Misplaced("/api/v1/a"));
    let json = Route::get("/a", READ, nothing.with_state(())).doc(Doc::new("x"));
    assert_eq!(refused(vec![json]), RegisterError::Misplaced("/a"));
}

#[test]
fn refuses_what_is_no_path() {
    for path in ["", "a", "/a/", "//a", "/a/{", "/a/{}", "/a/{id}x", "/a/x}"] {
        assert_eq!(refused(vec![get(path)]), RegisterError::Path(path));
    }
    Register::new(vec![get("/")]).expect("the start page is a path");
}
