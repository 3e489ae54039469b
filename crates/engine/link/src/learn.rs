//! What a list says about itself: which values belong to companies, how carelessly each field is kept, how many rows
//! are about somebody who was there before. Nobody labels anything, and nothing is learned from pairs whose names do
//! not go together: colleagues, who share all but the name, teach nothing.

use crate::compare::{self, Level, Names};
use crate::dict::NONE;
use crate::judge::{About, Detail, Judge, NameFit};
use crate::log::{self, BIT};
use crate::table::{FIRST, LAST, Table, What};
use crate::value;
use crate::weigh::{self, Tally};

/// Pairs that are looked at to learn from them.
const SAMPLE_MAX: usize = 100_000;
/// Pairs taken at random, to see how often strangers agree.
const STRANGERS_MAX: u32 = 60_000;
/// Odds from which on a pair teaches, whatever the field in question says.
const SURE: i32 = 10 * BIT;
const ROUNDS: usize = 2;

/// For each field and value, how many people with names that do not go together have it; counted to eight, over the
/// first rows that have the value by content.
pub(crate) fn people(table: &Table, names: &Names, hashes: &[u64]) -> Vec<Vec<u8>> {
    const PEOPLE_MAX: usize = 8;
    const ROWS_MAX: usize = 40;
    let counted = |what: What| matches!(what, What::Email | What::Phone | What::Profile | What::PersonId);
    let differ = |a: u32, b: u32| {
        let (a, b) = (table.row(a), table.row(b));
        if a[FIRST] == NONE || b[FIRST] == NONE {
            return false;
        }
        let first = names.compare(&table.names, a[FIRST], b[FIRST], true);
        // Both parts: relatives share one, and whoever of them has the parts the wrong way round is still one of two.
        let turned = [(a[FIRST], b[LAST]), (a[LAST], b[FIRST])]
            .iter()
            .all(|(x, y)| *x == NONE || *y == NONE || names.compare(&table.names, *x, *y, false) <= Level::Variant);
        let joined = compare::is_joined(&table.names, a, b) || compare::is_joined(&table.names, b, a);
        let one_name = names.by_ear(a[FIRST], b[FIRST]) || joined || turned;
        let rotated = || compare::is_rotated(&table.names, a, b) || compare::is_rotated(&table.names, b, a);
        first >= Level::Alike && !one_name && !rotated()
    };
    let of_field = |field: &crate::table::Field| {
        if !counted(field.what) {
            return Vec::new();
        }
        let mut with_value: Vec<(u32, bool, u64, u32)> = Vec::new();
        for row in 0..table.rows() {
            let cells = &table.row(row)[field.slots.clone()];
            let values = cells.iter().filter(|id| **id != NONE && field.dict.count(**id) > 1);
            // An initial goes together with too many to come first.
            let initial = table.names.text(table.row(row)[FIRST]).len() < 2;
            with_value.extend(values.map(|id| (*id, initial, hashes[row as usize], row)));
        }
        with_value.sort_unstable();
        let mut people = vec![0_u8; field.dict.len() + 1];
        let mut met: Vec<u32> = Vec::new();
        for rows in with_value.chunk_by(|a, b| a.0 == b.0) {
            met.clear();
            for (.., row) in rows.iter().take(ROWS_MAX) {
                if met.len() < PEOPLE_MAX && met.iter().all(|other| differ(*other, *row)) {
                    met.push(*row);
                }
            }
            people[rows[0].0 as usize] = met.len() as u8;
        }
        if field.what == What::Email {
            let is_role = |id: u32| {
                let local = field.dict.text(id).split(|b| *b == b'@').next().unwrap_or_default();
                str::from_utf8(local).is_ok_and(value::is_role)
            };
            field.dict.ids().filter(|id| is_role(*id)).for_each(|id| people[id as usize] = PEOPLE_MAX as u8);
        }
        people
    };
    table.fields.iter().map(of_field).collect()
}

/// Measures the list and sets the weights. `pairs` are the pairs that will be judged.
pub(crate) fn learn(judge: &mut Judge, pairs: &[u64], hashes: &[u64]) {
    let strangers = strangers(judge, hashes);
    judge.first = weigh::FIRST.weights(&Tally::default(), &strangers.first);
    judge.last = weigh::LAST.weights(&Tally::default(), &strangers.last);
    let whats: Vec<What> = judge.table.fields.iter().map(|field| field.what).collect();
    let weights = |tallies: &[Tally]| {
        let fields = whats.iter().zip(tallies).zip(&strangers.fields);
        fields.map(|((what, matched), unrelated)| weigh::habit_of(*what).weights(matched, unrelated)).collect()
    };
    judge.fields = weights(&vec![Tally::default(); whats.len()]);
    let sample = sample(pairs, hashes);
    judge.families = has_families(judge, &sample);
    let mut detail = Detail::new();
    for _ in 0..ROUNDS {
        let mut first = Tally::default();
        let mut last = Tally::default();
        let mut fields = vec![Tally::default(); whats.len()];
        let mut likely: u64 = 0;
        for (a, b) in sample.iter().copied() {
            judge.look(a, b, &mut detail);
            let all = judge.sum(&detail, None);
            likely += u64::from(all > 0 && detail.name != NameFit::OtherFirst);
            if all < SURE - 4 * BIT {
                continue;
            }
            for piece in &detail.pieces {
                let tally = match piece.about {
                    About::First => &mut first,
                    About::Last => &mut last,
                    About::Field(at) if detail.name == NameFit::Fits || detail.name == NameFit::Open => &mut fields[at],
                    _ => continue,
                };
                if judge.sum(&detail, Some(piece.about)) >= SURE {
                    tally.add(piece.level);
                }
            }
        }
        judge.first = weigh::FIRST.weights(&first, &strangers.first);
        judge.last = weigh::LAST.weights(&last, &strangers.last);
        judge.fields = weights(&fields);
        judge.prior = prior(&judge.table, likely * pairs.len() as u64 / sample.len().max(1) as u64);
    }
}

/// Whether rows of one street, number and family name often have given names that do not go together. Where they never
/// do, a wrong given name is a mistake in the list; where they do, it is a brother's.
fn has_families(judge: &Judge, sample: &[(u32, u32)]) -> bool {
    let table = &judge.table;
    let address: Vec<_> =
        table.fields.iter().filter(|field| matches!(field.what, What::Street | What::Number)).collect();
    let personal: Vec<_> =
        table.fields.iter().filter(|field| matches!(field.what, What::BirthDate | What::PersonId)).collect();
    let (mut one, mut several) = (0_u32, 0_u32);
    for (a, b) in sample {
        let (a, b) = (table.row(*a), table.row(*b));
        let shared = |slots: std::ops::Range<usize>| {
            a[slots.clone()].iter().any(|value| *value != NONE && b[slots.clone()].contains(value))
        };
        let home = address.iter().all(|field| shared(field.slots.clone()));
        if home && shared(LAST..LAST + 1) && a[FIRST] != NONE && b[FIRST] != NONE {
            let level = judge.names.compare(&table.names, a[FIRST], b[FIRST], true);
            // Beside the same date of birth or number of a person it is a mistake too; twins are few.
            let one_person = personal.iter().any(|field| shared(field.slots.clone()));
            *if level == Level::Other && !one_person { &mut several } else { &mut one } += 1;
        }
    }
    !address.is_empty() && several * 8 > one
}

/// The odds that two rows taken at random are one person, when so many pairs are.
pub(crate) fn prior(table: &Table, likely: u64) -> i32 {
    let rows = u64::from(table.rows());
    let all = match table.second_from {
        Some(from) => u64::from(from) * (rows - u64::from(from)),
        None => rows * rows.saturating_sub(1) / 2,
    };
    let likely = likely.clamp(rows / 20 + 1, rows * 20 + 1);
    log::log2_share(likely, all.max(1)).min(0)
}

struct Strangers {
    first: Tally,
    last: Tally,
    fields: Vec<Tally>,
}

/// Compares rows that stand far from each other in the order of their contents.
fn strangers(judge: &Judge, hashes: &[u64]) -> Strangers {
    let table = &judge.table;
    let mut order: Vec<u32> = (0..table.rows()).collect();
    order.sort_unstable_by_key(|row| hashes[*row as usize]);
    let mut met = Strangers {
        first: Tally::default(),
        last: Tally::default(),
        fields: vec![Tally::default(); table.fields.len()],
    };
    let rows = order.len();
    for n in 0..(STRANGERS_MAX as usize).min(rows * 4) {
        let a = order[n % rows];
        let b = order[(n + 1 + n / rows * 7 + rows / 3) % rows];
        let (a, b) = (table.row(a), table.row(b));
        for (slot, given, tally) in [(FIRST, true, &mut met.first), (LAST, false, &mut met.last)] {
            if a[slot] != NONE && b[slot] != NONE {
                tally.add(judge.names.compare(&table.names, a[slot], b[slot], given));
            }
        }
        for (field, tally) in table.fields.iter().zip(&mut met.fields) {
            if let Some(found) = compare::field(field, a, b) {
                tally.add(found.level);
            }
        }
    }
    met
}

/// Some of the pairs, the same whatever the order of the rows.
fn sample(pairs: &[u64], hashes: &[u64]) -> Vec<(u32, u32)> {
    let rows = pairs.iter().map(|pair| ((pair >> 32) as u32, *pair as u32));
    let one_in = (pairs.len() / SAMPLE_MAX) as u64 + 1;
    rows.filter(|(a, b)| {
        let mixed = (hashes[*a as usize] ^ hashes[*b as usize]).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        mixed.is_multiple_of(one_in)
    })
    .collect()
}
