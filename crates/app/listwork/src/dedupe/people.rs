//! Rows as people: what the linker found, in the numbers and words of the output.

use std::fmt::Write as _;

use plumb_link::{Link, Linked};
use plumb_table::Fault;

use super::evidence;

/// Possible links that a row names, at the most.
const REVIEWS_MAX: usize = 3;
const NONE: u32 = u32::MAX;

/// What was found, ready to be looked up by row.
pub(crate) struct People {
    pub(crate) linked: Linked,
    /// For each row the number of its cluster, from 1, in the order of their first rows.
    number: Vec<u32>,
    /// The rows of each cluster, in order; those of cluster `n` end at `ends[n]`.
    members: Vec<u32>,
    ends: Vec<u32>,
    /// For each row the strongest link that holds it, by its place.
    strongest: Vec<u32>,
    /// Row, other row, confidence of every possible link, both ways, likeliest first for each row.
    possible: Vec<(u32, u32, u8)>,
    faults: Vec<(u32, Fault)>,
    explain: bool,
}

/// The number of a row in the output as a spreadsheet counts: the header is row 1.
pub(crate) fn sheet_row(row: u32) -> u64 {
    u64::from(row) + 2
}

impl People {
    pub(crate) fn new(linked: Linked, faults: Vec<(u32, Fault)>, explain: bool) -> Self {
        let rows = linked.cluster.len();
        let (mut number, mut ends) = (Vec::with_capacity(rows), vec![0_u32]);
        for (row, first) in linked.cluster.iter().enumerate() {
            let n = if *first as usize == row {
                ends.push(0);
                ends.len() as u32 - 1
            } else {
                number[*first as usize]
            };
            number.push(n);
            ends[n as usize] += 1;
        }
        let mut sum = 0;
        let mut next: Vec<u32> = Vec::with_capacity(ends.len());
        for end in &mut ends {
            next.push(sum);
            sum += *end;
            *end = sum;
        }
        let mut members = vec![0; rows];
        for (row, n) in number.iter().enumerate() {
            let place = &mut next[*n as usize];
            members[*place as usize] = row as u32;
            *place += 1;
        }
        let mut strongest = vec![NONE; rows];
        for (at, link) in linked.links.iter().enumerate().rev() {
            strongest[link.a as usize] = at as u32;
            strongest[link.b as usize] = at as u32;
        }
        let both = |link: &Link| [(link.a, link.b, link.confidence()), (link.b, link.a, link.confidence())];
        let mut possible: Vec<_> = linked.possible.iter().flat_map(both).collect();
        possible.sort_by_key(|(row, other, confidence)| (*row, std::cmp::Reverse(*confidence), *other));
        Self { linked, number, members, ends, strongest, possible, faults, explain }
    }

    /// How many there are.
    pub(crate) fn clusters(&self) -> u32 {
        self.ends.len() as u32 - 1
    }

    pub(crate) fn cluster(&self, row: u32) -> u32 {
        self.number[row as usize]
    }

    /// The rows of a cluster, in order.
    pub(crate) fn members(&self, cluster: u32) -> &[u32] {
        let n = cluster as usize;
        &self.members[self.ends[n - 1] as usize..self.ends[n] as usize]
    }

    pub(crate) fn is_first(&self, row: u32) -> bool {
        self.linked.cluster[row as usize] == row
    }

    pub(crate) fn confidence(&self, row: u32) -> u8 {
        self.linked.confidence[row as usize]
    }

    /// What a link rests on.
    pub(crate) fn evidence(&self, a: u32, b: u32, out: &mut String) {
        let pieces = self.linked.evidence(a, b);
        if self.explain { evidence::words(&pieces, out) } else { evidence::codes(&pieces, out) }
    }

    /// Why a row is in its cluster: the strongest link that holds it.
    pub(crate) fn why(&self, row: u32, out: &mut String) {
        let Some(link) = self.linked.links.get(self.strongest[row as usize] as usize) else { return };
        if self.explain {
            let other = if link.a == row { link.b } else { link.a };
            let _ = write!(out, "with row {}: ", sheet_row(other));
        }
        self.evidence(link.a, link.b, out);
    }

    /// What somebody should look at: a fault, or clusters that may be the same person.
    pub(crate) fn review(&self, row: u32, out: &mut String) {
        if let Ok(at) = self.faults.binary_search_by_key(&row, |fault| fault.0) {
            let fault = self.faults[at].1;
            out.push_str(if self.explain { fault.explain() } else { fault.code() });
            return;
        }
        let from = self.possible.partition_point(|possible| possible.0 < row);
        let mut named = [0; REVIEWS_MAX];
        let mut count = 0;
        for (_, other, confidence) in self.possible[from..].iter().take_while(|possible| possible.0 == row) {
            let cluster = self.cluster(*other);
            if named[..count].contains(&cluster) {
                continue;
            }
            if count == REVIEWS_MAX {
                return;
            }
            named[count] = cluster;
            count += 1;
            let _ = match (self.explain, count) {
                (true, 1) => write!(out, "maybe cluster {cluster} ({confidence} %, row {})", sheet_row(*other)),
                (true, _) => write!(out, "; cluster {cluster} ({confidence} %, row {})", sheet_row(*other)),
                (false, 1) => write!(out, "{cluster}"),
                (false, _) => write!(out, " {cluster}"),
            };
        }
    }
}
