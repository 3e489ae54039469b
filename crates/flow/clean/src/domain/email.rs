//! The e-mail column: finding the address in the cell, and what can be said of it without asking its server.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use plumb_base::Email;
use plumb_base::email::PlainAddress;

use super::batch::Value;
use super::draft::Draft;
use super::flag::Flag;
use super::kernel::Scratch;
use super::rules::{DomainFacts, MailProvider, Rules};

/// What the readers after it need to know of an e-mail cell.
#[derive(Clone, Copy, Default)]
pub(crate) struct EmailCell {
    /// Whether the mailbox is a function's; decided with the person's name at hand.
    pub(crate) role: bool,
    /// The facts about the address's domain, if there is an address.
    pub(crate) facts: Option<DomainFacts>,
}

/// Reads a tidy, non-empty cell. The person's names must have been read: `per@…` is a role word unless the person is
/// called Per.
pub(crate) fn read(rules: &Rules, scratch: &mut Scratch, draft: &mut Draft<'_>, cell: &str) -> EmailCell {
    let local = match PlainAddress::read(cell).filter(|plain| !plain.has_bar() && stands_alone(plain.text())) {
        Some(plain) => {
            write_plain(draft, plain);
            Some(plain.local().len())
        }
        None => write_found(draft, cell),
    };
    let Some(local) = local else {
        draft.record.flags.insert(Flag::EmailInvalid);
        return EmailCell::default();
    };
    judge(rules, scratch, draft, local)
}

/// Whether a tidy cell is an address with nothing around it.
pub(crate) fn is_form(cell: &str) -> bool {
    !cell.contains([' ', ';', ',', '|', '<', '>', '"', ':']) && bare(cell) == cell
}

/// Whether nothing at the edges of a plain address could be a sign around addresses.
fn stands_alone(text: &str) -> bool {
    let wraps = |byte: Option<&u8>| matches!(byte, Some(b'\'' | b'!'));
    let bytes = text.as_bytes();
    !wraps(bytes.first()) && !wraps(bytes.last())
}

/// Writes address, key and domain of a plain address.
fn write_plain(draft: &mut Draft<'_>, plain: PlainAddress<'_>) {
    let (local, whole) = (plain.local().len(), plain.text().len());
    draft.write(Value::Email, |out| {
        out.push_str(plain.text());
        if !plain.is_lower() {
            let domain = out.len() - plain.domain().len();
            lower_from(out, domain);
        }
    });
    draft.share(Value::EmailDomain, Value::Email, local + 1, whole);
    let dots_ignored = Email::ignores_dots(draft.get(Value::EmailDomain));
    if plain.is_lower() && !plain.has_plus() && !dots_ignored {
        draft.share(Value::EmailKey, Value::Email, 0, whole);
        return;
    }
    let base = Email::base_of(plain.local());
    draft.write(Value::EmailKey, |out| {
        let start = out.len();
        if dots_ignored {
            base.split('.').for_each(|piece| out.push_str(piece));
        } else {
            out.push_str(base);
        }
        out.push('@');
        out.push_str(plain.domain());
        lower_from(out, start);
    });
}

/// Lowers the ASCII capitals of the end of a text.
fn lower_from(text: &mut str, start: usize) {
    if let Some(tail) = text.get_mut(start..) {
        tail.make_ascii_lowercase();
    }
}

/// Looks for addresses in a cell and writes the first good one; the length of its local part comes back.
fn write_found(draft: &mut Draft<'_>, cell: &str) -> Option<usize> {
    let mut found = candidates(cell).filter_map(|text| Email::parse(text).ok());
    let email = found.next()?;
    let key = email.key();
    let mut others: Vec<String> = found.filter(|other| other.key() != key).map(|other| other.expose()).collect();
    others.sort_unstable();
    others.dedup();
    draft.record.flags.note(Flag::EmailSeveral, !others.is_empty());
    draft.put(Value::EmailOthers, &others.join(" "));
    draft.put(Value::Email, &email.expose());
    let local = email.local().len();
    draft.share(Value::EmailDomain, Value::Email, local + 1, local + 1 + email.domain().as_str().len());
    draft.put(Value::EmailKey, &key);
    Some(local)
}

/// What can be said of the address in the draft.
fn judge(rules: &Rules, scratch: &mut Scratch, draft: &mut Draft<'_>, local_len: usize) -> EmailCell {
    let email = draft.get(Value::Email);
    let (local, domain) = (&email[..local_len], draft.get(Value::EmailDomain));
    let base = Email::base_of(local);
    let facts = rules.domain(&mut scratch.domains, domain);
    let role = is_role(rules, draft, base);
    // Lists of throw-away domains hold many a slip of a big provider's name, because somebody registered it.
    let meant = if facts.provider == MailProvider::Free { None } else { meant_domain(domain) };
    let suggestion = meant.map(|domain| format!("{local}@{domain}"));
    let noticed = [
        (Flag::EmailRole, role),
        (Flag::EmailFree, facts.provider == MailProvider::Free),
        (Flag::EmailDisposable, facts.provider == MailProvider::Disposable),
        (Flag::EmailAlias, base.len() != local.len()),
        (Flag::EmailInternational, !local.is_ascii()),
        (Flag::EmailTypo, suggestion.is_some()),
    ];
    for (flag, seen) in noticed {
        draft.record.flags.note(flag, seen);
    }
    if let Some(suggestion) = suggestion {
        draft.put(Value::EmailSuggestion, &suggestion);
    }
    EmailCell { role, facts: Some(facts) }
}

/// Whether a local part without plus tag is a function's and not the person's name.
fn is_role(rules: &Rules, draft: &Draft<'_>, base: &str) -> bool {
    let lower = if base.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        Cow::Borrowed(base)
    } else {
        Cow::Owned(base.to_lowercase())
    };
    let named = |value| draft.get(value).to_lowercase() == *lower;
    rules.is_role(&lower) && !named(Value::FirstName) && !named(Value::LastName)
}

/// The pieces of a cell that could be an address, without what mail programs and spreadsheets put around it.
fn candidates(cell: &str) -> impl Iterator<Item = &str> {
    // A slash may stand in a local part; it separates only where there is more than one address.
    let several = cell.bytes().filter(|b| *b == b'@').count() > 1;
    let separates = move |c: char| matches!(c, ';' | ',' | '|' | '<' | '>' | ' ' | '"') || (c == '/' && several);
    cell.split(separates).map(bare).filter(|piece| piece.contains('@'))
}

fn bare(piece: &str) -> &str {
    let mut bare = piece.trim_matches(is_wrapping);
    if let Some(head) = bare.get(..7)
        && head.eq_ignore_ascii_case("mailto:")
    {
        bare = bare[7..].split('?').next().unwrap_or_default().trim_matches(is_wrapping);
    }
    bare
}

fn is_wrapping(c: char) -> bool {
    matches!(
        c,
        '(' | ')' | '[' | ']' | '\'' | '.' | ':' | '!' | '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{201e}'
    )
}

/// Providers whose names people mistype. Short names are left out: a three-letter domain is one slip from any other.
const MISTYPED: [&str; 9] = [
    "gmail.com",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "outlook.com",
    "protonmail.com",
    "t-online.de",
    "yahoo.com",
    "yahoo.co.uk",
];

/// Endings that are nobody's, and what was meant.
const ENDINGS: [(&str, &str); 10] = [
    (".con", ".com"),
    (".cmo", ".com"),
    (".ocm", ".com"),
    (".vom", ".com"),
    (".xom", ".com"),
    (".comm", ".com"),
    (".cim", ".com"),
    (".nte", ".net"),
    (".ogr", ".org"),
    (".rog", ".org"),
];

/// The endings of most domains, which are nobody's slip.
const RIGHT: [&str; 4] = [".com", ".de", ".org", ".net"];

/// A glance at what most domains are not: as long as a provider's, or with an ending of as many letters as the wrong ones.
fn may_be_slip(name: &[u8]) -> bool {
    let dot = |from_end: usize| name.len().checked_sub(from_end).is_some_and(|at| name[at] == b'.');
    PROVIDER_OCTETS.contains(&name.len()) || dot(4) || dot(5)
}

/// No slip of a provider's name is shorter or longer.
const PROVIDER_OCTETS: RangeInclusive<usize> = 8..=15;

/// The domain that was probably meant, if this one is a slip of the hand away from it.
fn meant_domain(name: &str) -> Option<String> {
    if !may_be_slip(name.as_bytes()) {
        return None;
    }
    // Nobody's ending is one of the right ones.
    let may_be_provider = PROVIDER_OCTETS.contains(&name.len());
    let ending_is_right = RIGHT.iter().any(|right| name.ends_with(right));
    if ending_is_right && !may_be_provider {
        return None;
    }
    let ending = if ending_is_right {
        None
    } else {
        ENDINGS.iter().find_map(|(wrong, right)| Some(format!("{}{right}", name.strip_suffix(wrong)?)))
    };
    let name = ending.as_deref().unwrap_or(name);
    let provider = MISTYPED.iter().find(|known| one_slip(known.as_bytes(), name.as_bytes()));
    provider.map(|known| (*known).to_owned()).or(ending)
}

/// Whether one letter more, less, changed or swapped with its neighbour makes `a` into `b`.
fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let (a, b) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if b.len() - a.len() > 1 {
        return false;
    }
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[same..], &b[same..]);
    if a.len() < b.len() {
        return rest_a == &rest_b[1..];
    }
    match (rest_a, rest_b) {
        ([_, tail_a @ ..], [_, tail_b @ ..]) if tail_a == tail_b => true,
        ([_, _, tail_a @ ..], [_, _, tail_b @ ..]) => {
            rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] && tail_a == tail_b
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests;
