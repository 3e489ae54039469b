//! The real program, harmed: killed, cut off, doubled, its disk filled. Nothing may be lost, nothing counted twice.
//!
//! `PLUMB_FAULTS` says how many times each thing is killed.

mod disk;
mod installation;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use plumb_testworld::World;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::flow::eventually;
use installation::{Installation, random_below, rounds, signal};

const ROWS: usize = 11_500;
/// The longest that a killed server's work waits: until its leases run out.
const LEASES: Duration = Duration::from_secs(90);

/// A number as a word, so that it can be a name.
fn word(mut n: usize) -> String {
    let mut letters = String::new();
    for _ in 0..5 {
        letters.push(char::from(b'a' + (n % 26) as u8));
        n /= 26;
    }
    letters
}

/// People of one round, with rows that are merged, rejected and suppressed; the same counts in each round.
fn people(round: usize, rows: usize) -> String {
    let mut list = String::from("First name,Last name,Email,Company,City\n");
    for n in 0..rows {
        let of = if n % 40 == 13 { n - 1 } else { n };
        let (first, last) = (word(of * 3 + 1), word(of * 7 + round * 1_000_003));
        let email = match n % 40 {
            13 | 12 | 3 => format!("{first}.{last}@r{round}.example"),
            21 => "out@firm.example".to_owned(),
            _ => String::new(),
        };
        let written = if n % 40 == 7 {
            writeln!(list, ",,,,")
        } else {
            writeln!(list, "{first},{last},{email},{} {} Ltd,Leeds", word(of % 977 + round * 977), word(of % 89))
        };
        written.expect("a string takes text");
    }
    list
}

fn counts(import: &Value) -> BTreeMap<&'static str, i64> {
    ["rows_read", "rows_new", "rows_merged", "rows_rejected", "rows_suppressed"]
        .into_iter()
        .map(|name| (name, import[name].as_i64().expect("a count")))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_imports() {
    let world = World::demo().await.expect("an internet");
    let mut plumb = Installation::new("import", &world, false).await;
    let _: Value =
        plumb.api().post_json("api/leads/opt-out", &json!({ "email": "out@firm.example" })).await.expect("an opt-out");

    let clean = plumb.import(&people(0, ROWS)).await;
    let clean = plumb.done(&clean, LEASES).await;
    let wanted = counts(&clean);
    assert_eq!(wanted["rows_read"], ROWS as i64);
    let batches =
        "select coalesce(sum((payload->>'rows')::bigint), 0)::bigint from audit_entry where action = 'import.batch'";
    plumb.proved_log(None).await;
    let rows_in_batches = plumb.count(batches).await;
    assert!(rows_in_batches > 0 && rows_in_batches < ROWS as i64, "the last batch is in the entry of the end");
    assert!(wanted.values().all(|count| *count > 0), "the list has rows of each kind: {wanted:?}");

    let (mut imports, mut cut_at) = (Vec::new(), Vec::new());
    for round in 1..=rounds() {
        let id = plumb.import(&people(round, ROWS)).await;
        // Anywhere between the first batch and the last, and then anywhere within a batch.
        let from = random_below(ROWS as u64 * 3 / 4) as i64;
        let read = eventually("the import is under way", Duration::from_mins(1), async || {
            let import = plumb.look(&id).await?;
            import["rows_read"].as_i64().filter(|read| *read > 0 && *read >= from)
        })
        .await;
        tokio::time::sleep(Duration::from_micros(random_below(150_000))).await;
        plumb.kill().await;
        imports.push(id);
        cut_at.push(read);
        plumb.start().await;
    }
    let began = Instant::now();
    for id in &imports {
        let import = plumb.done(id, LEASES).await;
        assert_eq!(counts(&import), wanted, "as in the run that nobody killed");
        assert_eq!(import["flag_counts"], clean["flag_counts"]);
        assert_eq!(import["reject_counts"], clean["reject_counts"]);
    }
    let runs = imports.len() as i64 + 1;
    let kept = plumb.count("select count(*) from lead_source").await;
    assert_eq!(kept, runs * (wanted["rows_new"] + wanted["rows_merged"]), "each row that is in stands behind one lead");
    assert_eq!(plumb.count("select count(*) from lead").await, runs * wanted["rows_new"], "no lead lost, none doubled");
    assert_eq!(
        plumb
            .count("select count(*) from lead l where not exists (select from lead_source s where s.lead_id = l.id)")
            .await,
        0
    );
    assert_eq!(
        plumb.count("select count(*) from import_reject").await,
        runs * (wanted["rows_rejected"] + wanted["rows_suppressed"])
    );
    let whole = "select count(*) from import i where i.rows_read <>
        (select count(distinct row_no) from (select row_no from lead_source s where s.import_id = i.id
         union all select row_no from import_reject r where r.import_id = i.id) x)";
    assert_eq!(plumb.count(whole).await, 0, "each row of each import is in one place");
    assert_eq!(plumb.count("select count(*) from job where state = 'dead'").await, 0);
    let (entries, _) = plumb.proved_log(None).await;
    let last = "select count(*) from audit_entry where action = 'import.done'";
    assert_eq!(plumb.count(last).await, runs, "each end is in the log once");
    assert_eq!(plumb.count(batches).await, runs * rows_in_batches, "and each batch");
    for action in ["import.uploaded", "import.started"] {
        let logged: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = $1")
            .bind(action)
            .fetch_one(&mut plumb.database().await)
            .await
            .expect("a count");
        assert_eq!(logged, runs, "what the API was asked for is in the log once: {action}");
    }
    eprintln!(
        "faults: {} kills in the middle of imports (at rows {cut_at:?} of {ROWS}), all ended {:.0?} later; {wanted:?} in each of {runs} runs; log of {entries} entries proved",
        imports.len(),
        began.elapsed()
    );
    plumb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_the_middle_of_sequencing() {
    let world = World::demo().await.expect("an internet");
    let mut plumb = Installation::new("sequence", &world, false).await;
    let people_of = 400 * rounds().min(20);
    let mut list = String::from("First name,Last name,Company\n");
    for n in 0..people_of {
        writeln!(list, "{},{},{} Ltd", word(n * 3 + 1), word(n * 7), word(n)).expect("text");
    }
    let id = plumb.import(&list).await;
    plumb.done(&id, LEASES).await;
    let mut leads: Vec<String> = sqlx::query_scalar("select id::text from lead order by id")
        .fetch_all(&mut plumb.database().await)
        .await
        .expect("leads");
    assert_eq!(leads.len(), people_of);
    let (mut answered, mut sent) = (BTreeSet::new(), BTreeSet::new());
    let mut kept: Option<String> = None;
    for _ in 0..rounds().min(20) {
        // Each lead is read once; each read is one event about that lead.
        let mine = leads.split_off(leads.len() - 400);
        sent.extend(mine.iter().cloned());
        let api = plumb.api();
        let readers = mine.chunks(50).map(|chunk| {
            let (api, chunk) = (api.clone(), chunk.to_vec());
            tokio::spawn(async move {
                let mut read = Vec::new();
                for lead in chunk {
                    if api.get_json::<Value>(&format!("api/v1/leads/{lead}")).await.is_ok() {
                        read.push(lead);
                    }
                }
                read
            })
        });
        let readers: Vec<_> = readers.collect();
        let before = plumb.count("select count(*) from audit_entry where action = 'lead.read'").await;
        let more = random_below(200) as i64;
        eventually("some of them are in the log", Duration::from_secs(30), async || {
            (plumb.count("select count(*) from audit_entry where action = 'lead.read'").await > before + more)
                .then_some(())
        })
        .await;
        plumb.kill().await;
        for reader in readers {
            answered.extend(reader.await.expect("a reader ends"));
        }
        plumb.start().await;
        let (_, bundle) = plumb.proved_log(kept.as_deref()).await;
        kept = bundle["checkpoint"].as_str().map(str::to_owned);
    }
    let (entries, _) = plumb.proved_log(kept.as_deref()).await;
    let logged: Vec<String> = sqlx::query_scalar("select object_id::text from audit_entry where action = 'lead.read'")
        .fetch_all(&mut plumb.database().await)
        .await
        .expect("entries");
    let distinct: BTreeSet<String> = logged.iter().cloned().collect();
    assert_eq!(distinct.len(), logged.len(), "no event is doubled");
    let lost: Vec<_> = answered.difference(&distinct).collect();
    assert!(lost.is_empty(), "answered and not in the log: {lost:?}");
    assert!(distinct.is_subset(&sent));
    eprintln!(
        "faults: {} kills in the middle of sequencing; {} reads answered, {} in the log (of {} leads), none lost, none doubled; log of {entries} entries proved and continued",
        rounds().min(20),
        answered.len(),
        logged.len(),
        sent.len()
    );
    plumb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_is_killed_under_an_import() {
    let world = World::demo().await.expect("an internet");
    let plumb = Installation::new("postmaster", &world, false).await;
    let _: Value =
        plumb.api().post_json("api/leads/opt-out", &json!({ "email": "out@firm.example" })).await.expect("an opt-out");
    let clean = plumb.import(&people(0, ROWS)).await;
    let wanted = counts(&plumb.done(&clean, LEASES).await);
    let id = plumb.import(&people(1, ROWS)).await;
    let read = eventually("the import is under way", Duration::from_mins(1), async || {
        plumb.look(&id).await?["rows_read"].as_i64().filter(|read| *read > 0)
    })
    .await;
    let first = plumb.postmaster().expect("the database runs");
    signal(first, Signal::KILL);
    let began = Instant::now();
    let second = eventually("another database runs and answers", Duration::from_mins(1), async || {
        let now = plumb.postmaster().filter(|pid| *pid != first)?;
        plumb.look(&id).await.map(|_| now)
    })
    .await;
    let back = began.elapsed();
    let import = plumb.done(&id, LEASES + LEASES).await;
    assert_eq!(counts(&import), wanted);
    assert_eq!(plumb.count("select count(*) from lead").await, 2 * wanted["rows_new"]);
    let (entries, _) = plumb.proved_log(None).await;
    eprintln!(
        "faults: the database ({first}) killed at row {read} of {ROWS}: another ({second}) answers after {back:.1?}, the import is done after {:.0?}; log of {entries} entries proved",
        began.elapsed()
    );
    plumb.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_and_a_cut_upload() {
    let world = World::demo().await.expect("an internet");
    let plumb = Installation::new("second", &world, false).await;
    let (code, said) = plumb.second().await;
    assert_eq!(code, Some(75), "{said}");
    assert!(said.contains(&plumb.pid().to_string()), "the process in the way is named: {said}");
    let id = plumb.import(&people(1, 100)).await;
    plumb.done(&id, LEASES).await;
    let before = plumb.count("select count(*) from lead").await;
    eprintln!("faults: a second server on the directory ends with 75: {}", said.lines().last().unwrap_or_default());

    let list = people(2, 40_000);
    let form = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cut.csv\"\r\n\r\n";
    let head = format!(
        "POST /api/v1/imports?start=true HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary=edge\r\nContent-Length: {}\r\n\r\n{form}",
        plumb.address,
        plumb.key(),
        form.len() + list.len() + "\r\n--edge--\r\n".len(),
    );
    #[expect(clippy::disallowed_methods, reason = "a client that breaks off in the middle")]
    let mut client = tokio::net::TcpStream::connect(plumb.address).await.expect("a connection");
    client.write_all(head.as_bytes()).await.expect("sent");
    client.write_all(&list.as_bytes()[..list.len() / 2]).await.expect("half of it is sent");
    eventually("the upload is under way", Duration::from_secs(20), async || {
        (plumb.count("select count(*) from import where state = 'uploading'").await == 1).then_some(())
    })
    .await;
    client.shutdown().await.expect("cut");
    let mut answer = String::new();
    let _ = client.read_to_string(&mut answer).await;
    drop(client);
    let import = eventually("the upload is given up", Duration::from_secs(20), async || {
        let page: Value = plumb.api().get_json("api/v1/imports").await.ok()?;
        page["imports"].as_array()?.iter().find(|import| import["state"] == "failed").cloned()
    })
    .await;
    let error = import["error"].as_str().unwrap_or_default();
    assert!(error.contains("Nothing was imported"), "{import}");
    assert_eq!(plumb.count("select count(*) from lead").await, before);
    assert_eq!(
        plumb
            .count("select count(*) from import_chunk c join import i on i.id = c.import_id where i.state = 'failed'")
            .await,
        0,
        "nothing of it is kept"
    );
    eprintln!("faults: an upload cut at half: {error}");
    plumb.stop().await;
}
