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

const HEADER: [&str; 20] = [
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

/// Why a telephone number is not in the file (claim 172): numbers of the North American plan need a screening
/// against the Do-Not-Call registries that is at most 31 days old.
const NOT_SCREENED: &str = "withheld: no Do-Not-Call screening is configured";

struct Progress {
    store: Store,
    org: OrgId,
    actor: Actor,
    filter: Filter,
    after: Option<Cursor>,
    rows: u64,
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
    let progress = Progress { store, org, actor, filter, after: None, rows: 0, begun: false };
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
            write(&record(lead))?;
        }
        progress.rows += page.leads.len() as u64;
        progress.after = page.leads.last().map(Cursor::after);
        let piece = writer.into_inner().map_err(|error| StoreError::Unfit(error.to_string()))?;
        if page.next.is_some() {
            tx.done_reading().await?;
            return Ok(Some((Bytes::from(piece), Some(progress))));
        }
        tx.commit(audit::Entry::of("lead.exported").with("rows", progress.rows)).await?;
        Ok(Some((Bytes::from(piece), None)))
    }))
}

const CLASSES: [&str; 6] = ["email", "person.name", "person.role", "phone", "person.place", "company"];

fn record(lead: &Lead) -> [String; 20] {
    let cell = |value: &Option<String>| guard(value.as_deref().unwrap_or_default()).into_owned();
    let north_american = lead.phone_e164.as_deref().is_some_and(|phone| phone.starts_with("+1"));
    let (phone, phone_note) = if north_american { (String::new(), NOT_SCREENED) } else { (cell(&lead.phone_e164), "") };
    [
        lead.id.to_string(),
        cell(&lead.email),
        cell(&lead.first_name),
        cell(&lead.last_name),
        cell(&lead.full_name),
        cell(&lead.title),
        cell(&lead.company),
        cell(&lead.website),
        phone,
        phone_note.to_owned(),
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
