//! The main job, end to end over real sockets: a list goes in, verdicts come from mail servers, usable leads come out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use plumb::config::Config;
use plumb::server::Server;
use plumb_base::Clock;
use plumb_egress::OwnServer;
use plumb_log::{Known, verify_bundle};
use plumb_store::access::Scope;
use plumb_testworld::demo::{self, PROBE_HELO, PROBE_SENDER, Truth};
use plumb_testworld::{Mailbox, World};
use plumb_verify::{Deadlines, RetrySchedule, VerifyConfig};
use serde_json::{Value, json};

/// A directory that the embedded database's user can enter; gone with its value.
pub(crate) struct Dir(pub(crate) PathBuf);

impl Dir {
    pub(crate) fn new(name: &str) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let dir = std::env::temp_dir().join(format!("plumb-it-{name}-{}", plumb_base::OrgId::fresh()));
        std::fs::create_dir(&dir).expect("a directory is made");
        std::fs::set_permissions(&dir, PermissionsExt::from_mode(0o755)).expect("it can be entered");
        Self(dir)
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The throwaway internet as the program's configuration.
pub(crate) fn pointed_at(world: &World) -> Config {
    Config {
        ask_mail_servers: true,
        resolver: Some(world.dns_addr()),
        smtp_port: world.smtp_port(),
        allow_private: true,
        helo: PROBE_HELO.to_owned(),
        mail_from: PROBE_SENDER.to_owned(),
        ..Config::default()
    }
}

/// Waits as short as loopback allows.
pub(crate) fn impatient() -> VerifyConfig {
    let step = Duration::from_secs(3);
    let second = || vec![Duration::from_secs(1)];
    VerifyConfig {
        deadlines: Deadlines {
            connect: step,
            banner: step,
            ehlo: step,
            start_tls: step,
            mail: step,
            rcpt: step,
            closing: Duration::from_secs(1),
        },
        retries: RetrySchedule {
            later: second(),
            rate_limited: second(),
            unreachable: second(),
            blocked: vec![],
            dns: second(),
        },
        ..VerifyConfig::default()
    }
}

/// A local part at a demo domain of which this is true, found in the tables of the demo itself.
pub(crate) fn somebody(domain: &str, truth: Truth, nth: usize) -> String {
    let site = demo::site(domain).expect("a domain of the demo");
    let named = site.mailboxes.named.keys().cloned();
    let first = ["ada", "grace", "henry", "jonas", "luc", "mila", "noah", "olive", "walter", "tove"];
    let last =
        ["ashbrook", "copperford", "lanternmore", "papierberg", "boischamp", "kiezelhof", "nebelstein", "quillstone"];
    let made = first.into_iter().flat_map(|first| {
        last.into_iter().flat_map(move |last| {
            let initial = &first[..1];
            [format!("{first}.{last}"), format!("{initial}{last}"), format!("{first}_{last}"), format!("{first}{last}")]
        })
    });
    let addresses = named.chain(made).filter(|local| local != "postmaster").map(|local| format!("{local}@{domain}"));
    let found = addresses.filter(|address| demo::truth(address) == truth).nth(nth);
    found.unwrap_or_else(|| panic!("nobody at {domain} is {truth:?}"))
}

/// Somebody at any site with this truth and, where asked for, this mailbox.
fn anybody(wanted: impl Fn(&plumb_testworld::Site) -> bool, truth: Truth) -> String {
    let site = demo::sites().into_iter().find(|site| wanted(site)).expect("a site of the demo is like this");
    let full = site.mailboxes.named.iter().find(|(_, state)| truth == Truth::Full && **state == Mailbox::Full);
    full.map_or_else(|| somebody(&site.domain, truth, 0), |(local, _)| format!("{local}@{}", site.domain))
}

const OPTED_OUT: &str = "ada.lanternford@lanternworks.example";

struct Row {
    name: String,
    email: String,
    line: String,
}

/// Twenty rows: what lists are made of.
fn list() -> (String, Vec<Row>) {
    use plumb_testworld::{Behaviour, Dns};
    let mut emails = Vec::new();
    for domain in
        ["lanternworks.example", "musterwerk.example", "kiezelhof.example", "quillstone.test", "paperharbor.example"]
    {
        emails.push(somebody(domain, Truth::Deliverable, 1));
    }
    let leaves = emails[4].clone();
    for domain in ["lanternworks.example", "musterwerk.example"] {
        emails.push(somebody(domain, Truth::Undeliverable, 0));
    }
    emails.push(anybody(|site| site.dns == Dns::NullMx, Truth::Undeliverable));
    emails.push(anybody(|site| site.dns == Dns::NxDomain, Truth::Undeliverable));
    emails.push("nobody@no-such-domain.example".to_owned());
    emails.push(anybody(|site| site.behaviour == Behaviour::CatchAll && site.dns == Dns::Mx, Truth::NotKnowable));
    emails.push(anybody(|site| site.dns == Dns::Dead, Truth::NotKnowable));
    emails.push(anybody(|site| site.mailboxes.named.values().any(|state| *state == Mailbox::Full), Truth::Full));
    let mut rows: Vec<Row> = emails
        .into_iter()
        .enumerate()
        .map(|(n, email)| {
            let name = format!("Person{n} Example");
            let line = format!("{name},{email},Company {n} Ltd,+44 20 7946 {:04},GB", 100 + n);
            Row { name, email, line }
        })
        .collect();
    let mut push = |name: &str, email: &str, rest: &str| {
        rows.push(Row { name: name.to_owned(), email: email.to_owned(), line: format!("{name},{email},{rest}") });
    };
    // Opted out, as written and with a tag; the same person again; no address; no address that is one; nothing; a formula.
    push("Ada Lanternford", OPTED_OUT, "Lanternworks Ltd,,GB");
    push("Ada Lanternford", "Ada.Lanternford+list@lanternworks.example", "Lanternworks Ltd,,GB");
    push("PERSON4 EXAMPLE", &leaves.to_uppercase(), "Company 4 Ltd,,GB");
    push("Grace Ashbrook", "", "Lanternworks Ltd,+44 20 7946 0990,GB");
    push("Walter Ashbrook", "walter at home", "Lanternworks Ltd,+44 20 7946 0991,GB");
    push("", "", ",,");
    push("=cmd|' /C calc'!A0", &somebody("kiezelhof.example", Truth::Deliverable, 2), "Kiezelhof B.V.,,NL");
    assert_eq!(rows.len(), 20);
    let mut text = String::from("Name,Email,Company,Phone,Country\n");
    for row in &rows {
        text.push_str(&row.line);
        text.push('\n');
    }
    (text, rows)
}

/// Waits until `done` answers something, by asking again; every state that is waited for is one that the server is
/// bound to reach, and `what` says which.
pub(crate) async fn eventually<T>(what: &str, within: Duration, mut done: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = done().await {
            return found;
        }
        assert!(began.elapsed() < within, "not within {within:?}: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Exports every column as CSV, and reads the file.
async fn csv(api: &OwnServer, rows: &str) -> Vec<BTreeMap<String, String>> {
    let asked: Value = api.post_json("api/v1/exports", &json!({ "rows": rows })).await.expect("an export is asked for");
    let path = format!("api/v1/exports/{}", asked["id"].as_str().expect("an id"));
    eventually("the export ends", Duration::from_secs(30), async || {
        let export: Value = api.get_json(&path).await.expect("an export");
        (export["state"] == "done").then_some(())
    })
    .await;
    let mut download = api.stream(&format!("{path}/content")).await.expect("the file begins");
    let mut bytes = Vec::new();
    while let Some(piece) = download.chunk().await.expect("it goes on") {
        bytes.extend_from_slice(&piece);
    }
    csv::Reader::from_reader(bytes.as_slice()).deserialize().map(|row| row.expect("a row")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_messy_list_becomes_leads_that_may_be_used() {
    let (dir, world) = (Dir::new("flow"), World::demo().await.expect("an internet"));
    let config = Config {
        data_dir: Some(dir.0.clone()),
        listen: ([127, 0, 0, 1], 0).into(),
        admin_listen: ([127, 0, 0, 1], 0).into(),
        program: Some(env!("CARGO_BIN_EXE_plumb").into()),
        ..pointed_at(&world)
    };
    let server = Server::start(&config, impatient(), Clock::System).await.expect("the server starts");
    let (org, owner) = plumb_identity::create_org_with_owner(&server.store, "Ours", "owner@example.com", "", None)
        .await
        .expect("an organisation");
    let key = plumb_identity::create_api_key(&server.store, org, owner, "test", Scope::ALL).await.expect("a key");
    let api = OwnServer::new(&format!("http://{}", server.address), Some(&key), None).expect("a client");

    let _: Value = api.post_json("api/leads/opt-out", &json!({ "email": OPTED_OUT })).await.expect("an opt-out");
    let (text, rows) = list();
    let length = Some(text.len() as u64);
    let draft: Value = api
        .upload_multipart(
            "api/v1/imports",
            &[("default_country", "GB")],
            "list.csv",
            std::io::Cursor::new(text.into_bytes()),
            length,
        )
        .await
        .expect("an upload");
    let id = draft["id"].as_str().expect("an id").to_owned();
    let _: Value = api.post_json(&format!("api/v1/imports/{id}/start"), &json!({})).await.expect("a start");
    let import = eventually("the import ends", Duration::from_secs(30), async || {
        let import: Value = api.get_json(&format!("api/v1/imports/{id}")).await.expect("an import");
        matches!(import["state"].as_str(), Some("done" | "failed")).then_some(import)
    })
    .await;
    assert_eq!(import["state"], "done", "{import}");
    let count = |name: &str| import[name].as_i64().expect("a count");
    assert_eq!(count("rows_read"), 20);
    assert_eq!(count("rows_suppressed"), 2, "as written and with a tag: {import}");
    assert_eq!(count("rows_merged"), 1, "{import}");
    assert_eq!(count("rows_rejected"), 1, "the empty row: {import}");
    assert_eq!(count("rows_new"), 16);

    let leads =
        eventually("every address has a verdict, and nobody is asked again", Duration::from_mins(1), async || {
            let page: Value = api.get_json("api/v1/leads?limit=200").await.expect("leads");
            let leads = page["leads"].as_array().cloned().unwrap_or_default();
            let open = leads.iter().any(|lead| {
                !lead["email"].is_null() && (lead["verdict"].is_null() || !lead["next_check_at"].is_null())
            });
            (!open).then_some(leads)
        })
        .await;
    assert_eq!(leads.len(), 16);
    let mut by_truth: BTreeMap<String, u32> = BTreeMap::new();
    for lead in &leads {
        let Some(email) = lead["email"].as_str() else { continue };
        let (truth, verdict) = (demo::truth(email), lead["verdict"].as_str().unwrap_or_default());
        *by_truth.entry(format!("{truth:?} → {verdict}")).or_default() += 1;
        assert!(verdict != "verified" || truth == Truth::Deliverable, "{email} is {truth:?}: {lead}");
        assert!(verdict != "undeliverable" || truth == Truth::Undeliverable, "{email} is {truth:?}: {lead}");
        // What an honest server says is believed: a product that answers `unverified` to everything is not right either.
        assert!(truth != Truth::Deliverable || verdict == "verified", "{email}: {lead}");
        assert!(truth != Truth::Undeliverable || verdict == "undeliverable", "{email}: {lead}");
    }
    eprintln!("flow: 20 rows, {} leads, {by_truth:?}", leads.len());
    assert_eq!(world.log().data_asked(), 0, "no message was ever begun");
    assert!(
        !world.log().rcpts().any(|address| address.to_lowercase().contains("lanternford")),
        "who opted out is not asked about"
    );

    let exported = csv(&api, "usable").await;
    let usable: BTreeSet<&str> =
        leads.iter().filter(|lead| lead["verdict"] == "verified").filter_map(|lead| lead["email"].as_str()).collect();
    let out: BTreeSet<&str> = exported.iter().map(|row| row["email"].as_str()).collect();
    assert_eq!(out, usable, "what may be used, and nothing else");
    assert_eq!(exported.len(), usable.len(), "each once");
    assert!(exported.iter().all(|row| row["verdict"] == "verified" && row["usable"] == "yes"));
    assert!(exported.iter().flat_map(BTreeMap::values).all(|cell| !cell.starts_with('=')), "formulas are defused");

    let leaves = rows[4].email.as_str();
    assert!(usable.contains(leaves));
    let _: Value = api.post_json("api/leads/opt-out", &json!({ "email": leaves })).await.expect("an opt-out");
    let after = csv(&api, "usable").await;
    assert_eq!(after.len(), exported.len() - 1, "gone from the next export");
    assert!(after.iter().all(|row| row["email"] != leaves));
    let everything = csv(&api, "all").await;
    assert_eq!(everything.len(), leads.len());
    assert!(
        everything.iter().flat_map(BTreeMap::values).all(|cell| !cell.contains(leaves)),
        "not even when asked for every row"
    );
    assert_eq!(everything.iter().filter(|row| row["why_not"] == "suppressed").count(), 1);
    let page: Value = api.get_json("api/v1/leads?limit=200").await.expect("leads");
    assert!(!page.to_string().contains(leaves), "{} is not shown", rows[4].name);

    // The last export is in the log within a second or so.
    let bundle = eventually("the log has the last export", Duration::from_secs(10), async || {
        let bundle: Value = api.get_json("api/v1/audit/export").await.ok()?;
        let exports = bundle["entries"]
            .as_array()?
            .iter()
            .filter(|entry| entry.to_string().contains("export.downloaded"))
            .count();
        (exports >= 3).then_some(bundle)
    })
    .await;
    let verified = verify_bundle(&bundle.to_string(), Known::default()).expect("the bundle proves itself");
    assert_eq!(verified.first_seq, Some(0));
    let mut forged = bundle.to_string();
    let at = forged.find("export.done").expect("an export is in it");
    forged.replace_range(at..at + 11, "export.gone");
    assert!(verify_bundle(&forged, Known::default()).is_err(), "a changed word is found");
    eprintln!("flow: audit bundle of {} entries verifies offline", verified.entries);

    server.stop().await.expect("it stops");
    world.shutdown().await;
}
