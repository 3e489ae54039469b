use chrono::TimeDelta;
use plumb_store::audit;
use plumb_store::job::{self, Registry};
use plumb_store::testing::killed_after;
use serde_json::json;

use super::*;
use crate::testing::World;

#[tokio::test]
async fn leads_are_screened_with_what_is_loaded() {
    let world = World::new().await;
    world.leads(&["+12025550123", "+12025550124", "+14165550123", "+493023125000", "+12005550123"]).await;

    let screening = world.screened().await;
    assert_eq!(screening["counts"], json!({ "not_configured": 2, "not_screened": 1, "not_us": 2 }), "never clear");
    assert_eq!(screening["editions"], json!([]));

    let load = world.federal("2026-10-01", "2025550123\n").await;
    assert_eq!((&load["state"], &load["numbers"], &load["added"]), (&json!("done"), &json!(1), &json!(1)));
    let screening = world.screened().await;
    assert_eq!(screening["counts"], json!({ "clear": 1, "listed": 1, "not_screened": 1, "not_us": 2 }));
    assert_eq!(screening["editions"][0]["version_date"], "2026-10-01");
    assert_eq!(screening["editions"][0]["manifest_sha256"], load["manifest_sha256"]);
    assert_eq!(screening["rules_sha256"].as_str().map(str::len), Some(64));
    assert_eq!(screening["keep_until"].as_str().map(|until| &until[..4]), Some("2031"));
    let answers = world.answers().await;
    assert!(answers.contains(&("+12025550123".to_owned(), Some("listed".to_owned()))));
    assert!(answers.contains(&("+12025550124".to_owned(), Some("clear".to_owned()))));
}

#[tokio::test]
async fn an_import_that_has_ended_is_screened_by_itself() {
    let world = World::new().await;
    world.federal("2026-10-01", "2025550123\n").await;
    world.leads(&["+12025550124"]).await;
    let brought = world.brought(&["+12025550123", "+493023125000"]).await;
    let without = world.brought(&[]).await;
    for import in [brought, without] {
        let mut tx = world.tx().await;
        job::enqueue(&mut tx, &ToScreen { import }, job::When::Now).await.unwrap();
        tx.commit(audit::Entry::of("test.handed_over")).await.unwrap();
    }
    world.work().await;
    let screenings = world.get("/api/v1/dnc/screenings").await.json();
    assert_eq!(
        screenings["screenings"].as_array().map(Vec::len),
        Some(1),
        "without a number there is nothing to screen"
    );
    let screening = &screenings["screenings"][0];
    assert_eq!((&screening["import"], &screening["state"]), (&json!(brought.to_string()), &json!("done")));
    assert_eq!(screening["counts"], json!({ "listed": 1, "not_us": 1 }), "its own leads, and no others");
}

/// Lists that come together are one screening, and an answer follows its list without anybody asking.
#[tokio::test]
async fn a_list_that_was_loaded_is_used_by_itself_and_once() {
    let world = World::new().await;
    world.leads(&["+12025550123", "+12025550124"]).await;
    world.federal("2026-10-01", "2025550123\n").await;
    let again =
        [("registry", "federal"), ("version_date", "2026-10-02"), ("covers_all", "true"), ("accept_unusual", "true")];
    assert_eq!(world.loaded(&again, "2025550123\n2025550124\n").await["state"], "done");
    let screenings = world.get("/api/v1/dnc/screenings").await.json();
    assert_eq!(screenings["screenings"], json!([]), "further lists are waited for");
    assert_eq!(world.waiting(ToScreenAgain::NAME).await, 1, "one job for both");
    world.time_passes().await;
    let screenings = world.get("/api/v1/dnc/screenings").await.json();
    let screenings = screenings["screenings"].as_array().unwrap();
    assert_eq!(screenings.len(), 1);
    assert_eq!((&screenings[0]["state"], &screenings[0]["counts"]), (&json!("done"), &json!({ "listed": 2 })));
    assert_eq!(screenings[0]["import"], json!(null));
    let refused = world.loaded(&[("registry", "federal"), ("version_date", "2026-10-05")], "no list\nat all\n").await;
    assert_eq!(refused["state"], "failed");
    assert_eq!(world.waiting(ToScreenAgain::NAME).await, 0, "nothing changed, nothing is asked again");
}

/// Of many edits comes one screening, of the numbers that have no answer.
#[tokio::test]
async fn numbers_that_were_edited_are_screened_by_themselves() {
    let world = World::new().await;
    world.federal("2026-10-01", "2025550123\n2025550124\n").await;
    world.leads(&["+12025550123", "+12025550199", "+12025550198"]).await;
    world.screened().await;
    world.time_passes().await;
    let before = world.get("/api/v1/dnc/screenings").await.json()["screenings"].as_array().unwrap().len();
    for n in 0..3 {
        let mut tx = world.tx().await;
        if n == 0 {
            let edit = sqlx::query("update lead set phone_e164 = '+12025550124' where phone_e164 = '+12025550199'");
            assert_eq!(edit.execute(tx.conn()).await.unwrap().rows_affected(), 1);
        }
        plumb_lead::screen_edited(&mut tx).await.unwrap();
        tx.commit(audit::Entry::of("test.edited")).await.unwrap();
    }
    world.time_passes().await;
    let screenings = world.get("/api/v1/dnc/screenings").await.json();
    let screenings = screenings["screenings"].as_array().unwrap();
    assert_eq!(screenings.len(), before + 1);
    let edited = screenings.iter().find(|one| one["only_unanswered"] == json!(true)).unwrap();
    assert_eq!((&edited["leads_done"], &edited["counts"]), (&json!(1), &json!({ "listed": 1 })));
    assert!(world.answers().await.contains(&("+12025550124".to_owned(), Some("listed".to_owned()))));
}

#[tokio::test]
async fn after_thirty_one_days_a_list_clears_nobody() {
    let world = World::new().await;
    world.leads(&["+12025550123", "+12025550124"]).await;
    world.federal("2026-10-01", "2025550123\n").await;
    world.clock.advance(TimeDelta::hours(27 * 24 + 11));
    assert_eq!(world.screened().await["counts"], json!({ "clear": 1, "listed": 1 }), "23:00 of the thirty-first day");
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(world.screened().await["counts"], json!({ "listed": 1, "stale": 1 }));
    let registries = world.get("/api/v1/dnc").await.json();
    assert_eq!((&registries["registries"][0]["state"], &registries["is_configured"]), (&json!("stale"), &json!(false)));
}

#[tokio::test]
async fn the_list_of_a_subscription_that_ran_out_is_not_used() {
    let world = World::new().await;
    world.leads(&["+12025550124"]).await;
    world.federal("2026-10-01", "2025550123\n").await;
    let until = json!({ "holder": "Example Ltd", "expires_on": "2026-10-05" });
    world.json("PUT", "/api/v1/dnc/registries/federal/subscription", &until).await;
    assert_eq!(world.screened().await["counts"], json!({ "clear": 1 }), "the last day");
    world.clock.advance(TimeDelta::days(1));
    assert_eq!(world.screened().await["counts"], json!({ "not_configured": 1 }));
}

#[tokio::test]
async fn changes_are_loaded_and_files_for_another_version_are_refused_in_words() {
    let world = World::new().await;
    world.federal("2026-10-01", "2025550123\n2025550124\n").await;
    let change = |based_on| {
        [
            ("registry", "federal"),
            ("kind", "change"),
            ("version_date", "2026-10-04"),
            ("based_on", based_on),
            ("number_column", "1"),
            ("change_column", "2"),
        ]
    };
    let refused = world.loaded(&change("2026-10-02"), "2025550125,a\n").await;
    assert_eq!(refused["state"], "failed");
    let error = refused["error"].as_str().unwrap();
    assert!(error.contains("2026-10-01") && error.ends_with("Nothing was changed."), "{error}");
    let load = world.loaded(&change("2026-10-01"), "2025550125,a\n2025550123,d\n2025550124,a\n").await;
    let figures = ["added", "removed", "without_effect", "numbers"].map(|name| load[name].as_i64().unwrap());
    assert_eq!((&load["state"], figures), (&json!("done"), [1, 1, 1, 2]));
    let refused = world.loaded(&[("registry", "federal"), ("version_date", "2026-10-05")], "no list\nat all\n").await;
    assert_eq!(refused["state"], "failed");
    let waiting = std::fs::read_dir(world.shelves.waiting(ImportId::fresh()).parent().unwrap()).unwrap();
    assert_eq!(waiting.count(), 0, "files are thrown away when they were loaded or refused");
}

#[tokio::test]
async fn a_load_that_is_killed_is_taken_up_again_wherever_it_was() {
    let world = World::new().await;
    world.federal("2026-10-01", "2025550123\n").await;
    for polls in 1..12 {
        let day = format!("2026-10-{:02}", polls.min(5));
        let list = "2025550123\n2125550199\n";
        let fields = [("registry", "federal"), ("version_date", &*day), ("accept_unusual", "true")];
        let answer = world.upload("/api/v1/dnc/loads", &fields, list).await;
        let shelves = world.shelves.clone();
        let killing =
            Registry::new().handle::<LoadList, _, _>(move |job, cx| {
                let work = load::run(shelves.clone(), job, cx);
                async move {
                    killed_after(polls, work).await.unwrap_or_else(|| Err(job::JobError::Fail("killed".to_owned())))
                }
            });
        world.run(&killing).await;
        let mut tx = world.tx().await;
        for dead in job::dead(&mut tx).await.unwrap() {
            job::retry(&mut tx, dead.id).await.unwrap();
        }
        tx.commit(audit::Entry::of("job.retried")).await.unwrap();
        // A thread that was left behind may still hold the list: the job waits for it.
        loop {
            world.work().await;
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let load = world.get(&format!("/api/v1/dnc/loads/{id}")).await.json();
            if load["state"] == "done" {
                break;
            }
            assert_ne!(load["state"], "failed", "{load}");
            world.db.as_owner("update job set run_at = now(), state = 'ready' where state = 'delayed'").await;
            tokio::task::yield_now().await;
        }
        let manifest =
            world.shelves.of(world.org).manifest(crate::domain::registry::Registry::Federal).unwrap().unwrap();
        assert_eq!((manifest.numbers, manifest.version_date.to_string()), (2, day));
    }
}

#[tokio::test]
async fn a_screening_that_is_killed_goes_on_and_counts_each_lead_once() {
    let world = World::new().await;
    let numbers: Vec<String> = (0..25).map(|n| format!("+120255501{n:02}")).collect();
    world.leads(&numbers.iter().map(String::as_str).collect::<Vec<_>>()).await;
    world.federal("2026-10-01", "2025550100\n2025550101\n").await;
    let answer = world.json("POST", "/api/v1/dnc/screenings", &json!({})).await.json();
    for polls in [5, 12, 30, 1_000] {
        let shelves = world.shelves.clone();
        let killing =
            Registry::new().handle::<ScreenLeads, _, _>(move |job, cx| {
                let work = screen::run(shelves.clone(), 4, job, cx);
                async move {
                    killed_after(polls, work).await.unwrap_or_else(|| Err(job::JobError::Fail("killed".to_owned())))
                }
            });
        world.run(&killing).await;
        let mut tx = world.tx().await;
        for dead in job::dead(&mut tx).await.unwrap() {
            job::retry(&mut tx, dead.id).await.unwrap();
        }
        tx.commit(audit::Entry::of("job.retried")).await.unwrap();
    }
    let screening = world.get(&format!("/api/v1/dnc/screenings/{}", answer["id"].as_str().unwrap())).await.json();
    assert_eq!((&screening["state"], &screening["leads_done"]), (&json!("done"), &json!(25)), "{screening}");
    assert_eq!(screening["counts"], json!({ "clear": 23, "listed": 2 }));
}

#[tokio::test]
async fn the_companys_own_list_and_answers_are_loaded_from_files() {
    let world = World::new().await;
    world.leads(&["+12025550123", "+12025550124"]).await;
    world.federal("2026-10-01", "2125550199\n").await;
    let list = [("kind", "company")];
    let load = world.loaded(&list, "2025550123\n(202) 555-0123\n2025550199\n").await;
    assert_eq!((&load["state"], &load["added"], &load["entries"]), (&json!("done"), &json!(2), &json!(3)));
    assert_eq!(world.answers().await[0].1.as_deref(), Some("listed"), "at once, without a screening");
    assert_eq!(world.screened().await["counts"], json!({ "clear": 1, "listed": 1 }));

    let answers =
        "number,since,answer\n2025550124,2025-01-31,no\n2025550123,01/31/2025,YES\n2025550123,2025-01-31,no data\n";
    let load = world.loaded(&[("kind", "reassigned"), ("obtained_on", "2026-10-02")], answers).await;
    assert_eq!((&load["state"], &load["entries"]), (&json!("done"), &json!(3)), "{load}");
    let seen = world.json("POST", "/api/v1/dnc/check", &json!({ "number": "2025550123" })).await.json();
    let expected = json!([{ "since": "2025-01-31", "answer": "yes", "obtained_on": "2026-10-02" }]);
    assert_eq!(seen["reassigned"], expected, "of two answers the one that says more");
    let refused = world.loaded(&[("kind", "reassigned")], "2025550123,yesterday,yes\n").await;
    assert_eq!(refused["state"], "failed");
}

#[tokio::test]
async fn a_file_that_is_gone_fails_in_words() {
    let world = World::new().await;
    world.subscribe("federal").await;
    let fields = [("registry", "federal"), ("version_date", "2026-10-01")];
    let answer = world.upload("/api/v1/dnc/loads", &fields, "2025550123\n").await.json();
    let id: ImportId = answer["id"].as_str().unwrap().parse().unwrap();
    std::fs::remove_file(world.shelves.waiting(id)).unwrap();
    world.work().await;
    let load = world.get(&format!("/api/v1/dnc/loads/{id}")).await.json();
    assert!(load["error"].as_str().unwrap().contains("Send it again"), "{load}");
}
