//! The e-mail column: finding the address in the cell, and what can be said of it without asking its server.

use plumb_base::{Domain, Email};

use super::flag::Flag;
use super::rules::{MailProvider, Rules};

/// What an e-mail cell holds.
#[derive(Default)]
pub(crate) struct EmailCell {
    pub(crate) email: Option<Email>,
    /// Whether the mailbox is a function's; decided with the person's name at hand.
    pub(crate) role: bool,
    pub(crate) provider: Option<MailProvider>,
    pub(crate) flags: Vec<Flag>,
    /// Further addresses in the cell, as they can be written to.
    pub(crate) others: Vec<String>,
    /// The address with its domain as it was probably meant.
    pub(crate) suggestion: Option<String>,
}

/// Reads a tidy, non-empty cell. `names` are the person's names in key form: `per@…` is a role word unless the person
/// is called Per.
pub(crate) fn read(rules: &Rules, cell: &str, names: [Option<&str>; 2]) -> EmailCell {
    let mut found = candidates(cell).filter_map(|text| Email::parse(text).ok());
    let Some(email) = found.next() else {
        return EmailCell { flags: vec![Flag::EmailInvalid], ..EmailCell::default() };
    };
    let mut flags = Vec::new();
    let key = email.key();
    let mut others: Vec<String> = found.filter(|other| other.key() != key).map(|other| other.expose()).collect();
    others.sort_unstable();
    others.dedup();
    let local = email.base_local().to_lowercase();
    let named = names.into_iter().flatten().any(|name| name == local);
    let role = !named && rules.is_role(&local);
    let provider = rules.mail_provider(email.domain());
    // Lists of throw-away domains hold many a slip of a big provider's name, because somebody registered it.
    let suggestion = match provider {
        MailProvider::Own | MailProvider::Disposable => meant_domain(email.domain()),
        MailProvider::Free => None,
    };
    let suggestion = suggestion.map(|domain| format!("{}@{domain}", email.local()));
    let noticed = [
        (Flag::EmailSeveral, !others.is_empty()),
        (Flag::EmailRole, role),
        (Flag::EmailFree, provider == MailProvider::Free),
        (Flag::EmailDisposable, provider == MailProvider::Disposable),
        (Flag::EmailAlias, email.base_local() != email.local()),
        (Flag::EmailInternational, email.is_international()),
        (Flag::EmailTypo, suggestion.is_some()),
    ];
    flags.extend(noticed.into_iter().filter(|(_, seen)| *seen).map(|(flag, _)| flag));
    EmailCell { email: Some(email), role, provider: Some(provider), flags, others, suggestion }
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

/// The domain that was probably meant, if this one is a slip of the hand away from it.
fn meant_domain(domain: &Domain) -> Option<String> {
    let name = domain.as_str();
    let ending = ENDINGS.iter().find_map(|(wrong, right)| Some(format!("{}{right}", name.strip_suffix(wrong)?)));
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
