use serde_json::json;

use super::*;

fn side(values: &Value) -> Side {
    let mut row = Row::new();
    for field in Field::ALL {
        row.insert(field.as_str().to_owned(), Value::Null);
    }
    for group in &GROUPS {
        row.extend(group.beside.iter().map(|column| ((*column).to_owned(), Value::Null)));
    }
    for (column, value) in json!({
        "id": "a", "provenance": {}, "flags": [], "merged_tokens": null, "email_token": null, "email_token_base": null,
        "import_id": "i", "row_no": 1, "verdict": null, "created_at": "2026-01-01T00:00:00+00:00",
    })
    .as_object()
    .unwrap()
    .iter()
    .chain(values.as_object().unwrap())
    {
        row.insert(column.clone(), value.clone());
    }
    Side { row, suppressed: false }
}

#[test]
fn who_opted_out_survives_then_who_exists_then_the_newest() {
    let old = side(&json!({ "id": "old", "email": "a@x.example", "verdict": "verified" }));
    let new = side(&json!({ "id": "new", "email": "b@x.example", "created_at": "2026-02-01T00:00:00+00:00" }));
    let without = side(&json!({ "id": "without", "created_at": "2026-03-01T00:00:00+00:00" }));
    let first = |a: &Side, b: &Side| in_order(a.clone(), b.clone()).0.row["id"].clone();
    assert_eq!(first(&new, &old), "old", "it exists");
    assert_eq!(first(&without, &new), "new", "it can be written to");
    let gone = Side { suppressed: true, ..without };
    assert_eq!(first(&gone, &old), "without");
    assert_eq!(first(&old, &gone), "without", "whatever the order");
}

#[test]
fn gaps_are_filled_and_remember_their_row() {
    let kept = side(&json!({ "email": "a@x.example", "city": "Ulm" }));
    let other = side(&json!({ "postcode": "89073", "linkedin": "ada", "import_id": "j", "row_no": 7,
        "provenance": { "linkedin": { "edited_at": "2026-01-02T00:00:00Z", "edited_by": "e" } } }));
    let taken = taken(&kept, &other);
    assert_eq!(taken.fields, ["postcode", "linkedin"]);
    assert_eq!(taken.columns["provenance"]["postcode"], json!({ "import": "j", "row": 7 }));
    assert_eq!(taken.columns["provenance"]["linkedin"]["edited_by"], "e", "who typed it is not lost");
}

#[test]
fn what_contradicts_comes_from_one_lead_alone() {
    let kept = side(&json!({ "company": "Old Foundry Ltd", "website": "old.example", "city": "Ulm" }));
    let newer = side(&json!({ "company": "New Optics GmbH", "title": "Buyer", "city": "ULM", "region": "BW",
        "created_at": "2026-02-01T00:00:00+00:00" }));
    let newest = taken(&kept, &newer);
    assert_eq!(newest.columns["company"], "New Optics GmbH");
    assert_eq!(newest.columns["website"], Value::Null, "no website of another company");
    assert_eq!(newest.columns["region"], "BW", "the towns agree");
    assert!(!newest.columns.contains_key("city"), "the same but for case");
    let oldest = taken(&newer, &kept);
    assert_eq!(oldest.fields, Vec::<&str>::new(), "the newer stays whole: {oldest:?}");
}

#[test]
fn what_somebody_typed_wins_over_what_is_newer() {
    let edited = side(&json!({ "title": "Head", "provenance": { "title": { "edited_at": "2026-01-05T00:00:00Z" } } }));
    let newer = side(&json!({ "title": "Buyer", "created_at": "2026-02-01T00:00:00+00:00" }));
    assert!(!taken(&edited, &newer).columns.contains_key("title"));
    assert_eq!(taken(&newer, &edited).columns["title"], "Head");
}

#[test]
fn a_number_brings_its_screening_and_every_address_its_hashes() {
    let kept = side(&json!({ "merged_tokens": ["\\x01"] }));
    let other = side(&json!({ "phone_e164": "+12025550123", "dnc": "listed", "dnc_number": "+12025550123",
        "email_token": "\\x02", "merged_tokens": ["\\x01", "\\x03"], "flags": ["email_free", "name_initials"] }));
    let taken = taken(&kept, &other);
    assert_eq!((&taken.columns["dnc"], &taken.columns["dnc_number"]), (&json!("listed"), &json!("+12025550123")));
    assert_eq!(taken.columns["merged_tokens"], json!(["\\x01", "\\x03", "\\x02"]));
    assert_eq!(taken.columns["flags"], json!(["name_initials"]), "flags of an address stay with it");
}
