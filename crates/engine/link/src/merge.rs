//! One record out of several about one person: which value survives in each field, and who said so.

use std::cmp::Reverse;

use crate::text::fold;
use crate::value;

/// A record that goes into a merge.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// The value of each field; the same fields in the same order in every record.
    pub values: &'a [&'a str],
    /// For each field whether its value was verified; missing ones were not.
    pub verified: &'a [bool],
    /// When the record was made or confirmed, in any unit that grows with time.
    pub at: i64,
    /// How good its source is: 0 is the best.
    pub source_rank: u32,
    /// Its number in the list, the last resort.
    pub row: u32,
}

/// The value that survives in one field. Nothing is lost: every other record's value stays with its record, so that the
/// merge can be shown and undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survivor {
    /// The record that it comes from, by position.
    pub from: usize,
    /// Other records that say the same, but for case, accents and punctuation.
    pub agreeing: Vec<usize>,
    /// Records that say something else.
    pub differing: Vec<usize>,
}

/// For each field the value that survives; nothing where no record has one.
///
/// A verified value wins over one that is not, then the newest, then the best source, then the first row: a total
/// order, so that the order of the records never matters.
#[must_use]
pub fn survivors(records: &[Record<'_>]) -> Vec<Option<Survivor>> {
    let fields = records.iter().map(|record| record.values.len()).max().unwrap_or(0);
    (0..fields).map(|field| survivor(records, field)).collect()
}

fn survivor(records: &[Record<'_>], field: usize) -> Option<Survivor> {
    let said = |at: usize| records[at].values.get(field).copied().filter(|cell| !value::is_blank(cell));
    let says: Vec<usize> = (0..records.len()).filter(|at| said(*at).is_some()).collect();
    let from = says.iter().copied().max_by_key(|at| {
        let record = &records[*at];
        let verified = record.verified.get(field).copied().unwrap_or(false);
        (verified, record.at, Reverse(record.source_rank), Reverse(record.row))
    })?;
    let folded = |at: usize| {
        let mut key = String::new();
        fold::solid(said(at).unwrap_or_default(), &mut key);
        key
    };
    let kept = folded(from);
    let (agreeing, differing) = says.into_iter().filter(|at| *at != from).partition(|at| folded(*at) == kept);
    Some(Survivor { from, agreeing, differing })
}

#[cfg(test)]
mod tests;
