//! Raw cells made into the values that are compared, one function for each sort of value.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::text::fold;

static LEGAL_FORMS: LazyLock<HashSet<&str>> = LazyLock::new(|| words(include_str!("data/legal_forms.txt")));
static ROLES: LazyLock<HashSet<&str>> = LazyLock::new(|| words(include_str!("data/role_mailboxes.txt")));
static PROVIDERS: LazyLock<HashSet<&str>> = LazyLock::new(|| words(include_str!("data/mail_providers.txt")));

/// The words of a list; lines that begin with `#` are for people.
fn words(list: &'static str) -> HashSet<&'static str> {
    list.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

/// Whether a cell only says that there is nothing in it.
pub(crate) fn is_blank(cell: &str) -> bool {
    const BLANKS: [&str; 14] = [
        "na",
        "n/a",
        "none",
        "null",
        "nil",
        "nan",
        "unknown",
        "test",
        "tbd",
        "not available",
        "#n/a",
        "missing",
        "n.a.",
        "?",
    ];
    let cell = cell.trim();
    cell.is_empty()
        || !cell.chars().any(char::is_alphanumeric)
        || (cell.len() <= 13 && BLANKS.iter().any(|blank| cell.eq_ignore_ascii_case(blank)))
}

/// A mailbox: the key under which its spellings meet, and its parts.
pub(crate) struct Mailbox {
    /// Lower-case, without what follows a plus; without dots where the provider ignores them.
    pub(crate) key: String,
    /// Where the at sign stands in the key.
    pub(crate) at: usize,
}

impl Mailbox {
    /// Reads the first address in a cell.
    pub(crate) fn read(cell: &str) -> Option<Self> {
        let cell = cell.split_once('<').map_or(cell, |(_, rest)| rest.split('>').next().unwrap_or(rest)).trim();
        let cell = cell.strip_prefix("mailto:").unwrap_or(cell);
        let cell = cell.split([',', ';', ' ']).next().unwrap_or(cell);
        let (local, domain) = cell.rsplit_once('@')?;
        let domain = domain.trim_end_matches('.');
        let local = local.split('+').next().filter(|bare| !bare.is_empty()).unwrap_or(local);
        if local.is_empty() || !domain.contains('.') {
            return None;
        }
        let mut key = String::with_capacity(cell.len());
        let dotless = domain.eq_ignore_ascii_case("gmail.com") || domain.eq_ignore_ascii_case("googlemail.com");
        key.extend(local.chars().filter(|c| !dotless || *c != '.').flat_map(char::to_lowercase));
        let at = key.len();
        key.push('@');
        key.extend(domain.chars().flat_map(char::to_lowercase));
        Some(Self { key, at })
    }

    pub(crate) fn local(&self) -> &str {
        &self.key[..self.at]
    }

    /// The employer's domain, unless the address is one of a provider of mailboxes.
    pub(crate) fn org_domain(&self) -> Option<&str> {
        let domain = &self.key[self.at + 1..];
        (!is_provider(domain)).then(|| registrable(domain))
    }
}

/// Whether a local part names a task.
pub(crate) fn is_role(local: &str) -> bool {
    ROLES.contains(local)
}

/// Whether a domain gives mailboxes to anybody.
pub(crate) fn is_provider(domain: &str) -> bool {
    PROVIDERS.contains(domain)
}

/// The registrable part of a domain, by the shape of its labels: `co.uk` and its like keep three.
fn registrable(domain: &str) -> &str {
    let mut dots = domain.rmatch_indices('.').map(|(at, _)| at);
    let (Some(top), Some(second)) = (dots.next(), dots.next()) else { return domain };
    let shared = matches!(&domain[second + 1..top], "co" | "com" | "org" | "net" | "ac" | "gov" | "edu" | "or" | "ne");
    if shared {
        return dots.next().map_or(domain, |third| &domain[third + 1..]);
    }
    &domain[second + 1..]
}

/// The registrable domain of a website.
pub(crate) fn domain(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let cell = cell.split_once("://").map_or(cell, |(_, rest)| rest);
    let host = cell.split(['/', '?', '#', ':', ' ']).next()?.trim_end_matches('.').to_lowercase();
    let host = host.rsplit('@').next()?;
    (host.contains('.') && !is_provider(host)).then(|| registrable(host).to_owned())
}

/// The handle of a person's page; pages of companies are none.
pub(crate) fn handle(cell: &str) -> Option<String> {
    let cell = cell.trim();
    let cell = cell.split(['?', '#']).next()?.trim_end_matches('/');
    if cell.contains("/company/") || cell.contains("/school/") {
        return None;
    }
    let handle = cell.rsplit('/').next()?.trim_start_matches('@').to_lowercase();
    (handle.len() > 1 && !handle.starts_with("www.")).then_some(handle)
}

/// The significant end of a telephone number: enough to tell numbers apart and the same with or without the country.
pub(crate) fn phone(cell: &str, out: &mut String) {
    const DIGITS_MAX: usize = 9;
    let ext = cell.char_indices().skip(4).find(|(_, c)| matches!(c, 'x' | 'X' | 'e' | 'E' | '#' | ';' | ','));
    let number = ext.map_or(cell, |(at, _)| &cell[..at]);
    out.extend(number.chars().filter(char::is_ascii_digit));
    if out.len() < 6 {
        out.clear();
    }
    out.drain(..out.len().saturating_sub(DIGITS_MAX));
}

/// The key of a company's name: folded words without a legal form at the end.
pub(crate) fn company(cell: &str, out: &mut String) {
    // Dots join in `S.A.` and `G.m.b.H.`.
    if cell.contains('.') {
        fold::words(&cell.replace('.', ""), out);
    } else {
        fold::words(cell, out);
    }
    while let Some((head, tail)) = out.rsplit_once(' ') {
        let ends = tail == "and" || LEGAL_FORMS.contains(tail);
        if !ends {
            break;
        }
        out.truncate(head.len());
    }
    if let Some(rest) = out.strip_prefix("the ") {
        *out = rest.to_owned();
    }
}

/// A street without its number, words shortened as people do; the number goes to `number`.
pub(crate) fn street(cell: &str, out: &mut String, number: &mut String) {
    let mut folded = String::with_capacity(cell.len());
    fold::words(cell, &mut folded);
    for word in folded.split(' ') {
        if word.as_bytes().first().is_some_and(u8::is_ascii_digit) && word.len() <= 6 {
            if number.is_empty() {
                number.push_str(word);
            }
            continue;
        }
        let word = match word {
            "street" | "strasse" => "st",
            "road" => "rd",
            "avenue" | "av" => "ave",
            "drive" => "dr",
            "lane" => "ln",
            "place" => "pl",
            "court" | "crt" => "ct",
            "crescent" | "cres" => "cr",
            "boulevard" => "blvd",
            "square" => "sq",
            "terrace" => "tce",
            "circuit" => "cct",
            "close" => "cl",
            other => other.strip_suffix("strasse").map_or(other, |_| other),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        match word.strip_suffix("strasse") {
            Some(stem) if !stem.is_empty() => {
                out.push_str(stem);
                out.push_str("str");
            }
            _ => out.push_str(word),
        }
    }
}

/// A country by its letters (ISO 3166-1 alpha-2) where it is one that lists write in several ways; else what is said.
pub(crate) fn country(cell: &str, out: &mut String) {
    fold::words(cell, out);
    let code = match out.as_str() {
        "usa" | "u s" | "u s a" | "united states" | "united states of america" | "america" => "us",
        "uk" | "u k" | "gbr" | "united kingdom" | "great britain" | "england" | "scotland" | "wales" => "gb",
        "germany" | "deutschland" | "deu" | "ger" | "allemagne" | "alemania" => "de",
        "austria" | "osterreich" | "aut" => "at",
        "switzerland" | "schweiz" | "suisse" | "che" => "ch",
        "france" | "fra" | "frankreich" => "fr",
        "spain" | "espana" | "esp" | "spanien" => "es",
        "italy" | "italia" | "ita" | "italien" => "it",
        "netherlands" | "the netherlands" | "holland" | "nederland" | "nld" => "nl",
        "belgium" | "belgie" | "belgique" | "bel" => "be",
        "poland" | "polska" | "pol" => "pl",
        "sweden" | "sverige" | "swe" => "se",
        "denmark" | "danmark" | "dnk" => "dk",
        "norway" | "norge" | "nor" => "no",
        "ireland" | "irl" | "eire" => "ie",
        "canada" | "can" => "ca",
        "australia" | "aus" => "au",
        "india" | "ind" | "bharat" => "in",
        "brazil" | "brasil" | "bra" => "br",
        "mexico" | "mex" => "mx",
        "japan" | "jpn" => "jp",
        "china" | "chn" => "cn",
        _ => return,
    };
    code.clone_into(out);
}

/// One letter for a gender, where it is one that is known; else what is said.
pub(crate) fn gender(cell: &str, out: &mut String) {
    fold::words(cell, out);
    match out.as_str() {
        "male" | "man" | "mr" | "herr" | "homme" | "hombre" | "mannlich" | "masculin" | "masculino" => {
            "m".clone_into(out);
        }
        "female" | "woman" | "mrs" | "ms" | "frau" | "femme" | "mujer" | "weiblich" | "feminin" | "femenino" => {
            "f".clone_into(out);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
