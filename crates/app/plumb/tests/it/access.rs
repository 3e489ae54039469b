//! Every route by every kind of caller. What must come out is computed from what the route declares, so a route that
//! is added is tested without a line here.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{TimeDelta, TimeZone as _, Utc};
use http::{Method, StatusCode, header};
use plumb_base::{Clock, ImportId, JobId, LeadId, OrgId, UserId, VerificationRunId};
use plumb_store::access::{Role, Scope, allows};
use plumb_web::{Access, RouteInfo};

use crate::app::{Answer, App, Browser, From, golden};

/// A caller, by what the access layer is told about it.
#[derive(Clone, Copy, Debug)]
enum Caller {
    /// No valid identity; `header` when a bearer token was sent.
    Nobody { header: bool },
    /// A session of somebody with this role; none for an account that belongs to no organisation.
    Session { role: Option<Role>, token: bool },
    /// A key with these scopes, made by somebody with this role.
    Key { scopes: &'static [Scope], role: Role },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Reached the handler, whatever that said.
    Enters,
    /// Sent to the sign-in page.
    SignIn,
    /// 401.
    Unauthenticated,
    /// 403.
    Forbidden,
}

/// What must come out, by the declaration alone.
fn expected(route: &RouteInfo, caller: Caller) -> Outcome {
    let may = match (route.access, caller) {
        (Access::Public { .. }, _) => return Outcome::Enters,
        (_, Caller::Nobody { header }) if route.page && !header => return Outcome::SignIn,
        (_, Caller::Nobody { .. }) => return Outcome::Unauthenticated,
        (_, Caller::Session { token: false, .. }) if route.csrf => false,
        (Access::SignedIn, Caller::Session { .. }) => true,
        (Access::SignedIn, Caller::Key { .. }) => false,
        (Access::Org(action), Caller::Session { role, .. }) => role.is_some_and(|role| allows(role, action)),
        (Access::Org(action), Caller::Key { scopes, role }) => {
            !route.page && action.scope().is_some_and(|scope| scopes.contains(&scope)) && allows(role, action)
        }
    };
    if may { Outcome::Enters } else { Outcome::Forbidden }
}

fn observed(status: StatusCode, headers: &http::HeaderMap) -> Outcome {
    let location = headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match status {
        StatusCode::UNAUTHORIZED => Outcome::Unauthenticated,
        StatusCode::FORBIDDEN => Outcome::Forbidden,
        // Signing out leads there too, and takes the cookie away.
        StatusCode::SEE_OTHER
            if location.starts_with(plumb_web::SIGN_IN) && !headers.contains_key(header::SET_COOKIE) =>
        {
            Outcome::SignIn
        }
        _ => Outcome::Enters,
    }
}

/// How a caller is played.
enum Player {
    Nobody,
    /// Signs in anew for each route: some routes end the session.
    Person(UserId),
    PersonWithoutToken(UserId),
    Browser(Browser),
    Key(String),
}

struct World {
    app: App,
    ours: (OrgId, UserId),
    theirs: (OrgId, UserId),
    players: Vec<(&'static str, Caller, Player)>,
}

const NO_SCOPES: &[Scope] = &[];

impl World {
    async fn new() -> Self {
        let clock = Clock::frozen(Utc.with_ymd_and_hms(2026, 1, 5, 9, 0, 0).unwrap());
        let app = App::new(clock.clone()).await;
        let ours = app.org("Ours", "owner@example.com").await;
        let theirs = app.org("Theirs", "other@example.com").await;
        let admin = app.account(ours.0, "admin@example.com", Some(Role::Admin)).await;
        let member = app.account(ours.0, "member@example.com", Some(Role::Member)).await;
        let removed = app.account(ours.0, "removed@example.com", Some(Role::Admin)).await;

        let expired = app.browser(ours.1).await;
        let store = app.db.store();
        let make = async |user, name, scopes| {
            plumb_identity::create_api_key(store, ours.0, user, name, scopes).await.expect("a key")
        };
        let expired_key = make(ours.1, "expired", Scope::ALL).await;
        clock.advance(TimeDelta::days(400));
        let was_member = app.browser(removed).await;
        let keys = [
            ("key without scopes", NO_SCOPES, Role::Owner, make(ours.1, "none", &Scope::ALL[..1]).await),
            ("key with every scope", Scope::ALL, Role::Owner, make(ours.1, "all", Scope::ALL).await),
            ("key of a member", Scope::ALL, Role::Member, make(member, "member", Scope::ALL).await),
        ];
        let revoked = make(ours.1, "revoked", Scope::ALL).await;
        let orphaned = make(removed, "orphaned", Scope::ALL).await;
        let mut conn = app.db.admin_conn().await;
        for change in [
            "update api_key set scopes = '{}' where name = 'none'",
            "update api_key set revoked_at = now() where name = 'revoked'",
            "delete from membership where user_id = (select id from app_user where email_norm = 'removed@example.com')",
        ] {
            let changed = sqlx::query(change).execute(&mut conn).await.expect("the change is made").rows_affected();
            assert_eq!(changed, 1, "{change}");
        }

        let person = |role| Caller::Session { role: Some(role), token: true };
        let bad_key = Caller::Nobody { header: true };
        let mut players = vec![
            ("anonymous", Caller::Nobody { header: false }, Player::Nobody),
            ("member", person(Role::Member), Player::Person(member)),
            ("admin", person(Role::Admin), Player::Person(admin)),
            ("owner", person(Role::Owner), Player::Person(ours.1)),
            ("owner of another", person(Role::Owner), Player::Person(theirs.1)),
            (
                "owner without token",
                Caller::Session { role: Some(Role::Owner), token: false },
                Player::PersonWithoutToken(ours.1),
            ),
            ("removed member", Caller::Session { role: None, token: true }, Player::Browser(was_member)),
            ("expired session", Caller::Nobody { header: false }, Player::Browser(expired)),
            ("revoked key", bad_key, Player::Key(revoked)),
            ("expired key", bad_key, Player::Key(expired_key)),
            ("key of a removed member", bad_key, Player::Key(orphaned)),
            ("no key at all", bad_key, Player::Key("plk_nonsense".to_owned())),
        ];
        players.extend(keys.map(|(name, scopes, role, key)| (name, Caller::Key { scopes, role }, Player::Key(key))));
        Self { app, ours, theirs, players }
    }

    async fn outcome(&self, route: &RouteInfo, path: &str, player: &Player) -> (Outcome, StatusCode) {
        let fresh;
        let from = match player {
            Player::Nobody => From::Nobody,
            Player::Browser(browser) => From::Browser(browser),
            Player::Key(key) => From::Key(key),
            Player::Person(user) | Player::PersonWithoutToken(user) => {
                fresh = self.app.browser(*user).await;
                if matches!(player, Player::Person(_)) { From::Browser(&fresh) } else { From::Forged(&fresh) }
            }
        };
        let (media, body) = body_for(route);
        let response = self.app.head(route.method.clone(), path, from, &[("content-type", media)], body).await;
        (observed(response.status(), response.headers()), response.status())
    }
}

/// A body that the route can read, so that it comes to look for what the path names.
fn body_for(route: &RouteInfo) -> (&'static str, &'static str) {
    match (route.page, &route.method, route.path) {
        (true, _, "/leads/{lead}") => ("application/x-www-form-urlencoded", LEAD_FORM),
        (true, _, _) => ("application/x-www-form-urlencoded", ""),
        (false, &Method::PATCH, _) => ("application/json", r#"{"title":"Head of Things"}"#),
        (false, _, _) => ("application/json", "{}"),
    }
}

const LEAD_FORM: &str = "email=&first_name=Ada&last_name=&title=&company=&phone_e164=&city=&country=";

/// The path with every parameter filled in by `fill`.
fn filled(path: &str, fill: impl Fn(&str) -> String) -> String {
    let segment = |segment: &str| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => fill(name.trim_start_matches('*')),
        None => segment.to_owned(),
    };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn every_route_lets_in_whom_it_declares() {
    let world = World::new().await;
    let mut routes = world.app.register.routes();
    // It ends the sessions that the other routes are tried with.
    routes.sort_by_key(|route| route.path == "/sign-out");
    let (mut wrong, mut tried, mut by_outcome) = (Vec::new(), 0, BTreeMap::<String, u32>::new());
    for route in &routes {
        let path = filled(route.path, |_| LeadId::fresh().to_string());
        for (name, caller, player) in &world.players {
            let wanted = expected(route, *caller);
            let (outcome, status) = world.outcome(route, &path, player).await;
            tried += 1;
            *by_outcome.entry(format!("{outcome:?}")).or_default() += 1;
            if outcome != wanted {
                wrong.push(format!(
                    "{} {} by {name}: {outcome:?} ({status}), should be {wanted:?}",
                    route.method, route.path
                ));
            }
            if outcome == Outcome::Enters && status.is_server_error() {
                wrong.push(format!("{} {} by {name}: {status}", route.method, route.path));
            }
        }
    }
    eprintln!("access: {} routes × {} callers = {tried} requests: {by_outcome:?}", routes.len(), world.players.len());
    assert!(wrong.is_empty(), "{} wrong:\n  {}", wrong.len(), wrong.join("\n  "));
}

#[tokio::test]
async fn the_list_of_routes_is_checked_in() {
    let app = App::new(Clock::System).await;
    let mut text = String::from(
        "# Every route and who may call it. Written by `PLUMB_BLESS=1 cargo test -p plumb --test it access`.\n",
    );
    for route in app.register.routes() {
        let who = match route.access {
            Access::Public { reason, .. } => format!("public: {reason}"),
            Access::SignedIn => "signed in".to_owned(),
            Access::Org(action) => {
                let scope = if route.page { None } else { action.scope() };
                format!("{action:?}: {}, {}", action.role_min(), scope.map_or("no key", |scope| scope.as_str()))
            }
        };
        let page = if route.page { "page" } else { "api" };
        writeln!(text, "{:<6} {:<42} {page:<4} {who}", route.method.as_str(), route.path).expect("a string takes text");
    }
    golden("docs/develop/routes.txt", &text);
}

/// A row of the other organisation for each parameter of a path.
async fn foreign(world: &World) -> BTreeMap<&'static str, String> {
    let (org, owner) = world.theirs;
    let (lead, import, job) = (LeadId::fresh(), ImportId::fresh(), JobId::fresh());
    let mut conn = world.app.db.admin_conn().await;
    sqlx::query(
        "insert into import (org_id, id, file_name, state, created_at) values ($1, $2, 'list.csv', 'draft', now())",
    )
    .bind(org.0)
    .bind(import.0)
    .execute(&mut conn)
    .await
    .expect("an import");
    sqlx::query(
        "insert into lead (org_id, id, dedupe_key, email, import_id, row_no, stage, created_at, updated_at)
         values ($1, $2, $2::text, 'x@example.com', $3, 2, 'clean', now(), now())",
    )
    .bind(org.0)
    .bind(lead.0)
    .bind(import.0)
    .execute(&mut conn)
    .await
    .expect("a lead");
    sqlx::query(
        "insert into job (org_id, id, kind, payload, run_at, state, attempts_max, created_at)
         values ($1, $2, 'x', '{}', now(), 'dead', 1, now())",
    )
    .bind(org.0)
    .bind(job.0)
    .execute(&mut conn)
    .await
    .expect("a job");
    let run = VerificationRunId::fresh();
    sqlx::query(
        "insert into verification_run (org_id, id, request_mac, addresses, created_at) values ($1, $2, '', 1, now())",
    )
    .bind(org.0)
    .bind(run.0)
    .execute(&mut conn)
    .await
    .expect("a request");
    sqlx::query(
        "insert into verification_item (org_id, run_id, seq, email, state, verdict, reason, catch_all, flags, evidence, policy, checked_at, expires_at, attempt)
         values ($1, $2, 1, 'x@example.com', 'answered', 'unverified', 'timeout', 'unknown', '{}', '[]', 'strict', now(), now(), 1)",
    )
    .bind(org.0)
    .bind(run.0)
    .execute(&mut conn)
    .await
    .expect("an address of it");
    sqlx::query(
        "insert into verification (org_id, id, lead_id, verdict, reason, catch_all, flags, evidence, policy, checked_at, expires_at, attempt)
         values ($1, $2, $2, 'unverified', 'timeout', 'unknown', '{}', '[]', 'strict', now(), now(), 1)",
    )
    .bind(org.0)
    .bind(lead.0)
    .execute(&mut conn)
    .await
    .expect("an answer about the lead");
    let (load, screening, entry) = (ImportId::fresh(), JobId::fresh(), JobId::fresh());
    sqlx::query(
        "insert into dnc_load (org_id, id, registry, kind, state, holder, version_date, obtained_on, form, covers_all, accept_unusual, bytes, created_at)
         values ($1, $2, 'federal', 'full', 'done', 'Example Ltd', current_date, current_date, '{}', true, false, 0, now())",
    )
    .bind(org.0)
    .bind(load.0)
    .execute(&mut conn)
    .await
    .expect("a list");
    sqlx::query(
        "insert into dnc_screening (org_id, id, state, created_at, keep_until) values ($1, $2, 'done', now(), now())",
    )
    .bind(org.0)
    .bind(screening.0)
    .execute(&mut conn)
    .await
    .expect("a screening");
    sqlx::query(
        "insert into dnc_company (org_id, token, id, key_version, hint, reason, asked_on, created_at)
         values ($1, $2, $3, 1, '+1202·····23', 'asked', current_date, now())",
    )
    .bind(org.0)
    .bind(&entry.0.as_bytes()[..])
    .bind(entry.0)
    .execute(&mut conn)
    .await
    .expect("a number that may not be called");
    let export: sqlx::types::Uuid = sqlx::query_scalar(
        "insert into export (org_id, state, format, profile, which, with_provenance, with_not_us, asked_by_kind, asked_by, finished_at)
         values ($1, 'done', 'csv', 'all', 'all', false, false, 'user', $2, now()) returning id",
    )
    .bind(org.0)
    .bind(owner.0)
    .fetch_one(&mut conn)
    .await
    .expect("an export");
    let (pair, merge) = (JobId::fresh(), JobId::fresh());
    sqlx::query(
        "insert into lead_link (org_id, id, a, b, decision, state, confidence, evidence, version, found_at)
         values ($1, $2, $3, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'possible', 'open', 60, '[]', 1, now())",
    )
    .bind(org.0)
    .bind(pair.0)
    .bind(lead.0)
    .execute(&mut conn)
    .await
    .expect("a pair");
    sqlx::query(
        "insert into lead_merge (org_id, id, survivor_id, merged_id, fields, survivor_before, survivor_after, merged_row, sources, merged_by_kind, merged_at)
         values ($1, $2, $3, $3, '{}', '{}', '{}', '{}', '[]', 'user', now())",
    )
    .bind(org.0)
    .bind(merge.0)
    .bind(lead.0)
    .execute(&mut conn)
    .await
    .expect("a merge");
    let scan = JobId::fresh();
    sqlx::query("insert into duplicate_scan (org_id, id, state, finished_at) values ($1, $2, 'done', now())")
        .bind(org.0)
        .bind(scan.0)
        .execute(&mut conn)
        .await
        .expect("a search");
    plumb_identity::create_api_key(world.app.db.store(), org, owner, "theirs", Scope::ALL).await.expect("a key");
    let key: sqlx::types::Uuid =
        sqlx::query_scalar("select id from api_key where name = 'theirs' order by created_at desc, id desc limit 1")
            .fetch_one(&mut conn)
            .await
            .expect("a key");
    BTreeMap::from([
        ("lead", lead.to_string()),
        ("import", import.to_string()),
        ("job", job.to_string()),
        ("run", run.to_string()),
        ("seq", "1".to_owned()),
        ("load", load.to_string()),
        ("pair", pair.to_string()),
        ("merge", merge.to_string()),
        ("scan", scan.to_string()),
        ("export", export.to_string()),
        ("screening", screening.to_string()),
        ("entry", entry.to_string()),
        ("key", key.to_string()),
        ("org", org.to_string()),
    ])
}

/// What is the same in two answers that say the same.
fn masked(answer: &Answer) -> (StatusCode, Vec<(String, String)>, String) {
    let id = answer.headers.get("x-request-id").and_then(|value| value.to_str().ok()).expect("every answer has its id");
    let headers =
        answer.headers.iter().map(|(name, value)| (name.to_string(), format!("{value:?}").replace(id, "(id)")));
    (answer.status, headers.collect(), answer.body.replace(id, "(id)"))
}

#[tokio::test]
async fn what_is_anothers_is_not_there() {
    let world = World::new().await;
    let (us, them) = (world.app.browser(world.ours.1).await, world.app.browser(world.theirs.1).await);
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for route in world.app.register.routes() {
        // Files of the program belong to everyone, and so do the names of registries.
        let names_no_row = route.path.contains("{*") || route.path.contains("{registry}");
        if !route.path.contains('{') || names_no_row || matches!(route.access, Access::Public { .. }) {
            continue;
        }
        // Some routes remove what they are asked about.
        let rows = foreign(&world).await;
        let (media, body) = body_for(&route);
        let ask = async |browser: &Browser, path: String| {
            let headers = [("content-type", media)];
            world.app.head(route.method.clone(), &path, From::Browser(browser), &headers, body).await
        };
        let name = format!("{} {}", route.method, route.path);
        let known = |parameter: &str| {
            rows.get(parameter)
                .cloned()
                .unwrap_or_else(|| panic!("{name}: put a row for {{{parameter}}} into `foreign`"))
        };
        let read = async |response: axum::response::Response| {
            let (parts, body) = response.into_parts();
            let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
            Answer { status: parts.status, headers: parts.headers, body: String::from_utf8_lossy(&body).into_owned() }
        };
        let random = read(ask(&us, filled(route.path, |_| LeadId::fresh().to_string())).await).await;
        let theirs = ask(&us, filled(route.path, known)).await;
        if theirs.status() != StatusCode::NOT_FOUND || random.status != StatusCode::NOT_FOUND {
            wrong.push(format!("{name}: {} for another's, {} for nobody's", theirs.status(), random.status));
            continue;
        }
        if masked(&read(theirs).await) != masked(&random) {
            wrong.push(format!("{name}: another's and nobody's are told apart"));
        }
        // And the row is there: its own organisation is not told the same.
        let own = ask(&them, filled(route.path, known)).await.status();
        if own == StatusCode::NOT_FOUND {
            wrong.push(format!("{name}: its own organisation does not find it either"));
        }
        compared += 1;
    }
    eprintln!("access: {compared} routes with an id: another's and nobody's are the same, byte for byte");
    assert!(wrong.is_empty(), "{} wrong:\n  {}", wrong.len(), wrong.join("\n  "));
    assert!(compared >= 10, "{compared} routes were compared");
}
