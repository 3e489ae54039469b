//! Telling given and family name apart in a whole name.

use std::ops::Range;

use plumb_base::Country;

use super::super::fold::is_apostrophe;
use super::super::mapping::Field;
use super::super::scan::Kinds;
use super::super::text::is_placeholder_known;
use super::{PARTICLES, is_latin};

/// Where the parts of a whole name stand in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) given: Range<usize>,
    /// The given name and those that follow it.
    pub(super) fore: Range<usize>,
    pub(super) family: Range<usize>,
    /// The family is written in capitals, or before the given name of people who are addressed the other way round.
    pub(super) turned: bool,
}

/// Longest name that is taken apart, in octets and in words.
const BYTES_MAX: usize = 120;
const WORDS_MAX: usize = 8;

/// A name's words, with where they stand.
struct Words<'n> {
    name: &'n str,
    ends: [(u8, u8); WORDS_MAX],
    len: usize,
}

impl<'n> Words<'n> {
    fn of(name: &'n str) -> Option<Self> {
        let mut words = Self { name, ends: [(0, 0); WORDS_MAX], len: 0 };
        if name.len() > BYTES_MAX {
            return None;
        }
        let mut at = 0;
        for word in name.split(' ') {
            if !word.is_empty() {
                *words.ends.get_mut(words.len)? = (at as u8, (at + word.len()) as u8);
                words.len += 1;
            }
            at += word.len() + 1;
        }
        Some(words)
    }

    fn get(&self, n: usize) -> &'n str {
        let (from, to) = self.ends[n];
        &self.name[usize::from(from)..usize::from(to)]
    }

    /// Where some words stand, the first to the last.
    fn span(&self, range: Range<usize>) -> Range<usize> {
        usize::from(self.ends[range.start].0)..usize::from(self.ends[range.end - 1].1)
    }

    /// The parts, where the family has the words of `family` and the given names those of `fore`.
    fn parts(&self, fore: Range<usize>, given: usize, family: Range<usize>, turned: bool) -> Parts {
        let given = self.span(fore.start..fore.start + given);
        Parts { given, fore: self.span(fore), family: self.span(family), turned }
    }

    /// How many of the words from `from` to `to` people are called by: the first, or initials and what follows them.
    fn called(&self, from: usize, to: usize) -> usize {
        let initials = (from..to).take_while(|n| is_initial(self.get(*n))).count();
        if initials == 0 { 1 } else { (initials + 1).min(to - from) }
    }
}

/// Takes a whole name apart that has nothing around it; `None` where the parts cannot be told apart, or one of them could
/// not stand in a cell of its own.
pub(super) fn split(name: &str, country: Option<Country>) -> Option<Parts> {
    apart(name, country).filter(|parts| {
        let (given, family) = (&name[parts.given.clone()], &name[parts.family.clone()]);
        is_told(given, Field::FirstName) && is_told(family, Field::LastName)
    })
}

/// Whether a part of a name says something: a dot by itself, or `test`, is nobody's name.
pub(super) fn is_told(part: &str, field: Field) -> bool {
    part.chars().any(char::is_alphabetic) && !is_placeholder_known(part, Kinds::NONE, field)
}

fn apart(name: &str, country: Option<Country>) -> Option<Parts> {
    let words = Words::of(name)?;
    if words.len < 2 {
        return None;
    }
    let is_plain = |c: char| is_latin(c) || is_apostrophe(c) || matches!(c, ' ' | '-' | '.');
    if name.is_ascii() || name.chars().all(is_plain) {
        let plain = |b: u8| b.is_ascii_alphabetic() || matches!(b, b' ' | b'-' | b'.' | b'\'' | b'`') || b >= 0x80;
        return if name.bytes().all(plain) { latin(&words, country) } else { None };
    }
    let is_all = |fits: fn(char) -> bool| name.chars().all(|c| c == ' ' || fits(c));
    if words.len == 2 && is_all(is_east_asian) {
        return Some(words.parts(1..2, 1, 0..1, false));
    }
    if is_all(|c| matches!(c, '\u{0400}'..='\u{04ff}' | '-')) {
        return cyrillic(&words);
    }
    if is_all(|c| matches!(c, '\u{0370}'..='\u{03ff}' | '-')) { greek(&words) } else { None }
}

/// Han, kana and hangul: the family stands first.
fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

fn latin(words: &Words<'_>, country: Option<Country>) -> Option<Parts> {
    let len = words.len;
    // A line by itself stands between a name and something else.
    if (0..len).any(|n| is_no_name(words.get(n)) || words.get(n) == "-") {
        return None;
    }
    match by_capitals(words) {
        Capitals::Family(parts) => return Some(parts),
        Capitals::Unclear => return None,
        Capitals::SayNothing => {}
    }
    if len >= 3 && is_vietnamese(words.get(0), words.get(1)) {
        return Some(words.parts(len - 1..len, 1, 0..1, false));
    }
    let mut family = len - 1;
    // `Ortega y Gómez`.
    if len >= 4 && matches!(words.get(len - 2), "y" | "e" | "i") {
        family = len - 3;
    }
    let with_particles = |mut from: usize| {
        while from > 1
            && (is_particle(words.get(from - 1))
                || (words.get(from - 1) == "Lo" && country.is_some_and(|country| country.as_str() == "IT"))
                || (words.get(from - 1) == "in" && matches!(words.get(from), "'t" | "’t" | "de" | "der")))
        {
            from -= 1;
        }
        from
    };
    // `Silva Neto`: the grandson is called so, but not by that alone.
    let after = ["Filho", "Filha", "Júnior", "Junior", "Neta", "Neto", "Sobrinho"];
    if len >= 3 && after.contains(&words.get(len - 1)) && country.is_none_or(speaks_portuguese) {
        family = len - 2;
    }
    family = with_particles(family);
    // `von Bergen Wessels`; but `Maria de Lourdes` is a given name.
    let opens = |n: &usize| {
        let word = words.get(*n);
        word.len() > 1 && PARTICLES.contains(&word) && !matches!(words.get(n - 1), "Maria" | "María")
    };
    family = (1..family).find(opens).unwrap_or(family);
    let mut given = words.called(0, family);
    // `Abdul Rahman` is one name.
    if family >= 2 && matches!(words.get(0), "Abd" | "Abdel" | "Abdoul" | "Abdul") {
        given = 2;
    }
    if country.is_some_and(has_two_families) && family >= 2 {
        let second = words.get(1);
        let (is_given, is_letter) = (SECOND_GIVEN.contains(&second), is_initial(second) || is_particle(second));
        if family > 2 || !(is_given || is_letter) {
            family = with_particles(family - 1);
            given = family;
        } else if is_given {
            given = 2;
        }
    }
    Some(words.parts(0..family, given, family..len, false))
}

/// What the words in capitals of a name say.
enum Capitals {
    /// They are the family.
    Family(Parts),
    /// They may as well be letters after the name.
    Unclear,
    SayNothing,
}

/// `Jean DUPONT`, `DUPONT Jean`: some write the family in capitals, and then it may stand first.
fn by_capitals(words: &Words<'_>) -> Capitals {
    let len = words.len;
    let is_loud = |n: &usize| {
        let word = words.get(*n);
        let capitals = word.chars().filter(|c| c.is_uppercase()).count();
        capitals > 1 && !word.contains('.') && !word.chars().any(char::is_lowercase)
    };
    let loud = (0..len).filter(is_loud).count();
    if loud == 0 || loud == len {
        return Capitals::SayNothing;
    }
    let first = (0..len).find(|n| is_loud(n)).unwrap_or_default();
    let run = (first..len).take_while(is_loud).count();
    if run != loud {
        return Capitals::SayNothing;
    }
    if first + run == len {
        if first >= 2 && (first..len).all(|n| words.get(n).len() <= 5) {
            return Capitals::Unclear;
        }
        return Capitals::Family(words.parts(0..first, words.called(0, first), first..len, true));
    }
    let is_long = (0..run).any(|n| words.get(n).chars().filter(|c| c.is_uppercase()).count() >= 3);
    let is_first = first == 0 && is_long && !is_initial(words.get(run));
    if is_first {
        Capitals::Family(words.parts(run..len, words.called(run, len), 0..run, true))
    } else {
        Capitals::SayNothing
    }
}

/// Given and family name of a name in register's order, of which each side has nothing around it. The words that are the
/// family's but stand at the end (`Berg, Jan van der`) come third.
pub(super) fn register<'n>(left: &'n str, right: &'n str) -> Option<(Parts, &'n str)> {
    let is_plain =
        |side: &str| side.chars().all(|c| (c.is_alphabetic() || is_apostrophe(c)) || matches!(c, ' ' | '-' | '.'));
    if !is_plain(left) || !is_plain(right) || left.is_empty() {
        return None;
    }
    let words = Words::of(right)?;
    let mut fore = words.len;
    while fore > 1 && PARTICLES.contains(&words.get(fore - 1)) {
        fore -= 1;
    }
    if fore == 0 {
        return None;
    }
    let particles = if fore < words.len { &right[words.span(fore..words.len)] } else { "" };
    Some((words.parts(0..fore, words.called(0, fore), 0..1, true), particles))
}

/// One letter, or letters with dots.
fn is_initial(word: &str) -> bool {
    word.ends_with('.') || word.chars().count() == 1
}

/// Words of a family's name that do not end it.
fn is_particle(word: &str) -> bool {
    if word.bytes().next().is_some_and(|b| b.is_ascii_uppercase()) {
        // Those that are no given names and no initials.
        return matches!(
            word,
            "Van"
                | "Von"
                | "De"
                | "Di"
                | "Da"
                | "Del"
                | "Della"
                | "Dos"
                | "Das"
                | "Du"
                | "Des"
                | "Den"
                | "Der"
                | "La"
                | "Le"
                | "Los"
                | "Ten"
                | "Ter"
                | "Al"
                | "El"
                | "Bin"
                | "St."
                | "Ní"
                | "Ó"
                | "Uí"
        );
    }
    (word.len() > 1 && PARTICLES.contains(&word)) || matches!(word, "'t" | "’t" | "ap" | "ben" | "ferch" | "und")
}

/// Words that join two people, or say that it is a department or a company.
fn is_no_name(word: &str) -> bool {
    const NOBODY: [&str; 28] = [
        "abteilung",
        "accounts",
        "and",
        "billing",
        "buchhaltung",
        "company",
        "customer",
        "department",
        "dept",
        "einkauf",
        "et",
        "gmbh",
        "inc",
        "info",
        "limited",
        "llc",
        "ltd",
        "marketing",
        "office",
        "oder",
        "or",
        "reception",
        "sales",
        "service",
        "services",
        "support",
        "team",
        "vertrieb",
    ];
    let mut lower = [0; 12];
    let word = word.strip_suffix('.').unwrap_or(word);
    let Some(lower) = lower.get_mut(..word.len()) else { return false };
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    NOBODY.binary_search_by(|known| known.as_bytes().cmp(lower)).is_ok()
}

/// Countries whose people have two family names, the father's and the mother's.
pub(super) fn has_two_families(country: Country) -> bool {
    const COUNTRIES: [&str; 19] = [
        "AR", "BO", "CL", "CO", "CR", "CU", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "UY",
        "VE",
    ];
    COUNTRIES.contains(&country.as_str())
}

fn speaks_portuguese(country: Country) -> bool {
    matches!(country.as_str(), "AO" | "BR" | "CV" | "MZ" | "PT")
}

/// Second halves of Spanish given names: with one of them, three words are two given names and a family.
const SECOND_GIVEN: [&str; 48] = [
    "Alberto",
    "Alejandra",
    "Alejandro",
    "Andrés",
    "Ángel",
    "Antonio",
    "Belén",
    "Carlos",
    "Carmen",
    "Cristina",
    "Daniel",
    "David",
    "Eduardo",
    "Elena",
    "Enrique",
    "Esteban",
    "Eugenia",
    "Felipe",
    "Fernanda",
    "Fernando",
    "Francisco",
    "Guadalupe",
    "Ignacio",
    "Inés",
    "Isabel",
    "Javier",
    "Jesús",
    "Jorge",
    "Jose",
    "José",
    "Juan",
    "Laura",
    "Luis",
    "Luisa",
    "Manuel",
    "Maria",
    "María",
    "Mercedes",
    "Miguel",
    "Pablo",
    "Pedro",
    "Pilar",
    "Rafael",
    "Ramón",
    "Sofía",
    "Teresa",
    "Vicente",
    "Victoria",
];

/// Vietnamese: the family first, then a middle name that hardly anybody else has.
fn is_vietnamese(first: &str, second: &str) -> bool {
    const FAMILIES: [&str; 20] = [
        "Bùi", "Bui", "Đặng", "Dang", "Đỗ", "Hoàng", "Huỳnh", "Huynh", "Lê", "Ngô", "Nguyen", "Nguyễn", "Pham", "Phạm",
        "Phan", "Tran", "Trần", "Trịnh", "Võ", "Vũ",
    ];
    const MIDDLES: [&str; 20] = [
        "Đình", "Dinh", "Đức", "Duc", "Hữu", "Huu", "Minh", "Ngọc", "Ngoc", "Quang", "Quốc", "Quoc", "Thanh", "Thi",
        "Thị", "Thu", "Van", "Văn", "Xuan", "Xuân",
    ];
    FAMILIES.contains(&first) && MIDDLES.contains(&second)
}

/// The patronymic, or else an ending that only family names have, shows which word is which.
fn cyrillic(words: &Words<'_>) -> Option<Parts> {
    let ends = |n: usize, endings: &[&str]| endings.iter().any(|ending| words.get(n).ends_with(ending));
    let patronymic = |n: usize| ends(n, &["ович", "евич", "івна", "овна", "евна", "ична", "йович"]);
    let family = |n: usize| {
        ends(
            n,
            &[
                "ов",
                "ев",
                "ёв",
                "єв",
                "їв",
                "ова",
                "ева",
                "ёва",
                "єва",
                "ский",
                "ская",
                "цкий",
                "цкая",
                "ський",
                "ська",
                "енко",
                "чук",
                "дзе",
                "швили",
            ],
        ) && !matches!(words.get(n), "Лев" | "Ева")
    };
    match words.len {
        3 if patronymic(2) && !patronymic(1) => Some(words.parts(1..3, 1, 0..1, false)),
        3 if patronymic(1) && !patronymic(2) => Some(words.parts(0..2, 1, 2..3, false)),
        2 if family(0) && !family(1) => Some(words.parts(1..2, 1, 0..1, false)),
        2 if family(1) && !family(0) => Some(words.parts(0..1, 1, 1..2, false)),
        _ => None,
    }
}

/// Two words, of which one has an ending that only family names have.
fn greek(words: &Words<'_>) -> Option<Parts> {
    const ENDINGS: [&str; 20] = [
        "άδης",
        "αδης",
        "άκη",
        "ακη",
        "άκης",
        "ακης",
        "άκος",
        "ακος",
        "ατος",
        "άτος",
        "έας",
        "εας",
        "ίδης",
        "ιδης",
        "ίδου",
        "ιδου",
        "όπουλος",
        "οπουλος",
        "οπούλου",
        "οπουλου",
    ];
    let family = |n: usize| ENDINGS.iter().any(|ending| words.get(n).ends_with(ending));
    match words.len {
        2 if family(0) && !family(1) => Some(words.parts(1..2, 1, 0..1, false)),
        2 if family(1) && !family(0) => Some(words.parts(0..1, 1, 1..2, false)),
        _ => None,
    }
}
