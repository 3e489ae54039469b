//! The key under which two rows are one lead: exact, cautious, and the same wherever it is computed.

use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use super::batch::Value;
use super::draft::Draft;
use super::fold;
use super::person;
use super::text;

/// A person's name for comparing.
pub(crate) struct NameKey {
    pub(crate) text: String,
    /// Whether it can tell colleagues apart: a first and a last name in full, or a whole name of two words or in a
    /// script that writes names without a blank.
    pub(crate) complete: bool,
}

impl NameKey {
    /// From the names as they are written, of which any may be empty, and what tells father and son apart.
    pub(crate) fn of(first: &str, last: &str, full: &str, generation: &str) -> Option<Self> {
        let fold = |name: &str| Some(fold::words(name)).filter(|name| !name.is_empty());
        let (first, last) = (fold(first), fold(last));
        if let (Some(first), Some(last)) = (&first, &last) {
            // `J. Doe` may be Jane or John.
            let initials = first.split(' ').all(|word| word.chars().count() == 1) && first.is_ascii();
            let mut text = format!("{first} {last}");
            if let Some(generation) = fold(generation) {
                text.push(' ');
                text.push_str(&generation);
            }
            return Some(Self { text, complete: !initials });
        }
        let text = fold(full).or(first).or(last)?;
        let complete = (text.contains(' ') && text.split(' ').all(|word| word.len() > 1))
            || !text.is_ascii() && text.chars().count() > 1 && text.chars().all(is_unspaced);
        Some(Self { text, complete })
    }
}

/// Han, kana and hangul: a whole name has no blank.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
}

/// What two rows must share to be exact duplicates: XXH3-128 of the words of
/// [`CleanRow::dedupe_key`](super::batch::CleanRow::dedupe_key). The same row has the
/// same key whatever the order of rows and columns, the batch or the thread.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u128);

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Key({self})")
    }
}

/// What a key is made of, from the strongest to the weakest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// The mailbox.
    Mailbox,
    /// A function's mailbox and the person's name.
    MailboxAndName,
    /// The handle of the profile.
    Profile,
    /// The phone number and the person's name.
    PhoneAndName,
    /// The person's name with the company's domain or name.
    NameAndPlace,
    /// The whole row: nothing in it tells whom it is about.
    #[default]
    Row,
}

/// Decides what a row's key is made of, writes the name if it is part of it, and makes the key. What only colleagues
/// share (company, domain, switchboard, a function's mailbox) never makes a key without the person's name. Whether the
/// row can be told from others comes back.
pub(crate) fn decide(
    draft: &mut Draft<'_>,
    role: bool,
    implausible: bool,
    words: &mut String,
    row: impl FnOnce() -> u128,
) -> bool {
    let mailbox = draft.has(Value::Email);
    let profile = draft.has(Value::Linkedin);
    let placed = draft.has(Value::OrgDomain) || draft.has(Value::CompanyKey);
    let mut complete = false;
    let mut named = false;
    if !implausible && (if mailbox { role } else { !profile }) {
        let [first, last, full] = [Value::FirstName, Value::LastName, Value::FullName].map(|value| draft.get(value));
        let generation = person::generation(draft.get(Value::NameSuffix)).unwrap_or_default();
        if let Some(name) = NameKey::of(first, last, full, generation) {
            (named, complete) = (true, name.complete);
            draft.put(Value::NameKey, &name.text);
        }
    }
    let kind = match (mailbox, profile, draft.has(Value::Phone)) {
        // Two people may share info@; without a name, the mailbox is the lead.
        (true, ..) if named => KeyKind::MailboxAndName,
        (true, ..) => KeyKind::Mailbox,
        (_, true, _) => KeyKind::Profile,
        (.., true) if complete => KeyKind::PhoneAndName,
        _ if complete && placed => KeyKind::NameAndPlace,
        _ => KeyKind::Row,
    };
    draft.record.key_kind = kind;
    draft.record.key = if kind == KeyKind::Row {
        draft.clear(Value::NameKey);
        Key(row())
    } else {
        words.clear();
        write(kind, |value| draft.get(value), words);
        Key(xxh3_128(words.as_bytes()))
    };
    mailbox || profile || draft.has(Value::Phone) || (complete && placed)
}

/// Writes a key in words, apart from that of a whole row.
pub(crate) fn write<'d>(kind: KeyKind, get: impl Fn(Value) -> &'d str, out: &mut String) {
    let place = || [Value::OrgDomain, Value::CompanyKey].map(&get).into_iter().find(|text| !text.is_empty());
    let (sign, first, second) = match kind {
        KeyKind::Mailbox => ("e:", get(Value::EmailKey), None),
        KeyKind::MailboxAndName => ("e:", get(Value::EmailKey), Some(get(Value::NameKey))),
        KeyKind::Profile => ("l:", get(Value::Linkedin), None),
        KeyKind::PhoneAndName => ("p:", get(Value::Phone), Some(get(Value::NameKey))),
        KeyKind::NameAndPlace => ("n:", get(Value::NameKey), place()),
        KeyKind::Row => return,
    };
    out.push_str(sign);
    out.push_str(first);
    if let Some(second) = second {
        out.push('|');
        out.push_str(second);
    }
}

/// The key of a whole row from the hashes of its cells: their sum, so that the order of columns does not matter.
/// `column` tells the columns apart.
pub(crate) fn cell_hash(column: u64, cell: &str) -> u128 {
    xxh3_128_with_seed(text::tidy(cell).as_bytes(), column)
}

#[cfg(test)]
mod tests;
