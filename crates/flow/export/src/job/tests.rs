use chrono::TimeDelta;
use plumb_base::LeadId;
use plumb_lead::NewLead;
use serde_json::json;

use crate::testing::{World, row};

#[tokio::test]
async fn a_file_has_what_may_be_used_and_says_what_stayed_out() {
    let world = World::new().await;
    world.people(9).await;
    world.land(vec![row(1, "unchecked@shop.example")]).await;
    world.opt_out("P3@shop.example").await;
    world.clock.advance(TimeDelta::seconds(1));
    let (export, file) = world.exported(&json!({})).await;
    let text = String::from_utf8(file.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 9, "{text}");
    assert!(!text.contains("p3@") && !text.contains("unchecked@"));
    assert!(text.contains(",'=1+1,") && !text.contains(",=1+"), "formulas are defused");
    let figures = ["leads_read", "leads_read_total", "rows_out"].map(|name| export[name].as_i64().unwrap());
    assert_eq!((&export["state"], figures), (&json!("done"), [10, 10, 8]));
    assert_eq!(export["left_out"], json!({ "suppressed": 1, "not_checked": 1 }));
    assert_eq!((&export["bytes"], export["sha256"].as_str().map(str::len)), (&json!(file.len()), Some(64)));

    let rows = world.rows(&json!({ "rows": "all" })).await;
    assert_eq!(rows.len(), 10);
    assert_eq!(rows.iter().filter(|row| row["why_not"] == "suppressed" && row["email"].is_empty()).count(), 1);
    assert_eq!(rows.iter().filter(|row| row["usable"] == "yes").count(), 8);
}

#[tokio::test]
async fn a_number_leaves_with_its_screening_and_others_with_the_reason_why_not() {
    let world = World::new().await;
    let numbers = ["+12025550100", "+12025550101", "+12025550102", "+14165550100", "+493023125000"];
    let emails: Vec<String> = (1..=6).map(|n| format!("p{n}@shop.example")).collect();
    let rows = (1..).zip(&emails).map(|(n, email)| NewLead {
        phone_e164: numbers.get(n as usize - 1).map(|number| (*number).to_owned()),
        ..row(n, email)
    });
    let (_, leads) = world.land(rows.collect()).await;
    let screening = LeadId::fresh().0;
    let results = [
        (leads[0], numbers[0], "clear"),
        (leads[1], numbers[1], "listed"),
        (leads[3], numbers[3], "not_us"),
        (leads[4], numbers[4], "not_us"),
    ];
    world.screened(screening, &results).await;

    let rows = world.rows(&json!({ "rows": "all" })).await;
    let of = |n: usize| rows.iter().find(|row| row["email"] == emails[n]).unwrap();
    assert_eq!((&*of(0)["phone"], &*of(0)["dnc"]), (numbers[0], "clear"));
    assert_eq!((&*of(0)["dnc_screening"], &*of(0)["dnc_version_date"]), (&*screening.to_string(), "2026-10-01"));
    assert_eq!(of(0)["dnc_valid_until"], "2026-11-02T00:00:00Z");
    assert_eq!((&*of(1)["phone"], &*of(1)["dnc_lists"]), ("", "federal"));
    assert!(of(1)["phone_note"].contains("(federal)"));
    assert!(of(2)["phone"].is_empty() && of(2)["phone_note"].contains("no Do-Not-Call screening"));
    assert!(of(3)["phone"].is_empty() && of(3)["phone_note"].contains("outside the United States"));
    assert_eq!(of(4)["phone"], numbers[4]);
    let (export, _) = world.exported(&json!({ "rows": "all" })).await;
    assert_eq!(export["phones_withheld"], json!({ "dnc_listed": 1, "dnc_not_screened": 1, "dnc_not_us": 1 }));
    assert_eq!(export["phones_out"], 2);

    let told = world.rows(&json!({ "rows": "all", "include_not_us_phones": true })).await;
    assert!(told.iter().any(|row| row["phone"] == numbers[3]), "when somebody says so");

    // A list to call from: no verified mailbox is needed, a number that may be called is.
    let (export, file) = world.exported(&json!({ "profile": "calling" })).await;
    let text = String::from_utf8(file.to_vec()).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(text.contains(numbers[0]) && text.contains(numbers[4]) && !text.contains('@'));
    let expected = json!({ "dnc_listed": 1, "dnc_not_screened": 1, "dnc_not_us": 1, "no_phone": 1 });
    assert_eq!(export["left_out"], expected);

    world.clock.advance(TimeDelta::days(28));
    let (export, file) = world.exported(&json!({ "profile": "calling" })).await;
    assert!(!String::from_utf8_lossy(&file).contains("+1"), "31 days after the list's date it clears nobody");
    assert_eq!(export["left_out"]["dnc_stale"], 1);
}

#[tokio::test]
async fn each_field_says_where_it_came_from() {
    let world = World::new().await;
    let (first, leads) = world.land(vec![row(3, "ada@shop.example")]).await;
    let filled = NewLead { city: Some("Ulm".to_owned()), ..row(8, "ada@shop.example") };
    let (second, _) = world.land(vec![filled]).await;
    world.verified(&[(leads[0], "ada@shop.example".to_owned())]).await;
    let rows = world.rows(&json!({ "include_provenance": true, "profile": "crm" })).await;
    let cell = |name: &str| rows[0][name].as_str();
    let of = |field: &str| ["import", "row", "date"].map(|what| cell(&format!("{field}_source_{what}")));
    assert_eq!(of("email"), [&*first.to_string(), "3", "2026-10-05T11:00:00Z"]);
    assert_eq!(of("city"), [&*second.to_string(), "8", "2026-10-05T11:00:00Z"]);
    assert_eq!(of("title"), ["", "", ""]);
    let without = world.rows(&json!({})).await;
    assert!(without[0].keys().all(|name| !name.contains("_source_")));
}

#[tokio::test]
async fn parquet_has_the_same_rows_with_their_cells_as_they_are() {
    let world = World::new().await;
    world.people(9).await;
    let wanted = json!({ "format": "parquet", "include_provenance": true });
    let (export, file) = world.exported(&wanted).await;
    assert_eq!(export["bytes"], json!(file.len()));
    let path = std::env::temp_dir().join(format!("plumb-export-{}.parquet", LeadId::fresh()));
    std::fs::write(&path, &file).unwrap();
    let mut reader = plumb_table::columnar::Reader::open(&path).unwrap();
    let names = reader.names().to_vec();
    let mut cells = plumb_base::Cells::default();
    let mut rows = Vec::new();
    while reader.next(&mut cells).unwrap() {
        rows.extend(cells.iter().map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()));
    }
    std::fs::remove_file(&path).unwrap();
    let csv = world.rows(&json!({ "include_provenance": true })).await;
    assert_eq!(rows.len(), 9);
    for (row, csv) in rows.iter().zip(&csv) {
        for (name, cell) in names.iter().zip(row) {
            assert_eq!(csv[name].trim_start_matches('\''), cell, "{name}");
        }
    }
    let title = names.iter().position(|name| name == "title").unwrap();
    assert!(rows.iter().all(|row| row[title].starts_with("=1+")));
}

#[tokio::test]
async fn an_export_that_is_killed_begins_anew_and_is_never_half() {
    let world = World::new().await;
    world.people(25).await;
    let (whole, file) = world.exported(&json!({})).await;
    let mut killed = 0;
    for polls in 1..16 {
        let path = world.asked(&json!({})).await;
        let mut patience = polls;
        while !world.work(patience).await.is_empty() {
            killed += 1;
            // The last moment of all: the end was committed, and nobody was left to hear of it.
            let was_whole = world.get(&path).await.json()["state"] == "done";
            let content = world.get(&format!("{path}/content")).await;
            assert_eq!(content.status == http::StatusCode::OK, was_whole, "not said to be whole before it is");
            assert!(!was_whole || content.body == file);
            world.revive().await;
            patience += 17;
        }
        let export = world.get(&path).await.json();
        assert_eq!((&export["state"], &export["rows_out"]), (&json!("done"), &json!(25)), "{polls}");
        assert_eq!((&export["sha256"], &export["leads_read"]), (&whole["sha256"], &json!(25)));
        assert_eq!(world.get(&format!("{path}/content")).await.body, file, "{polls}");
    }
    assert!(killed > 3, "{killed}");
}

#[tokio::test]
async fn whoever_may_not_export_any_more_gets_no_file() {
    let world = World::new().await;
    world.people(25).await;
    // Between two pages.
    let path = world.asked(&json!({})).await;
    // A little more time each run: how many polls a page takes is not fixed.
    let mut polls = 2;
    while world.count("select coalesce(max(leads_read), 0)::bigint from export").await == 0 {
        world.work(polls).await;
        world.revive().await;
        polls += 1;
    }
    world.everybody_leaves().await;
    world.work(usize::MAX).await;
    let export = world.get(&path).await.json();
    assert_eq!(export["state"], "failed", "{export}");
    assert!(export["error"].as_str().unwrap().contains("may not export any more"));
    assert_eq!(world.count("select count(*) from export_piece").await, 0);
    assert_eq!(world.count("select count(*) from job").await, 0, "and nothing tries again");
}

/// A key that is revoked while its export is written ends it; one that is not, does not.
#[tokio::test]
async fn an_export_ends_when_its_key_is_revoked() {
    let world = World::new().await;
    world.people(25).await;
    let key = world.key().await;
    let whole = world.asked_by(key, &json!({})).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let whole = world.get(&whole).await.json();
    assert_eq!(
        (&whole["state"], &whole["rows_out"], &whole["asked_by_kind"]),
        (&json!("done"), &json!(25), &json!("api_key"))
    );

    let path = world.asked_by(key, &json!({})).await;
    // A little more time each run: how many polls a page takes is not fixed.
    let mut polls = 2;
    while world.count("select coalesce(max(leads_read), 0)::bigint from export where state = 'running'").await == 0 {
        world.work(polls).await;
        world.revive().await;
        polls += 1;
    }
    world.revoke(key).await;
    world.work(usize::MAX).await;
    let export = world.get(&path).await.json();
    assert_eq!(export["state"], "failed", "{export}");
    assert!(export["error"].as_str().unwrap().contains("the key was revoked"));
    assert_eq!(world.get(&format!("{path}/content")).await.status, http::StatusCode::CONFLICT);
    let pieces = "select count(*) from export_piece p join export e on e.org_id = p.org_id and e.id = p.export_id where e.state = 'failed'";
    assert_eq!(world.count(pieces).await, 0);
    assert_eq!(world.count("select count(*) from job").await, 0, "and nothing tries again");
}
