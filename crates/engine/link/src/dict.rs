//! Each distinct value once, with how often it occurs.

use xxhash_rust::xxh3::xxh3_64;

use crate::text::near;

/// The number that stands for "no value".
pub(crate) const NONE: u32 = 0;

/// Values and their numbers. Numbers begin at 1; their order is that of first occurrence and must not decide anything.
pub(crate) struct Dict {
    text: Vec<u8>,
    ends: Vec<u32>,
    counts: Vec<u32>,
    /// By number, what letters and pairs of letters a value has; filled when no more values come.
    marks: Vec<u64>,
    /// Open addressing: high half the hash, low half the number; 0 is free.
    table: Vec<u64>,
}

impl Dict {
    pub(crate) fn new() -> Self {
        Self { text: Vec::new(), ends: vec![0], counts: vec![0], marks: Vec::new(), table: vec![0; 1 << 10] }
    }

    /// The number of a value, which is counted once more. Text beyond 4 GiB in one dictionary is not held: it counts as
    /// no value.
    pub(crate) fn intern(&mut self, value: &[u8]) -> u32 {
        if value.is_empty() {
            return NONE;
        }
        if self.ends.len() * 4 > self.table.len() * 3 {
            self.grow();
        }
        let hash = xxh3_64(value);
        let mask = self.table.len() - 1;
        let mut at = self.place(hash);
        loop {
            let entry = self.table[at];
            if entry == 0 {
                break;
            }
            if entry >> 32 == hash >> 32 && self.text(entry as u32) == value {
                self.counts[entry as u32 as usize] += 1;
                return entry as u32;
            }
            at = (at + 1) & mask;
        }
        let Ok(end) = u32::try_from(self.text.len() + value.len()) else { return NONE };
        let id = self.ends.len() as u32;
        self.text.extend_from_slice(value);
        self.ends.push(end);
        self.counts.push(1);
        self.table[at] = hash >> 32 << 32 | u64::from(id);
        id
    }

    /// Where to look first: by the upper bits, which entries keep, so that a larger table is filled from a smaller one
    /// in its order.
    fn place(&self, hash: u64) -> usize {
        (((hash >> 32) * self.table.len() as u64) >> 32) as usize
    }

    fn grow(&mut self) {
        let larger = vec![0; self.table.len() * 2];
        let entries = std::mem::replace(&mut self.table, larger);
        let mask = self.table.len() - 1;
        for entry in entries.into_iter().filter(|entry| *entry != 0) {
            let mut at = self.place(entry);
            while self.table[at] != 0 {
                at = (at + 1) & mask;
            }
            self.table[at] = entry;
        }
    }

    /// The text of a number; empty for [`NONE`].
    pub(crate) fn text(&self, id: u32) -> &[u8] {
        let id = id as usize;
        if id == 0 { &[] } else { &self.text[self.ends[id - 1] as usize..self.ends[id] as usize] }
    }

    /// How often the value was met.
    pub(crate) fn count(&self, id: u32) -> u32 {
        self.counts[id as usize]
    }

    /// One more row has the value.
    pub(crate) fn count_again(&mut self, id: u32) {
        self.counts[id as usize] += 1;
    }

    /// How many distinct values there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len() - 1
    }

    /// No more values: frees what only [`Self::intern`] needs and marks each value for [`Self::may_be_near`].
    pub(crate) fn close(&mut self) {
        self.table = Vec::new();
        self.marks = std::iter::once(0).chain(self.ids().map(|id| near::marks(self.text(id)))).collect();
    }

    /// Whether so many slips may make one value of the other; cheaper than to count them.
    pub(crate) fn may_be_near(&self, a: u32, b: u32, slips: u32) -> bool {
        near::may_be_near(self.marks[a as usize], self.marks[b as usize], slips)
    }

    /// Whether two values have so many letters in common that they may be alike.
    pub(crate) fn may_be_alike(&self, a: u32, b: u32) -> bool {
        let differ = ((self.marks[a as usize] ^ self.marks[b as usize]) as u32).count_ones();
        let letters = (self.text(a).len() + self.text(b).len()) as u32;
        differ * 10 <= letters * 3
    }

    /// Numbers of all values.
    pub(crate) fn ids(&self) -> impl Iterator<Item = u32> + use<> {
        1..self.ends.len() as u32
    }
}
