//! How well two values of one sort go together.

use xxhash_rust::xxh3::xxh3_64;

use crate::date::{self, Fit};
use crate::dict::{Dict, NONE};
use crate::name::{self, Related};
use crate::table::{FIRST, Field, LAST, MIDDLE, What};
use crate::text::{near, sound, spell};
use crate::value;

/// How well two values go together, best first. What each step means depends on what is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Level {
    /// The same.
    Same,
    /// The same but for a slip of the fingers.
    Typo,
    /// Another way of saying it: a nickname, an initial, an abbreviation, the same part of a date.
    Variant,
    /// Alike, no more.
    Alike,
    /// Not the same.
    Other,
}

impl Level {
    pub(crate) const ALL: [Self; 5] = [Self::Same, Self::Typo, Self::Variant, Self::Alike, Self::Other];
}

/// What is known of each distinct part of a name.
pub(crate) struct Names {
    pub(crate) sounds: Vec<u32>,
    groups: Vec<&'static [u16]>,
    /// By name: its one spelling, and its consonants, as hashes; 0 for none.
    spelled: Vec<[u32; 2]>,
    /// From how many occurrences on a name is no slip of another.
    settled_from: u32,
}

impl Names {
    pub(crate) fn new(dict: &Dict, rows: u32) -> Self {
        let sound_of = |id: u32| sound::key(dict.text(id).split(|b| *b == b' ').next_back().unwrap_or_default());
        Self {
            sounds: std::iter::once(0).chain(dict.ids().map(sound_of)).collect(),
            spelled: std::iter::once([0; 2]).chain(dict.ids().map(|id| spelled(dict.text(id)))).collect(),
            groups: std::iter::once(&[][..]).chain(dict.ids().map(|id| name::groups(dict.text(id)))).collect(),
            settled_from: (rows / 2000).max(6),
        }
    }

    fn related(&self, a: u32, b: u32) -> Related {
        name::related(self.groups[a as usize], self.groups[b as usize])
    }

    /// Two ways of writing one name in Latin letters.
    fn one_spelling(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.spelled[a as usize][0], self.spelled[b as usize][0]);
        a != 0 && a == b
    }

    /// Two names that differ in vowels alone, as names that were written by ear do.
    pub(crate) fn by_ear(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.spelled[a as usize][1], self.spelled[b as usize][1]);
        a != 0 && a == b
    }

    /// Whether one of two given names is what bearers of the other are called, but for a slip.
    fn called_with_slip(&self, dict: &Dict, a: u32, b: u32) -> bool {
        let one = |known: u32, slipped: u32| {
            let text = dict.text(slipped);
            let groups = self.groups[known as usize].iter().filter(|group| **group % 2 == 0);
            self.groups[slipped as usize].is_empty()
                && text.len() >= 4
                && dict.count(slipped) < self.settled_from
                && groups
                    .flat_map(|group| name::of_group(*group))
                    .any(|name| near::typos(text, name.as_bytes(), 1) <= 1)
        };
        one(a, b) || one(b, a)
    }

    /// Two names that people bear, each in its own right: one letter between them is no slip.
    pub(crate) fn settled(&self, dict: &Dict, a: u32, b: u32) -> bool {
        let known = |id: u32| !self.groups[id as usize].is_empty() || dict.count(id) >= self.settled_from;
        known(a) && known(b)
    }

    /// Compares two parts of names; `given` when they are given names.
    pub(crate) fn compare(&self, dict: &Dict, a: u32, b: u32, given: bool) -> Level {
        if a == b {
            return Level::Same;
        }
        let (x, y) = (dict.text(a), dict.text(b));
        if x.len() == 1 || y.len() == 1 {
            return if x[0] == y[0] { Level::Variant } else { Level::Other };
        }
        let related = if given { self.related(a, b) } else { Related::No };
        if related == Related::Called {
            return Level::Variant;
        }
        let slips = if dict.may_be_near(a, b, 2) { near::typos(x, y, 2) } else { 3 };
        let (shorter, longer) = (x.len().min(y.len()), x.len().max(y.len()));
        if slips <= 2 && !(given && self.settled(dict, a, b)) {
            let slip = (slips == 1 && longer >= 5) || (slips == 2 && shorter >= 7);
            if slip {
                return Level::Typo;
            }
        }
        if self.one_spelling(a, b) || ((x.contains(&b' ') || y.contains(&b' ')) && share_a_word(x, y)) {
            return Level::Variant;
        }
        let begins = shorter >= 3 && x[..shorter] == y[..shorter];
        if begins && given && !self.settled(dict, a, b) {
            return Level::Variant;
        }
        let sounds = self.sounds[a as usize] == self.sounds[b as usize];
        let likeness = near::likeness(x, y);
        let alike = (slips == 1 && longer >= 3)
            || (sounds && likeness >= 780)
            || likeness >= 870
            || begins
            || related == Related::Translated
            || self.by_ear(a, b)
            || (given && self.called_with_slip(dict, a, b));
        if alike { Level::Alike } else { Level::Other }
    }
}

/// Whether the given name of one row is the first and the middle name of the other without the blank.
pub(crate) fn is_joined(dict: &Dict, one: &[u32], two: &[u32]) -> bool {
    let rest = dict.text(one[FIRST]).strip_prefix(dict.text(two[FIRST]));
    two[MIDDLE] != NONE && rest.is_some_and(|rest| rest == dict.text(two[MIDDLE]))
}

/// Whether one row has the name of another with the family name first, given names in one word or two.
pub(crate) fn is_rotated(dict: &Dict, one: &[u32], two: &[u32]) -> bool {
    let text = |id: u32| dict.text(id);
    let ([first, middle, last], [given, further, family]) =
        ([one[FIRST], one[MIDDLE], one[LAST]].map(text), [two[FIRST], two[MIDDLE], two[LAST]].map(text));
    !middle.is_empty() && first == family && middle.iter().chain(last).eq(given.iter().chain(further))
}

fn spelled(name: &[u8]) -> [u32; 2] {
    let plain = spell::plain(name);
    let hash = |text: &[u8]| if text.len() < 3 { 0 } else { xxh3_64(text) as u32 | 1 };
    [hash(&plain), spell::consonants(&plain).map_or(0, |left| hash(&left))]
}

/// Whether a word of three letters or more, or the whole without blanks, is in both.
fn share_a_word(a: &[u8], b: &[u8]) -> bool {
    let solid = |text| <[u8]>::iter(text).filter(|b| **b != b' ');
    let words = |text| <[u8]>::split(text, |b: &u8| *b == b' ').filter(|word| word.len() >= 3);
    solid(a).eq(solid(b)) || words(a).any(|word| words(b).any(|other| word == other))
}

/// The best that the values of two rows do in one field, and the rarest value that is the same in both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) level: Level,
    /// The value of the first row.
    pub(crate) a: u32,
    /// The value of the second row.
    pub(crate) b: u32,
}

/// Compares a field of two rows; nothing when one of them has no value.
pub(crate) fn field(field: &Field, a: &[u32], b: &[u32]) -> Option<Found> {
    let (a, b) = (&a[field.slots.clone()], &b[field.slots.clone()]);
    if let ([x], [y]) = (a, b) {
        if *x == NONE || *y == NONE {
            return None;
        }
        return Some(Found { level: level(field, *x, *y), a: *x, b: *y });
    }
    let mut best: Option<Found> = None;
    for x in a.iter().copied().filter(|x| *x != NONE) {
        for y in b.iter().copied().filter(|y| *y != NONE) {
            let found = Found { level: level(field, x, y), a: x, b: y };
            let rank = |found: &Found| (found.level, field.dict.count(found.a).max(field.dict.count(found.b)));
            if best.as_ref().is_none_or(|best| rank(&found) < rank(best)) {
                best = Some(found);
            }
        }
    }
    best
}

fn level(field: &Field, a: u32, b: u32) -> Level {
    if a == b {
        return Level::Same;
    }
    let near = field.dict.may_be_near(a, b, 2);
    let (x, y) = (field.dict.text(a), field.dict.text(b));
    match field.what {
        What::Email => email(x, y, near),
        What::BirthDate => match date::fit(x, y) {
            Fit::Slip => Level::Typo,
            Fit::Part => Level::Variant,
            Fit::None => Level::Other,
        },
        What::Phone | What::PersonId | What::CompanyId | What::Profile if !near => Level::Other,
        What::Phone => code(x, y, 0),
        What::PersonId | What::CompanyId | What::Profile => code(x, y, 1),
        What::Postcode => match code(x, y, 0) {
            Level::Other if x.len() >= 4 && y.len() >= 4 && x[..2] == y[..2] && x[..3] == y[..3] => Level::Alike,
            level => level,
        },
        What::Number => {
            let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
            let (length, other) = (digits(x), digits(y));
            match near::typos(x, y, 1) {
                _ if length > 0 && x[..length] == y[..other] => Level::Variant,
                1 if x.len().max(y.len()) > 1 => Level::Typo,
                _ => Level::Other,
            }
        }
        What::Domain | What::Local | What::Gender | What::Country | What::Region => {
            if near && near::typos(x, y, 1) == 1 && x.len().min(y.len()) >= 3 { Level::Typo } else { Level::Other }
        }
        What::Company if !field.common.is_empty() => company(field, a, b, near),
        _ => text(field, a, b, near),
    }
}

/// Two addresses that differ: by a slip, in the domain only, in both, or by naming two mailboxes at one domain.
fn email(a: &[u8], b: &[u8], near: bool) -> Level {
    let at = |text: &[u8]| text.iter().position(|b| *b == b'@').unwrap_or(text.len());
    let ((local_a, domain_a), (local_b, domain_b)) = (a.split_at(at(a)), b.split_at(at(b)));
    let digits = |text: &[u8]| text.iter().filter(|b| b.is_ascii_digit()).fold(0_u64, |n, b| n * 31 + u64::from(*b));
    if near && near::typos(a, b, 1) == 1 && digits(local_a) == digits(local_b) && a.len() >= 8 {
        return Level::Typo;
    }
    let provider = || str::from_utf8(&domain_a[1..]).is_ok_and(value::is_provider);
    match (local_a == local_b, domain_a == domain_b) {
        (true, _) => Level::Variant,
        // People have several private addresses, but one at a company.
        (_, true) if !provider() => Level::Other,
        _ => Level::Alike,
    }
}

/// Whether two addresses at one domain differ in nothing but a number: one of two namesakes got it.
pub(crate) fn is_numbered(dict: &Dict, found: &Found) -> bool {
    let bare = |id: u32| dict.text(id).iter().take_while(|b| **b != b'@').filter(|b| !b.is_ascii_digit());
    bare(found.a).eq(bare(found.b))
}

/// Whether two addresses differ in nothing but dots and dashes.
pub(crate) fn is_dotted(dict: &Dict, found: &Found) -> bool {
    let bare = |id: u32| dict.text(id).iter().take_while(|b| **b != b'@').filter(|b| b.is_ascii_alphanumeric());
    bare(found.a).eq(bare(found.b))
}

/// Whether both of two handles carry a number too long to be that of a namesake, nearly the same.
pub(crate) fn is_coded_alike(dict: &Dict, found: &Found) -> bool {
    let digits = |id: u32| dict.text(id).iter().copied().filter(u8::is_ascii_digit).collect::<Vec<u8>>();
    let (a, b) = (digits(found.a), digits(found.b));
    a.len().min(b.len()) >= 4 && near::typos(&a, &b, 1) <= 1
}

/// Codes and numbers: one slip, or two in a long one.
fn code(a: &[u8], b: &[u8], second_from: usize) -> Level {
    match near::typos(a, b, 2) {
        1 if a.len().min(b.len()) >= 4 => Level::Typo,
        2 if second_from > 0 && a.len().min(b.len()) >= 7 => Level::Variant,
        _ => Level::Other,
    }
}

/// Names of companies: what many of them are called (`systems`, `health`) makes no two of them one.
fn company(field: &Field, a: u32, b: u32, near: bool) -> Level {
    let (x, y) = (field.dict.text(a), field.dict.text(b));
    if near && near::typos(x, y, 1) == 1 && x.len().max(y.len()) >= 4 {
        return Level::Typo;
    }
    let own = |name: &[u8]| {
        let words = name.split(|b| *b == b' ').filter(|word| !field.common.contains(*word));
        words.collect::<Vec<_>>().join(&b' ')
    };
    let (own_x, own_y) = (own(x), own(y));
    if own_x.is_empty() || own_y.is_empty() {
        return text(field, a, b, near);
    }
    if own_x == own_y || share_a_word(&own_x, &own_y) {
        return Level::Variant;
    }
    let (shorter, longer) = if own_x.len() < own_y.len() { (&own_x, &own_y) } else { (&own_y, &own_x) };
    let begins = shorter.len() >= 4 && longer.starts_with(shorter);
    let slip = shorter.len() >= 5 && near::typos(shorter, longer, 1) == 1;
    if begins || slip || near::likeness(shorter, longer) >= 950 { Level::Alike } else { Level::Other }
}

/// Words: a slip, words that one of them leaves out, or likeness.
fn text(field: &Field, a: u32, b: u32, near: bool) -> Level {
    let alike = field.dict.may_be_alike(a, b);
    let (a, b) = (field.dict.text(a), field.dict.text(b));
    let slips = if near { near::typos(a, b, 2) } else { 3 };
    if (slips == 1 && a.len().max(b.len()) >= 4) || (slips == 2 && a.len().min(b.len()) >= 8) {
        return Level::Typo;
    }
    if (a.contains(&b' ') || b.contains(&b' ')) && share_a_word(a, b) {
        return Level::Variant;
    }
    let (shorter, longer) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if (shorter.len() >= 4 && longer.starts_with(shorter)) || (alike && near::likeness(a, b) >= 880) {
        return Level::Alike;
    }
    Level::Other
}
