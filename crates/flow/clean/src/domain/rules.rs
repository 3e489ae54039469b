//! The rules of one run: lists and tables, read-only, with a fingerprint.

use std::fmt;

use plumb_base::domain::registrable;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64};

use super::company::LegalForms;
use super::lists::{LineSet, Sieve};
use super::memo::Memo;
use super::place::{Countries, Postcodes, Regions};

/// Raised by hand whenever the code, or the numbering plans or public suffixes it is built with, clean a row differently.
const CODE_VERSION: u32 = 5;

const ROLE: &str = include_str!("../../lists/role.txt");
const FREE_FIRST: &str = include_str!("../../lists/free_mail_first.txt");
const FREE: &str = include_str!("../../lists/free_mail.txt");
const DISPOSABLE: &str = include_str!("../../lists/disposable.txt");
const SHARED_HOSTS: &str = include_str!("../../lists/shared_hosts.txt");
const COUNTRIES: &str = include_str!("../../lists/countries.txt");
const REGIONS: &str = include_str!("../../lists/regions.txt");
const LEGAL_FORMS: &str = include_str!("../../lists/legal_forms.txt");
const POSTCODES: &str = include_str!("../../lists/postcodes.txt");
const TITLES: &str = include_str!("../../lists/titles.txt");

/// A snapshot of everything that decides how a row is cleaned, apart from the row and the mapping.
///
/// Making one takes some milliseconds and 3 MiB; share it.
pub struct Rules {
    role: LineSet,
    free_first: LineSet,
    free: LineSet,
    disposable: LineSet,
    shared_hosts: LineSet,
    /// The domains of the four lists above.
    domains: Sieve,
    roles: Sieve,
    pub(crate) countries: Countries,
    pub(crate) regions: Regions,
    pub(crate) postcodes: Postcodes,
    pub(crate) legal_forms: LegalForms,
    version: RulesVersion,
}

/// The fingerprint of a [`Rules`]: XXH3-128 over the lists and the version of the code. Rows cleaned under the same
/// version come out the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RulesVersion(u128);

impl fmt::Display for RulesVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// Who runs the mailboxes of a domain, as far as lists know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum MailProvider {
    /// Not on a list: taken for a company's own.
    #[default]
    Own,
    /// Anybody can have a mailbox there.
    Free,
    /// Throw-away mailboxes.
    Disposable,
}

/// What the lists and the public suffixes say of a domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DomainFacts {
    pub(crate) provider: MailProvider,
    /// Octets of its end that somebody registered; 0 for a public suffix itself.
    pub(crate) registrable: u8,
    /// Companies and people have pages there, but it is nobody's own.
    pub(crate) shared: bool,
}

impl Rules {
    /// The rules that this build carries.
    #[must_use]
    pub fn embedded() -> Self {
        let mut hash = Xxh3Default::new();
        hash.update(&CODE_VERSION.to_le_bytes());
        for list in
            [ROLE, FREE_FIRST, FREE, DISPOSABLE, SHARED_HOSTS, COUNTRIES, REGIONS, LEGAL_FORMS, POSTCODES, TITLES]
        {
            hash.update(&(list.len() as u64).to_le_bytes());
            hash.update(list.as_bytes());
        }
        let (mut roles, mut domains) = (Vec::new(), Vec::new());
        let role = LineSet::new(ROLE, &mut roles);
        let [free_first, free, disposable, shared_hosts] =
            [FREE_FIRST, FREE, DISPOSABLE, SHARED_HOSTS].map(|list| LineSet::new(list, &mut domains));
        Self {
            domains: Sieve::of(&domains),
            roles: Sieve::of(&roles),
            role,
            free_first,
            free,
            disposable,
            shared_hosts,
            countries: Countries::new(COUNTRIES),
            regions: Regions::new(REGIONS),
            postcodes: Postcodes::new(POSTCODES),
            legal_forms: LegalForms::new(LEGAL_FORMS),
            version: RulesVersion(hash.digest128()),
        }
    }

    /// The fingerprint, to be stored with each run.
    #[must_use]
    pub fn version(&self) -> RulesVersion {
        self.version
    }

    /// How many domains of throw-away mailboxes are known.
    #[must_use]
    pub fn disposable_domains(&self) -> usize {
        self.disposable.len()
    }

    /// Whether a lower-case local part without plus tag is a function's.
    pub(crate) fn is_role(&self, local: &str) -> bool {
        let listed = |local: &str| self.roles.may_hold(xxh3_64(local.as_bytes())) && self.role.contains(local);
        let bytes = local.as_bytes();
        let stem = bytes.iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |at| at + 1);
        let first = bytes.iter().position(|b| matches!(b, b'-' | b'_' | b'.')).unwrap_or(local.len());
        listed(local)
            || (stem >= 3 && stem < local.len() && listed(&local[..stem]))
            || (first < local.len() && FUNCTIONS.contains(&&local[..first]))
    }

    /// The facts about a domain in A-label form.
    pub(crate) fn domain(&self, memo: &mut Memo<DomainFacts>, domain: &str) -> DomainFacts {
        memo.get(domain, |hash| {
            let registrable = registrable(domain);
            let is_shared = |name: &str| {
                let hash = if name.len() == domain.len() { hash } else { xxh3_64(name.as_bytes()) };
                self.domains.may_hold(hash) && self.shared_hosts.contains(name)
            };
            DomainFacts {
                provider: self.provider(domain, registrable, hash),
                // A domain has at most 253 octets.
                registrable: registrable.map_or(0, |name| name.len() as u8),
                shared: registrable.is_some_and(is_shared),
            }
        })
    }

    /// Looks up a domain and its parents down to the registrable one. The short list of big providers beats the list of
    /// throw-away domains, which now and then catches one of them.
    fn provider(&self, domain: &str, registrable: Option<&str>, hash: u64) -> MailProvider {
        let shortest = registrable.map_or(domain.len(), str::len);
        let mut ranks = [false; 3];
        let (mut name, mut hash) = (domain, hash);
        loop {
            if self.domains.may_hold(hash) {
                ranks[0] |= self.free_first.contains(name);
                ranks[1] |= self.disposable.contains(name);
                ranks[2] |= self.free.contains(name);
            }
            if name.len() <= shortest {
                break;
            }
            match name.split_once('.') {
                Some((_, parent)) if parent.len() >= shortest => name = parent,
                _ => break,
            }
            hash = xxh3_64(name.as_bytes());
        }
        match ranks {
            [true, ..] | [false, false, true] => MailProvider::Free,
            [false, true, _] => MailProvider::Disposable,
            [false, false, false] => MailProvider::Own,
        }
    }
}

/// Functions that stay functions with a place or team behind them: `sales.emea`, `info-berlin`.
const FUNCTIONS: [&str; 16] = [
    "accounting",
    "admin",
    "billing",
    "contact",
    "hr",
    "info",
    "invoice",
    "jobs",
    "kontakt",
    "marketing",
    "noreply",
    "office",
    "sales",
    "service",
    "support",
    "vertrieb",
];

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rules").field("version", &self.version).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
