//! Listings of a large organisation, and what keeping organisations apart costs them.

use std::time::{Duration, Instant};

use plumb_base::OrgId;
use plumb_egress::OwnServer;
use plumb_vault::Keys;
use serde::Deserialize;
use sqlx::postgres::PgPoolOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection, PgPool};

use crate::figure::{figure, median, ms, percentile, title};
use crate::running::Running;
use crate::workbench::{Scratch, as_app, begin};

const REQUESTS: usize = 500;
const WARMING: usize = 50;
/// A listing that takes too long is not asked for as often.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pages before the one that is read again and again.
const DEEP: usize = 200;
/// Leads of the organisation beside it.
const NEIGHBOURS: i64 = 200_000;

pub(crate) async fn run(leads: i64) -> anyhow::Result<()> {
    let scratch = Scratch::new("leads")?;
    let running = Running::start(scratch.path()).await?;
    let mut admin = running.admin.connect().await?;
    let org: OrgId =
        sqlx::query_scalar::<_, uuid::Uuid>("select org_id from membership").fetch_one(&mut admin).await.map(OrgId)?;
    let neighbour = OrgId::fresh();
    sqlx::query("insert into org values ($1, 'Beside', now())").bind(neighbour.0).execute(&mut admin).await?;
    for (org, leads) in [(org, leads), (neighbour, NEIGHBOURS)] {
        fill(&mut admin, org, leads).await?;
    }
    sqlx::raw_sql("vacuum analyze lead").execute(&mut admin).await?;
    admin.close().await?;

    title(format_args!(
        "leads: {leads} in one organisation, {NEIGHBOURS} in another; {REQUESTS} requests by HTTP, one after another"
    ));
    for (name, query) in [
        ("verified, best first", "verdict=verified&sort=-score"),
        ("all, best first", "sort=-score"),
        ("of one country (1 in 20), best first", "country=NL&sort=-score"),
        ("usable, newest first", "usable=true&sort=-created"),
        ("verified of a rare country (1 in 10,000)", "verdict=verified&country=MT&sort=-score"),
        ("of one domain", "domain=company-77.example&sort=-score"),
    ] {
        time(&running.api, name, &format!("/api/v1/leads?{query}")).await?;
    }
    let after = deep(&running.api, "/api/v1/leads?verdict=verified&sort=-score&limit=200").await?;
    let name = format!("verified, best first, {} leads further on", DEEP * 200);
    time(&running.api, &name, &format!("/api/v1/leads?verdict=verified&sort=-score&after={after}")).await?;
    apart(&running, scratch.path(), org).await?;
    running.stop().await
}

#[derive(Deserialize)]
struct Page {
    leads: Vec<serde::de::IgnoredAny>,
    next: Option<String>,
}

async fn time(api: &OwnServer, name: &str, path: &str) -> anyhow::Result<()> {
    let mut times = Vec::with_capacity(REQUESTS);
    let mut found = 0;
    let first = Instant::now();
    for round in 0..WARMING + REQUESTS {
        let began = Instant::now();
        let page: Page = api.get_json(path).await?;
        let is_slow = first.elapsed() > PATIENCE;
        if round >= WARMING || is_slow {
            times.push(ms(began.elapsed()));
        }
        found = page.leads.len();
        if is_slow {
            break;
        }
    }
    let (p50, p95) = (percentile(&times, 0.5), percentile(&times, 0.95));
    figure(format_args!("{name} ({found})"), format_args!("p50 {p50:.1} p95 {p95:.1} ms"), "p95 ≤ 20 ms");
    Ok(())
}

/// The cursor far down a listing.
async fn deep(api: &OwnServer, path: &str) -> anyhow::Result<String> {
    let mut after = String::new();
    for _ in 0..DEEP {
        let page: Page = api.get_json(&format!("{path}&after={after}")).await?;
        let Some(next) = page.next else { break };
        after = next;
    }
    Ok(after)
}

/// The listing's statement in the application's role, bound by row-level security, and as an administrator, who is not.
async fn apart(running: &Running, dir: &std::path::Path, org: OrgId) -> anyhow::Result<()> {
    let keys: Keys = plumb::keys::load_or_create(&dir.join("master.key"))?;
    let bound = as_app(running.admin.clone(), &keys, 1).await?;
    #[expect(clippy::disallowed_methods, reason = "the peer that no policy binds")]
    let free = PgPoolOptions::new().max_connections(1).connect_with(running.admin.clone()).await?;
    for (name, country) in [("best first", None), ("of one country, best first", Some("NL"))] {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for round in 0..WARMING + REQUESTS {
            // Alternately first: whoever comes second finds the processor's caches warm.
            let order =
                if round % 2 == 0 { [(&bound, true), (&free, false)] } else { [(&free, false), (&bound, true)] };
            for (pool, is_bound) in order {
                let took = read(pool, org, country).await?;
                if round >= WARMING {
                    if is_bound { with.push(took) } else { without.push(took) }
                }
            }
        }
        let (with, without) = (median(&with), median(&without));
        figure(
            format_args!("row-level security, {name}: with / without"),
            format_args!("{:.3} ({with:.2} / {without:.2} ms)", with / without),
            "≤ 1.05",
        );
    }
    Ok(())
}

async fn read(pool: &PgPool, org: OrgId, country: Option<&str>) -> anyhow::Result<f64> {
    const ALL: &str = "select l.id, l.email, l.first_name, l.last_name, l.full_name, l.title, l.company, l.website, l.phone_e164,
        l.street, l.city, l.region, l.postcode, l.country, l.linkedin, l.flags, l.verdict, l.verdict_reason, l.verdict_expires_at,
        l.next_check_at, l.score, l.import_id, l.row_no, l.created_at, l.updated_at,
        exists (select from suppression s where s.token in (l.email_token, l.email_token_base)) as suppressed
        from lead l where l.org_id = $1 and l.verdict = $2 order by l.score desc, l.id desc limit 51";
    const OF_COUNTRY: &str = "select l.id, l.email, l.first_name, l.last_name, l.full_name, l.title, l.company, l.website, l.phone_e164,
        l.street, l.city, l.region, l.postcode, l.country, l.linkedin, l.flags, l.verdict, l.verdict_reason, l.verdict_expires_at,
        l.next_check_at, l.score, l.import_id, l.row_no, l.created_at, l.updated_at,
        exists (select from suppression s where s.token in (l.email_token, l.email_token_base)) as suppressed
        from lead l where l.org_id = $1 and l.verdict = $2 and l.country = $3 order by l.score desc, l.id desc limit 51";
    let began = Instant::now();
    let mut tx = begin(pool, org).await?;
    let query = sqlx::query(if country.is_some() { OF_COUNTRY } else { ALL }).bind(org.0).bind("verified");
    let query = if let Some(country) = country { query.bind(country) } else { query };
    query.fetch_all(&mut *tx).await?;
    tx.rollback().await?;
    Ok(ms(began.elapsed()))
}

/// Leads as an import and verifying leave them, made by the database itself.
async fn fill(admin: &mut PgConnection, org: OrgId, leads: i64) -> anyhow::Result<()> {
    sqlx::query(
        "insert into lead (org_id, id, dedupe_key, email, email_key, email_token, email_domain, org_domain, first_name, last_name,
             full_name, title, company, company_key, website, phone_e164, city, country, flags, import_id, row_no, stage,
             verdict, verdict_reason, verdict_expires_at, score, score_version, created_at, updated_at)
         select $1, (lpad(to_hex(1700000000000 + n), 12, '0') || right(replace(gen_random_uuid()::text, '-', ''), 20))::uuid,
             'e:' || x.email, x.email, x.email, sha256(x.email::bytea), x.domain, x.domain, 'Mia', 'Lund',
             'Mia Lund', 'Head of Sales', 'Company ' || n % 9973, 'company ' || n % 9973, 'https://' || x.domain || '/',
             '+493023125' || lpad((n % 1000)::text, 3, '0'), 'Berlin',
             case when n % 10000 = 5 then 'MT' when n % 20 = 3 then 'NL' else (array['DE', 'US', 'GB', 'FR'])[1 + n % 4] end,
             case when n % 9 = 0 then '{email_role}'::text[] else '{}' end, '00000000-0000-7000-8000-000000000001', n, 'verify',
             (array['verified', 'verified', 'verified', 'verified', 'undeliverable', 'risky', 'unverified'])[1 + hash % 7],
             'mailbox_confirmed', now() + interval '60 days', (hash / 7) % 101, 1, now(), now()
         from (select n, abs(hashint8(n)) as hash, 'mia.lund' || n || '@company-' || n % 9973 || '.example' as email,
                   'company-' || n % 9973 || '.example' as domain
               from generate_series(1, $2) n) x",
    )
    .bind(org.0)
    .bind(leads)
    .execute(admin)
    .await?;
    Ok(())
}
