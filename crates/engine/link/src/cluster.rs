//! From pairs to people.

use crate::compare::Level;
use crate::judge::{About, Detail, Judge, NameFit, Piece};
use crate::log::BIT;

/// A pair of rows that may be one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) a: u32,
    pub(crate) b: u32,
    /// Odds that they are.
    pub(crate) weight: i32,
}

/// Members of two groups that are compared before the groups become one; of more, these many of each are.
const COMPARED_MAX: usize = 8;
/// What pairs of members must come to on average. Less than nothing: rows of one person that say little, or that are
/// full of mistakes, do not find each other, but a third row finds both.
const AGREE_AT: i32 = -7 * BIT;
/// What two members with names that cannot be one person's are worth, at the most.
const NAMES_APART: i32 = -10 * BIT;

/// Groups of rows that are about one person.
pub(crate) struct Groups {
    parent: Vec<u32>,
    /// The rows of a group in a ring.
    next: Vec<u32>,
    size: Vec<u32>,
}

impl Groups {
    pub(crate) fn new(rows: u32) -> Self {
        Self { parent: (0..rows).collect(), next: (0..rows).collect(), size: vec![1; rows as usize] }
    }

    pub(crate) fn of(&mut self, mut row: u32) -> u32 {
        while self.parent[row as usize] != row {
            let above = self.parent[self.parent[row as usize] as usize];
            self.parent[row as usize] = above;
            row = above;
        }
        row
    }

    pub(crate) fn size(&self, group: u32) -> u32 {
        self.size[group as usize]
    }

    /// Makes two groups one.
    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (large, small) = if self.size[a as usize] >= self.size[b as usize] { (a, b) } else { (b, a) };
        self.parent[small as usize] = large;
        self.size[large as usize] += self.size[small as usize];
        self.next.swap(large as usize, small as usize);
    }

    /// The rows of a group.
    pub(crate) fn members(&self, group: u32) -> Vec<u32> {
        let mut rows = vec![group];
        let mut at = self.next[group as usize];
        while at != group {
            rows.push(at);
            at = self.next[at as usize];
        }
        rows
    }
}

/// Whether the rows of two groups, taken together, can be one person. Rows are compared each with each, or some of them
/// where there are many.
pub(crate) fn agree(judge: &Judge, hashes: &[u64], a: &mut Vec<u32>, b: &mut Vec<u32>, detail: &mut Detail) -> bool {
    for rows in [&mut *a, &mut *b] {
        rows.sort_unstable_by_key(|row| hashes[*row as usize]);
        if rows.len() > COMPARED_MAX {
            let step = rows.len() / COMPARED_MAX;
            let some: Vec<u32> = rows.iter().copied().step_by(step).take(COMPARED_MAX).collect();
            *rows = some;
        }
    }
    let mut sum = 0;
    for x in a.iter() {
        for y in b.iter() {
            judge.look(*x, *y, detail);
            let weight = judge.sum(detail, None).clamp(-15 * BIT, 15 * BIT);
            // At work a mailbox is one person's, whatever somebody heard the name as.
            let heard = |piece: &Piece| piece.about == About::First && piece.level == Level::Alike;
            let known = detail.identified || (judge.at_work && detail.mailbox && detail.pieces.iter().any(heard));
            let apart = (detail.name == NameFit::OtherFirst && !known) || (detail.generations && !detail.identified);
            sum += if apart { weight.min(NAMES_APART) } else { weight };
        }
    }
    sum >= AGREE_AT * (a.len() * b.len()) as i32
}
