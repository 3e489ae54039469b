//! Everything that this crate asks the database about links and settings.

use std::collections::HashMap;

use plumb_base::Timestamp;
use plumb_store::{OrgTx, StoreError};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::compare::{Found, Keyed, version};
use crate::domain::LinkState;

/// Waits for, and keeps off, whoever else compares or merges leads of the organisation: of two that come at once, one
/// sees the other.
pub(crate) async fn hold(tx: &mut OrgTx) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('duplicate' || $1::uuid::text, 0))", org)
        .fetch_one(tx.conn())
        .await?;
    Ok(())
}

/// What these leads were when they were last compared by these rules.
pub(crate) async fn compared(tx: &mut OrgTx, leads: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        "select lead_id, content from lead_compared where org_id = $1 and lead_id = any ($2) and version = $3",
        org,
        leads,
        version(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(|row| (row.lead_id, row.content)).collect())
}

/// Stores the keys of leads in place of those they had.
pub(crate) async fn store_keys(tx: &mut OrgTx, leads: &[Keyed]) -> Result<(), StoreError> {
    let org = tx.org().0;
    let ids: Vec<Uuid> = leads.iter().map(|keyed| keyed.lead.id).collect();
    let contents: Vec<i64> = leads.iter().map(|keyed| keyed.content).collect();
    let (of, keys): (Vec<Uuid>, Vec<i64>) =
        leads.iter().flat_map(|keyed| keyed.keys.iter().map(|key| (keyed.lead.id, *key))).unzip();
    sqlx::query!("delete from lead_key where org_id = $1 and lead_id = any ($2)", org, &ids).execute(tx.conn()).await?;
    sqlx::query!(
        "insert into lead_key (org_id, key, lead_id) select $1, x.key, x.lead_id
         from unnest($2::bigint[], $3::uuid[]) as x (key, lead_id) order by x.key on conflict do nothing",
        org,
        &keys,
        &of,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into lead_compared (org_id, lead_id, version, content)
         select $1, x.lead_id, $2, x.content from unnest($3::uuid[], $4::bigint[]) as x (lead_id, content)
         on conflict (org_id, lead_id) do update set version = excluded.version, content = excluded.content",
        org,
        version(),
        &ids,
        &contents,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Leads that share a key with one of these, and how many of the keys were shared by more than `block_max`: of those the
/// newest leads only.
pub(crate) async fn sharing(tx: &mut OrgTx, keys: &[i64], block_max: i64) -> Result<(Vec<Uuid>, i64), StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select m.leads as "leads!" from unnest($2::bigint[]) as k (key) cross join lateral (
               select array_agg(x.lead_id) as leads from (
                   select lead_id from lead_key where org_id = $1 and key = k.key order by lead_id desc limit $3) x) m
           where cardinality(m.leads) > 1"#,
        org,
        keys,
        block_max + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let (mut sharing, mut thinned) = (Vec::new(), 0);
    for row in rows {
        thinned += i64::from(row.leads.len() as i64 > block_max);
        sharing.extend(row.leads);
    }
    sharing.sort_unstable();
    sharing.dedup();
    Ok((sharing, thinned))
}

/// Writes what was found about `leads`, in place of what was found about them before and nobody decided. What somebody
/// decided stays.
pub(crate) async fn write_links(tx: &mut OrgTx, leads: &[Uuid], found: &[Found]) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let a: Vec<Uuid> = found.iter().map(|found| found.a).collect();
    let b: Vec<Uuid> = found.iter().map(|found| found.b).collect();
    let decisions: Vec<&str> = found.iter().map(|found| if found.is_same { "same" } else { "possible" }).collect();
    let confidences: Vec<i16> = found.iter().map(|found| i16::from(found.confidence)).collect();
    let evidence: Vec<Value> = found.iter().map(|found| json!(found.evidence)).collect();
    sqlx::query!(
        "delete from lead_link l where l.org_id = $1 and l.state in ('open', 'later')
             and (l.a = any ($2) or l.b = any ($2))
             and not exists (select from unnest($3::uuid[], $4::uuid[]) as x (a, b) where x.a = l.a and x.b = l.b)",
        org,
        leads,
        &a,
        &b,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into lead_link (org_id, a, b, decision, state, confidence, evidence, version, found_at)
         select $1, x.a, x.b, x.decision, 'open', x.confidence, x.evidence, $2, $3
         from unnest($4::uuid[], $5::uuid[], $6::text[], $7::smallint[], $8::jsonb[]) as x (a, b, decision, confidence, evidence)
         on conflict (org_id, a, b) do update set decision = excluded.decision, confidence = excluded.confidence,
             evidence = excluded.evidence, version = excluded.version, found_at = excluded.found_at
         where lead_link.state in ('open', 'later')",
        org,
        version(),
        now,
        &a,
        &b,
        &decisions as &[&str],
        &confidences,
        &evidence,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A row of `lead_link`.
#[derive(Clone, Debug)]
pub(crate) struct LinkRow {
    pub(crate) id: Uuid,
    pub(crate) a: Uuid,
    pub(crate) b: Uuid,
    pub(crate) decision: String,
    pub(crate) state: String,
    pub(crate) confidence: i16,
    pub(crate) evidence: Value,
    pub(crate) found_at: Timestamp,
}

/// Which way a page goes from its cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// On, to what is less sure.
    On,
    /// Back, to what is surer.
    Back,
}

/// A page of the queue, the surest first, from a confidence and an id.
pub(crate) async fn links(
    tx: &mut OrgTx,
    state: LinkState,
    confidence_min: i16,
    from: Option<(i16, Uuid)>,
    turn: Turn,
    limit: u32,
) -> Result<Vec<LinkRow>, StoreError> {
    let org = tx.org().0;
    let (confidence, id) = from.unzip();
    let (state, limit) = (state.as_str(), i64::from(limit));
    // The index is by falling confidence and rising id: what comes after is surer no more, or as sure with a larger id.
    if turn == Turn::Back {
        let mut rows = sqlx::query_as!(
            LinkRow,
            "select id, a, b, decision, state, confidence, evidence, found_at from lead_link
             where org_id = $1 and state = $2 and confidence >= $3
               and (confidence > $4 or (confidence = $4 and id < $5))
             order by confidence, id desc limit $6",
            org,
            state,
            confidence_min,
            confidence,
            id,
            limit,
        )
        .fetch_all(tx.conn())
        .await?;
        rows.reverse();
        return Ok(rows);
    }
    let rows = sqlx::query_as!(
        LinkRow,
        "select id, a, b, decision, state, confidence, evidence, found_at from lead_link
         where org_id = $1 and state = $2 and confidence >= $3
           and ($4::smallint is null or confidence < $4 or (confidence = $4 and id > $5))
         order by confidence desc, id limit $6",
        org,
        state,
        confidence_min,
        confidence,
        id,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// One link, unless one of its leads was merged into a third.
pub(crate) async fn link(tx: &mut OrgTx, id: Uuid) -> Result<Option<LinkRow>, StoreError> {
    let org = tx.org().0;
    let row = sqlx::query_as!(
        LinkRow,
        "select id, a, b, decision, state, confidence, evidence, found_at from lead_link
         where org_id = $1 and id = $2 and state <> 'asleep'",
        org,
        id,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row)
}

/// Links that the engine would make by itself and nobody looked at, the surest first.
pub(crate) async fn sure(tx: &mut OrgTx, confidence_min: i16, limit: i64) -> Result<Vec<LinkRow>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        LinkRow,
        "select id, a, b, decision, state, confidence, evidence, found_at from lead_link
         where org_id = $1 and state = 'open' and confidence >= $2 and decision = 'same'
         order by confidence desc, id limit $3",
        org,
        confidence_min,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Records a decision about a link that waits for one. False when somebody decided meanwhile.
pub(crate) async fn decide(tx: &mut OrgTx, id: Uuid, state: LinkState) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let changed = sqlx::query!(
        "update lead_link set state = $3, decided_at = $4
         where org_id = $1 and id = $2 and state in ('open', 'later')",
        org,
        id,
        state.as_str(),
        now,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(changed > 0)
}

/// After a merge: what waits about the merged lead sleeps, and whoever was said not to be it is not the survivor either.
/// The survivor is compared anew: a third who was linked to the merged lead may be linked to it now.
pub(crate) async fn after_merge(tx: &mut OrgTx, merge: Uuid, survivor: Uuid, merged: Uuid) -> Result<(), StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    sqlx::query!(
        "update lead_link set state = 'asleep', via_merge = $2
         where org_id = $1 and (a = $3 or b = $3) and state in ('open', 'later')",
        org,
        merge,
        merged,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "insert into lead_link (org_id, a, b, decision, state, confidence, evidence, version, found_at, decided_at, via_merge)
         select org_id, least(o.other, $3), greatest(o.other, $3), decision, 'dismissed', confidence, evidence, version, found_at, $5, $2
         from lead_link l cross join lateral (select case when l.a = $4 then l.b else l.a end as other) o
         where org_id = $1 and (a = $4 or b = $4) and state = 'dismissed' and o.other <> $3
         on conflict (org_id, a, b) do update set state = 'dismissed', decided_at = $5, via_merge = $2
         where lead_link.state in ('open', 'later')",
        org,
        merge,
        survivor,
        merged,
        now,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from lead_compared where org_id = $1 and lead_id = $2", org, survivor)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// After a merge was undone: what slept because of it waits again, and both leads are compared anew. Its own link is put
/// off: nothing merges it by itself again.
pub(crate) async fn after_undo(tx: &mut OrgTx, merge: Uuid, leads: [Uuid; 2]) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!("delete from lead_link where org_id = $1 and via_merge = $2 and state = 'dismissed'", org, merge,)
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "update lead_link set state = 'open', via_merge = null where org_id = $1 and via_merge = $2 and state = 'asleep'",
        org,
        merge,
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update lead_link set state = 'later' where org_id = $1 and state = 'merged'
             and a = least($2::uuid, $3::uuid) and b = greatest($2::uuid, $3::uuid)",
        org,
        leads[0],
        leads[1],
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!("delete from lead_compared where org_id = $1 and lead_id = any ($2)", org, &leads[..])
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// How many links wait from a confidence on: all of them, those that were put off, and those that may be merged at once.
pub(crate) async fn waiting(tx: &mut OrgTx, sure: i16, show_from: i16) -> Result<(i64, i64, i64), StoreError> {
    let org = tx.org().0;
    let row = sqlx::query!(
        r#"select count(*) filter (where state = 'open') as "open!", count(*) filter (where state = 'later') as "later!",
               count(*) filter (where state = 'open' and decision = 'same' and confidence >= $2) as "sure!"
           from lead_link where org_id = $1 and state in ('open', 'later') and confidence >= $3"#,
        org,
        sure,
        show_from,
    )
    .fetch_one(tx.conn())
    .await?;
    Ok((row.open, row.later, row.sure))
}
