use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use http::request::Parts;
use http::{HeaderMap, Request, header};
use http_body_util::BodyExt as _;
use plumb_base::OrgId;
use plumb_store::testing::Db;
use plumb_web::{Authenticator, AuthnError, Principal, Register, Services, Settings};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::*;

/// Nobody has an account, and nobody is asked for one.
struct NoAccounts;

impl Authenticator for NoAccounts {
    fn authenticate<'a>(&'a self, _: &'a Parts) -> BoxFuture<'a, Result<Principal, AuthnError>> {
        panic!("an opt-out does not ask who somebody is")
    }
}

/// The routes of this crate on a database of their own.
pub(crate) struct World {
    pub(crate) db: Db,
    router: Router,
}

/// An answer, without the id that every request has of its own.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = Db::new().await;
        let store = db.store().clone();
        let services =
            Services::new(Arc::new(NoAccounts), Arc::new(store.clone()), Settings::default(), CancellationToken::new());
        let router = Register::new(crate::routes(&store)).unwrap().router(&services);
        Self { db, router }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let (mut parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        parts.headers.remove("x-request-id").expect("every answer has its id");
        let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    async fn opt_out(&self, email: &str) -> Answer {
        let body = serde_json::json!({ "email": email }).to_string();
        let request = Request::post("/api/leads/opt-out").header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).unwrap()).await
    }

    /// Whether an organisation that asks as `plumb_app`, for either token of the address, finds it suppressed.
    pub(crate) async fn suppressed_for(&self, org: OrgId, email: &str) -> bool {
        let (as_written, without_tag) = self.db.store().keys().suppression().of(&Email::parse(email).unwrap());
        let tokens: Vec<Vec<u8>> = [Some(as_written), without_tag].into_iter().flatten().map(|t| t.to_vec()).collect();
        let mut tx = self.db.store().org(org, Actor::SYSTEM).await.unwrap();
        sqlx::query_scalar!(r#"select exists(select from suppression where token = any($1)) as "found!""#, &tokens)
            .fetch_one(tx.conn())
            .await
            .unwrap()
    }

    pub(crate) async fn rows(&self) -> i64 {
        let mut tx = self.db.store().system(SystemTask::Suppress).await.unwrap();
        sqlx::query_scalar!(r#"select count(*) as "count!" from suppression"#).fetch_one(tx.conn()).await.unwrap()
    }

    /// The audit entries as text.
    pub(crate) async fn audit(&self) -> Vec<String> {
        let mut tx = self.db.store().system(SystemTask::SequenceAudit).await.unwrap();
        sqlx::query_scalar!(
            r#"select concat_ws(' ', org_id, actor_kind, action, object_id, outcome, payload) as "text!"
               from audit_pending order by id"#
        )
        .fetch_all(tx.conn())
        .await
        .unwrap()
    }
}

#[tokio::test]
async fn an_opt_out_holds_in_every_organisation_at_once() {
    let world = World::new().await;
    let (ours, theirs) = (world.db.org("ours").await, world.db.org("theirs").await);
    let answer = world.opt_out("ada@example.com").await;
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    let later = world.db.org("made later").await;
    for org in [ours, theirs, later] {
        assert!(world.suppressed_for(org, "ada@example.com").await);
        assert!(!world.suppressed_for(org, "bob@example.com").await);
    }
}

#[tokio::test]
async fn the_answer_tells_nothing_about_who_is_known() {
    let world = World::new().await;
    let org = world.db.org("ours").await;
    let (token, _) = world.db.store().keys().suppression().of(&Email::parse("known@example.com").unwrap());
    let token = STANDARD.encode(token);
    world
        .db
        .as_owner(&format!(
            "alter table lead no force row level security;
             insert into lead (org_id, id, dedupe_key, email, email_token, import_id, row_no, stage, created_at, updated_at)
             values ('{org}', gen_random_uuid(), 'k', 'known@example.com', decode('{token}', 'base64'), gen_random_uuid(), 1, 'clean', now(), now());
             alter table lead force row level security"
        ))
        .await;
    let known = world.opt_out("known@example.com").await;
    let unknown = world.opt_out("unknown@example.com").await;
    let tagged = world.opt_out("someone+else@example.com").await;
    let again = world.opt_out("known@example.com").await;
    assert_eq!(known.status, StatusCode::ACCEPTED);
    assert_eq!(known, unknown);
    assert_eq!(known, tagged);
    assert_eq!(known, again);
}

#[tokio::test]
async fn case_and_plus_tags_do_not_bring_a_person_back() {
    let world = World::new().await;
    let org = world.db.org("ours").await;
    world.opt_out("  Ada+News@Example.COM ").await;
    for form in ["ada+news@example.com", "ADA+NEWS@example.com", "ada@example.com", "ada+other@example.com"] {
        assert!(world.suppressed_for(org, form).await, "{form}");
    }
    world.opt_out("bob@example.com").await;
    assert!(world.suppressed_for(org, "bob+list@example.com").await);
    assert!(!world.suppressed_for(org, "ada@example.test").await);
}

/// Cleaning takes them for one mailbox, so an opt-out does too.
#[tokio::test]
async fn other_spellings_of_one_mailbox_do_not_bring_a_person_back() {
    let world = World::new().await;
    let org = world.db.org("ours").await;
    world.opt_out("ada.lovelace@gmail.com").await;
    for form in ["adalovelace@gmail.com", "a.d.a.lovelace+x@gmail.com", "AdaLovelace@googlemail.com"] {
        assert!(world.suppressed_for(org, form).await, "{form}");
    }
    world.opt_out("ada.lovelace@example.com").await;
    assert!(!world.suppressed_for(org, "adalovelace@example.com").await, "dots count elsewhere");
}

#[tokio::test]
async fn opting_out_twice_is_opting_out() {
    let world = World::new().await;
    world.opt_out("ada@example.com").await;
    assert_eq!(world.rows().await, 1);
    world.opt_out("ADA@example.com").await;
    assert_eq!(world.rows().await, 1);
    world.opt_out("ada+x@example.com").await;
    assert_eq!(world.rows().await, 2);
}

#[tokio::test]
async fn every_request_is_in_the_log_and_nobody_is() {
    let world = World::new().await;
    world.opt_out("ada@example.com").await;
    world.opt_out("ada@example.com").await;
    let entry = format!("{} anonymous privacy.opted_out success {{}}", OrgId::PLATFORM);
    assert_eq!(world.audit().await, [entry.clone(), entry]);
}

#[tokio::test]
async fn neither_the_address_nor_a_bare_hash_is_kept() {
    let world = World::new().await;
    world.opt_out("ada@example.com").await;
    let mut tx = world.db.store().system(SystemTask::Suppress).await.unwrap();
    let row = sqlx::query!(
        r#"select token, suppression::text as "row!", token = sha256('ada@example.com') as "bare!" from suppression"#
    )
    .fetch_one(tx.conn())
    .await
    .unwrap();
    assert_eq!(row.token.len(), 32);
    assert!(!row.row.contains("ada"));
    assert!(!row.bare, "a hash without a key can be guessed");
}

#[tokio::test]
async fn what_is_no_address_is_said_from_the_text_alone() {
    let world = World::new().await;
    for text in ["", "ada", "ada@", "@example.com", "ada@example..com", "ada@example.com\r\nBcc: x@example.com"] {
        let answer = world.opt_out(text).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:?}");
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    }
    assert_eq!((world.rows().await, world.audit().await.len()), (0, 0));
}

#[tokio::test]
async fn a_flood_from_one_address_must_wait() {
    let world = World::new().await;
    for n in 0..20 {
        assert_eq!(world.opt_out(&format!("person{n}@example.com")).await.status, StatusCode::ACCEPTED, "{n}");
    }
    let refused = world.opt_out("ada@example.com").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(world.rows().await, 20);
}

#[tokio::test]
async fn an_opt_out_that_is_not_logged_is_not_made() {
    let world = World::new().await;
    let tx = world.db.store().system(SystemTask::Suppress).await.unwrap();
    assert!(tx.commit_unaudited().await.is_err());
}
