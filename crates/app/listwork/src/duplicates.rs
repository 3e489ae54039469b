//! Which rows are duplicates, without holding the rows: keys go to 256 partitions by their first byte, and each
//! partition is sorted by itself. A partition of a list of a billion rows has about 100 MB.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::spool;

const PARTITIONS: usize = 256;
/// As many entries of a partition wait in memory: 98 KB.
const ENTRIES_MAX: usize = 4096;
const ENTRY_BYTES: usize = 24;
const ROW_BITS: u32 = 48;

/// Key, and then rank and row: the first entry of a key is the one that stays.
type Entry = [u64; 3];

/// How well a row does against others with its key: the higher the better, the first row among equals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Its score.
    pub score: u8,
    /// How many of its values are there.
    pub filled: u8,
}

/// Collects the keys of a list's rows.
pub struct Keys {
    dir: PathBuf,
    partitions: Vec<Vec<Entry>>,
    file: Option<File>,
    file_len: u64,
    /// Where full blocks of a partition lie in the file.
    blocks: Vec<Vec<u64>>,
}

/// What became of the rows.
#[derive(Debug)]
pub struct Found {
    duplicate: Vec<AtomicU64>,
    /// Groups of two or more.
    pub clusters: u64,
    /// Rows that a better row of their group stands for.
    pub duplicates: u64,
    /// Rows of the largest group.
    pub largest: u64,
}

impl Found {
    /// Whether another row stands for this one.
    #[must_use]
    pub fn is_duplicate(&self, row: u64) -> bool {
        let word = self.duplicate.get((row / 64) as usize);
        word.is_some_and(|word| word.load(Ordering::Relaxed) >> (row % 64) & 1 == 1)
    }

    fn mark(&self, row: u64) {
        if let Some(word) = self.duplicate.get((row / 64) as usize) {
            word.fetch_or(1 << (row % 64), Ordering::Relaxed);
        }
    }
}

impl Keys {
    /// None yet; what does not fit into memory goes to a file in `dir`.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            partitions: vec![Vec::new(); PARTITIONS],
            file: None,
            file_len: 0,
            blocks: vec![Vec::new(); PARTITIONS],
        }
    }

    /// Adds a row.
    pub fn add(&mut self, key: u128, rank: Rank, row: u64) -> io::Result<()> {
        let worse = u64::from(u8::MAX - rank.score) << 56 | u64::from(u8::MAX - rank.filled) << ROW_BITS;
        let at = (key >> 120) as usize;
        let partition = &mut self.partitions[at];
        partition.push([(key >> 64) as u64, key as u64, worse | row & ((1 << ROW_BITS) - 1)]);
        if partition.len() < ENTRIES_MAX {
            return Ok(());
        }
        let bytes: Vec<u8> = partition.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        partition.clear();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(spool::unnamed(&self.dir)?),
        };
        file.write_all_at(&bytes, self.file_len)?;
        self.blocks[at].push(self.file_len);
        self.file_len += bytes.len() as u64;
        Ok(())
    }

    /// Finds the duplicates among the first `rows` rows, on some threads. The answer does not depend on their number, nor
    /// on the order in which rows were added.
    pub fn find(self, rows: u64, threads: usize) -> io::Result<Found> {
        let words = (rows / 64 + 1) as usize;
        let mut found = Found {
            duplicate: (0..words).map(|_| AtomicU64::new(0)).collect(),
            clusters: 0,
            duplicates: 0,
            largest: 0,
        };
        let next = AtomicUsize::new(0);
        let work = || -> io::Result<[u64; 3]> {
            let (mut entries, mut bytes, mut sums) = (Vec::new(), vec![0; ENTRIES_MAX * ENTRY_BYTES], [0; 3]);
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(rest) = self.partitions.get(at) else { return Ok(sums) };
                entries.clear();
                entries.extend_from_slice(rest);
                for &block in &self.blocks[at] {
                    let Some(file) = &self.file else { break };
                    file.read_exact_at(&mut bytes, block)?;
                    entries.extend(bytes.chunks_exact(ENTRY_BYTES).map(entry));
                }
                let [clusters, duplicates, largest] = mark(&mut entries, &found);
                sums = [sums[0] + clusters, sums[1] + duplicates, sums[2].max(largest)];
            }
        };
        let sums: io::Result<Vec<[u64; 3]>> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads.max(1)).map(|_| scope.spawn(work)).collect();
            let mut sums = vec![work()];
            sums.extend(others.into_iter().map(|other| {
                other.join().unwrap_or_else(|_| Err(io::Error::other("a thread that sorts keys failed")))
            }));
            sums.into_iter().collect()
        });
        for [clusters, duplicates, largest] in sums? {
            found.clusters += clusters;
            found.duplicates += duplicates;
            found.largest = found.largest.max(largest);
        }
        Ok(found)
    }
}

fn entry(bytes: &[u8]) -> Entry {
    let word = |at: usize| bytes[at..at + 8].iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    [word(0), word(8), word(16)]
}

/// Marks all but the best of each key.
fn mark(entries: &mut [Entry], found: &Found) -> [u64; 3] {
    entries.sort_unstable();
    let mut sums = [0; 3];
    for group in entries.chunk_by(|a, b| a[..2] == b[..2]) {
        let others = &group[1..];
        if others.is_empty() {
            continue;
        }
        sums[0] += 1;
        sums[1] += others.len() as u64;
        sums[2] = sums[2].max(group.len() as u64);
        for other in others {
            found.mark(other[2] & ((1 << ROW_BITS) - 1));
        }
    }
    sums
}

#[cfg(test)]
mod tests;
