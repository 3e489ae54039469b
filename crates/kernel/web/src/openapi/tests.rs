use std::collections::BTreeSet;

use serde_json::Value;

use crate::product::{World, routes};
use crate::{Register, Settings};

fn document() -> Value {
    Register::new(routes()).unwrap().openapi().clone()
}

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_same_routes_in_any_order_give_the_same_bytes() {
    let mut turned = routes();
    turned.reverse();
    assert_eq!(document().to_string(), Register::new(turned).unwrap().openapi().to_string());
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.contains(&"#/components/schemas/Thing") && found.contains(&"#/components/schemas/Part"));
    for reference in found {
        assert!(document.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_and_answers() {
    let document = document();
    let mut ids = BTreeSet::new();
    let mut operations = 0;
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            operations += 1;
            ids.insert(operation["operationId"].as_str().unwrap().to_owned());
            assert!(operation["responses"]["default"].is_object());
            assert!(operation["security"].is_array());
        }
    }
    let pages = routes().iter().filter(|route| route.page).count();
    assert_eq!((ids.len(), operations), (operations, routes().len() - pages + 1), "no page, and the document itself");
}

#[test]
fn an_operation_says_what_it_takes_and_who_may_call_it() {
    let document = document();
    let list = &document["paths"]["/api/v1/things"]["get"];
    let parameters = list["parameters"].as_array().unwrap();
    assert_eq!((&parameters[0]["name"], &parameters[0]["required"]), (&"after".into(), &true.into()));
    assert_eq!((&parameters[1]["name"], &parameters[1]["description"]), (&"limit".into(), &"How many at most.".into()));
    assert_eq!(list["security"], serde_json::json!([{ "session": ["member"] }, { "apiKey": ["leads:read"] }]));
    let one = &document["paths"]["/api/v1/things/{thing}"]["get"];
    assert_eq!(one["parameters"][0]["schema"]["format"], "uuid");
    assert_eq!(one["operationId"], "get_things_by_thing");
    let key = &document["paths"]["/api/v1/keys"]["post"];
    assert_eq!(key["security"], serde_json::json!([{ "session": ["admin"] }]), "no key makes keys");
    assert_eq!(document["paths"]["/api/v1/public"]["get"]["security"], serde_json::json!([]));
    assert!(document["paths"].get("/things").is_none());
}

#[tokio::test]
async fn is_served_to_anyone_as_it_was_built() {
    let answer = World::new(Settings::default()).get("/api/v1/openapi.json", "").await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json(), document());
}
