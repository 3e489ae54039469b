//! What agreement and disagreement are worth (Fellegi and Sunter 1969): weights in hundredths of a bit, from how often
//! a value occurs, how often unrelated rows agree by chance, and how carelessly the list itself is kept.

use crate::compare::Level;
use crate::log::log2_share;
use crate::table::What;

/// How many made-up pairs the defaults count for when a list is measured.
const DEFAULT_PAIRS: u64 = 60;
/// How many made-up pairs of strangers count beside those of the list, so that short lists can be weighed too.
const DEFAULT_STRANGERS: u64 = 200;
/// Of a thousand strangers, how many are on each level by chance.
const STRANGERS: [u64; 5] = [10, 2, 5, 10, 973];

/// What one field's levels of agreement are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weights {
    /// By level. The first is what the same value adds to the weight of its rarity; it is never positive.
    pub(crate) of: [i32; 5],
    /// No agreement counts for more.
    pub(crate) most: i32,
}

/// What to assume of a field before a list has been looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habit {
    /// Of a thousand pairs of rows about one person, how many are on each level.
    matched: [u32; 5],
    /// The least and the most that disagreement may count.
    other: (i32, i32),
    most: i32,
}

const NO_MORE: i32 = 2400;

const fn habit(matched: [u32; 5], other: (i32, i32), most: i32) -> Habit {
    Habit { matched, other, most }
}

/// Given names.
pub(crate) const FIRST: Habit = habit([800, 60, 80, 20, 40], (-900, -350), NO_MORE);
/// Family names.
pub(crate) const LAST: Habit = habit([850, 70, 20, 20, 40], (-800, -300), NO_MORE);

/// The habit of a field.
pub(crate) fn habit_of(what: What) -> Habit {
    match what {
        What::Email => habit([550, 20, 30, 330, 70], (-800, -150), NO_MORE),
        What::Local => habit([300, 50, 0, 0, 650], (-50, 0), NO_MORE),
        What::Phone => habit([500, 30, 0, 0, 470], (-300, -30), NO_MORE),
        What::Profile => habit([850, 50, 20, 0, 80], (-900, -300), NO_MORE),
        What::PersonId => habit([850, 80, 20, 0, 50], (-1000, -150), NO_MORE),
        What::BirthDate => habit([780, 80, 60, 0, 80], (-900, -350), NO_MORE),
        What::Company => habit([650, 60, 60, 30, 200], (-350, -50), NO_MORE),
        What::CompanyId => habit([800, 30, 10, 0, 160], (-350, -50), NO_MORE),
        What::Domain => habit([700, 20, 0, 0, 280], (-350, -50), NO_MORE),
        What::Title => habit([400, 50, 100, 50, 400], (-120, -10), 250),
        What::Street => habit([650, 100, 50, 30, 170], (-400, -50), NO_MORE),
        What::Number => habit([700, 80, 30, 0, 190], (-300, -30), NO_MORE),
        What::Building => habit([650, 80, 60, 20, 190], (-300, -30), NO_MORE),
        What::City => habit([700, 60, 20, 20, 200], (-400, -50), NO_MORE),
        What::Region => habit([850, 30, 0, 0, 120], (-350, -50), NO_MORE),
        What::Postcode => habit([700, 80, 0, 50, 170], (-400, -50), NO_MORE),
        // Names have countries: beside a name that agrees, the country adds little.
        What::Country => habit([950, 10, 0, 0, 40], (-400, -100), 100),
        What::Gender => habit([950, 10, 0, 0, 40], (-600, -100), 150),
        What::BirthPlace => habit([750, 60, 50, 30, 110], (-500, -100), NO_MORE),
        What::Occupation => habit([700, 50, 50, 30, 170], (-400, -30), 1000),
        What::Other => habit([500, 50, 50, 50, 350], (-200, 0), 600),
    }
}

/// On which level pairs of rows were met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally(pub(crate) [u64; 5]);

impl Tally {
    pub(crate) fn add(&mut self, level: Level) {
        self.0[level as usize] += 1;
    }

    fn sum(&self) -> u64 {
        self.0.iter().sum()
    }
}

impl Habit {
    /// The weights of a field: `matched` counts pairs that are surely one person, `unrelated` pairs taken at random.
    pub(crate) fn weights(&self, matched: &Tally, unrelated: &Tally) -> Weights {
        let mut of = [0; 5];
        let pairs = matched.sum() + DEFAULT_PAIRS;
        for level in Level::ALL {
            let at = level as usize;
            // In thousandths of a pair, so that the defaults count in fractions.
            let in_matched = matched.0[at] * 1000 + u64::from(self.matched[at]) * DEFAULT_PAIRS + 500;
            let likely = log2_share(in_matched, pairs * 1000 + 2500);
            of[at] = if level == Level::Same {
                likely
            } else {
                let by_chance = unrelated.0[at] * 1000 + STRANGERS[at] * DEFAULT_STRANGERS;
                likely - log2_share(by_chance, (unrelated.sum() + DEFAULT_STRANGERS) * 1000)
            };
        }
        of[Level::Other as usize] = of[Level::Other as usize].clamp(self.other.0, self.other.1);
        // A worse level never counts for more than a better one.
        for at in 2..5 {
            of[at] = of[at].min(of[at - 1].max(self.other.1));
        }
        Weights { of, most: self.most }
    }
}
