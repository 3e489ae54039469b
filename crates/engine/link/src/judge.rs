//! Weighs two rows against each other.

use crate::compare::{self, Level, Names};
use crate::dict::{Dict, NONE};
use crate::log::{self, BIT};
use crate::table::{FIRST, GENERATION, LAST, MIDDLE, Table, WHOLE, What};
use crate::weigh::Weights;

/// How a piece of evidence stands beside others: what hangs together is not counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Parts of the name.
    Name,
    /// Counts on its own.
    Own,
    /// The employer: whoever shares one of these shares the others.
    Org,
    /// Where in a place: street, number, building.
    Street,
    /// Which place: town, postcode, region, country imply one another.
    Geo,
}

impl Group {
    /// Whether it is the same for all who share an employer.
    fn is_of_employer(self) -> bool {
        matches!(self, Self::Org | Self::Street | Self::Geo)
    }
}

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    First,
    Last,
    Middle,
    Generation,
    /// Given and family name stand the other way round.
    Turned,
    /// Position of a field in the table.
    Field(usize),
}

/// One comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) about: About,
    pub(crate) level: Level,
    pub(crate) weight: i32,
    pub(crate) group: Group,
}

/// A mailbox or a page that is one person's is as rare as this in a list of any length.
const MAILBOXES: i32 = 13 * BIT;

/// Pairs at work that cannot come to this much are not looked at closely.
const LEAST: i32 = -2 * BIT;

/// Whether two names can be those of one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameFit {
    /// They can.
    Fits,
    /// The family names differ: marriage, or relatives and colleagues.
    OtherLast,
    /// The given names differ.
    OtherFirst,
    /// Too little of a name to say.
    Open,
}

/// Everything that two rows say about each other. Kept by the caller, so that millions of pairs need one.
#[derive(Debug)]
pub(crate) struct Detail {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) name: NameFit,
    /// Something that belongs to one person is the same in both.
    pub(crate) personal: bool,
    /// A code made to identify a person is the same, or the same but for a slip.
    pub(crate) identified: bool,
    /// A mailbox that belongs to one person is the same.
    pub(crate) mailbox: bool,
    /// The employer is the same.
    pub(crate) employer: Option<bool>,
    /// Two mailboxes at one company tell two namesakes apart.
    pub(crate) namesakes: bool,
    /// One is called senior, the other junior.
    pub(crate) generations: bool,
    same_last: bool,
    /// Given and family name are the same, letter by letter.
    same_name: bool,
}

impl Detail {
    pub(crate) fn new() -> Self {
        Self {
            pieces: Vec::with_capacity(24),
            name: NameFit::Open,
            personal: false,
            identified: false,
            mailbox: false,
            employer: None,
            namesakes: false,
            generations: false,
            same_last: false,
            same_name: false,
        }
    }
}

/// What is known of a list when its rows are weighed.
pub(crate) struct Judge {
    pub(crate) table: Table,
    pub(crate) names: Names,
    pub(crate) first: Weights,
    pub(crate) last: Weights,
    pub(crate) fields: Vec<Weights>,
    /// By field and value: how many people with names that do not go together have it, as far as was counted.
    pub(crate) people: Vec<Vec<u8>>,
    /// Odds that two rows taken at random are one person.
    pub(crate) prior: i32,
    /// Rows, as a logarithm.
    pub(crate) rows_log: i32,
    /// The list is about people at work: an address is the company's.
    pub(crate) at_work: bool,
    /// The list is about families: at one address, people of one family name have several given names.
    pub(crate) families: bool,
    /// What is added to logarithms of counts when the rows are a part of something larger.
    pub(crate) larger: i32,
}

impl Judge {
    /// Compares two rows; the weight of it all comes from [`Judge::sum`].
    pub(crate) fn look(&self, a: u32, b: u32, detail: &mut Detail) {
        detail.pieces.clear();
        detail.personal = false;
        detail.identified = false;
        detail.mailbox = false;
        detail.employer = None;
        detail.same_last = false;
        detail.same_name = false;
        detail.namesakes = false;
        detail.generations = false;
        let (a, b) = (self.table.row(a), self.table.row(b));
        self.look_at_names(a, b, detail);
        let apart = detail.name == NameFit::OtherFirst || (self.at_work && detail.name == NameFit::OtherLast);
        if (apart && !self.may_be_personal(a, b)) || (self.at_work && self.most(a, b, detail) < LEAST) {
            detail.name = NameFit::OtherFirst;
            return;
        }
        let mut same_mailbox = false;
        for at in 0..self.table.fields.len() {
            let field = &self.table.fields[at];
            if field.what == What::Local && same_mailbox {
                continue;
            }
            let Some(mut found) = compare::field(field, a, b) else { continue };
            let made_of_name = || {
                let holds = |id: u32, row: &[u32]| self.is_of_name(field.dict.text(id), row, row);
                holds(found.a, a) || holds(found.b, b)
            };
            if field.what == What::Profile
                && matches!(found.level, Level::Typo | Level::Variant)
                && made_of_name()
                && !compare::is_coded_alike(&field.dict, &found)
            {
                // Namesakes have pages that differ in as little as a slip changes.
                found.level = Level::Other;
            }
            let weights = &self.fields[at];
            let mut group = group_of(field.what);
            let mut weight = self.weight(weights, &field.dict, field.filled, found.level, found.a, found.b);
            let shared = |id: u32| self.people[at].get(id as usize).copied().unwrap_or(0);
            let is_contact = matches!(field.what, What::Email | What::Phone | What::Profile | What::PersonId);
            if is_contact {
                let people = shared(found.a).max(shared(found.b));
                let personal = match field.what {
                    What::PersonId => people < 3,
                    // A mailbox at work is one person's, and so are two given names beside one family name in it.
                    What::Email => people < 2 || (people < 3 && self.at_work && detail.same_last),
                    _ => people < 2,
                };
                if !personal {
                    group = Group::Org;
                    if found.level != Level::Same {
                        continue; // A switchboard and a mobile do not speak against each other.
                    }
                }
                if personal && found.level == Level::Same {
                    // One person's, however often the person is in the list; and a mailbox is one person's anywhere.
                    let anywhere = if matches!(field.what, What::Email | What::Profile) { MAILBOXES } else { 0 };
                    weight = weights.of[0] + (log::log2(field.filled) + self.larger).max(anywhere);
                    detail.personal = true;
                    detail.mailbox |= field.what == What::Email;
                }
                let code = matches!(field.what, What::PersonId | What::Profile);
                detail.identified |= code && personal && found.level <= Level::Typo;
                detail.personal |= detail.identified;
            }
            match (field.what, found.level) {
                (What::Email, Level::Same) => same_mailbox = true,
                // Both parts of the address have fields of their own.
                (What::Email, Level::Variant | Level::Alike) | (What::Local, Level::Typo) => continue,
                (What::Email, Level::Other) if compare::is_numbered(&field.dict, &found) => {
                    weight -= 5 * BIT;
                    detail.namesakes = true;
                }
                // The mailboxes of two people differ as their names do, and those of namesakes by a dot.
                (What::Email, Level::Typo) if !detail.same_name || compare::is_dotted(&field.dict, &found) => continue,
                (What::Email, Level::Typo) => weight = weight.min(6 * BIT),
                (What::Local, Level::Same) if self.is_of_name(field.dict.text(found.a), a, b) => continue,
                (What::BirthDate, Level::Same) => detail.personal = true,
                // Half a company's name says neither yes nor no.
                (What::Company, Level::Variant | Level::Alike) => {}
                (What::Company | What::Domain | What::CompanyId, level) => {
                    let same = level <= Level::Typo;
                    detail.employer = Some(same || detail.employer == Some(true));
                }
                _ => {}
            }
            detail.pieces.push(Piece { about: About::Field(at), level: found.level, weight, group });
        }
        self.tell_employers_apart(detail);
    }

    /// Two companies whose names are alike, with a site each, are two.
    fn tell_employers_apart(&self, detail: &mut Detail) {
        let what = |piece: &Piece| match piece.about {
            About::Field(at) => Some(self.table.fields[at].what),
            _ => None,
        };
        let apart = |piece: &Piece| what(piece) == Some(What::Domain) && piece.level == Level::Other;
        if !detail.pieces.iter().any(apart) {
            return;
        }
        let named = detail.pieces.iter_mut().find(|piece| what(piece) == Some(What::Company));
        if let Some(piece) = named.filter(|piece| piece.level != Level::Same && piece.weight > 0) {
            piece.weight = 0;
            detail.employer = Some(false);
        }
    }

    /// Whether two rows with names that do not go together may still be one person: something that belongs to persons
    /// is nearly the same. All else of such a pair need not be looked at.
    fn may_be_personal(&self, a: &[u32], b: &[u32]) -> bool {
        self.table.fields.iter().any(|field| match field.what {
            What::Email | What::Phone | What::BirthDate => {
                a[field.slots.clone()].iter().any(|x| *x != NONE && b[field.slots.clone()].contains(x))
            }
            What::PersonId | What::Profile => {
                compare::field(field, a, b).is_some_and(|found| found.level <= Level::Typo)
            }
            _ => false,
        })
    }

    /// No less than what two rows at work can come to, from their names and from the values that they have in common:
    /// most pairs need no closer look.
    fn most(&self, a: &[u32], b: &[u32], detail: &Detail) -> i32 {
        let mut most = self.prior + detail.pieces.iter().map(|piece| piece.weight).sum::<i32>();
        let mut shared = 0;
        for field in &self.table.fields {
            let (a, b) = (&a[field.slots.clone()], &b[field.slots.clone()]);
            let same = a.iter().find(|x| **x != NONE && b.contains(x));
            let count = same.map(|id| u64::from(field.dict.count(*id)).max(2) - 1);
            let rarity = count.map(|count| (log::log2(field.filled) + self.larger).max(MAILBOXES) - log::log2(count));
            match (field.what, rarity) {
                (
                    What::Email | What::Local | What::Phone | What::Profile | What::PersonId | What::BirthDate,
                    Some(rarity),
                ) => {
                    most += rarity;
                }
                (What::Profile | What::PersonId | What::BirthDate | What::Other, None) => {
                    most += if a[0] != NONE && b[0] != NONE { 10 * BIT } else { 0 };
                }
                (_, Some(rarity)) => shared = shared.max(rarity),
                (_, None) => {}
            }
        }
        // Titles and slips in the rest.
        most + shared + 6 * BIT
    }

    /// The weight of one comparison.
    fn weight(&self, weights: &Weights, dict: &Dict, filled: u64, level: Level, a: u32, b: u32) -> i32 {
        if level == Level::Other {
            return weights.of[4];
        }
        let count = u64::from(dict.count(a).max(dict.count(b)));
        let rarity = log::log2(filled) + self.larger - log::log2(count.max(2) - 1);
        let weight = match level {
            Level::Same => rarity + weights.of[0],
            _ => weights.of[level as usize].min(rarity - BIT / 2),
        };
        weight.min(weights.most)
    }

    /// Whether a local part is made of a name, so that it says no more than the name does.
    fn is_of_name(&self, local: &[u8], a: &[u32], b: &[u32]) -> bool {
        let holds = |id: u32| {
            let name = self.table.names.text(id);
            name.len() >= 3 && local.windows(name.len()).any(|part| part == name)
        };
        [a[FIRST], a[LAST], b[FIRST], b[LAST]].into_iter().any(holds)
    }

    /// Whether the last word of some middle names is a family name.
    fn ends_with(&self, middle: u32, family: u32) -> bool {
        let last = self.table.names.text(middle).rsplit(|b| *b == b' ').next().unwrap_or_default();
        last.len() >= 3 && last == self.table.names.text(family)
    }

    fn look_at_names(&self, a: &[u32], b: &[u32], detail: &mut Detail) {
        let dict = &self.table.names;
        let part = |x: u32, y: u32, given: bool| {
            let level = self.names.compare(dict, x, y, given);
            let weights = if given { &self.first } else { &self.last };
            (level, self.weight(weights, dict, u64::from(self.table.rows()), level, x, y))
        };
        // A given name that is compared with a family name is taken for one of the two, whichever row comes first.
        let ordered = |a, b| {
            let name = |row: &[u32]| (dict.text(row[FIRST]), dict.text(row[LAST]));
            if name(a) <= name(b) { (a, b) } else { (b, a) }
        };
        let pieces = &mut detail.pieces;
        let mut push = |about: About, (level, weight): (Level, i32)| {
            pieces.push(Piece { about, level, weight, group: Group::Name });
        };
        let full = |row: &[u32]| row[FIRST] != NONE && row[LAST] != NONE;
        detail.name = NameFit::Open;
        let mut rotated = false;
        if full(a) && full(b) {
            let mut first = part(a[FIRST], b[FIRST], true);
            let mut last = part(a[LAST], b[LAST], false);
            if first.0 != Level::Same && (compare::is_joined(dict, a, b) || compare::is_joined(dict, b, a)) {
                first = (
                    Level::Variant,
                    first.1.max(part(a[FIRST], a[FIRST], true).1.min(part(b[FIRST], b[FIRST], true).1)),
                );
            }
            if last.0 >= Level::Alike && first.0 <= Level::Variant {
                // The first of two family names stands where a middle name would.
                let one_of_two = [(a, b), (b, a)].into_iter().find(|(x, y)| self.ends_with(x[MIDDLE], y[LAST]));
                if let Some((_, one)) = one_of_two {
                    last = (Level::Variant, part(one[LAST], one[LAST], false).1);
                }
            }
            if first.0 >= Level::Alike && last.0 >= Level::Alike {
                let found = [(a, b), (b, a)].into_iter().find(|(x, y)| compare::is_rotated(dict, x, y));
                if let Some((_, whole)) = found {
                    rotated = true;
                    (first, last) = (part(whole[FIRST], whole[FIRST], true), part(whole[LAST], whole[LAST], false));
                    push(About::Turned, (Level::Variant, -2 * BIT));
                }
            }
            let mut half_turned = false;
            if first.0 >= Level::Alike || last.0 >= Level::Alike {
                let (x, y) = ordered(a, b);
                let turned_first = part(x[FIRST], y[LAST], true);
                let turned_last = part(x[LAST], y[FIRST], false);
                let turned = turned_first.1 + turned_last.1 - 2 * BIT;
                let both = turned_first.0 <= Level::Variant && turned_last.0 <= Level::Variant;
                let one = turned_first.0 <= Level::Typo || turned_last.0 <= Level::Typo;
                let fits = both || (one && !self.families);
                if fits && turned > first.1 + last.1 {
                    (first, last) = (turned_first, turned_last);
                    half_turned = !both;
                    push(About::Turned, (Level::Variant, -2 * BIT));
                }
            }
            // Names are not drawn by lot: what occurs together often is worth what the pair of them is worth.
            let wholes = &self.table.wholes;
            let count = u64::from(wholes.count(a[WHOLE]).max(wholes.count(b[WHOLE]))).max(2) - 1;
            let whole = self.rows_log + self.larger - log::log2(count) + BIT;
            last.1 -= (first.1 + last.1 - whole).max(0);
            // Two names that people bear, each in its own right, are two people where many share all the rest.
            let many_share = self.at_work || self.families;
            let settled = || self.names.settled(dict, a[FIRST], b[FIRST]) && !self.names.by_ear(a[FIRST], b[FIRST]);
            detail.name = match (first.0, last.0) {
                (Level::Other, _) => NameFit::OtherFirst,
                _ if half_turned => NameFit::OtherFirst,
                (Level::Alike, _) if many_share && settled() => NameFit::OtherFirst,
                (_, Level::Other) | (Level::Alike, Level::Alike) => NameFit::OtherLast,
                _ => NameFit::Fits,
            };
            detail.same_last = last.0 <= Level::Typo;
            detail.same_name = first.0 == Level::Same && last.0 == Level::Same;
            push(About::First, first);
            push(About::Last, last);
        } else {
            let alone = |x: u32, row: &[u32], from_first: bool| {
                let mut best: Option<(Level, i32)> = None;
                for (slot, given) in [(FIRST, true), (LAST, false)] {
                    if row[slot] != NONE {
                        let turned = if given == from_first { 0 } else { BIT };
                        let (level, weight) = part(x, row[slot], given);
                        let found = (level, if level == Level::Other { weight } else { weight - turned });
                        best = Some(best.map_or(found, |best| if found.1 > best.1 { found } else { best }));
                    }
                }
                best
            };
            let one = |row: &[u32]| if row[FIRST] == NONE { row[LAST] } else { row[FIRST] };
            let (a, b) = if full(a) || full(b) { (a, b) } else { ordered(a, b) };
            let found = match (full(a), full(b)) {
                (false, _) if one(a) != NONE => alone(one(a), b, a[FIRST] != NONE),
                (true, false) if one(b) != NONE => alone(one(b), a, b[FIRST] != NONE),
                _ => None,
            };
            if let Some(found) = found {
                let about = if a[FIRST] != NONE && b[FIRST] != NONE { About::First } else { About::Last };
                push(about, found);
            }
        }
        if a[MIDDLE] != NONE && b[MIDDLE] != NONE && !rotated {
            let level = self.names.compare(dict, a[MIDDLE], b[MIDDLE], true);
            let weight = match level {
                Level::Same => part(a[MIDDLE], b[MIDDLE], true).1.min(6 * BIT),
                Level::Typo => 3 * BIT,
                Level::Variant => BIT / 2,
                Level::Alike => 0,
                Level::Other => -2 * BIT,
            };
            push(About::Middle, (level, weight));
        }
        if a[GENERATION] != 0 && b[GENERATION] != 0 && a[GENERATION] != b[GENERATION] {
            push(About::Generation, (Level::Other, -10 * BIT));
            detail.generations = true;
        }
    }

    /// The weight of all pieces but those about `without`, and but those that hang together with it.
    pub(crate) fn sum(&self, detail: &Detail, without: Option<About>) -> i32 {
        let group = |about: About| detail.pieces.iter().find(|piece| piece.about == about).map(|piece| piece.group);
        let left_out = |piece: &Piece| {
            without.is_some_and(|about| {
                let together = self.at_work && group(about).is_some_and(Group::is_of_employer);
                piece.about == about || (together && piece.group.is_of_employer())
            })
        };
        let mut own = self.prior;
        let (mut street, mut street_best) = (0, 0);
        let (mut geo, mut org, mut place) = (Together::default(), Together::default(), Together::default());
        for piece in detail.pieces.iter().filter(|piece| !left_out(piece)) {
            match piece.group {
                Group::Name | Group::Own => own += piece.weight,
                Group::Org => org.add(piece.weight),
                Group::Street | Group::Geo => {
                    place.add(piece.weight);
                    if piece.group == Group::Geo {
                        geo.add(piece.weight);
                    } else {
                        street += piece.weight;
                        street_best = street_best.max(piece.weight);
                    }
                }
            }
        }
        if self.at_work {
            // Whoever shares the employer shares its address; an address alone is worth half.
            return own + if org.best > 0 { org.with(place.best).sum(16) } else { org.sum(8) + place.sum(8) / 2 };
        }
        // Families share an address and a family name: together they say less than each alone.
        let family = detail.pieces.iter().find(|piece| piece.about == About::Last && piece.weight > 0);
        if let Some(last) = family.filter(|last| street_best > 5 * BIT && !left_out(last)) {
            own -= last.weight / 2;
        }
        let address = if street_best > 0 || geo.best > 0 { street + geo.sum(8) } else { place.sum(4) };
        own + org.with(address.min(self.rows_log + 2 * BIT)).sum(4)
    }
}

/// Pieces that hang together: the strongest counts whole, the others in part.
#[derive(Default)]
struct Together {
    best: i32,
    rest: i32,
    worst: i32,
    worse: i32,
}

impl Together {
    fn with(mut self, weight: i32) -> Self {
        self.add(weight);
        self
    }

    fn add(&mut self, weight: i32) {
        if weight > 0 {
            self.rest += self.best.min(weight);
            self.best = self.best.max(weight);
        } else {
            self.worse += self.worst.max(weight);
            self.worst = self.worst.min(weight);
        }
    }

    /// `part` of which each further piece counts one. Where something agrees, what does not counts in part too.
    fn sum(&self, part: i32) -> i32 {
        if self.best > 0 {
            self.best + self.rest / part + (self.worst + self.worse) / part
        } else {
            self.worst + self.worse / part
        }
    }
}

fn group_of(what: What) -> Group {
    match what {
        What::Company | What::CompanyId | What::Domain => Group::Org,
        What::Street | What::Number | What::Building => Group::Street,
        What::City | What::Postcode | What::Region | What::Country => Group::Geo,
        _ => Group::Own,
    }
}
