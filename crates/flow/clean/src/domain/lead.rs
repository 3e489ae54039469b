//! A cleaned lead, and two rows that are the same lead.

use plumb_base::Country;
use serde::{Deserialize, Serialize};

use super::phone::PhoneType;

/// What a row says about a person at a company, normalised. Empty cells are absent.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CleanLead {
    /// The key under which two rows are one lead; see [`CleanRow::dedupe_key`](super::batch::CleanRow::dedupe_key).
    pub dedupe_key: String,
    /// The address as it can be written to: local part as given, domain in A-label form.
    pub email: Option<String>,
    /// The form for comparing mailboxes; never written to ([`plumb_base::Email::key`]).
    pub email_key: Option<String>,
    /// The address's domain.
    pub email_domain: Option<String>,
    /// The domain that the company registered, from the website or else the address; never a free-mail domain.
    pub org_domain: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Whole name.
    pub full_name: Option<String>,
    /// What the person does.
    pub title: Option<String>,
    /// The company's name as it is shown.
    pub company: Option<String>,
    /// The company's name for comparing: folded, without legal form.
    pub company_key: Option<String>,
    /// The company's website, with scheme.
    pub website: Option<String>,
    /// The phone number in E.164 form.
    pub phone_e164: Option<String>,
    /// What the number is for, by its range; absent if the range is not known to be in use.
    pub phone_type: Option<PhoneType>,
    /// Street and number.
    pub street: Option<String>,
    /// Town.
    pub city: Option<String>,
    /// State, province or county.
    pub region: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Country.
    pub country: Option<Country>,
    /// The handle of the person's LinkedIn page, in lower case.
    pub linkedin: Option<String>,
}

/// Merges a second row of the same lead into the first: what the first says stays, what it leaves empty is filled. The
/// names of the filled fields come back, for the record of where each value is from.
///
/// Values that belong together (an address with its key and domain, a number with its type, a company with its key)
/// are filled together or not at all.
pub fn merge(kept: &mut CleanLead, other: &CleanLead) -> Vec<&'static str> {
    let mut filled = Vec::new();
    macro_rules! fill {
        ($lead:ident $(, $with:ident)*) => {
            if kept.$lead.is_none() && other.$lead.is_some() {
                kept.$lead.clone_from(&other.$lead);
                filled.push(stringify!($lead));
                $(
                    kept.$with.clone_from(&other.$with);
                    if kept.$with.is_some() {
                        filled.push(stringify!($with));
                    }
                )*
            }
        };
    }
    fill!(email, email_key, email_domain);
    fill!(org_domain);
    fill!(first_name);
    fill!(last_name);
    fill!(full_name);
    fill!(title);
    fill!(company, company_key);
    fill!(website);
    fill!(phone_e164, phone_type);
    fill!(street);
    fill!(city);
    fill!(region);
    fill!(postcode);
    fill!(country);
    fill!(linkedin);
    filled
}

/// Shows the key's kind and the domain only: the rest is personal.
impl std::fmt::Debug for CleanLead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CleanLead")
            .field("key", &self.dedupe_key.get(..2))
            .field("org_domain", &self.org_domain)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
