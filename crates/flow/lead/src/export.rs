//! Leads as a file. Rows that may not be used are left out, or marked on request; who opted out leaves no address.

use bytes::Bytes;
use futures::stream::{self, Stream};
use plumb_base::OrgId;
use plumb_base::csv::guard;
use plumb_store::{Actor, Store, StoreError, audit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::read::{self, Cursor, Filter, Lead, Sort};

/// Which rows an export holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rows {
    /// Only leads that may be used now.
    #[default]
    Usable,
    /// Every lead, each marked with whether it may be used and why not. Who opted out has no address in it.
    All,
}

impl Rows {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::All => "all",
        }
    }
}

/// Leads in one piece of the file.
const PIECE_ROWS: u32 = 1_000;

const HEADER: [&str; 22] = [
    "lead_id",
    "email",
    "first_name",
    "last_name",
    "full_name",
    "title",
    "company",
    "website",
    "phone",
    "phone_note",
    "phone_screened_with",
    "phone_screening",
    "city",
    "region",
    "postcode",
    "country",
    "linkedin",
    "score",
    "verdict",
    "verdict_reason",
    "usable",
    "why_not",
];

struct Progress {
    store: Store,
    org: OrgId,
    actor: Actor,
    filter: Filter,
    after: Option<Cursor>,
    rows: u64,
    phones: u64,
    phones_withheld: u64,
    begun: bool,
}

/// Streams the file, a page of leads at a time. That an export began, by whom and of what, is in the log before
/// the first byte leaves; how many rows it had follows at its end.
pub(crate) async fn export(
    store: Store,
    org: OrgId,
    actor: Actor,
    mut filter: Filter,
    rows: Rows,
) -> Result<impl Stream<Item = Result<Bytes, StoreError>>, StoreError> {
    if rows == Rows::Usable {
        filter.usable = Some(true);
    }
    let tx = store.org(org, actor).await?;
    tx.commit(audit::Entry::of("lead.export_began").with("rows", rows.as_str()).with("classes", CLASSES.to_vec()))
        .await?;
    let progress =
        Progress { store, org, actor, filter, after: None, rows: 0, phones: 0, phones_withheld: 0, begun: false };
    Ok(stream::try_unfold(Some(progress), |progress| async move {
        let Some(mut progress) = progress else { return Ok(None) };
        let mut tx = progress.store.org(progress.org, progress.actor).await?;
        let page = read::page(&mut tx, &progress.filter, Sort::CreatedUp, progress.after, PIECE_ROWS).await?;
        let mut writer = csv::Writer::from_writer(Vec::with_capacity(page.leads.len() * 200));
        let mut write =
            |record: &[String]| writer.write_record(record).map_err(|error| StoreError::Unfit(error.to_string()));
        if !progress.begun {
            progress.begun = true;
            write(&HEADER.map(str::to_owned))?;
        }
        for lead in &page.leads {
            let phone = Phone::of(lead);
            progress.phones += u64::from(!phone.number.is_empty());
            progress.phones_withheld += u64::from(phone.is_withheld);
            write(&record(lead, phone))?;
        }
        progress.rows += page.leads.len() as u64;
        progress.after = page.leads.last().map(Cursor::after);
        let piece = writer.into_inner().map_err(|error| StoreError::Unfit(error.to_string()))?;
        if page.next.is_some() {
            tx.done_reading().await?;
            return Ok(Some((Bytes::from(piece), Some(progress))));
        }
        let entry = audit::Entry::of("lead.exported")
            .with("rows", progress.rows)
            .with("phones", progress.phones)
            .with("phones_withheld", progress.phones_withheld);
        tx.commit(entry).await?;
        Ok(Some((Bytes::from(piece), None)))
    }))
}

const CLASSES: [&str; 6] = ["email", "person.name", "person.role", "phone", "person.place", "company"];

/// A lead's number as the file has it, or why it has none (claim 172): what leaves was screened, by a version that is not
/// more than 31 days old, and the file names the screening.
#[derive(Default)]
struct Phone {
    number: String,
    is_withheld: bool,
    note: String,
    screened_with: String,
    screening: String,
}

impl Phone {
    fn of(lead: &Lead) -> Self {
        let (Some(number), Some(dnc)) = (&lead.phone_e164, &lead.phone_dnc) else { return Self::default() };
        if let Some(why) = dnc.withheld(number, false) {
            return Self { is_withheld: true, note: why.note(), ..Self::default() };
        }
        let note = match (dnc.dnc, dnc.valid_until) {
            ("clear", Some(until)) => {
                format!("clear of Do-Not-Call lists until {}", until.format("%Y-%m-%d %H:%M UTC"))
            }
            _ => "outside the United States: not screened".to_owned(),
        };
        Self {
            number: guard(number).into_owned(),
            is_withheld: false,
            note,
            screened_with: dnc.version_date.map(|date| date.to_string()).unwrap_or_default(),
            screening: dnc.screening.map(|screening| screening.to_string()).unwrap_or_default(),
        }
    }
}

fn record(lead: &Lead, phone: Phone) -> [String; 22] {
    let cell = |value: &Option<String>| guard(value.as_deref().unwrap_or_default()).into_owned();
    [
        lead.id.to_string(),
        cell(&lead.email),
        cell(&lead.first_name),
        cell(&lead.last_name),
        cell(&lead.full_name),
        cell(&lead.title),
        cell(&lead.company),
        cell(&lead.website),
        phone.number,
        phone.note,
        phone.screened_with,
        phone.screening,
        cell(&lead.city),
        cell(&lead.region),
        cell(&lead.postcode),
        cell(&lead.country),
        cell(&lead.linkedin),
        lead.score.to_string(),
        cell(&lead.verdict),
        cell(&lead.verdict_reason),
        if lead.usable { "yes" } else { "no" }.to_owned(),
        lead.unusable.map_or("", |why| why.as_str()).to_owned(),
    ]
}
