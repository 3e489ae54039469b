//! The crate against a real Postgres, as the application's role.

use chrono::TimeDelta;
use plumb_base::{Clock, ImportId, LeadId, OrgId};
use plumb_store::testing::Db;
use plumb_store::{Actor, OrgTx, audit};
use serde_json::json;

use crate::counts;
use crate::dnc::{Screened, do_not_call, numbers_on, phones, record_screening, screen_again};
use crate::domain::NewLead;
use crate::edit::{EditError, LeadEdit, edit};
use crate::leave::{count_leaving, leaving, opted_out_since};
use crate::read::{self, Cursor, Filter, Sort, VerdictFilter};
use crate::upsert::{Landed, upsert};
use crate::verdict::{VerdictSummary, record_verdict};
use crate::withhold::{WITHHELD, withhold_opted_out};

fn row(row_no: i64, email: &str) -> NewLead {
    let parsed = plumb_base::Email::parse(email).unwrap();
    NewLead {
        dedupe_key: format!("e:{}", parsed.key()),
        email: Some(parsed.expose()),
        email_key: Some(parsed.key()),
        email_domain: Some(parsed.domain().to_string()),
        row_no,
        raw: json!({ "E-Mail": email }).to_string(),
        ..NewLead::default()
    }
}

async fn tx(db: &Db, org: OrgId) -> OrgTx {
    db.store().org(org, Actor::SYSTEM).await.unwrap()
}

async fn land(db: &Db, org: OrgId, import: ImportId, rows: Vec<NewLead>) -> Vec<Landed> {
    let mut tx = tx(db, org).await;
    let landed = upsert(&mut tx, import, rows, &db.store().keys().suppression()).await.unwrap();
    tx.commit(audit::Entry::of("test.landed")).await.unwrap();
    landed
}

async fn verdict(db: &Db, org: OrgId, lead: LeadId, email: &str, verdict: &'static str) {
    let mut tx = tx(db, org).await;
    let expires_at = tx.now() + TimeDelta::days(30);
    let summary = VerdictSummary { verdict, reason: "mailbox_confirmed", expires_at, next_check_at: None };
    assert!(record_verdict(&mut tx, lead, email, &summary).await.unwrap());
    tx.commit(audit::Entry::of("test.verdict")).await.unwrap();
}

async fn opt_out(db: &Db, email: &str) {
    let (token, _) = db.store().keys().suppression().of(&plumb_base::Email::parse(email).unwrap());
    sqlx::query(
        "insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', now())",
    )
    .bind(&token[..])
    .execute(&mut db.admin_conn().await)
    .await
    .unwrap();
}

/// The numbers that may leave, and why others may not.
async fn leaving_numbers(db: &Db, org: OrgId, with_not_us: bool) -> (Vec<String>, Vec<String>) {
    let mut reading = tx(db, org).await;
    let page = leaving(&mut reading, &Filter::default(), None, 100).await.unwrap();
    let (mut out, mut withheld) = (Vec::new(), Vec::new());
    for phone in page.iter().filter_map(|leaving| leaving.phone(with_not_us)) {
        match phone {
            Ok(number) => out.push(number.to_owned()),
            Err(why) => withheld.push(format!("{}: {}", why.code, why.note())),
        }
    }
    (out, withheld)
}

#[tokio::test]
async fn rows_of_one_person_are_one_lead_and_gaps_remember_who_filled_them() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let (first, second) = (ImportId::fresh(), ImportId::fresh());
    let title = |row: NewLead, title: &str| NewLead { title: Some(title.to_owned()), ..row };
    let city = |row: NewLead| NewLead { city: Some("Ulm".to_owned()), ..row };
    let landed = land(
        &db,
        org,
        first,
        vec![row(1, "ada@shop.example"), row(2, "bo@shop.example"), title(row(3, "Ada+news@shop.example"), "Buyer")],
    )
    .await;
    assert_eq!(landed[0].lead, landed[2].lead);
    assert_eq!([landed[0].merged, landed[1].merged, landed[2].merged], [false, false, true]);

    let again = land(&db, org, second, vec![city(title(row(9, "ada@shop.example"), "Cook"))]).await;
    assert_eq!(again, [Landed { lead: landed[0].lead, merged: true }]);

    let mut tx = tx(&db, org).await;
    let lead = read::one(&mut tx, landed[0].lead).await.unwrap().unwrap();
    assert_eq!(
        (lead.title.as_deref(), lead.city.as_deref()),
        (Some("Buyer"), Some("Ulm")),
        "what was there stays, gaps are filled"
    );
    let (sources, exceptions) = read::sources(&mut tx, lead.id).await.unwrap();
    assert_eq!(sources.len(), 3);
    assert_eq!(exceptions, json!({ "title": { "import": first, "row": 3 }, "city": { "import": second, "row": 9 } }));
}

#[tokio::test]
async fn a_lead_that_comes_again_is_scored_anew_and_left_alone_when_nothing_changes() {
    let clock = Clock::frozen(Clock::System.now());
    let db = Db::with_clock(clock.clone()).await;
    let org = db.org("ours").await;
    let known = async |lead: LeadId| read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap();
    let flagged = |flag: &str| NewLead { flags: vec![flag.to_owned()], ..row(1, "ada@shop.example") };
    let lead = land(&db, org, ImportId::fresh(), vec![flagged("email_role")]).await[0].lead;
    let first = known(lead).await;
    clock.advance(TimeDelta::hours(1));
    land(&db, org, ImportId::fresh(), vec![flagged("email_free")]).await;
    let second = known(lead).await;
    assert!(second.score > first.score && second.updated_at > first.updated_at, "a second source counts");
    assert_eq!(second.flags, ["email_free", "email_role"]);
    clock.advance(TimeDelta::hours(1));
    land(&db, org, ImportId::fresh(), vec![row(1, "ada@shop.example")]).await;
    let third = known(lead).await;
    assert_eq!((third.score, third.updated_at, third.flags), (second.score, second.updated_at, second.flags));
    assert_eq!(read::sources(&mut tx(&db, org).await, lead).await.unwrap().0.len(), 3, "every row is kept");
}

#[tokio::test]
async fn the_rows_of_a_lead_go_with_it() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    let landed = land(&db, ours, ImportId::fresh(), vec![row(1, "ada@shop.example"), row(2, "bo@shop.example")]).await;
    let same = land(&db, theirs, ImportId::fresh(), vec![row(1, "ada@shop.example")]).await;
    let mut erasing = tx(&db, ours).await;
    sqlx::query("delete from lead where id = $1").bind(landed[0].lead.0).execute(erasing.conn()).await.unwrap();
    erasing.commit(audit::Entry::of("test.erased")).await.unwrap();
    for (org, lead, rows) in [(ours, landed[0].lead, 0), (ours, landed[1].lead, 1), (theirs, same[0].lead, 1)] {
        assert_eq!(read::sources(&mut tx(&db, org).await, lead).await.unwrap().0.len(), rows);
    }
}

#[tokio::test]
async fn two_imports_of_the_same_people_at_once_double_nobody() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let people = |reverse: bool| {
        let mut rows: Vec<_> = (0..200).map(|n| row(n, &format!("p{n}@shop.example"))).collect();
        if reverse {
            rows.reverse();
        }
        rows
    };
    let imports = (0..4).map(|n| land(&db, org, ImportId::fresh(), people(n % 2 == 0)));
    let landed = futures::future::join_all(imports).await;
    assert_eq!(landed.iter().flatten().filter(|landed| !landed.merged).count(), 200);
    assert_eq!(counts::counts(&mut tx(&db, org).await, None).await.unwrap().leads, 200);
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repeat_in_every_order() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let rows = (0..57)
        .map(|n| NewLead { title: (n % 2 == 0).then(|| "Buyer".to_owned()), ..row(n, &format!("p{n}@shop.example")) });
    land(&db, org, ImportId::fresh(), rows.collect()).await;
    for sort in [Sort::ScoreDown, Sort::ScoreUp, Sort::CreatedDown, Sort::CreatedUp] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = read::page(&mut tx(&db, org).await, &Filter::default(), sort, after, 10).await.unwrap();
            seen.extend(page.leads.iter().map(|lead| (lead.score, lead.id)));
            after = page.next.map(|next| Cursor::decode(&next).unwrap());
            if after.is_none() {
                break;
            }
        }
        let mut expected = seen.clone();
        match sort {
            Sort::ScoreDown => expected.sort_by(|a, b| b.cmp(a)),
            Sort::ScoreUp => expected.sort_unstable(),
            Sort::CreatedDown => expected.sort_by_key(|(_, id)| std::cmp::Reverse(*id)),
            Sort::CreatedUp => expected.sort_by_key(|(_, id)| *id),
        }
        assert_eq!(seen, expected, "{sort:?}");
        expected.dedup();
        assert_eq!(expected.len(), 57);
    }
    assert!(Cursor::decode("nonsense").is_err());
}

#[tokio::test]
async fn filters_narrow() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let import = ImportId::fresh();
    let german = NewLead { country: Some("DE".to_owned()), ..row(1, "ada@shop.example") };
    let landed = land(&db, org, import, vec![german, row(2, "bo@other.example")]).await;
    verdict(&db, org, landed[0].lead, "ada@shop.example", "verified").await;
    let found = async |filter: Filter| {
        let page = read::page(&mut tx(&db, org).await, &filter, Sort::default(), None, 10).await.unwrap();
        page.leads.iter().map(|lead| lead.email.clone().unwrap()).collect::<Vec<_>>()
    };
    let none = Filter::default;
    assert_eq!(found(Filter { country: Some("de".to_owned()), ..none() }).await, ["ada@shop.example"]);
    assert_eq!(found(Filter { domain: Some("other.example".to_owned()), ..none() }).await, ["bo@other.example"]);
    assert_eq!(found(Filter { email: Some("ADA+x@shop.example".to_owned()), ..none() }).await, ["ada@shop.example"]);
    assert_eq!(found(Filter { usable: Some(true), ..none() }).await, ["ada@shop.example"]);
    assert_eq!(found(Filter { usable: Some(false), ..none() }).await, ["bo@other.example"]);
    assert_eq!(found(Filter { verdict: Some(VerdictFilter::Verified), ..none() }).await, ["ada@shop.example"]);
    assert_eq!(found(Filter { import: Some(import), ..none() }).await.len(), 2);
    assert_eq!(found(Filter { import: Some(ImportId::fresh()), ..none() }).await.len(), 0);
}

#[tokio::test]
async fn a_verdict_raises_the_score_and_runs_out() {
    let clock = Clock::frozen(Clock::System.now());
    let db = Db::with_clock(clock.clone()).await;
    let org = db.org("ours").await;
    let lead = land(&db, org, ImportId::fresh(), vec![row(1, "ada@shop.example")]).await[0].lead;
    let before = read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap();
    verdict(&db, org, lead, "ada@shop.example", "verified").await;
    let after = read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap();
    assert_eq!((after.score - before.score, after.usable), (25, true));
    clock.advance(TimeDelta::days(31));
    let late = read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap();
    assert_eq!(late.unusable, Some(crate::Unusable::Expired));
    clock.advance(TimeDelta::days(-31));
    assert!(read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap().usable, "the clock jumped back");
}

#[tokio::test]
async fn whoever_opted_out_leaves_without_address_and_number() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let phone = NewLead { phone_e164: Some("+493023125000".to_owned()), ..row(1, "ada@shop.example") };
    let (import, other) = (ImportId::fresh(), ImportId::fresh());
    let landed = land(&db, org, import, vec![phone, row(2, "bo@shop.example"), row(3, "cy@shop.example")]).await;
    land(&db, org, other, vec![NewLead { city: Some("Ulm".to_owned()), ..row(7, "bo@shop.example") }]).await;
    for (landed, email) in landed.iter().zip(["ada@shop.example", "bo@shop.example"]) {
        verdict(&db, org, landed.lead, email, "verified").await;
    }
    let before = tx(&db, org).await.now();
    assert!(!opted_out_since(&mut tx(&db, org).await, before - TimeDelta::days(1)).await.unwrap());
    opt_out(&db, "Ada@Shop.example").await;
    assert!(opted_out_since(&mut tx(&db, org).await, before - TimeDelta::days(1)).await.unwrap());
    assert!(!opted_out_since(&mut tx(&db, org).await, before + TimeDelta::days(1)).await.unwrap(), "not since then");

    let mut reading = tx(&db, org).await;
    assert_eq!(count_leaving(&mut reading, &Filter::default()).await.unwrap(), 3);
    let filter = Filter { import: Some(other), ..Filter::default() };
    assert_eq!(count_leaving(&mut reading, &filter).await.unwrap(), 1);
    let page = leaving(&mut reading, &Filter::default(), None, 2).await.unwrap();
    let rest = leaving(&mut reading, &Filter::default(), Some(page[1].lead.id), 2).await.unwrap();
    assert_eq!([page.len(), rest.len()], [2, 1]);
    let by_id = |lead| page.iter().chain(&rest).find(|leaving| leaving.lead.id == lead).unwrap();
    let ada = by_id(landed[0].lead);
    assert_eq!((ada.lead.unusable, ada.phone(true)), (Some(crate::Unusable::Suppressed), None));
    assert!(!format!("{:?}", ada.lead).contains("ada@"));
    let bo = by_id(landed[1].lead);
    let of = |field| bo.origin(field).map(|origin| (origin.import, origin.row));
    assert_eq!(of(crate::Field::Email), Some((Some(import), Some(2))));
    assert_eq!(of(crate::Field::City), Some((Some(other), Some(7))), "who filled the gap");
    assert_eq!(of(crate::Field::Title), None);
    assert_eq!(by_id(landed[2].lead).lead.unusable, Some(crate::Unusable::NotChecked));
    let counts = counts::counts(&mut tx(&db, org).await, None).await.unwrap();
    assert_eq!((counts.usable, counts.suppressed), (1, 1));
}

#[tokio::test]
async fn edits_keep_their_maker_and_a_new_address_starts_over() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let tokens = db.store().keys().suppression();
    let landed = land(&db, org, ImportId::fresh(), vec![row(1, "ada@shop.example"), row(2, "bo@shop.example")]).await;
    verdict(&db, org, landed[0].lead, "ada@shop.example", "verified").await;
    let apply = async |change: serde_json::Value| {
        let change: LeadEdit = serde_json::from_value(change).unwrap();
        edit(tx(&db, org).await, landed[0].lead, &change, &tokens).await
    };
    apply(json!({ "title": "Buyer", "city": "", "phone_e164": "+493023125000" })).await.unwrap();
    apply(json!({ "email": "ada@new.example" })).await.unwrap();
    let lead = read::one(&mut tx(&db, org).await, landed[0].lead).await.unwrap().unwrap();
    assert_eq!(
        (lead.title.as_deref(), lead.email.as_deref(), lead.verdict),
        (Some("Buyer"), Some("ada@new.example"), None)
    );
    let (waiting, _) = plumb_store::job::pending(&mut tx(&db, org).await, &["verify.plan"]).await.unwrap();
    assert_eq!(waiting, 1, "the new address is checked");
    apply(json!({ "phone_e164": "+12025550123" })).await.unwrap();
    let (_, later) = plumb_store::job::pending(&mut tx(&db, org).await, &["screen.edited"]).await.unwrap();
    assert_eq!(later, 1, "both numbers wait for one screening");

    assert!(matches!(apply(json!({ "email": "bo@shop.example" })).await, Err(EditError::Taken)));
    assert!(matches!(apply(json!({ "email": "no address" })).await, Err(EditError::Invalid(_))));
    assert!(matches!(apply(json!({ "phone_e164": "030 23125" })).await, Err(EditError::Invalid(_))));
    assert!(matches!(apply(json!({})).await, Err(EditError::Invalid(_))));
    opt_out(&db, "gone@shop.example").await;
    assert!(matches!(apply(json!({ "email": "gone@shop.example" })).await, Err(EditError::Suppressed)));
    assert!(serde_json::from_value::<LeadEdit>(json!({ "score": 100 })).is_err(), "no mass assignment");
    let missing = edit(
        tx(&db, org).await,
        LeadId::fresh(),
        &LeadEdit { title: Some(String::new()), ..LeadEdit::default() },
        &tokens,
    )
    .await;
    assert!(matches!(missing, Err(EditError::NotFound)));
}

#[tokio::test]
async fn an_edit_does_not_bring_back_who_opted_out() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let tokens = db.store().keys().suppression();
    let phone = NewLead { phone_e164: Some("+493023125000".to_owned()), ..row(1, "ada@shop.example") };
    let lead = land(&db, org, ImportId::fresh(), vec![phone]).await[0].lead;
    opt_out(&db, "ada@shop.example").await;
    for email in ["", "ada.private@shop.example"] {
        let change = LeadEdit { email: Some(email.to_owned()), ..LeadEdit::default() };
        let edited = edit(tx(&db, org).await, lead, &change, &tokens).await;
        assert!(matches!(edited, Err(EditError::OptedOut)), "{edited:?}");
    }
    let lead = read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap();
    assert_eq!((lead.unusable, lead.phone_e164), (Some(crate::Unusable::Suppressed), None));
}

#[tokio::test]
async fn an_address_in_another_field_is_not_shown_either() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let title = NewLead {
        title: Some("Buyer, ada@shop.example".to_owned()),
        company: Some("Shop".to_owned()),
        ..row(1, "ada@shop.example")
    };
    let lead = land(&db, org, ImportId::fresh(), vec![title]).await[0].lead;
    opt_out(&db, "ada@shop.example").await;
    let lead = read::one(&mut tx(&db, org).await, lead).await.unwrap().unwrap();
    assert_eq!((lead.title, lead.company.as_deref()), (None, Some("Shop")));
    let page = leaving(&mut tx(&db, org).await, &Filter::default(), None, 10).await.unwrap();
    assert!(!format!("{:?}", page[0].lead).contains("ada@shop.example"));
}

#[tokio::test]
async fn rows_as_they_came_do_not_show_who_opted_out() {
    let db = Db::new().await;
    let org = db.org("ours").await;
    let tokens = db.store().keys().suppression();
    let raw =
        json!({ "E-Mail": "ada@shop.example", "Also": "Bo <bo@home.example>; cy@home.example", "Note": "calls @ 5" });
    let lead = land(&db, org, ImportId::fresh(), vec![NewLead { raw: raw.to_string(), ..row(1, "ada@shop.example") }])
        .await[0]
        .lead;
    let change = LeadEdit { email: Some("ada@new.example".to_owned()), ..LeadEdit::default() };
    edit(tx(&db, org).await, lead, &change, &tokens).await.unwrap();
    let shown = async || {
        let mut tx = tx(&db, org).await;
        let (mut sources, _) = read::sources(&mut tx, lead).await.unwrap();
        withhold_opted_out(&mut tx, sources.iter_mut().map(|source| &mut source.cells), &tokens).await.unwrap();
        sources[0].cells.clone()
    };
    assert_eq!(shown().await["E-Mail"], "ada@shop.example");
    // One by the address that the lead no longer has, one who is only mentioned.
    opt_out(&db, "ada@shop.example").await;
    opt_out(&db, "bo@home.example").await;
    assert_eq!(shown().await, json!({ "E-Mail": WITHHELD, "Also": WITHHELD, "Note": "calls @ 5" }));
}

#[tokio::test]
async fn another_organisation_sees_and_changes_nothing() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    let import = ImportId::fresh();
    let lead = land(&db, ours, import, vec![row(1, "ada@shop.example")]).await[0].lead;
    assert!(read::one(&mut tx(&db, theirs).await, lead).await.unwrap().is_none());
    assert_eq!(counts::counts(&mut tx(&db, theirs).await, None).await.unwrap().leads, 0);
    assert!(leaving(&mut tx(&db, theirs).await, &Filter::default(), None, 10).await.unwrap().is_empty());
    let tokens = db.store().keys().suppression();
    let change = LeadEdit { title: Some("Theirs".to_owned()), ..LeadEdit::default() };
    assert!(matches!(edit(tx(&db, theirs).await, lead, &change, &tokens).await, Err(EditError::NotFound)));
    // The same person may be a lead of both, each with its own row.
    let own = land(&db, theirs, import, vec![row(1, "ada@shop.example")]).await;
    assert!(!own[0].merged && own[0].lead != lead);
}

fn screened(lead: LeadId, number: &str, dnc: &'static str) -> Screened {
    let version = "2026-10-01".parse().unwrap();
    let valid_until = Some("2026-11-02T00:00:00Z".parse().unwrap());
    let lists = if dnc == "listed" { vec!["federal".to_owned()] } else { Vec::new() };
    Screened { lead, number: number.to_owned(), dnc, lists, version: Some(version), valid_until }
}

#[tokio::test]
async fn a_number_leaves_only_with_a_screening_that_is_not_too_old() {
    let clock = Clock::frozen("2026-11-01T23:59:59Z".parse().unwrap());
    let db = Db::with_clock(clock.clone()).await;
    let org = db.org("ours").await;
    let phone = |n: i64| format!("+1202555010{n}");
    let rows = (0..5).map(|n| NewLead { phone_e164: Some(phone(n)), ..row(n, &format!("p{n}@shop.example")) });
    let foreign = NewLead { phone_e164: Some("+493023125000".to_owned()), ..row(5, "p5@shop.example") };
    let landed = land(&db, org, ImportId::fresh(), rows.chain([foreign]).collect()).await;
    let screening = LeadId::fresh().0;
    let mut writing = tx(&db, org).await;
    let results = [
        screened(landed[0].lead, &phone(0), "clear"),
        screened(landed[1].lead, &phone(1), "listed"),
        screened(landed[2].lead, &phone(2), "not_configured"),
        screened(landed[4].lead, &phone(4), "not_us"),
        screened(landed[3].lead, "+12025550199", "clear"),
        screened(LeadId::fresh(), &phone(0), "clear"),
    ];
    assert_eq!(record_screening(&mut writing, screening, &results).await.unwrap(), 4, "its own number, and no other");
    writing.commit(audit::Entry::of("test.screened")).await.unwrap();

    let (out, withheld) = leaving_numbers(&db, org, false).await;
    assert_eq!(out, [phone(0), "+493023125000".to_owned()]);
    let why = |code: &str| withheld.iter().filter(|why| why.starts_with(code)).count();
    assert_eq!(["dnc_listed", "dnc_not_configured", "dnc_not_screened", "dnc_not_us"].map(why), [1; 4], "{withheld:?}");
    assert!(withheld.iter().any(|why| why.contains("(federal)")), "by name");
    let (out, _) = leaving_numbers(&db, org, true).await;
    assert_eq!(out, [phone(0), phone(4), "+493023125000".to_owned()], "what no list covers, when it is told so");
    let seen = read::one(&mut tx(&db, org).await, landed[0].lead).await.unwrap().unwrap().phone_dnc.unwrap();
    assert_eq!((seen.dnc, seen.screening), ("clear", Some(screening)));

    clock.advance(TimeDelta::seconds(1));
    let (out, withheld) = leaving_numbers(&db, org, false).await;
    assert_eq!(out, ["+493023125000"]);
    assert!(withheld.iter().any(|why| why.starts_with("dnc_stale") && why.contains("31 days")), "{withheld:?}");
}

#[tokio::test]
async fn a_changed_number_has_to_be_screened_again() {
    let db = Db::with_clock(Clock::frozen("2026-10-05T12:00:00Z".parse().unwrap())).await;
    let org = db.org("ours").await;
    let with_phone = NewLead { phone_e164: Some("+12025550100".to_owned()), ..row(1, "ada@shop.example") };
    let lead = land(&db, org, ImportId::fresh(), vec![with_phone]).await[0].lead;
    let mut writing = tx(&db, org).await;
    record_screening(&mut writing, LeadId::fresh().0, &[screened(lead, "+12025550100", "clear")]).await.unwrap();
    writing.commit(audit::Entry::of("test.screened")).await.unwrap();
    let change = LeadEdit { phone_e164: Some("+12025550101".to_owned()), ..LeadEdit::default() };
    edit(tx(&db, org).await, lead, &change, &db.store().keys().suppression()).await.unwrap();
    let (out, withheld) = leaving_numbers(&db, org, true).await;
    assert!(out.is_empty() && withheld[0].contains("no Do-Not-Call screening was made"), "{withheld:?}");
}

#[tokio::test]
async fn the_companys_own_list_acts_at_once_on_every_number() {
    let db = Db::with_clock(Clock::frozen("2026-10-05T12:00:00Z".parse().unwrap())).await;
    let (org, theirs) = (db.org("ours").await, db.org("theirs").await);
    let numbers = ["+12025550100", "+493023125000"].map(str::to_owned);
    let rows = || {
        let rows = numbers.iter().zip(1..);
        rows.map(|(number, n)| NewLead { phone_e164: Some(number.clone()), ..row(n, &format!("p{n}@shop.example")) })
    };
    let landed = land(&db, org, ImportId::fresh(), rows().collect()).await;
    land(&db, theirs, ImportId::fresh(), rows().collect()).await;
    let mut writing = tx(&db, org).await;
    record_screening(&mut writing, LeadId::fresh().0, &[screened(landed[0].lead, &numbers[0], "listed")])
        .await
        .unwrap();
    assert_eq!(do_not_call(&mut writing, &numbers, "company").await.unwrap(), 2);
    assert_eq!(do_not_call(&mut writing, &numbers, "company").await.unwrap(), 2, "twice is once");
    writing.commit(audit::Entry::of("test.listed")).await.unwrap();
    let (out, withheld) = leaving_numbers(&db, org, true).await;
    assert!(out.is_empty() && withheld[0].contains("(federal, company)") && withheld[1].contains("(company)"));
    assert_eq!(leaving_numbers(&db, theirs, false).await.0, ["+493023125000"], "of this company alone");

    let mut writing = tx(&db, org).await;
    let mut on = numbers_on(&mut writing, "company").await.unwrap();
    on.sort();
    assert_eq!(on, numbers);
    assert_eq!(screen_again(&mut writing, &on).await.unwrap(), 2);
    writing.commit(audit::Entry::of("test.unlisted")).await.unwrap();
    assert_eq!(leaving_numbers(&db, org, true).await.0, ["+493023125000"], "not screened is not clear");

    let mut reading = tx(&db, org).await;
    let first = phones(&mut reading, None, false, None, 1).await.unwrap();
    let rest = phones(&mut reading, None, false, Some(first[0].lead), 10).await.unwrap();
    assert_eq!((first[0].lead, rest[0].lead, rest.len()), (landed[0].lead, landed[1].lead, 1));
    assert_eq!(phones(&mut reading, Some(ImportId::fresh()), false, None, 10).await.unwrap().len(), 0);
}
