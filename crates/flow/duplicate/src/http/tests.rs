use plumb_base::LeadId;
use plumb_store::audit;
use serde_json::{Value, json};

use crate::testing::{World, row};

const OLD: &str = "Ada Quillfeather | ada.q@foundry.example | Old Foundry Ltd | | aquill-71 | Leeds";
const NEW: &str = "Ada Quillfeather | ada@optics.example | New Optics GmbH | +442079460001 | aquill-71 | Leeds";

async fn undo(world: &World, merged: &Value) -> plumb_web::testing::Answer {
    world.post(&format!("/api/v1/merges/{}/undo", merged["merge"].as_str().unwrap())).await
}

fn id(value: &Value) -> LeadId {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_merge_keeps_every_value_and_undoing_it_is_exact() {
    let world = World::new().await;
    let leads = world.import(&[OLD, NEW]).await;
    let before = world.whole().await;
    let merged = world.merge_only().await;
    assert_eq!((id(&merged["survivor"]), id(&merged["merged"])), (leads[1], leads[0]), "the newest");
    assert!(world.lead(leads[0]).await.is_none(), "it is in no listing");
    assert_eq!(
        world
            .count("select count(*) from lead_source s join lead l on l.id = s.lead_id where l.merged_into is null")
            .await,
        2
    );
    assert_eq!(world.pairs("open").await.len() + world.pairs("later").await.len(), 0);
    assert_eq!(world.pairs("merged").await.len(), 1);
    let pair = world.pairs("merged").await[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(world.post(&format!("/api/v1/duplicates/{pair}/merge")).await.status, 409);
    world.work().await;

    undo(&world, &merged).await.ok();
    assert_eq!(world.whole().await, before);
    assert_eq!(undo(&world, &merged).await.status, 409, "once");
    world.work().await;
    let pairs = world.pairs("later").await;
    assert_eq!(pairs.len(), 1, "it waits, and nothing merges it by itself");
    let history = world.get("/api/v1/merges").await.ok();
    assert!(history["merges"][0]["undone_at"].is_string());
}

#[tokio::test]
async fn undoing_says_what_was_changed_since() {
    let world = World::new().await;
    let leads = world.import(&["Ada Quillfeather | ada.q@foundry.example | | | aquill-71 | Leeds", NEW]).await;
    world.change("update lead set title = 'Smith' where email = 'ada.q@foundry.example'").await;
    world.change("update lead set city = null where email = 'ada@optics.example'").await;
    let merged = world.merge_only().await;
    assert_eq!(merged["fields"], json!(["title", "city"]));
    let lead = world.lead(leads[1]).await.unwrap();
    assert_eq!((lead.title.as_deref(), lead.city.as_deref()), (Some("Smith"), Some("Leeds")));
    world.change("update lead set city = 'York' where merged_into is null").await;
    let refused = undo(&world, &merged).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["fields"]), (409, &json!(["city"])));
    assert_eq!(world.lead(leads[1]).await.unwrap().city.as_deref(), Some("York"), "nothing was changed");
    world.change("update lead set city = 'Leeds' where merged_into is null").await;
    undo(&world, &merged).await.ok();
    assert_eq!(world.lead(leads[0]).await.unwrap().title.as_deref(), Some("Smith"));
    assert_eq!(world.lead(leads[1]).await.unwrap().title, None);
}

/// While it lay with the merge, a number may have been put on a list: it has to be screened again.
#[tokio::test]
async fn a_number_that_comes_back_is_not_cleared() {
    for (said, then) in [("clear", None), ("listed", Some("listed"))] {
        let world = World::new().await;
        let leads = world.import(&[&OLD.replace("| |", "| +442079460009 |"), NEW]).await;
        let said: &'static str = if said == "clear" {
            "update lead set dnc = 'clear', dnc_number = phone_e164, dnc_valid_until = now() + interval '9 days'"
        } else {
            "update lead set dnc = 'listed', dnc_number = phone_e164, dnc_lists = '{company}'"
        };
        world.change(said).await;
        let merged = world.merge_only().await;
        assert_eq!(id(&merged["merged"]), leads[0]);
        undo(&world, &merged).await.ok();
        let restored: Option<String> = sqlx::query_scalar("select dnc from lead where phone_e164 = '+442079460009'")
            .fetch_one(&mut world.db.admin_conn().await)
            .await
            .unwrap();
        assert_eq!(restored.as_deref(), then);
    }
}

#[tokio::test]
async fn merges_are_undone_from_the_last() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let before = world.whole().await;
    let first = world.merge_only().await;
    world.work().await;
    world.import(&["Ada Quillfeather | quill@third.example | Third Ltd | +442079460001 | aquill-71 | Leeds"]).await;
    let second = world.merge_only().await;
    let refused = undo(&world, &first).await;
    assert_eq!((refused.status.as_u16(), &refused.json()["merge"]), (409, &second["merge"]));
    undo(&world, &second).await.ok();
    undo(&world, &first).await.ok();
    assert_eq!(world.whole().await[..2], before[..]);
}

#[tokio::test]
async fn rows_for_a_merged_lead_find_the_survivor() {
    let world = World::new().await;
    let leads = world.import(&[OLD, NEW]).await;
    world.merge_only().await;
    let with_title = |no, text: &str| plumb_lead::NewLead { title: Some("Buyer".to_owned()), ..row(no, text) };
    let (_, landed) = world.import_rows(world.org, vec![with_title(1, OLD), row(2, NEW)]).await;
    assert!(landed.iter().all(|landed| landed.lead == leads[1] && landed.merged), "{landed:?}");
    assert_eq!(world.lead(leads[1]).await.unwrap().title.as_deref(), Some("Buyer"));
    world.work().await;
    assert_eq!(world.pairs("open").await.len(), 0);
}

#[tokio::test]
async fn what_is_not_the_same_is_not_asked_again() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let pair = world.only_pair().await;
    let path = format!("/api/v1/duplicates/{}", pair["id"].as_str().unwrap());
    world.post(&format!("{path}/dismiss")).await.ok();
    assert_eq!(world.post(&format!("{path}/merge")).await.status, 409);
    world.change("delete from lead_compared").await;
    world.post("/api/v1/duplicates/scan").await.ok();
    world.work().await;
    assert_eq!(world.pairs("open").await.len(), 0);
    assert_eq!(world.pairs("dismissed").await.len(), 1);

    // Nor of whoever it is merged into.
    let third =
        world.import(&["Ada Quillfeather | quill@third.example | Old Foundry Ltd | | aquill-71 | Leeds"]).await[0];
    let pairs = world.pairs("open").await;
    let with = |email: &str| {
        let has = |pair: &&Value| pair["leads"].as_array().unwrap().iter().any(|lead| lead["email"] == email);
        pairs.iter().find(has).map(|pair| pair["id"].as_str().unwrap().to_owned())
    };
    let chosen = with("ada.q@foundry.example").or_else(|| with("ada@optics.example")).expect("the third is found");
    let merged = world.post(&format!("/api/v1/duplicates/{chosen}/merge")).await.ok();
    assert_eq!(id(&merged["survivor"]), third);
    world.work().await;
    assert_eq!(world.pairs("open").await.len(), 0, "the other of the two was said to be somebody else");
    undo(&world, &merged).await.ok();
    assert_eq!(world.pairs("dismissed").await.len(), 1, "what the merge brought is gone");
}

#[tokio::test]
async fn whoever_opted_out_under_any_address_is_out() {
    let world = World::new().await;
    let leads = world.import(&[OLD, NEW]).await;
    world.opt_out("ada.q@foundry.example").await;
    let merged = world.merge_only().await;
    assert_eq!(id(&merged["survivor"]), leads[0], "their address is what the opt-out is recognised by");
    let lead = world.lead(leads[0]).await.unwrap();
    assert_eq!((lead.unusable, lead.email, lead.phone_e164), (Some(plumb_lead::Unusable::Suppressed), None, None));

    let world = World::new().await;
    let leads = world.import(&[OLD, NEW]).await;
    let merged = world.merge_only().await;
    assert!(world.lead(leads[1]).await.unwrap().email.is_some());
    let mut tx = world.tx().await;
    let since = tx.now() - std::time::Duration::from_mins(1);
    assert!(!plumb_lead::opted_out_since(&mut tx, since).await.unwrap());
    tx.done_reading().await.unwrap();
    world.opt_out("ada.q@foundry.example").await;
    let lead = world.lead(leads[1]).await.unwrap();
    assert_eq!(lead.unusable, Some(plumb_lead::Unusable::Suppressed), "after the merge, under the other address");
    let mut tx = world.tx().await;
    assert!(plumb_lead::contact(&mut tx, leads[1]).await.unwrap().unwrap().suppressed);
    assert!(plumb_lead::opted_out_since(&mut tx, since).await.unwrap());
    tx.done_reading().await.unwrap();
    undo(&world, &merged).await.ok();
    assert!(world.lead(leads[1]).await.unwrap().email.is_some(), "two people again, one of them out");
    assert!(world.lead(leads[0]).await.unwrap().email.is_none());
}

#[tokio::test]
async fn the_erased_go_with_what_was_merged_into_them() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let merged = world.merge_only().await;
    let mut tx = world.tx().await;
    sqlx::query("delete from lead where id = $1").bind(id(&merged["survivor"]).0).execute(tx.conn()).await.unwrap();
    tx.commit(audit::Entry::of("test.erased")).await.unwrap();
    for sql in [
        "select count(*) from lead",
        "select count(*) from lead_merge",
        "select count(*) from lead_source",
        "select count(*) from lead_link",
        "select count(*) from lead_key",
    ] {
        assert_eq!(world.count(sql).await, 0, "{sql}");
    }
    assert_eq!(undo(&world, &merged).await.status, 404);
}

#[tokio::test]
async fn two_who_merge_at_once_merge_once() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let path = format!("/api/v1/duplicates/{}/merge", world.only_pair().await["id"].as_str().unwrap());
    let (one, two) = tokio::join!(world.post(&path), world.post(&path));
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    assert_eq!(world.count("select count(*) from lead_merge").await, 1);
}

#[tokio::test]
async fn another_organisation_sees_and_changes_nothing() {
    let world = World::new().await;
    let theirs = world.db.org("Theirs").await;
    world.import(&[OLD, NEW]).await;
    let pair = world.only_pair().await["id"].as_str().unwrap().to_owned();
    let ask =
        async |method, path: String| world.send_as(theirs, method, &path, "application/json", "{}".to_owned()).await;
    for what in ["merge", "dismiss", "later"] {
        assert_eq!(ask("POST", format!("/api/v1/duplicates/{pair}/{what}")).await.status, 404);
    }
    let merged = world.merge_only().await["merge"].as_str().unwrap().to_owned();
    assert_eq!(ask("POST", format!("/api/v1/merges/{merged}/undo")).await.status, 404);
    for (path, list) in [
        ("/api/v1/duplicates?state=merged", "pairs"),
        ("/api/v1/merges", "merges"),
        ("/api/v1/duplicates/scans", "scans"),
    ] {
        assert_eq!(ask("GET", path.to_owned()).await.ok()[list], json!([]), "{path}");
    }
}

#[tokio::test]
async fn the_queue_is_read_on_and_back() {
    let world = World::new().await;
    let names = ["Quillfeather", "Marshbanks", "Oxenham", "Tolliver"];
    let rows: Vec<String> = names
        .iter()
        .flat_map(|name| {
            [("old", "Foundry"), ("new", "Optics")].map(|(side, company)| {
                format!("Ada {name} | ada@{name}-{side}.example | {company} {name} | | ada-{name} | Leeds")
            })
        })
        .collect();
    world.import(&rows.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let ids = |page: &Value| -> Vec<String> {
        page["pairs"].as_array().unwrap().iter().map(|pair| pair["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids(&world.get("/api/v1/duplicates").await.ok());
    assert_eq!(all.len(), 4);
    let first = world.get("/api/v1/duplicates?limit=3").await.ok();
    assert_eq!((ids(&first), &first["previous"]), (all[..3].to_vec(), &Value::Null));
    let second = world.get(&format!("/api/v1/duplicates?limit=3&after={}", first["next"].as_str().unwrap())).await.ok();
    assert_eq!((ids(&second), &second["next"]), (all[3..].to_vec(), &Value::Null));
    let back =
        world.get(&format!("/api/v1/duplicates?limit=3&before={}", second["previous"].as_str().unwrap())).await.ok();
    assert_eq!((ids(&back), &back["previous"]), (all[..3].to_vec(), &Value::Null));
    assert_eq!(world.get("/api/v1/duplicates?after=nonsense").await.status, 400);
    assert_eq!(world.get("/api/v1/duplicates?limit=0").await.status, 400);
}

#[tokio::test]
async fn the_pages_say_it_in_words() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let queue = world.get("/duplicates").await.text;
    for words in ["Same LinkedIn profile", "Old Foundry Ltd", "New Optics GmbH", "Not the same", "Later"] {
        assert!(queue.contains(words), "{words}: {queue}");
    }
    let pair = world.only_pair().await["id"].as_str().unwrap().to_owned();
    let form = "application/x-www-form-urlencoded";
    let press = async |path: String| world.send_as(world.org, "POST", &path, form, String::new()).await.status.as_u16();
    assert_eq!(press(format!("/duplicates/{pair}/later")).await, 303);
    assert!(world.get("/duplicates?state=later").await.text.contains("Old Foundry Ltd"));
    assert_eq!(press(format!("/duplicates/{pair}/merge")).await, 303);
    let merges = world.get("/merges").await.text;
    let at = merges.find("/merges/").expect("a way back");
    let path = merges[at..].split('"').next().unwrap().to_owned();
    assert_eq!(press(path).await, 303);
    assert!(world.get("/merges").await.text.contains("undone on"));
}

#[tokio::test]
async fn reading_and_deciding_are_in_the_log_without_values() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let merged = world.merge_only().await;
    undo(&world, &merged).await.ok();
    let mut conn = world.db.admin_conn().await;
    let entries: Vec<String> =
        sqlx::query_scalar("select to_jsonb(p)::text from audit_pending p").fetch_all(&mut conn).await.unwrap();
    let all = entries.join("\n");
    for action in ["duplicate.listed", "duplicate.scanned", "lead.merged", "lead.merge_undone"] {
        assert!(all.contains(action), "{action}");
    }
    for value in ["Quillfeather", "optics.example", "aquill", "Foundry"] {
        assert!(!all.contains(value), "{value}");
    }
}

#[tokio::test]
async fn settings_have_a_page_and_merging_by_itself_is_off() {
    let world = World::new().await;
    let defaults = world.get("/api/v1/duplicates/settings").await.ok();
    assert_eq!(defaults, json!({ "merge_at": null, "show_from": 20 }));
    let page = world.get("/duplicates/settings").await;
    assert!(page.text.contains("Merge the surest pairs") && !page.text.contains("checked"), "{}", page.text);

    world.import(&[OLD, NEW]).await;
    let open = world.get("/api/v1/duplicates").await.ok();
    assert_eq!(open["waiting"]["open"], 1, "nothing was merged");
    let confidence = open["pairs"][0]["confidence"].as_u64().unwrap();
    assert!(confidence > 90);

    let saved = world.form("/duplicates/settings", "merge_at=97&show_from=45").await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    let settings = world.get("/api/v1/duplicates/settings").await.ok();
    assert_eq!(settings, json!({ "merge_at": null, "show_from": 45 }), "no tick, no merging");
    for refused in ["merge_at=97&show_from=0", "merge_at=97&show_from=91", "automatic=yes&merge_at=80&show_from=45"] {
        assert_eq!(world.form("/duplicates/settings", refused).await.status, 422, "{refused}");
    }
    world.change("update lead_link set confidence = 44").await;
    let hidden = world.get("/api/v1/duplicates").await.ok();
    assert_eq!((&hidden["pairs"], &hidden["waiting"]["open"]), (&json!([]), &json!(0)));
    assert_eq!(world.get("/api/v1/duplicates?confidence_min=1").await.ok()["pairs"].as_array().unwrap().len(), 1);

    world.form("/duplicates/settings", "automatic=yes&merge_at=90&show_from=20").await;
    assert!(world.get("/duplicates/settings").await.text.contains("checked"));
    world.change("update lead_link set confidence = 95").await;
    world.post("/api/v1/duplicates/scan").await.ok();
    world.work().await;
    assert_eq!(world.pairs("merged").await.len(), 1, "as asked");
}

#[tokio::test]
async fn a_search_tells_how_far_it_is() {
    let world = World::new().await;
    world.import(&[OLD, NEW]).await;
    let scan = world.post("/api/v1/duplicates/scan").await.ok()["scan"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/duplicates/scans/{scan}/events");
    assert!(world.get("/duplicates").await.text.contains(&path), "the page listens");
    world.work().await;
    let told = world.get(&path).await;
    assert_eq!(told.status, 200);
    let events: Vec<&str> = told.text.lines().filter(|line| line.starts_with("event:")).collect();
    assert_eq!(events.iter().map(|line| line[6..].trim()).collect::<Vec<_>>(), ["progress", "done"]);
    assert!(told.text.contains("\"leads_done\":2") && told.text.contains("\"state\":\"done\""), "{}", told.text);
    assert!(!world.get("/duplicates").await.text.contains(&path), "it has ended");
    let nobodys = format!("/api/v1/duplicates/scans/{}/events", LeadId::fresh().0);
    assert_eq!(world.get(&nobodys).await.status, 404);
}
