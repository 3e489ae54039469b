//! The rules of one run: lists and tables, read-only, with a fingerprint.

use std::fmt;

use plumb_base::Domain;
use xxhash_rust::xxh3::Xxh3Default;

use super::company::LegalForms;
use super::lists::LineSet;
use super::place::Countries;

/// Raised by hand whenever the code, or the numbering plans or public suffixes it is built with, clean a row differently.
const CODE_VERSION: u32 = 1;

const ROLE: &str = include_str!("../../lists/role.txt");
const FREE_FIRST: &str = include_str!("../../lists/free_mail_first.txt");
const FREE: &str = include_str!("../../lists/free_mail.txt");
const DISPOSABLE: &str = include_str!("../../lists/disposable.txt");
const COUNTRIES: &str = include_str!("../../lists/countries.txt");
const LEGAL_FORMS: &str = include_str!("../../lists/legal_forms.txt");

/// A snapshot of everything that decides how a row is cleaned, apart from the row and the mapping.
///
/// Making one takes some milliseconds and 3 MiB; share it.
pub struct Rules {
    role: LineSet,
    free_first: LineSet,
    free: LineSet,
    disposable: LineSet,
    pub(crate) countries: Countries,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailProvider {
    /// Not on a list: taken for a company's own.
    Own,
    /// Anybody can have a mailbox there.
    Free,
    /// Throw-away mailboxes.
    Disposable,
}

impl Rules {
    /// The rules that this build carries.
    #[must_use]
    pub fn embedded() -> Self {
        let mut hash = Xxh3Default::new();
        hash.update(&CODE_VERSION.to_le_bytes());
        for list in [ROLE, FREE_FIRST, FREE, DISPOSABLE, COUNTRIES, LEGAL_FORMS] {
            hash.update(&(list.len() as u64).to_le_bytes());
            hash.update(list.as_bytes());
        }
        Self {
            role: LineSet::new(ROLE),
            free_first: LineSet::new(FREE_FIRST),
            free: LineSet::new(FREE),
            disposable: LineSet::new(DISPOSABLE),
            countries: Countries::new(COUNTRIES),
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
        let stem = local.trim_end_matches(|c: char| c.is_ascii_digit());
        let first = local.split(['-', '_', '.']).next().unwrap_or_default();
        self.role.contains(local)
            || (stem.len() >= 3 && self.role.contains(stem))
            || (first.len() < local.len() && FUNCTIONS.contains(&first))
    }

    /// Looks up a domain and its parents down to the registrable one. The short list of big providers beats the list of
    /// throw-away domains, which now and then catches one of them.
    pub(crate) fn mail_provider(&self, domain: &Domain) -> MailProvider {
        let registrable = domain.registrable().unwrap_or(domain.as_str());
        let listed = |list: &LineSet| {
            let mut name = domain.as_str();
            loop {
                if list.contains(name) {
                    return true;
                }
                match name.split_once('.') {
                    Some((_, parent)) if parent.len() >= registrable.len() => name = parent,
                    _ => return false,
                }
            }
        };
        if listed(&self.free_first) {
            MailProvider::Free
        } else if listed(&self.disposable) {
            MailProvider::Disposable
        } else if listed(&self.free) {
            MailProvider::Free
        } else {
            MailProvider::Own
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
