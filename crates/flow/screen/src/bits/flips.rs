//! Bits that differ from a file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;

/// The file of a version's flips: for each area code in order, its bits in order, four bytes each.
pub(super) const FLIPS: &str = "flips";
/// An area code with more flips than that gets a new file: reading stays cheap, and so does carrying them along.
pub(super) const FLIPS_MAX: usize = 32_768;
const ENTRY_BYTES: u64 = 4;

/// Reads the flips of one area code: `count` of them, after `before` of other area codes.
pub(super) fn read(folder: &Path, before: u64, count: u32) -> io::Result<Vec<u32>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let mut file = File::open(folder.join(FLIPS))?;
    file.seek(SeekFrom::Start(before * ENTRY_BYTES))?;
    let mut bytes = vec![0; count as usize * ENTRY_BYTES as usize];
    file.read_exact(&mut bytes)?;
    Ok(bytes.chunks_exact(4).map(|entry| entry.iter().rev().fold(0, |bit, byte| bit << 8 | u32::from(*byte))).collect())
}

/// Flips bits; twice is as before.
pub(super) fn apply(bits: &mut [u8], flips: &[u32]) {
    for flip in flips {
        if let Some(byte) = bits.get_mut(*flip as usize / 8) {
            *byte ^= 1 << (flip % 8);
        }
    }
}

/// The bits in which two files differ; none when there are too many.
pub(super) fn between(base: &[u8], bits: &[u8]) -> Option<Vec<u32>> {
    let mut flips = Vec::new();
    for (at, (base, bits)) in base.chunks(64).zip(bits.chunks(64)).enumerate() {
        if base == bits {
            continue;
        }
        for (byte, (base, bits)) in base.iter().zip(bits).enumerate() {
            let different = base ^ bits;
            let first = ((at * 64 + byte) * 8) as u32;
            flips.extend((0..8).filter(|bit| different >> bit & 1 == 1).map(|bit| first + bit));
        }
        if flips.len() > FLIPS_MAX {
            return None;
        }
    }
    Some(flips)
}
