//! What stands around a name: titles before it, generations and degrees behind it.

use plumb_base::Country;

use super::super::mapping::Field;
use super::super::text::is_placeholder;
use super::case::{has_capitals, is_capitals};
use super::split::has_two_families;

/// A name and what stands around it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Around<'n> {
    /// Titles, as they are written.
    pub(super) honorific: &'n str,
    pub(super) name: &'n str,
    /// `Jr.`, `Sr.`, `II`, `III` or `IV`: it tells father and son apart.
    pub(super) generation: &'static str,
    /// Degrees and memberships, as they are written.
    pub(super) credentials: Vec<&'n str>,
}

impl<'n> Around<'n> {
    /// Takes apart what stands around a part of a name, or around a whole one: of that, two words stay.
    pub(super) fn of(text: &'n str, whole: bool, country: Option<Country>) -> Self {
        let name = without_titles(text, whole, country);
        let honorific = text[..text.len() - name.len()].trim_end();
        let mut around = Self { honorific, name, ..Self::default() };
        around.take_behind(whole);
        around
    }

    /// The same of a whole name whose parts stand beside it.
    pub(super) fn beside(text: &'n str, country: Option<Country>) -> Self {
        let name = without_titles(text, true, country);
        Self { honorific: text[..text.len() - name.len()].trim_end(), ..Self::behind(name) }
    }

    /// The same of a part that has nothing before it.
    pub(super) fn behind(text: &'n str) -> Self {
        let mut around = Self { name: text, ..Self::default() };
        around.take_behind(false);
        around
    }

    fn take_behind(&mut self, whole: bool) {
        while let Some((head, tail, what)) = last_behind(self.name, whole) {
            match what {
                Behind::Generation(generation) => self.generation = generation,
                Behind::Credential => self.credentials.insert(0, tail),
                Behind::Nothing => {}
            }
            self.name = head;
        }
    }

    /// What stood behind the name, in one text: `Jr., MD`.
    pub(super) fn suffix(&self) -> String {
        let generation = Some(self.generation).filter(|generation| !generation.is_empty());
        generation.into_iter().chain(self.credentials.iter().copied()).collect::<Vec<_>>().join(", ")
    }
}

/// No title or degree is written in more octets.
const AROUND_BYTES_MAX: usize = 24;

/// Titles before a name, in letters alone. Sorted.
const TITLES: [&str; 63] = [
    "bc",
    "dhr",
    "dott",
    "dottoressa",
    "dottssa",
    "dr",
    "dra",
    "dres",
    "drhc",
    "dring",
    "drmed",
    "drphil",
    "drs",
    "encik",
    "frau",
    "fru",
    "herr",
    "ingeniero",
    "judr",
    "kum",
    "lic",
    "madame",
    "mademoiselle",
    "mbchb",
    "mevr",
    "mevrouw",
    "mgr",
    "miss",
    "mlle",
    "mme",
    "monsieur",
    "mr",
    "mrs",
    "ms",
    "msgr",
    "mudr",
    "mvdr",
    "mw",
    "mx",
    "panna",
    "phdr",
    "priv",
    "prof",
    "profa",
    "profdr",
    "professor",
    "puan",
    "rev",
    "rndr",
    "rva",
    "sayin",
    "shri",
    "sig",
    "signor",
    "signora",
    "sigra",
    "sir",
    "smt",
    "sr",
    "sra",
    "srta",
    "thddr",
    "univprof",
];

/// Titles that are given names too: only where a whole name stands behind them. Sorted.
const STANDING: [&str; 23] = [
    "ambassador",
    "archbishop",
    "baron",
    "baroness",
    "bishop",
    "brother",
    "captain",
    "colonel",
    "countess",
    "dame",
    "dato",
    "datuk",
    "judge",
    "lady",
    "lieutenant",
    "lord",
    "pastor",
    "rabbi",
    "senator",
    "sergeant",
    "shaikh",
    "sheikh",
    "sister",
];

/// Titles with letters of their own.
const FAR_TITLES: [&str; 15] = [
    "Dña",
    "Doña",
    "Maître",
    "Pán",
    "Paní",
    "Sayın",
    "Señor",
    "Señora",
    "Señorita",
    "Srª",
    "inż",
    "г-жа",
    "г-н",
    "д-р",
    "проф",
];

/// Titles only with a dot: without one, they are somebody's name. Sorted.
const DOTTED: [&str; 34] = [
    "adj", "adv", "amb", "arch", "assoc", "asst", "avv", "brig", "capt", "col", "cpt", "doc", "eng", "fr", "gen",
    "gov", "hon", "hr", "hra", "ing", "ir", "lt", "ltgen", "mag", "maga", "maj", "pfr", "rag", "rep", "rt", "sen",
    "sgt", "sn", "vm",
];

/// What goes on after a title: `Dr. rer. nat.`. Sorted.
const AFTER_TITLES: [&str; 16] = [
    "hab", "habil", "hc", "ing", "iur", "jur", "med", "mult", "nat", "oec", "phil", "pol", "rer", "sc", "techn", "univ",
];

/// Titles that are no given name, whatever stands beside them.
const NEVER_NAMES: [&str; 13] =
    ["dr", "frau", "herr", "madame", "mlle", "mme", "monsieur", "mr", "mrs", "ms", "mx", "prof", "professor"];

/// Letters after a name that nobody is called. Sorted.
const CREDENTIALS: [&str; 127] = [
    "aca", "acca", "accs", "acii", "aicp", "artd", "bba", "bcom", "bed", "bfa", "bsc", "btech", "cams", "cbap", "cbe",
    "ccie", "ccim", "ccna", "ccnp", "ceng", "cfa", "cfp", "cfre", "chfc", "cia", "cipd", "cipp", "cisa", "cism",
    "cissp", "clu", "cma", "cmgr", "cpa", "cphq", "cphr", "cpim", "cpo", "cpp", "crisc", "csc", "cscp", "csm", "cspo",
    "cssbb", "dba", "dds", "dipling", "diplkfm", "dipm", "dis", "dmd", "dnp", "dphil", "drsc", "dvm", "edd", "emba",
    "esq", "esquire", "faia", "fca", "fcca", "fcim", "fcipd", "fcma", "fcmi", "fpc", "frcp", "frcs", "frics", "frsa",
    "gphr", "ieng", "jd", "lcsw", "leed", "leedap", "llb", "lld", "llm", "lutc", "mas", "mba", "mbbs", "mbchb", "mbcs",
    "mbe", "mcim", "mcipd", "mcips", "mcmi", "mcom", "mcse", "mfa", "mha", "mhrm", "miet", "mim", "mpa", "mph",
    "mphil", "mpp", "mres", "mrics", "msc", "msca", "mscs", "mstat", "msw", "mtech", "obe", "pgmp", "pharmd", "phd",
    "phr", "pmiacp", "pmp", "psyd", "rics", "rn", "rpa", "scd", "shrmcp", "shrmscp", "sphr", "ssbb",
];

/// Letters after a name that are names as well: only capitals among small letters tell `MA` from `Ma`. Sorted.
const CAREFUL: [&str; 16] =
    ["ba", "be", "beng", "bs", "ca", "dba", "kc", "ma", "md", "meng", "mp", "ms", "od", "pe", "qc", "rn"];

enum Behind {
    Generation(&'static str),
    Credential,
    /// A comma with nothing behind it.
    Nothing,
}

/// The letters of a short word, small; empty if there is anything but letters, dots, hyphens and apostrophes in it.
fn letters<'b>(word: &str, into: &'b mut [u8; AROUND_BYTES_MAX]) -> &'b str {
    let mut len = 0;
    for byte in word.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' if len < AROUND_BYTES_MAX => {
                into[len] = byte.to_ascii_lowercase();
                len += 1;
            }
            b'.' | b'-' | b'\'' | b',' => {}
            _ => return "",
        }
    }
    std::str::from_utf8(&into[..len]).unwrap_or_default()
}

fn holds(list: &[&str], word: &str) -> bool {
    list.binary_search(&word).is_ok()
}

/// Whether a cell of given names holds a title and nothing else.
pub(super) fn is_title_alone(name: &str) -> bool {
    // Most names begin with another letter.
    if !matches!(name.as_bytes().first().map(u8::to_ascii_lowercase), Some(b'd' | b'f' | b'h' | b'm' | b'p')) {
        return false;
    }
    let bare = name.strip_suffix('.').unwrap_or(name);
    NEVER_NAMES.iter().any(|title| title.len() == bare.len() && title.eq_ignore_ascii_case(bare))
}

/// The name without the titles before it; a name that is nothing else stays.
pub(super) fn without_titles(name: &str, whole: bool, country: Option<Country>) -> &str {
    let (mut rest, mut any) = (name, false);
    while let Some((head, tail)) = rest.split_once(' ') {
        let mut into = [0; AROUND_BYTES_MAX];
        let plain = if head.len() > AROUND_BYTES_MAX { "" } else { letters(head, &mut into) };
        let dotted = head.contains('.');
        let title = holds(&TITLES, plain)
            || (dotted && (holds(&DOTTED, plain) || plain.starts_with("dipl")))
            || (dotted && plain.starts_with("dr") && plain.len() > 3)
            || (any && (holds(&AFTER_TITLES, plain) || plain == "sri" || plain == "h" || (plain == "c" && rest.len() < name.len())))
            // `M.` is a title before a given name, where French is spoken or nobody says what is; `Me` only there.
            || (plain == "m" && country.is_none_or(speaks_french) && tail.contains(' ') == whole)
            || (holds(&STANDING, plain) && (any || (whole && tail.contains(' '))))
            || is_title_there(head, plain, country)
            || (plain == "the" && ["Hon", "Rev", "Right", "Rt", "Very"].iter().any(|next| tail.starts_with(next)))
            || (plain == "me" && country.is_some_and(speaks_french));
        let title = title || FAR_TITLES.contains(&head.trim_end_matches('.'));
        if !title || is_placeholder(tail, Field::FirstName) {
            break;
        }
        (rest, any) = (tail, true);
    }
    rest
}

/// Letters that are a title in some countries alone, and initials or a name elsewhere.
fn is_title_there(head: &str, plain: &str, country: Option<Country>) -> bool {
    let Some(country) = country else { return false };
    match plain {
        "d" => head.ends_with('.') && has_two_families(country),
        "don" => has_two_families(country),
        "pan" | "pani" => matches!(country.as_str(), "CZ" | "PL" | "SK" | "UA"),
        "ca" => head == "CA" && country.as_str() == "IN",
        "di" => head == "DI" && country.as_str() == "AT",
        "pd" => head == "PD" && matches!(country.as_str(), "AT" | "CH" | "DE"),
        _ => false,
    }
}

/// Countries in which letters begin with `M.` and `Mme`.
fn speaks_french(country: Country) -> bool {
    const COUNTRIES: [&str; 16] =
        ["BE", "BF", "BJ", "CA", "CD", "CG", "CH", "CI", "CM", "FR", "GA", "LU", "MC", "ML", "SN", "TG"];
    COUNTRIES.contains(&country.as_str())
}

/// The last thing behind a name, with the name before it.
fn last_behind(name: &str, whole: bool) -> Option<(&str, &str, Behind)> {
    let (head, tail) = name.rsplit_once([' ', ','])?;
    if tail.len() > AROUND_BYTES_MAX {
        return None;
    }
    let comma = head.ends_with(',') || name.as_bytes().get(head.len()) == Some(&b',');
    let head = head.trim_end_matches([' ', ',']);
    if is_placeholder(head, Field::LastName) {
        return None;
    }
    if tail.is_empty() {
        return Some((head, tail, Behind::Nothing));
    }
    // Some hang the sign of a trade mark on a degree.
    let tail = tail.trim_end_matches(['®', '™', '℠']);
    let mut into = [0; AROUND_BYTES_MAX];
    let plain = match tail {
        "2nd" => "ii",
        "3rd" => "iii",
        "4th" => "iv",
        _ => letters(tail, &mut into),
    };
    let room = comma || !whole || head.contains([' ', ',']);
    let is_ordinal = tail.bytes().any(|b| b.is_ascii_digit());
    let is_loud =
        is_ordinal || !tail.bytes().any(|b| b.is_ascii_lowercase()) || !name.bytes().any(|b| b.is_ascii_uppercase());
    let generation = match plain {
        "jr" => "Jr.",
        "sr" => "Sr.",
        "ii" if is_loud => "II",
        "iii" => "III",
        "iv" if is_loud => "IV",
        _ => "",
    };
    if !generation.is_empty() {
        return room.then_some((head, tail, Behind::Generation(generation)));
    }
    let credential = if holds(&CAREFUL, plain) {
        has_capitals(tail) && !is_capitals(head)
    } else {
        holds(&CREDENTIALS, plain)
            && (comma || has_capitals(tail) || matches!(plain, "phd" | "esq" | "mba" | "llm" | "cpa"))
    };
    (credential && room).then_some((head, tail, Behind::Credential))
}

/// Whether nothing stands behind a name of several words.
pub(super) fn ends_bare(name: &str, whole: bool) -> bool {
    last_behind(name, whole).is_none()
}

/// What tells father and son apart, out of a suffix.
pub(crate) fn generation(suffix: &str) -> Option<&str> {
    suffix.split(", ").next().filter(|first| matches!(*first, "Jr." | "Sr." | "II" | "III" | "IV"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        assert!(NEVER_NAMES.iter().all(|title| is_title_alone(title)));
        for list in [TITLES.as_slice(), &DOTTED, &STANDING, &AFTER_TITLES, &CREDENTIALS, &CAREFUL] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
