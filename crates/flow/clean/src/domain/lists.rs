//! Word lists that are part of the program, looked up without copying them.

use memchr::memchr_iter;
use xxhash_rust::xxh3::xxh3_64;

/// A set of the lines of a text, by exact match.
///
/// The text stays where it is; the table holds only where each line begins (4 octets a slot, at most half full), so
/// 200,000 domains take 2 MiB and some milliseconds to set up, and a look-up is one hash and mostly one comparison.
pub(crate) struct LineSet {
    text: &'static str,
    /// Offset of a line plus one; 0 is a free slot.
    slots: Box<[u32]>,
    len: usize,
}

impl LineSet {
    /// Takes every line but empty ones and those that begin with `#`, and adds the XXH3-64 of each to `hashes`.
    pub(crate) fn new(text: &'static str, hashes: &mut Vec<u64>) -> Self {
        let lines_max = memchr_iter(b'\n', text.as_bytes()).count() + 1;
        let mut set = Self { text, slots: vec![0; (lines_max * 2).next_power_of_two()].into(), len: 0 };
        hashes.reserve(lines_max);
        for line in said(text) {
            let at = (line.as_ptr().addr() - text.as_ptr().addr()) as u32;
            let hash = xxh3_64(line.as_bytes());
            if let Err(free) = set.find(line, hash) {
                set.slots[free] = at + 1;
                set.len += 1;
                hashes.push(hash);
            }
        }
        set
    }

    pub(crate) fn contains(&self, line: &str) -> bool {
        self.find(line, xxh3_64(line.as_bytes())).is_ok()
    }

    /// The slot of a line with this XXH3-64, or the free slot where it would stand.
    fn find(&self, line: &str, hash: u64) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let Some(at) = self.slots[slot].checked_sub(1) else { return Err(slot) };
            let rest = &self.text.as_bytes()[at as usize..];
            let ends = matches!(rest.get(line.len()), None | Some(b'\n' | b'\r'));
            if ends && rest.starts_with(line.as_bytes()) && !line.contains('\n') {
                return Ok(slot);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// How many different lines there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }
}

/// Values by text.
pub(crate) struct Table<V> {
    entries: Vec<(Box<[u8]>, V)>,
    /// Position of an entry plus one; 0 is a free slot. At most half of them are taken.
    slots: Box<[u32]>,
}

impl<V> Table<V> {
    /// Of two values of one text, the first stays.
    pub(crate) fn new(entries: impl IntoIterator<Item = (String, V)>) -> Self {
        let given: Vec<(String, V)> = entries.into_iter().collect();
        let slots = vec![0; (given.len() * 2).next_power_of_two()].into();
        let mut table = Self { entries: Vec::with_capacity(given.len()), slots };
        for (text, value) in given {
            if let Err(free) = table.find(text.as_bytes()) {
                table.entries.push((text.into_bytes().into(), value));
                table.slots[free] = table.entries.len() as u32;
            }
        }
        table
    }

    pub(crate) fn get(&self, text: &[u8]) -> Option<&V> {
        self.find(text).ok().map(|at| &self.entries[at].1)
    }

    /// The entry of a text, or the free slot for it.
    fn find(&self, text: &[u8]) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = xxh3_64(text) as usize & mask;
        loop {
            let Some(at) = self.slots[slot].checked_sub(1) else { return Err(slot) };
            if *self.entries[at as usize].0 == *text {
                return Ok(at as usize);
            }
            slot = (slot + 1) & mask;
        }
    }
}

/// Tells most texts that are in none of some sets from those that may be in one, by three bits of one word: what is absent, which is
/// most of what is asked for, costs no look at the table.
pub(crate) struct Sieve {
    bits: Box<[u64]>,
}

impl Sieve {
    /// Of the XXH3-64 of each text. 16 to 32 bits for each, three of which are set: about one absent text in 200 goes through.
    pub(crate) fn of(hashes: &[u64]) -> Self {
        let mut sieve = Self { bits: vec![0; (hashes.len() * 16).next_power_of_two().div_ceil(64)].into() };
        for hash in hashes {
            let (word, bits) = sieve.place(*hash);
            sieve.bits[word] |= bits;
        }
        sieve
    }

    /// Whether the text with this XXH3-64 may be in a set.
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (word, bits) = self.place(hash);
        self.bits[word] & bits == bits
    }

    fn place(&self, hash: u64) -> (usize, u64) {
        let bit = |at: u32| 1 << (hash >> at & 63);
        ((hash >> 32) as usize & (self.bits.len() - 1), bit(26) | bit(20) | bit(14))
    }
}

/// The lines of a list that say something, each split at `|`.
pub(crate) fn rows(text: &'static str) -> impl Iterator<Item = std::str::Split<'static, char>> {
    said(text).map(|line| line.split('|'))
}

fn said(text: &'static str) -> impl Iterator<Item = &'static str> {
    let mut start = 0;
    let ends = memchr_iter(b'\n', text.as_bytes()).chain([text.len()]);
    let lines = ends.filter_map(move |end| {
        let line = text.get(start..end)?;
        start = end + 1;
        Some(line.strip_suffix('\r').unwrap_or(line))
    });
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests;
