use plumb_base::ImportId;
use plumb_link::made;
use plumb_store::audit;
use serde_json::json;

use super::*;
use crate::testing::{World, row};

const ADA: &str = "Ada Quillfeather | ada.q@foundry.example | Old Foundry Ltd | +442079460001 | aquill-71 | Leeds";

#[tokio::test]
async fn an_import_is_compared_with_itself_and_with_what_was_there() {
    let world = World::new().await;
    world.import(&[ADA, "Ben Carter | ben@other.example | Other Optics | | | Lyon"]).await;
    assert_eq!(world.pairs("open").await.len(), 0);
    // Another address at another company, the same profile: a job changer.
    world.import(&["Ada Quillfeather | ada@optics.example | New Optics GmbH | | aquill-71 | Leeds"]).await;
    let pair = world.only_pair().await;
    assert_eq!(pair["decision"], "same", "{pair:#}");
    assert!(pair["confidence"].as_i64().unwrap() >= 90, "{pair:#}");
    let words: Vec<&str> = pair["evidence"].as_array().unwrap().iter().filter_map(|e| e["words"].as_str()).collect();
    assert!(words.contains(&"Same LinkedIn profile") && words.contains(&"Same family name"), "{words:?}");
    assert_eq!(pair["leads"].as_array().map(Vec::len), Some(2));
    let scans = world.get("/api/v1/duplicates/scans").await.ok();
    assert_eq!((&scans["scans"][0]["state"], &scans["scans"][0]["links_same"]), (&json!("done"), &json!(1)));
    assert_eq!(world.count("select count(*) from job").await, 0);
}

#[tokio::test]
async fn colleagues_and_namesakes_are_not_merged() {
    let world = World::new().await;
    world
        .import(&[
            "Ada Brook | info@acme.example | Acme Ltd | +442079460000 | | Leeds",
            "Ben Carter | ben@acme.example | Acme Ltd | +442079460000 | | Leeds",
            "Cleo Brook | cleo@acme.example | Acme Ltd | +442079460000 | | Leeds",
            "John Smith | jsmith@acme.example | Acme Ltd | +442079460000 | | Leeds",
            "John Smith | john@bolts.example | Bolts Inc | +12025550100 | | Ohio",
        ])
        .await;
    let sure: Vec<_> = world.pairs("open").await.into_iter().filter(|pair| pair["decision"] == "same").collect();
    assert!(sure.is_empty(), "{sure:#?}");
}

#[tokio::test]
async fn who_did_not_change_is_not_compared_again_and_who_did_is() {
    let world = World::new().await;
    let other = "Ada Quillfeather | ada@optics.example | New Optics GmbH | | | Lyon";
    let leads = world.import(&[ADA, other]).await;
    assert_eq!(world.pairs("open").await.iter().filter(|pair| pair["decision"] == "same").count(), 0);
    let before = world.count("select count(*) from lead_key").await;
    world.post("/api/v1/duplicates/scan").await.ok();
    assert_eq!(world.post("/api/v1/duplicates/scan").await.status, 409, "one at a time");
    world.work().await;
    assert_eq!(world.count("select count(*) from lead_key").await, before);

    world.change("update lead set linkedin = 'aquill-71'").await;
    let mut tx = world.tx().await;
    plumb_lead::compare_again(&mut tx, leads[1]).await.unwrap();
    plumb_lead::compare_again(&mut tx, leads[0]).await.unwrap();
    tx.commit(audit::Entry::of("test.edited")).await.unwrap();
    world.work().await;
    assert_eq!(world.only_pair().await["decision"], "same");
    world.change("update lead set linkedin = null, last_name = 'Marsh' where email like 'ada@%'").await;
    let mut tx = world.tx().await;
    plumb_lead::compare_again(&mut tx, leads[1]).await.unwrap();
    tx.commit(audit::Entry::of("test.edited")).await.unwrap();
    world.work().await;
    assert_eq!(world.pairs("open").await.len(), 0, "what was found before is gone with its reason");
}

#[tokio::test]
async fn another_organisation_shares_nothing() {
    let world = World::new().await;
    let theirs = world.db.org("Theirs").await;
    world.import(&[ADA]).await;
    let twin = row(1, "Ada Quillfeather | ada@optics.example | New Optics GmbH | | aquill-71 | Leeds");
    world.import_rows(theirs, vec![twin]).await;
    world.work().await;
    assert_eq!(world.count("select count(*) from lead_link").await, 0);
    let shared = "select count(*) from lead_key a join lead_key b on a.key = b.key and a.org_id <> b.org_id";
    assert_eq!(world.count(shared).await, 0, "not even the keys are the same");
}

#[tokio::test]
async fn only_who_says_so_has_the_sure_ones_merged() {
    let world = World::new().await;
    let set = world.json("PUT", "/api/v1/duplicates/settings", &json!({ "merge_at": 90 })).await.ok();
    assert_eq!(set["merge_at"], 90);
    let same = "Ada Quillfeather | ada.q@optics.example | Old Foundry Ltd | +442079460001 | aquill-71 | Leeds";
    let twin = "Ada Quillfeather | quill@foundry.example | Old Foundry Ltd | +442079460001 | aquill-71 | Leeds";
    world.import(&[ADA, same, twin]).await;
    assert_eq!(world.count("select count(*) from lead where merged_into is null").await, 1);
    assert_eq!(
        world
            .count("select count(*) from lead_source s join lead l on l.id = s.lead_id where l.merged_into is null")
            .await,
        3
    );
    assert_eq!(world.pairs("open").await.len(), 0);
    let refused = world.json("PUT", "/api/v1/duplicates/settings", &json!({ "merge_at": 50 })).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test]
async fn what_is_pressed_once_merges_all_the_sure() {
    let world = World::new().await;
    let rows: Vec<String> = (0..5)
        .flat_map(|n| {
            let name = ["Quillfeather", "Marshbanks", "Oxenham", "Tolliver", "Pemberwick"][n];
            [
                format!("Ada {name} | ada{n}@old{n}.example | Foundry {name} | | ada-{name}-7 | Leeds"),
                format!("Ada {name} | ada{n}@new{n}.example | Optics {name} | | ada-{name}-7 | Leeds"),
            ]
        })
        .collect();
    world.import(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let sure = world.get("/api/v1/duplicates").await.ok()["waiting"]["sure"].as_i64().unwrap();
    assert!(sure >= 4, "{sure}");
    world.json("POST", "/api/v1/duplicates/merge", &json!({ "confidence_min": 95 })).await.ok();
    world.work().await;
    assert_eq!(world.count("select count(*) from lead where merged_into is not null").await, sure);
    assert_eq!(world.count("select count(*) from lead_merge where merged_by_kind = 'job'").await, sure);
}

/// Pairs that lie in two imports which are compared at once are found by one of them.
#[tokio::test]
async fn two_workers_at_once_miss_nothing() {
    let world = World::new().await;
    let side = |side: &str| -> Vec<_> {
        (0..60)
            .map(|n| {
                let text =
                    format!("Ada Quill{n}feather | ada{n}@{side}{n}.example | {side} {n} Ltd | | aquill-{n} | Leeds");
                row(n + 1, &text)
            })
            .collect()
    };
    world.import_rows(world.org, side("foundry")).await;
    world.import_rows(world.org, side("optics")).await;
    let jobs = || {
        Registry::new()
            .handle::<ToCompare, _, _>(begin)
            .handle::<Scan, _, _>(|job, cx| run(7, job, cx))
            .handle::<MergeSure, _, _>(merge_sure)
    };
    let (one, two) = (jobs(), jobs());
    let (one, two) = tokio::join!(world.run(&one), world.run(&two));
    assert!(one.is_empty() && two.is_empty(), "{one:?} {two:?}");
    world.work().await;
    let found = world.count("select count(*) from lead_link l where exists (select from lead a join lead b on a.linkedin = b.linkedin where a.id = l.a and b.id = l.b)");
    assert_eq!(found.await, 60);
}

#[tokio::test]
async fn who_was_erased_takes_links_and_keys_along() {
    let world = World::new().await;
    let leads =
        world.import(&[ADA, "Ada Quillfeather | ada@optics.example | New Optics GmbH | | aquill-71 | Leeds"]).await;
    world.only_pair().await;
    let mut tx = world.tx().await;
    sqlx::query("delete from lead where id = $1").bind(leads[0].0).execute(tx.conn()).await.unwrap();
    tx.commit(audit::Entry::of("test.erased")).await.unwrap();
    assert_eq!(world.pairs("open").await.len(), 0);
    for table in ["select count(distinct lead_id) from lead_key", "select count(*) from lead_compared"] {
        assert_eq!(world.count(table).await, 1, "{table}");
    }
}

/// Twenty thousand leads of made-up companies: what is found is right, in few statements and little time.
#[tokio::test]
async fn twenty_thousand_leads_are_compared_in_pages() {
    let world = World::new().await;
    let set = made::work(20_000, 7);
    let place = |kind: &str| set.headers.iter().position(|header| header.to_lowercase().contains(kind));
    let places = ["first", "last", "mail", "phone", "company"].map(place);
    let rows: Vec<_> = (0_i64..)
        .zip(&set.rows)
        .map(|(no, cells)| {
            let cell = |at: usize| places[at].map(|at| cells[at].as_str()).unwrap_or_default().replace('|', " ");
            let mut lead = row(no + 1, "");
            lead.dedupe_key = format!("r:{no}");
            let given = |at: usize| Some(cell(at)).filter(|cell| !cell.is_empty());
            (lead.first_name, lead.last_name, lead.email) = (given(0), given(1), given(2));
            (lead.phone_e164, lead.company) = (given(3), given(4));
            lead
        })
        .collect();
    assert!(places.iter().all(Option::is_some), "{:?}", set.headers);
    let mut import = ImportId::fresh();
    let mut lead_of = Vec::new();
    for chunk in rows.chunks(5_000) {
        let landed;
        (import, landed) = world.import_rows(world.org, chunk.to_vec()).await;
        lead_of.extend(landed.into_iter().map(|landed| landed.lead.0));
    }
    let _ = import;
    let before = std::time::Instant::now();
    world.work().await;
    let took = before.elapsed();
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as("select a, b from lead_link where decision = 'same'")
        .fetch_all(&mut world.db.admin_conn().await)
        .await
        .unwrap();
    let row_of: std::collections::HashMap<Uuid, usize> =
        lead_of.iter().enumerate().map(|(row, lead)| (*lead, row)).collect();
    let right = rows.iter().filter(|(a, b)| set.truth[row_of[a]] == set.truth[row_of[b]]).count();
    let people: std::collections::HashSet<_> = set.truth.iter().collect();
    let repeated = set.rows.len() - people.len();
    eprintln!(
        "duplicates: {} leads, {} links, {right} right of {repeated} repeated rows, {took:?}",
        set.rows.len(),
        rows.len()
    );
    assert!(right * 100 >= rows.len() * 90, "{right} of {}", rows.len());
    assert!(right * 100 >= repeated * 75, "{right} of {repeated}");
}
