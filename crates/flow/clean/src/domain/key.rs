//! The key under which two rows are one lead: exact, cautious, and the same wherever it is computed.

use xxhash_rust::xxh3::Xxh3Default;

use super::fold;
use super::lead::CleanLead;
use super::person::Person;
use super::text;

/// A person's name for comparing.
pub(crate) struct NameKey {
    pub(crate) text: String,
    /// Whether it can tell colleagues apart: a first and a last name in full, or a whole name of two words or in a
    /// script that writes names without a blank.
    pub(crate) complete: bool,
}

impl NameKey {
    pub(crate) fn of(person: &Person) -> Option<Self> {
        if person.implausible {
            return None;
        }
        let fold = |name: &Option<String>| name.as_deref().map(fold::words).filter(|name| !name.is_empty());
        let (first, last) = (fold(&person.first), fold(&person.last));
        if let (Some(first), Some(last)) = (&first, &last) {
            // `J. Doe` may be Jane or John.
            let initials = first.split(' ').all(|word| word.chars().count() == 1) && first.is_ascii();
            return Some(Self { text: format!("{first} {last}"), complete: !initials });
        }
        let text = fold(&person.full).or(first).or(last)?;
        let complete = (text.contains(' ') && text.split(' ').all(|word| word.len() > 1))
            || !text.is_ascii() && text.chars().count() > 1 && text.chars().all(is_unspaced);
        Some(Self { text, complete })
    }
}

/// Han, kana and hangul: a whole name has no blank.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
}

/// The key, from the strongest thing that the lead has. What only colleagues share (company, domain, switchboard, a
/// function's mailbox) never makes a key without the person's name.
pub(crate) fn dedupe_key(lead: &CleanLead, name: Option<&NameKey>, role: bool, record: &[&str]) -> String {
    let complete = name.filter(|name| name.complete);
    let place = lead.org_domain.as_deref().or(lead.company_key.as_deref());
    match (&lead.email_key, &lead.linkedin, &lead.phone_e164, complete, place) {
        // Two people may share info@; without a name, the mailbox is the lead.
        (Some(email), ..) => match name.filter(|_| role) {
            Some(name) => format!("e:{email}|{}", name.text),
            None => format!("e:{email}"),
        },
        (None, Some(handle), ..) => format!("l:{handle}"),
        (None, None, Some(phone), Some(name), _) => format!("p:{phone}|{}", name.text),
        (None, None, None, Some(name), Some(place)) => format!("n:{}|{place}", name.text),
        _ => {
            let mut hash = Xxh3Default::new();
            for cell in record {
                hash.update(text::tidy(cell).as_bytes());
                hash.update(&[0x1f]);
            }
            format!("r:{:032x}", hash.digest128())
        }
    }
}

#[cfg(test)]
mod tests;
