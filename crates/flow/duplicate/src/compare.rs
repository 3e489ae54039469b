//! Leads as the engine sees them. Takes processor time and no I/O.

use std::num::NonZeroUsize;

use plumb_base::OrgId;
use plumb_lead::Comparable;
use plumb_link::{KEYS_VERSION, Kind, Link, Linker, Options, keys_of};
use plumb_vault::{Keys, Purpose};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::domain::{Reason, VERSION};

const COLUMNS: [Option<Kind>; 13] = [
    Some(Kind::Email),
    Some(Kind::FirstName),
    Some(Kind::LastName),
    Some(Kind::FullName),
    Some(Kind::Title),
    Some(Kind::Company),
    Some(Kind::Domain),
    Some(Kind::Phone),
    Some(Kind::Street),
    Some(Kind::City),
    Some(Kind::Postcode),
    Some(Kind::Country),
    Some(Kind::Profile),
];

fn cells(lead: &Comparable) -> [&str; 13] {
    [
        &lead.email,
        &lead.first_name,
        &lead.last_name,
        &lead.full_name,
        &lead.title,
        &lead.company,
        &lead.org_domain,
        &lead.phone_e164,
        &lead.street,
        &lead.city,
        &lead.postcode,
        &lead.country,
        &lead.linkedin,
    ]
    .map(|cell| cell.as_deref().unwrap_or_default())
}

/// Makes keys that tell nothing: of an organisation, and only with the installation's own key.
pub(crate) struct Blinds([u8; 32]);

/// A lead with its keys.
pub(crate) struct Keyed {
    pub(crate) lead: Comparable,
    pub(crate) keys: Vec<i64>,
    /// Changes whenever something changes that leads are compared by.
    pub(crate) content: i64,
}

/// The version of keys and comparison, as it is stored.
pub(crate) const fn version() -> i32 {
    VERSION * 1_000 + KEYS_VERSION as i32
}

impl Blinds {
    pub(crate) fn of(keys: &Keys, org: OrgId) -> Self {
        Self(keys.mac(Purpose::Personal, b"lead_key", org.0.as_bytes()))
    }

    fn blind(&self, what: u8, data: &[&[u8]]) -> i64 {
        let mut hash = Sha256::new_with_prefix(self.0);
        hash.update([what]);
        for part in data {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        digest.first_chunk::<8>().map_or(0, |first| i64::from_le_bytes(*first))
    }

    pub(crate) fn keyed(&self, lead: Comparable) -> Keyed {
        let cells = cells(&lead);
        let content = self.blind(b'c', &cells.map(str::as_bytes));
        let keys = keys_of(&COLUMNS, cells).iter().map(|key| self.blind(b'k', &[&key.to_le_bytes()])).collect();
        Keyed { lead, keys, content }
    }
}

/// Two leads that are, or may be, one person.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) a: Uuid,
    pub(crate) b: Uuid,
    /// Whether the engine would link them by itself.
    pub(crate) is_same: bool,
    pub(crate) confidence: u8,
    pub(crate) evidence: Vec<Reason>,
}

/// Compares `new` leads with one another and with `others`, which share a key with one of them. `population` is the number
/// of leads that all of them were picked from.
pub(crate) fn compare(new: &[&Comparable], others: &[Comparable], population: u64) -> Vec<Found> {
    let options = Options { population: Some(population), ..Options::default() };
    let mut linker = Linker::new(&COLUMNS, options);
    let leads: Vec<&Comparable> = new.iter().copied().chain(others).collect();
    for lead in &leads {
        linker.push_row(cells(lead));
    }
    let linked = linker.run(NonZeroUsize::MIN);
    let found = |link: &Link, is_same: bool| {
        let (x, y) = (leads.get(link.a as usize)?.id, leads.get(link.b as usize)?.id);
        // Two others were compared when they came.
        (link.a.min(link.b) < new.len() as u32).then(|| Found {
            a: x.min(y),
            b: x.max(y),
            is_same,
            confidence: link.confidence(),
            evidence: linked.evidence(link.a, link.b).into_iter().map(Reason::from).collect(),
        })
    };
    let mut all: Vec<Found> = linked.links.iter().filter_map(|link| found(link, true)).collect();
    all.extend(linked.possible.iter().filter_map(|link| found(link, false)));
    // A pair of a large cluster is in both lists.
    all.sort_by_key(|found| (found.a, found.b, !found.is_same));
    all.dedup_by_key(|found| (found.a, found.b));
    all
}

#[cfg(test)]
mod tests;
