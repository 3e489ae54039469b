//! Word lists that are part of the program, looked up without copying them.

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
    /// Takes every line but empty ones and those that begin with `#`.
    pub(crate) fn new(text: &'static str) -> Self {
        let lines = || text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut set = Self { text, slots: vec![0; (lines().count() * 2).next_power_of_two()].into(), len: 0 };
        for line in lines() {
            let at = (line.as_ptr().addr() - text.as_ptr().addr()) as u32;
            if let Err(free) = set.find(line) {
                set.slots[free] = at + 1;
                set.len += 1;
            }
        }
        set
    }

    pub(crate) fn contains(&self, line: &str) -> bool {
        self.find(line).is_ok()
    }

    /// The slot of a line, or the free slot where it would stand.
    fn find(&self, line: &str) -> Result<usize, usize> {
        let mask = self.slots.len() - 1;
        let mut slot = xxh3_64(line.as_bytes()) as usize & mask;
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

/// The lines of a list that say something, each split at `|`.
pub(crate) fn rows(text: &'static str) -> impl Iterator<Item = std::str::Split<'static, char>> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('|'))
}

#[cfg(test)]
mod tests;
