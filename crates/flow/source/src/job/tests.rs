use plumb_base::ImportId;
use serde_json::{Value, json};

use crate::testing::{World, people};

const LEADS: &str = "select count(*) from lead";
const SOURCES: &str = "select count(*) from lead_source";
const REJECTS: &str = "select count(*) from import_reject";

/// What matters of an import, for comparisons.
fn counts(import: &Value) -> Value {
    let names = ["state", "rows_read", "rows_new", "rows_merged", "rows_rejected", "rows_suppressed", "bytes_read"];
    let mut out: serde_json::Map<_, _> = names.iter().map(|&name| (name.to_owned(), import[name].clone())).collect();
    out.insert("flags".into(), import["flag_counts"].clone());
    out.insert("rejects".into(), import["reject_counts"].clone());
    Value::Object(out)
}

async fn whole(world: &World, import: ImportId) -> (Value, i64, i64, i64) {
    let import = world.import(import).await;
    (counts(&import), world.count(LEADS).await, world.count(SOURCES).await, world.count(REJECTS).await)
}

#[tokio::test]
async fn every_row_ends_in_exactly_one_place() {
    let world = World::new().await;
    let mut list = people(45);
    list.push_str("short,row\nEmail,Name,Company,City\nx\0@example.com,a,b,c\nlast@example.com,L,\"open,\n");
    let import = world.queued(list.as_bytes()).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let import = world.import(import).await;
    assert_eq!(
        counts(&import),
        json!({
            "state": "done", "rows_read": 49, "rows_new": 37, "rows_merged": 4, "rows_rejected": 8,
            "rows_suppressed": 0, "bytes_read": list.len(),
            "flags": { "no_city": 37 },
            "rejects": { "nothing_to_identify": 4, "ragged_row": 1, "repeated_header": 1, "nul_byte": 1, "open_quote": 1 },
        })
    );
    assert_eq!(import["rules_version"], "test");
    assert_eq!(world.count(LEADS).await, 37);
    assert_eq!(world.count(SOURCES).await, 41);
    assert_eq!(world.count("select count(*) from lead_source where merged").await, 4);
    assert_eq!(world.count("select count(*) from job").await, 0, "the hand-over was taken up");
    let row: i64 = world
        .count(
            "select s.row_no from lead_source s join lead l on l.id = s.lead_id where l.email = 'person3@example.com'",
        )
        .await;
    assert_eq!(row, 5, "as a spreadsheet counts, the header being row 1");
    let company = "select count(*) from lead_source where raw ->> 'Company' = 'Company 3' and raw ->> 'Email' = 'person3@example.com'";
    assert_eq!(world.count(company).await, 1, "the row as it came is kept");
}

#[tokio::test]
async fn killed_at_any_moment_it_goes_on_where_it_was() {
    let clean = World::new().await;
    let list = people(52);
    let import = clean.queued(list.as_bytes()).await;
    assert!(clean.work(usize::MAX).await.is_empty());
    let wanted = whole(&clean, import).await;
    assert_eq!(wanted.0["rows_read"], 52);

    let mut midway = 0;
    let mut polls = 1;
    loop {
        let world = World::new().await;
        let import = world.queued(list.as_bytes()).await;
        let killed = !world.work(polls).await.is_empty();
        let after = world.import(import).await;
        let read = after["rows_read"].as_i64().expect("a count");
        assert_eq!(
            world.count(SOURCES).await + world.count(REJECTS).await,
            read,
            "what is counted is in: {polls} polls"
        );
        midway += i32::from(killed && read > 0 && read < 52);
        if killed {
            world.revive().await;
            assert!(world.work(usize::MAX).await.is_empty());
        }
        assert_eq!(whole(&world, import).await, wanted, "killed after {polls} polls");
        if !killed {
            break;
        }
        // Steps of a twentieth: how many polls a batch takes depends on the machine.
        polls += 1 + polls / 20;
    }
    assert!(midway >= 1, "some kills hit between batches: {midway}");
}

#[tokio::test]
async fn killed_again_and_again_it_still_ends() {
    let world = World::new().await;
    let import = world.queued(people(60).as_bytes()).await;
    let mut kills = 0;
    // A little more time each run: how many polls a batch takes is not fixed.
    while !world.work(5 + kills).await.is_empty() {
        world.revive().await;
        kills += 1;
        assert!(kills < 300, "it ends at last");
    }
    assert!(kills > 1, "more than one run");
    let import = world.import(import).await;
    assert_eq!((&import["state"], &import["rows_read"]), (&json!("done"), &json!(60)));
    assert_eq!(world.count(SOURCES).await + world.count(REJECTS).await, 60);
}

#[tokio::test]
async fn two_lists_of_the_same_people_at_once() {
    let world = World::new().await;
    let list = people(200);
    let mut lines: Vec<&str> = list.lines().skip(1).collect();
    lines.reverse();
    let other = format!("Email,Name,Company,City\n{}\n", lines.join("\n"));
    let (one, two) = (world.queued(list.as_bytes()).await, world.queued(other.as_bytes()).await);
    // Two workers, each with its own claim.
    let stop = tokio_util::sync::CancellationToken::new();
    let config = plumb_store::job::WorkerConfig { workers: 2, ..plumb_store::job::WorkerConfig::default() };
    let registry = crate::jobs(&crate::testing::cleaning(), &crate::Worker::thread(crate::testing::cleaning()));
    let workers = plumb_store::job::Workers::new(world.db.store().clone(), registry, config);
    let running = tokio::spawn(workers.run(stop.clone()));
    let ended = async {
        loop {
            let states = [world.import(one).await["state"].clone(), world.import(two).await["state"].clone()];
            assert!(!states.contains(&json!("failed")), "{states:?}");
            if states == [json!("done"), json!("done")] {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), ended).await.expect("both end");
    stop.cancel();
    running.await.expect("the workers stop");
    assert_eq!(world.count(LEADS).await, 160, "each person once");
    let (one, two) = (world.import(one).await, world.import(two).await);
    let sum = |name: &str| one[name].as_i64().expect("a count") + two[name].as_i64().expect("a count");
    assert_eq!((sum("rows_new"), sum("rows_merged"), sum("rows_rejected")), (160, 200, 40));
}

#[tokio::test]
async fn whoever_opted_out_leaves_a_number_and_nothing_else() {
    let world = World::new().await;
    let email = plumb_base::Email::parse("person3@example.com").expect("an address");
    let (token, _) = world.db.store().keys().suppression().of(&email);
    let mut conn = world.db.admin_conn().await;
    sqlx::query(
        "insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', now())",
    )
    .bind(&token[..])
    .execute(&mut conn)
    .await
    .expect("suppresses");
    let import = world.queued(people(10).as_bytes()).await;
    assert!(world.work(usize::MAX).await.is_empty());
    let import = world.import(import).await;
    assert_eq!((&import["rows_suppressed"], &import["rows_read"]), (&json!(1), &json!(10)));
    assert_eq!(world.count("select count(*) from lead where email = 'person3@example.com'").await, 0);
    let kept =
        "select count(*) from import_reject where reason = 'suppressed' and row_no = 5 and raw is null and detail = ''";
    assert_eq!(world.count(kept).await, 1);
    let file = world.get(import["links"]["rejects"].as_str().expect("a link")).await.text;
    assert!(file.contains("5,suppressed,"), "{file}");
    assert!(!file.contains("person3@"), "{file}");
}

#[tokio::test]
async fn cancelled_between_batches_it_says_how_far_it_came() {
    let world = World::new().await;
    let import = world.queued(people(60).as_bytes()).await;
    // The reading breaks off in the third batch, so that the import stands between batches, and somebody cancels it.
    let mut cleaning = crate::testing::cleaning();
    let clean = cleaning.clean;
    cleaning.clean = std::sync::Arc::new(move |mapping, rows, country| {
        assert!(!rows.iter().any(|row| row.get(1) == Some("Person 25")), "the reading breaks off");
        clean(mapping, rows, country)
    });
    let registry = plumb_store::job::Registry::new()
        .handle::<super::ImportList, _, _>(move |job, cx| crate::testing::read(cleaning.clone(), job, cx));
    let (_, failed) = plumb_store::job::drain(world.db.store(), &registry).await.expect("drains");
    assert_eq!(failed.len(), 1, "{failed:?}");
    let read = world.import(import).await["rows_read"].as_i64().expect("a count");
    assert_eq!(read, 20);
    let answer = world.post(&format!("/api/v1/imports/{import}/cancel"), &json!({})).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    world.revive().await;
    assert!(world.work(usize::MAX).await.is_empty());
    let import = world.import(import).await;
    assert_eq!((&import["state"], &import["rows_read"]), (&json!("cancelled"), &json!(read)));
    let error =
        format!("It was cancelled. The first {read} rows were imported and stay; the rows after them were not.");
    assert_eq!(import["error"], error);
    assert_eq!(world.count(SOURCES).await + world.count(REJECTS).await, read);
}

#[tokio::test]
async fn a_stored_file_that_was_changed_fails_in_words() {
    let world = World::new().await;
    let import = world.queued(people(30).as_bytes()).await;
    let mut conn = world.db.admin_conn().await;
    sqlx::query("update import_chunk set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1)")
        .execute(&mut conn)
        .await
        .expect("changes");
    assert!(world.work(usize::MAX).await.is_empty());
    let import = world.import(import).await;
    assert_eq!(import["state"], "failed");
    let error = import["error"].as_str().expect("words");
    assert!(error.contains("cannot be opened") && error.ends_with("No row was imported."), "{error}");
}

#[tokio::test]
async fn a_server_that_stops_gives_the_import_back_after_a_batch() {
    let world = World::new().await;
    let import = world.queued(people(60).as_bytes()).await;
    // A server with one worker, told to stop as soon as the first batch is in.
    let stop = tokio_util::sync::CancellationToken::new();
    let config = plumb_store::job::WorkerConfig { workers: 1, ..plumb_store::job::WorkerConfig::default() };
    let registry = plumb_store::job::Registry::new().handle::<super::ImportList, _, _>({
        let stop = stop.clone();
        move |job, cx| {
            stop.cancel();
            crate::testing::read(crate::testing::cleaning(), job, cx)
        }
    });
    plumb_store::job::Workers::new(world.db.store().clone(), registry, config).run(stop).await;
    assert_eq!(world.import(import).await["rows_read"], crate::testing::BATCH_ROWS);
    assert_eq!(
        world.count("select count(*) from job where state = 'ready' and attempt = 0").await,
        1,
        "at once, and no attempt lost"
    );
    assert!(world.work(usize::MAX).await.is_empty());
    assert_eq!(world.import(import).await["state"], "done");
    assert_eq!(world.count(SOURCES).await + world.count(REJECTS).await, 60);
}

#[tokio::test]
async fn rows_that_cleaning_does_not_answer_for_are_not_lost_in_silence() {
    let world = World::new().await;
    let import = world.queued(people(25).as_bytes()).await;
    let mut cleaning = crate::testing::cleaning();
    let clean = cleaning.clean;
    cleaning.clean = std::sync::Arc::new(move |mapping, rows, country| {
        let third = rows.iter().any(|row| row.get(1) == Some("Person 21"));
        if third { Vec::new() } else { clean(mapping, rows, country) }
    });
    // The rows that are in are handed over, although the import has failed.
    let handed_over = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&handed_over);
    let registry = plumb_store::job::Registry::new()
        .handle::<super::ImportList, _, _>(move |job, cx| crate::testing::read(cleaning.clone(), job, cx))
        .handle::<plumb_lead::ToVerify, _, _>(move |_, _| {
            counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            async { Ok(super::Done::Nothing) }
        })
        .handle::<plumb_lead::ToScreen, _, _>(|_, _| async { Ok(super::Done::Nothing) })
        .handle::<plumb_lead::ToCompare, _, _>(|_, _| async { Ok(super::Done::Nothing) });
    let (_, failed) = plumb_store::job::drain(world.db.store(), &registry).await.expect("drains");
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(handed_over.load(std::sync::atomic::Ordering::SeqCst), 1);
    let import = world.import(import).await;
    assert_eq!((&import["state"], &import["rows_read"]), (&json!("failed"), &json!(20)));
    let error = import["error"].as_str().expect("words");
    assert!(error.contains("did not answer") && error.contains("The first 20 rows were imported and stay"), "{error}");
    assert_eq!(world.count(SOURCES).await + world.count(REJECTS).await, 20);
}
