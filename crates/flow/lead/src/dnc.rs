//! What screening against Do-Not-Call registries says about a lead's number, kept on the lead so that listings and
//! exports need not look elsewhere (claim 172). It holds for the number that was screened: whatever changes the number
//! needs to know nothing of it.

use chrono::NaiveDate;
use plumb_base::{ImportId, LeadId, Timestamp};
use plumb_store::{OrgTx, StoreError};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

/// A lead's number, as screening needs it.
#[derive(Clone, Debug)]
pub struct Phone {
    /// The lead.
    pub lead: LeadId,
    /// E.164.
    pub number: String,
    /// The region of the lead's address, in whatever words the list had.
    pub region: Option<String>,
    /// The country of the address.
    pub country: Option<String>,
}

/// What screening said about one number.
#[derive(Clone, Debug)]
pub struct Screened {
    /// The lead.
    pub lead: LeadId,
    /// The number that was screened, E.164.
    pub number: String,
    /// `clear`, `listed`, `stale`, `not_screened`, `not_us` or `not_configured`.
    pub dnc: &'static str,
    /// The lists that it is on.
    pub lists: Vec<String>,
    /// The date of the oldest version that was asked.
    pub version: Option<NaiveDate>,
    /// From then on the answer is too old to call on.
    pub valid_until: Option<Timestamp>,
}

/// What is known of a lead's number now.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Standing {
    /// `clear`, `listed`, `stale`, `not_screened`, `not_us` or `not_configured`.
    pub dnc: &'static str,
    /// The lists that it is on.
    pub lists: Vec<String>,
    /// The date of the oldest version that was asked.
    pub version_date: Option<NaiveDate>,
    /// From then on the answer is too old to call on.
    pub valid_until: Option<Timestamp>,
    /// The screening that said so.
    pub screening: Option<Uuid>,
}

const WORDS: [&str; 6] = ["clear", "listed", "stale", "not_screened", "not_us", "not_configured"];

impl Standing {
    /// From what is stored: for the number `screened`, and the lead's number is `number`.
    pub(crate) fn of(stored: Self, number: Option<&str>, screened: Option<&str>, now: Timestamp) -> Option<Self> {
        let number = number?;
        if screened != Some(number) {
            let none =
                Self { dnc: "not_screened", lists: Vec::new(), version_date: None, valid_until: None, screening: None };
            return Some(none);
        }
        let has_run_out = stored.dnc == "clear" && stored.valid_until.is_none_or(|until| until <= now);
        Some(Self { dnc: if has_run_out { "stale" } else { stored.dnc }, ..stored })
    }

    /// The stored word; an unknown one is no answer.
    pub(crate) fn word(stored: Option<&str>) -> &'static str {
        WORDS.into_iter().find(|word| Some(*word) == stored).unwrap_or("not_screened")
    }

    /// Why a number may not leave, if it may not. Numbers of the North American plan need an answer that is not too old,
    /// by a list that covers them; others need none, and stay back when they are on the company's own list.
    pub(crate) fn withheld(&self, number: &str, with_not_us: bool) -> Option<Withheld> {
        match self.dnc {
            "listed" => Some(Withheld { code: "dnc_listed", lists: self.lists.clone() }),
            _ if !number.starts_with("+1") => None,
            "clear" => None,
            "not_us" if with_not_us => None,
            "not_us" => Some(Withheld::of("dnc_not_us")),
            "stale" => Some(Withheld::of("dnc_stale")),
            "not_configured" => Some(Withheld::of("dnc_not_configured")),
            _ => Some(Withheld::of("dnc_not_screened")),
        }
    }
}

/// Why a number stays back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// `dnc_listed`, `dnc_stale`, `dnc_not_configured`, `dnc_not_screened` or `dnc_not_us`.
    pub code: &'static str,
    lists: Vec<String>,
}

impl Withheld {
    fn of(code: &'static str) -> Self {
        Self { code, lists: Vec::new() }
    }

    /// The reason in words.
    #[must_use]
    pub fn note(&self) -> String {
        let why = match self.code {
            "dnc_listed" => return format!("withheld: on a Do-Not-Call list ({})", self.lists.join(", ")),
            "dnc_not_us" => "outside the United States, where no loaded Do-Not-Call registry covers it",
            "dnc_stale" => "its Do-Not-Call screening is more than 31 days old",
            "dnc_not_configured" => "no Do-Not-Call registry is configured",
            _ => "no Do-Not-Call screening was made",
        };
        format!("withheld: {why}")
    }
}

/// Leads with a number, of one import or all, a page of them by id, after `after`; with `only_unanswered`, those whose
/// number has no answer.
pub async fn phones(
    tx: &mut OrgTx,
    import: Option<ImportId>,
    only_unanswered: bool,
    after: Option<LeadId>,
    limit: u32,
) -> Result<Vec<Phone>, StoreError> {
    let org = tx.org().0;
    let rows = sqlx::query!(
        r#"select id, phone_e164 as "phone!", region, country from lead l
           where org_id = $1 and phone_e164 is not null and ($2::uuid is null or id > $2)
             and ($3::uuid is null or exists (select from lead_source s
                 where s.org_id = l.org_id and s.lead_id = l.id and s.import_id = $3))
             and (not $5 or dnc is null or dnc_number is distinct from phone_e164)
           order by id limit $4"#,
        org,
        after.map(|after| after.0),
        import.map(|import| import.0),
        i64::from(limit),
        only_unanswered,
    )
    .fetch_all(tx.conn())
    .await?;
    let phones = rows.into_iter().map(|row| Phone {
        lead: LeadId(row.id),
        number: row.phone,
        region: row.region,
        country: row.country,
    });
    Ok(phones.collect())
}

/// Puts what a screening said on its leads. Leads that are gone, or have another number meanwhile, are left out.
pub async fn record_screening(tx: &mut OrgTx, screening: Uuid, results: &[Screened]) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let leads: Vec<Uuid> = results.iter().map(|result| result.lead.0).collect();
    let numbers: Vec<&str> = results.iter().map(|result| result.number.as_str()).collect();
    let words: Vec<&str> = results.iter().map(|result| result.dnc).collect();
    let lists: Vec<String> = results.iter().map(|result| result.lists.join(",")).collect();
    let versions: Vec<Option<NaiveDate>> = results.iter().map(|result| result.version).collect();
    let until: Vec<Option<Timestamp>> = results.iter().map(|result| result.valid_until).collect();
    let changed = sqlx::query!(
        "update lead l set dnc = x.dnc, dnc_number = x.number, dnc_lists = string_to_array(x.lists, ','), dnc_version = x.version,
             dnc_valid_until = x.until, dnc_screening_id = $2
         from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::date[], $8::timestamptz[])
             as x (id, number, dnc, lists, version, until)
         where l.org_id = $1 and l.id = x.id and l.phone_e164 = x.number",
        org,
        screening,
        &leads,
        &numbers as &[&str],
        &words as &[&str],
        &lists,
        &versions as &[Option<NaiveDate>],
        &until as &[Option<Timestamp>],
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(changed)
}

/// Marks every lead with a number as on a list, at once. Answers how many there are.
pub async fn do_not_call(tx: &mut OrgTx, numbers: &[String], list: &str) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let changed = sqlx::query!(
        "update lead set dnc = 'listed', dnc_number = phone_e164, dnc_valid_until = null,
             dnc_lists = case when dnc_number = phone_e164 and dnc = 'listed' and $3 <> all (dnc_lists) then array_append(dnc_lists, $3)
                              when dnc_number = phone_e164 and dnc = 'listed' then dnc_lists else array[$3] end
         where org_id = $1 and phone_e164 = any ($2)",
        org,
        numbers,
        list,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(changed)
}

/// The numbers of leads that are marked as on a list.
pub async fn numbers_on(tx: &mut OrgTx, list: &str) -> Result<Vec<String>, StoreError> {
    let org = tx.org().0;
    let numbers = sqlx::query_scalar!(
        r#"select distinct dnc_number as "number!" from lead where org_id = $1 and $2 = any (dnc_lists) and dnc_number is not null"#,
        org,
        list,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(numbers)
}

/// Forgets what was said about numbers, because one list does not have them any more: they have to be screened again.
pub async fn screen_again(tx: &mut OrgTx, numbers: &[String]) -> Result<u64, StoreError> {
    let org = tx.org().0;
    let changed = sqlx::query!(
        "update lead set dnc = null, dnc_number = null, dnc_lists = '{}', dnc_version = null, dnc_valid_until = null, dnc_screening_id = null
         where org_id = $1 and dnc_number = any ($2)",
        org,
        numbers,
    )
    .execute(tx.conn())
    .await?
    .rows_affected();
    Ok(changed)
}
