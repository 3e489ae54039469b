//! The company's own Do-Not-Call list (47 CFR 64.1200(d)), and what the Reassigned Numbers Database answered: both by
//! keyed hash, so that they outlive the leads and name nobody.

use std::collections::HashSet;

use chrono::NaiveDate;
use plumb_base::{OrgId, UserId};
use plumb_store::{OrgTx, StoreError};
use plumb_vault::{Keys, Purpose, SUPPRESSION_KEY_VERSION};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::model::CompanyEntry;

/// The name of the list beside those of the registries.
pub(crate) const COMPANY: &str = "company";

/// Why a number is on the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    /// The person asked.
    #[default]
    Asked,
    /// It came in a list.
    List,
    /// Something else.
    Other,
}

impl Reason {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::List => "list",
            Self::Other => "other",
        }
    }
}

/// What an answer of the Reassigned Numbers Database was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reassigned {
    /// The number was disconnected since: whoever answers now may be another person.
    Yes,
    /// It was not. Relying on this answer is a safe harbour (47 CFR 64.1200(m)).
    No,
    /// The database does not know.
    NoData,
}

impl Reassigned {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NoData => "no_data",
        }
    }

    /// From the words of the database and of services around it.
    pub(crate) fn read(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "yes" | "y" | "true" | "1" => Some(Self::Yes),
            "no" | "n" | "false" | "0" => Some(Self::No),
            "no data" | "no_data" | "nodata" | "null" | "unknown" | "" => Some(Self::NoData),
            _ => None,
        }
    }
}

/// An answer about one number.
#[derive(Clone, Debug)]
pub(crate) struct NumberAnswer {
    pub(crate) number: String,
    /// The day that was asked about: of consent, or of the last contact.
    pub(crate) since: NaiveDate,
    pub(crate) answer: Reassigned,
}

/// The keyed hash of a number: another in each organisation, so that lists cannot be compared.
fn token(keys: &Keys, org: OrgId, e164: &str) -> Vec<u8> {
    let info = [b"phone/v1\0".as_slice(), org.0.as_bytes()].concat();
    keys.mac(Purpose::Suppression, &info, e164.as_bytes()).to_vec()
}

/// What of a number is kept in clear: its first four and last two digits.
fn hint(e164: &str) -> String {
    let digits = e164.len();
    let (head, tail) = (digits.min(5), digits.saturating_sub(2));
    let hidden = tail.saturating_sub(head);
    format!("{}{}{}", &e164[..head], "·".repeat(hidden), &e164[tail.max(head)..])
}

/// Waits for, and keeps off, whoever else changes the list or screens with it: nobody is cleared in between.
pub(crate) async fn hold(tx: &mut OrgTx) -> Result<(), StoreError> {
    let org = tx.org().0;
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('dnc_company' || $1::uuid::text, 0))", org)
        .fetch_one(tx.conn())
        .await?;
    Ok(())
}

/// Adds numbers to the list and marks every lead that has one, in the same transaction. Answers how many were new.
pub(crate) async fn add(
    tx: &mut OrgTx,
    keys: &Keys,
    numbers: &[String],
    reason: Reason,
    asked_on: NaiveDate,
    by: Option<UserId>,
) -> Result<u64, StoreError> {
    hold(tx).await?;
    let (org, now) = (tx.org(), tx.now());
    let mut entries: Vec<(Vec<u8>, String)> =
        numbers.iter().map(|number| (token(keys, org, number), hint(number))).collect();
    entries.sort();
    entries.dedup();
    let (tokens, hints): (Vec<Vec<u8>>, Vec<String>) = entries.into_iter().unzip();
    let added = sqlx::query!(
        "insert into dnc_company (org_id, token, key_version, hint, reason, asked_on, created_by, created_at)
         select $1, token, $2, hint, $3, $4, $5, $6 from unnest($7::bytea[], $8::text[]) as x (token, hint)
         on conflict (org_id, token) do nothing",
        org.0,
        SUPPRESSION_KEY_VERSION,
        reason.as_str(),
        asked_on,
        by.map(|user| user.0),
        now,
        &tokens,
        &hints,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    plumb_lead::do_not_call(tx, numbers, COMPANY).await?;
    Ok(added)
}

/// Which of these numbers are on the list.
pub(crate) async fn listed(tx: &mut OrgTx, keys: &Keys, numbers: &[&str]) -> Result<Vec<bool>, StoreError> {
    let org = tx.org();
    let tokens: Vec<Vec<u8>> = numbers.iter().map(|number| token(keys, org, number)).collect();
    let found =
        sqlx::query_scalar!("select token from dnc_company where org_id = $1 and token = any ($2)", org.0, &tokens)
            .fetch_all(tx.conn())
            .await?;
    let found: HashSet<Vec<u8>> = found.into_iter().collect();
    Ok(tokens.iter().map(|token| found.contains(token)).collect())
}

/// Takes an entry from the list. Leads whose number is on it no more have to be screened again. False when there is no
/// such entry.
pub(crate) async fn remove(tx: &mut OrgTx, keys: &Keys, entry: Uuid) -> Result<bool, StoreError> {
    hold(tx).await?;
    let org = tx.org().0;
    let gone = sqlx::query!("delete from dnc_company where org_id = $1 and id = $2", org, entry)
        .execute(tx.conn())
        .await?
        .rows_affected();
    if gone == 0 {
        return Ok(false);
    }
    let marked = plumb_lead::numbers_on(tx, COMPANY).await?;
    let numbers: Vec<&str> = marked.iter().map(String::as_str).collect();
    let still = listed(tx, keys, &numbers).await?;
    let free: Vec<String> =
        marked.into_iter().zip(still).filter(|(_, still)| !still).map(|(number, _)| number).collect();
    if plumb_lead::screen_again(tx, &free).await? > 0 {
        plumb_lead::screen_edited(tx).await?;
    }
    Ok(true)
}

/// The newest entries, and how many there are.
pub(crate) async fn entries(tx: &mut OrgTx, limit: i64) -> Result<(Vec<CompanyEntry>, i64), StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query_as!(
        CompanyEntry,
        "select id, hint, reason, asked_on, created_at from dnc_company where org_id = $1 order by created_at desc, id desc limit $2",
        org,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from dnc_company where org_id = $1"#, org)
        .fetch_one(tx.conn())
        .await?;
    Ok((rows, count))
}

/// Keeps answers of the Reassigned Numbers Database; a newer one about the same day takes the place of the older.
pub(crate) async fn keep_answers(
    tx: &mut OrgTx,
    keys: &Keys,
    answers: &[NumberAnswer],
    obtained_on: NaiveDate,
) -> Result<u64, StoreError> {
    let org = tx.org();
    let mut rows: Vec<(Vec<u8>, NaiveDate, &str)> =
        answers.iter().map(|answer| (token(keys, org, &answer.number), answer.since, answer.answer.as_str())).collect();
    rows.sort();
    // Of two answers about one number and day, the one that says more stays: `yes` sorts last.
    rows.reverse();
    rows.dedup_by(|a, b| (&a.0, a.1) == (&b.0, b.1));
    let tokens: Vec<Vec<u8>> = rows.iter().map(|row| row.0.clone()).collect();
    let since: Vec<NaiveDate> = rows.iter().map(|row| row.1).collect();
    let words: Vec<&str> = rows.iter().map(|row| row.2).collect();
    let kept = sqlx::query!(
        "insert into dnc_reassigned (org_id, token, since, key_version, answer, obtained_on)
         select $1, token, since, $2, answer, $3 from unnest($4::bytea[], $5::date[], $6::text[]) as x (token, since, answer)
         on conflict (org_id, token, since) do update set answer = excluded.answer, obtained_on = excluded.obtained_on
             where dnc_reassigned.obtained_on <= excluded.obtained_on",
        org.0,
        SUPPRESSION_KEY_VERSION,
        obtained_on,
        &tokens,
        &since,
        &words as &[&str],
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(kept)
}

/// An answer that is kept, as programs see it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct KeptAnswer {
    /// The day that was asked about: of consent, or of the last contact.
    pub(crate) since: NaiveDate,
    /// `yes`, `no` or `no_data`.
    pub(crate) answer: String,
    /// The day of the answer.
    pub(crate) obtained_on: NaiveDate,
}

/// What is known of a number, the newest day first.
pub(crate) async fn answers(tx: &mut OrgTx, keys: &Keys, number: &str) -> Result<Vec<KeptAnswer>, StoreError> {
    let org = tx.org();
    let token = token(keys, org, number);
    let rows = sqlx::query_as!(
        KeptAnswer,
        "select since, answer, obtained_on from dnc_reassigned where org_id = $1 and token = $2 order by since desc limit 20",
        org.0,
        token,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_keeps_the_number_to_itself() {
        assert_eq!(hint("+12025550123"), "+1202·····23");
        assert_eq!(hint("+1234567"), "+1234·67");
        assert_eq!(hint("+123"), "+123");
    }

    #[test]
    fn a_number_has_another_token_in_each_organisation() {
        let keys = Keys::generate();
        let (a, b) = (OrgId::fresh(), OrgId::fresh());
        assert_eq!(token(&keys, a, "+12025550123"), token(&keys, a, "+12025550123"));
        assert_ne!(token(&keys, a, "+12025550123"), token(&keys, b, "+12025550123"));
        assert_ne!(token(&keys, a, "+12025550123"), token(&keys, a, "+12025550124"));
    }

    #[test]
    fn answers_are_read_in_the_words_of_the_database_and_of_services() {
        for (word, answer) in [
            ("yes", Reassigned::Yes),
            ("FALSE", Reassigned::No),
            ("null", Reassigned::NoData),
            (" No Data ", Reassigned::NoData),
        ] {
            assert_eq!(Reassigned::read(word), Some(answer), "{word}");
        }
        assert_eq!(Reassigned::read("maybe"), None);
    }
}
