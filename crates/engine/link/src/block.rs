//! Which pairs of rows are looked at: those that share a key, and not all of them.

use xxhash_rust::xxh3::xxh3_64;

use crate::compare::Names;
use crate::dict::NONE;
use crate::table::{FIRST, LAST, Table, WHOLE, What};

/// What makes the keys of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    /// One value of a field.
    Value(usize),
    /// The sounds of both parts of the name, in any order.
    Name,
    /// Both parts of the name, letter by letter.
    Whole,
    /// The sound of one part of the name and one value of a field.
    NameAnd(usize),
    /// A value of each of two fields.
    Two(usize, usize),
}

/// Pairs to look at.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    /// Each pair once, the smaller row in the high half.
    pub(crate) pairs: Vec<u64>,
    /// Blocks in which only neighbours were paired, because all pairs would have been too many.
    pub(crate) blocks_thinned: u64,
}

/// Rows of a block up to which all its pairs are looked at.
fn rows_max(table: &Table, pass: Pass, at_work: bool) -> usize {
    match pass {
        // A name before an at sign is shared by namesakes: it must be rare.
        Pass::Value(field) if table.fields[field].what == What::Local => 5,
        Pass::Value(_) => 50,
        Pass::Name if at_work => 6,
        Pass::Name => 60,
        Pass::NameAnd(field) => match table.fields[field].what {
            // Where the employer is known, a name beside a town must be rare to say something.
            What::City if at_work => 8,
            _ => 40,
        },
        // A name that more share is nobody's in particular.
        Pass::Whole | Pass::Two(..) => 8,
    }
}

/// In a larger block each row is paired with so many that follow it by name.
const NEIGHBOURS: usize = 6;

/// Finds the pairs of rows that share a key.
pub(crate) fn pairs(table: &Table, names: &Names, at_work: bool) -> Pairs {
    let mut found = Pairs::default();
    let mut keys: Vec<u64> = Vec::new();
    let mut dedup_at = 1 << 22;
    for pass in passes(table, at_work) {
        keys.clear();
        for row in 0..table.rows() {
            keys_of(table, names, pass, row, |hash| keys.push(hash >> 32 << 32 | u64::from(row)));
        }
        keys.sort_unstable();
        keys.dedup();
        for block in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
            if block.len() > 1 {
                pair_up(table, pass, at_work, block, &mut found);
            }
        }
        if found.pairs.len() > dedup_at {
            found.pairs.sort_unstable();
            found.pairs.dedup();
            dedup_at = found.pairs.len() * 2;
        }
    }
    found.pairs.sort_unstable();
    found.pairs.dedup();
    found
}

fn passes(table: &Table, at_work: bool) -> Vec<Pass> {
    let of = |wanted: &[What]| -> Vec<usize> {
        (0..table.fields.len()).filter(|at| wanted.contains(&table.fields[*at].what)).collect()
    };
    let mut passes = vec![Pass::Name];
    if at_work {
        passes.push(Pass::Whole);
    }
    let alone = [What::Email, What::Local, What::Phone, What::Profile, What::PersonId, What::BirthDate];
    passes.extend(of(&alone).into_iter().map(Pass::Value));
    let beside = [
        What::Company,
        What::CompanyId,
        What::Domain,
        What::City,
        What::Postcode,
        What::Street,
        What::BirthDate,
        What::BirthPlace,
        What::Occupation,
    ];
    passes.extend(of(&beside).into_iter().map(Pass::NameAnd));
    // What many share is told apart by name.
    passes.extend(of(&alone).into_iter().filter(|at| *at < table.fields.len()).filter_map(|at| {
        let dict = &table.fields[at].dict;
        let crowded = dict.ids().any(|id| dict.count(id) as usize > rows_max(table, Pass::Value(at), at_work));
        (crowded && !matches!(table.fields[at].what, What::BirthDate | What::Local)).then_some(Pass::NameAnd(at))
    }));
    if !at_work {
        let strong = of(&[What::BirthDate, What::Postcode, What::Street, What::BirthPlace, What::Number]);
        for (n, one) in strong.iter().enumerate() {
            passes.extend(strong[n + 1..].iter().map(|other| Pass::Two(*one, *other)));
        }
    }
    passes
}

fn keys_of(table: &Table, names: &Names, pass: Pass, row: u32, mut add: impl FnMut(u64)) {
    let cells = table.row(row);
    let values = |field: usize| cells[table.fields[field].slots.clone()].iter().copied().filter(|id| *id != NONE);
    let sounds = [names.sounds[cells[FIRST] as usize], names.sounds[cells[LAST] as usize]];
    match pass {
        Pass::Value(field) => {
            values(field).filter(|id| table.fields[field].dict.count(*id) > 1).for_each(|id| add(mix(id, 0)));
        }
        Pass::Name => {
            if sounds[0] != 0 && sounds[1] != 0 {
                add(mix(sounds[0].min(sounds[1]), sounds[0].max(sounds[1])));
            }
        }
        Pass::Whole => {
            let id = cells[WHOLE];
            if id != NONE && table.wholes.count(id) > 1 {
                add(mix(id, 0));
            }
        }
        Pass::NameAnd(field) => {
            for id in values(field).filter(|id| table.fields[field].dict.count(*id) > 1) {
                sounds.iter().filter(|sound| **sound != 0).for_each(|sound| add(mix(id, *sound)));
            }
        }
        Pass::Two(one, other) => {
            for x in values(one) {
                values(other).for_each(|y| add(mix(x, y)));
            }
        }
    }
}

/// A number from two, its high half well spread.
fn mix(a: u32, b: u32) -> u64 {
    let x = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (x ^ x >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

/// Pairs the rows of a block; `block` holds rows in the low halves.
fn pair_up(table: &Table, pass: Pass, at_work: bool, block: &[u64], found: &mut Pairs) {
    let mut pair = |a: u32, b: u32| {
        if !table.in_one_list(a, b) {
            found.pairs.push(u64::from(a.min(b)) << 32 | u64::from(a.max(b)));
        }
    };
    if block.len() <= rows_max(table, pass, at_work) {
        for (n, a) in block.iter().enumerate() {
            block[n + 1..].iter().for_each(|b| pair(*a as u32, *b as u32));
        }
        return;
    }
    found.blocks_thinned += 1;
    // Of these, what is alike in more than the key is found by another pass.
    let covered = match pass {
        Pass::Name => at_work,
        Pass::Value(field) => table.fields[field].what == What::Local,
        Pass::Whole | Pass::NameAnd(_) | Pass::Two(..) => true,
    };
    if covered {
        return;
    }
    // Neighbours by name, whatever the order of the rows was.
    let mut rows: Vec<([u64; 2], u32)> = block
        .iter()
        .map(|key| {
            let row = table.row(*key as u32);
            ([xxh3_64(table.names.text(row[LAST])), xxh3_64(table.names.text(row[FIRST]))], *key as u32)
        })
        .collect();
    rows.sort_unstable();
    for (n, (_, a)) in rows.iter().enumerate() {
        rows[n + 1..].iter().take(NEIGHBOURS).for_each(|(_, b)| pair(*a, *b));
    }
}
