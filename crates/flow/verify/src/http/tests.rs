use std::sync::Arc;

use plumb_base::{Email, ImportId, OrgId};
use plumb_lead::{NewLead, upsert};
use plumb_store::access::Role;
use plumb_store::audit::Entry;
use plumb_store::testing::Db;
use plumb_store::{Actor, SystemTask};
use plumb_web::{Csrf, Register};

use super::*;
use crate::cascade::Lists;
use crate::domain::classify::{Class, Phase};
use crate::domain::evidence::{ReplyRecord, Tier, TierResult};
use crate::domain::verdict::{Flag, Outcome, Policy, Tri, Verdict, expires_at};

fn caller(org: OrgId) -> Caller {
    Caller {
        org,
        org_name: Arc::from("ours"),
        user: None,
        role: Role::Member,
        scopes: vec![],
        actor: Actor::SYSTEM,
        csrf: Csrf::new("x"),
    }
}

async fn lead_with_an_answer(db: &Db, org: OrgId) -> LeadId {
    let mut tx = db.store().org(org, Actor::SYSTEM).await.unwrap();
    let row = NewLead {
        dedupe_key: "e:ada@firm.example".into(),
        email: Some("ada@firm.example".into()),
        row_no: 1,
        ..NewLead::default()
    };
    let landed = upsert(&mut tx, ImportId::fresh(), vec![row], &db.store().keys().suppression()).await.unwrap();
    let lead = landed[0].lead;
    let now = db.store().clock().now();
    let mut record = Evidence::of(Tier::Smtp, TierResult::Answered, Some(Reason::MailboxUnknown), now);
    record.reply = Some(ReplyRecord {
        phase: Phase::Rcpt,
        smtp_code: 550,
        enhanced_code: Some("5.1.1".into()),
        reply_class: Class::AddressUnknown,
        dictionary_hits: vec!["address.en.01".into()],
        reply_text: "<ada@firm.example>: User unknown".into(),
    });
    let outcome = Outcome {
        verdict: Verdict::Undeliverable,
        reason: Reason::MailboxUnknown,
        explanation: Reason::MailboxUnknown.explain().into(),
        catch_all: Tri::Unknown,
        flags: vec![Flag::Role],
        evidence: vec![record],
        policy: Policy::Strict,
        checked_at: now,
        expires_at: expires_at(Verdict::Undeliverable, Reason::MailboxUnknown, now, None),
        retry_at: None,
    };
    query::append(&mut tx, lead, 1, &outcome).await.unwrap();
    tx.commit(Entry::of("test.answered")).await.unwrap();
    lead
}

async fn get(db: &Db, org: OrgId, lead: LeadId) -> Result<serde_json::Value, Problem> {
    let path = Path(LeadPath { lead });
    let Json(answer) = verifications(State(db.store().clone()), caller(org), path).await?;
    Ok(serde_json::to_value(answer).unwrap())
}

#[tokio::test]
async fn the_history_of_a_lead() {
    let db = Db::new().await;
    let (ours, theirs) = (db.org("ours").await, db.org("theirs").await);
    Register::new(routes(db.store().clone(), Arc::new(|_| Lists::default()))).unwrap();
    let lead = lead_with_an_answer(&db, ours).await;

    let answer = get(&db, ours, lead).await.unwrap();
    let shown = &answer["verifications"][0];
    assert_eq!((&shown["verdict"], &shown["reason"]), (&"undeliverable".into(), &"mailbox_unknown".into()));
    assert_eq!(shown["explanation"], Reason::MailboxUnknown.explain());
    assert_eq!(shown["evidence"][0]["reply"]["reply_text"], "<ada@firm.example>: User unknown");

    assert_eq!(get(&db, theirs, lead).await.unwrap_err().status(), 404, "not even that it is there");
    assert_eq!(get(&db, ours, LeadId::fresh()).await.unwrap_err().status(), 404);

    let token = db.store().keys().suppression().of(&Email::parse("ada@firm.example").unwrap()).0;
    let mut tx = db.store().system(SystemTask::Suppress).await.unwrap();
    sqlx::query(
        "insert into suppression (token, kind, key_version, reason, at) values ($1, 'email', 1, 'opt_out', now())",
    )
    .bind(&token[..])
    .execute(tx.conn())
    .await
    .unwrap();
    tx.commit(Entry::of("test.opted_out")).await.unwrap();
    let answer = get(&db, ours, lead).await.unwrap();
    assert!(!answer.to_string().contains("ada@"), "what the server said repeats the address: {answer}");
    assert_eq!(answer["verifications"][0]["evidence"][0]["reply"]["smtp_code"], 550);
}
