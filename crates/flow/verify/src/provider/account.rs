//! An organisation's account at its provider: the sealed key, the day's budget, and whether it is asked at all.

use std::time::Duration;

use plumb_base::{Timestamp, random};
use plumb_store::{OrgTx, StoreError};
use plumb_vault::{Context, Keys, Purpose};

use super::Vendor;

/// Where keys are sealed.
const KEY_PLACE: &str = "verification_provider.key";
/// The pauses after the first, second, … trouble with one address.
const PAUSES_SECS: [u64; 5] = [15, 60, 4 * 60, 15 * 60, 60 * 60];

/// An account, without its key.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) vendor: Vendor,
    pub(crate) credits_per_day: i32,
    pub(crate) used_today: i32,
    pub(crate) is_on: bool,
    pub(crate) off_reason: Option<String>,
    pub(crate) pause_until: Option<Timestamp>,
    pub(crate) changed_at: Timestamp,
    pub(crate) key_sealed: Vec<u8>,
}

/// Whether a credit may be used now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    Granted,
    /// It wants a pause, until then.
    Paused(Timestamp),
    /// Not today, or not at all, in words.
    Refused(String),
}

/// The organisation's account.
pub(crate) async fn account(tx: &mut OrgTx) -> Result<Option<Account>, StoreError> {
    let (org, today) = (tx.org().0, tx.now().date_naive());
    let row = sqlx::query!(
        r#"select provider, credits_per_day, case when used_on = $2 then used else 0 end as "used_today!", is_on, off_reason, pause_until, changed_at, key_sealed
           from verification_provider where org_id = $1"#,
        org,
        today,
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.and_then(|row| {
        Some(Account {
            vendor: Vendor::from_code(&row.provider)?,
            credits_per_day: row.credits_per_day,
            used_today: row.used_today,
            is_on: row.is_on,
            off_reason: row.off_reason,
            pause_until: row.pause_until,
            changed_at: row.changed_at,
            key_sealed: row.key_sealed,
        })
    }))
}

impl Account {
    /// The key. None when it cannot be opened: sealed for somebody else, or with another master key.
    pub(crate) fn key(&self, tx: &OrgTx, keys: &Keys) -> Option<String> {
        let org = tx.org().0;
        let context = Context { org: tx.org(), place: KEY_PLACE, row: org.as_bytes() };
        String::from_utf8(keys.open(Purpose::Credentials, context, &self.key_sealed).ok()?).ok()
    }

    /// Whether it may be asked now.
    pub(crate) fn leave(&self, now: Timestamp) -> Leave {
        if !self.is_on {
            let why = self.off_reason.as_deref().unwrap_or("by an administrator");
            return Leave::Refused(format!("{} is switched off: {why}", self.vendor));
        }
        if self.used_today >= self.credits_per_day {
            return Leave::Refused(format!("the day's budget of {} credits is used up", self.credits_per_day));
        }
        match self.pause_until {
            Some(until) if until > now => Leave::Paused(until),
            _ => Leave::Granted,
        }
    }
}

/// Takes credits out of the day's budget; false when there are not enough, or when it is not to be asked now.
pub(crate) async fn spend(tx: &mut OrgTx, credits: i32) -> Result<bool, StoreError> {
    let (org, now) = (tx.org().0, tx.now());
    let spent = sqlx::query!(
        "update verification_provider set used = case when used_on = $2 then used else 0 end + $3, used_on = $2
         where org_id = $1 and is_on and (pause_until is null or pause_until <= $4)
           and case when used_on = $2 then used else 0 end + $3 <= credits_per_day",
        org,
        now.date_naive(),
        credits,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(spent.rows_affected() > 0)
}

/// Lets nobody ask before `until`.
pub(crate) async fn pause(tx: &mut OrgTx, until: Timestamp) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!(
        "update verification_provider set pause_until = greatest(pause_until, $2) where org_id = $1",
        org,
        until,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Switches it off, and says why.
pub(crate) async fn switch_off(tx: &mut OrgTx, why: &str) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let changed = sqlx::query!(
        "update verification_provider set is_on = false, off_reason = $2, changed_at = $3 where org_id = $1 and is_on",
        org,
        why,
        tx.now(),
    )
    .execute(tx.conn())
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Sets the account up, with a key that is sealed here.
pub(crate) async fn put(
    tx: &mut OrgTx,
    keys: &Keys,
    vendor: Vendor,
    key: &str,
    credits_per_day: i32,
) -> Result<(), StoreError> {
    let (org, now, by) = (tx.org().0, tx.now(), tx.actor().id);
    let sealed = keys.seal(
        Purpose::Credentials,
        Context { org: tx.org(), place: KEY_PLACE, row: org.as_bytes() },
        key.as_bytes(),
    );
    sqlx::query!(
        "insert into verification_provider (org_id, provider, key_sealed, credits_per_day, used_on, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (org_id) do update set provider = excluded.provider, key_sealed = excluded.key_sealed, credits_per_day = excluded.credits_per_day,
             is_on = true, off_reason = null, pause_until = null, changed_by = excluded.changed_by, changed_at = excluded.changed_at",
        org,
        vendor.code(),
        &sealed,
        credits_per_day,
        now.date_naive(),
        by,
        now,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes the account with its key; false when there is none.
pub(crate) async fn remove(tx: &mut OrgTx) -> Result<bool, StoreError> {
    let org = tx.org().0;
    let gone = sqlx::query!("delete from verification_provider where org_id = $1", org).execute(tx.conn()).await?;
    Ok(gone.rows_affected() > 0)
}

/// How long to wait after the `tries`th trouble (from 1) with one address, a little apart from others who wait; `None`
/// when that was enough.
pub(crate) fn back_off(tries: u16, named: Option<Duration>) -> Option<Duration> {
    let usual = Duration::from_secs(*PAUSES_SECS.get(usize::from(tries.checked_sub(1)?))?);
    let wait = named.unwrap_or(usual).min(Duration::from_hours(24));
    let spread = u64::try_from(wait.as_millis() / 4).unwrap_or(u64::MAX).max(1);
    Some(wait + Duration::from_millis(random::below(spread)))
}
