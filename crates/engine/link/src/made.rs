//! Lists made up for tests and measurements, in which it is known who is who. Nobody in them exists: names are drawn
//! from common ones and from syllables, domains are reserved ones.

mod abroad;
mod chance;
mod home;
mod market;
mod mixed;
mod people;
mod work;

pub use abroad::{export, fairs};
pub use home::{customers, families};
pub use market::{Sighting, market, market_bare, market_sighted};
pub use mixed::{homes, homes_easy, trade, trade_easy, world, world_easy};
pub use work::{easy, work};

use std::collections::HashMap;

use chance::Chance;

/// A list, or two one after the other, with the truth.
pub struct Set {
    /// What it is called.
    pub name: &'static str,
    /// The names of the columns.
    pub headers: Vec<String>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// For each row the person.
    pub truth: Vec<u32>,
    /// The first row of the second list, if there is one.
    pub second_from: Option<usize>,
}

impl Set {
    fn new(name: &'static str, headers: &[&str]) -> Self {
        let headers = headers.iter().map(|header| (*header).to_owned()).collect();
        Self { name, headers, rows: Vec::new(), truth: Vec::new(), second_from: None }
    }

    /// Two lists of the same people, each of them without repetitions: the first row of everybody, and the second one.
    #[must_use]
    pub fn two_lists(self) -> Self {
        let mut seen: HashMap<u32, usize> = HashMap::new();
        let mut of: [Vec<(u32, Vec<String>)>; 2] = [Vec::new(), Vec::new()];
        for (person, row) in self.truth.into_iter().zip(self.rows) {
            let count = seen.entry(person).or_default();
            if let Some(list) = of.get_mut(*count) {
                list.push((person, row));
            }
            *count += 1;
        }
        let second_from = Some(of[0].len());
        let (truth, rows) = of.into_iter().flatten().unzip();
        Self { rows, truth, second_from, ..self }
    }

    fn push(&mut self, person: usize, row: Vec<String>) {
        self.rows.push(row);
        self.truth.push(person as u32);
    }

    /// Brings the rows into no order.
    fn shuffled(mut self, chance: &mut Chance) -> Self {
        for at in (1..self.rows.len()).rev() {
            let other = chance.below(at + 1);
            self.rows.swap(at, other);
            self.truth.swap(at, other);
        }
        self
    }
}

/// How well clusters agree with the truth, by pairs of rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Of the pairs that share a cluster, the share that is one person.
    pub precision: f64,
    /// Of the pairs that are one person, the share that shares a cluster.
    pub recall: f64,
}

impl Agreement {
    /// Compares clusters with the truth; both say by number which rows belong together.
    #[must_use]
    pub fn of(cluster: &[u32], truth: &[u32]) -> Self {
        fn pairs<K: std::hash::Hash + Eq>(keys: impl Iterator<Item = K>) -> f64 {
            let mut counts: HashMap<K, u64> = HashMap::new();
            keys.for_each(|key| *counts.entry(key).or_default() += 1);
            counts.values().map(|count| count * (count - 1) / 2).sum::<u64>() as f64
        }
        let both = pairs(cluster.iter().zip(truth));
        Self { precision: both / pairs(cluster.iter()).max(1.0), recall: both / pairs(truth.iter()).max(1.0) }
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        2.0 * self.precision * self.recall / (self.precision + self.recall).max(f64::MIN_POSITIVE)
    }
}
