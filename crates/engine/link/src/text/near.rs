//! How far two words are apart, in whole numbers.

/// Longer text is compared by its beginning.
const BYTES_MAX: usize = 48;

/// Typing mistakes between two words: letters changed, left out, put in, or two neighbours swapped (optimal string
/// alignment). Counts no further than `most`: above it, any number greater than `most` comes back.
pub(crate) fn typos(a: &[u8], b: &[u8], most: usize) -> usize {
    let (a, b) = (&a[..a.len().min(BYTES_MAX)], &b[..b.len().min(BYTES_MAX)]);
    if a.len().abs_diff(b.len()) > most {
        return most + 1;
    }
    // What both begin and end with costs nothing.
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let same = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - same], &b[..b.len() - same]);
    if a.is_empty() || b.is_empty() {
        return a.len().max(b.len());
    }
    let mut before = [0_u8; BYTES_MAX + 1];
    let mut above = [0_u8; BYTES_MAX + 1];
    let mut row = [0_u8; BYTES_MAX + 1];
    for (n, cell) in above[..=b.len()].iter_mut().enumerate() {
        *cell = n as u8;
    }
    for i in 1..=a.len() {
        row[0] = i as u8;
        let mut least = row[0];
        for j in 1..=b.len() {
            let change = u8::from(a[i - 1] != b[j - 1]);
            let mut best = (above[j - 1] + change).min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row[j] = best;
            least = least.min(best);
        }
        if usize::from(least) > most + 1 {
            return most + 1;
        }
        before = above;
        above = row;
    }
    usize::from(above[b.len()])
}

/// What letters a word has, in the low half, and what pairs of letters, in the high half.
pub(crate) fn marks(word: &[u8]) -> u64 {
    let word = &word[..word.len().min(BYTES_MAX)];
    let letters = word.iter().fold(0_u32, |marks, b| marks | 1 << (b % 32));
    let pair = |pair: &[u8]| (u32::from(pair[0]).wrapping_mul(31) + u32::from(pair[1])).wrapping_mul(0x9e37_79b9) >> 27;
    let pairs = word.windows(2).fold(0_u32, |marks, two| marks | 1 << pair(two));
    u64::from(pairs) << 32 | u64::from(letters)
}

/// Whether so many slips may make one word of the other, by their marks: one slip changes two letters and six pairs of
/// letters at the most.
pub(crate) fn may_be_near(a: u64, b: u64, slips: u32) -> bool {
    let differ = a ^ b;
    (differ as u32).count_ones() <= 2 * slips && (differ >> 32).count_ones() <= 6 * slips
}

/// Jaro-Winkler likeness in thousandths (Winkler 1990): 1000 is the same word.
pub(crate) fn likeness(a: &[u8], b: &[u8]) -> u32 {
    let (a, b) = (&a[..a.len().min(BYTES_MAX)], &b[..b.len().min(BYTES_MAX)]);
    if a.is_empty() || b.is_empty() {
        return 0;
    }
    // Letters are paired off from the left of the first word: which one that is must not matter.
    let (a, b) = if (a.len(), a) <= (b.len(), b) { (a, b) } else { (b, a) };
    let reach = (a.len().max(b.len()) / 2).saturating_sub(1);
    let mut used: u64 = 0;
    let mut matched = [0_u8; BYTES_MAX];
    let mut count = 0;
    for (i, x) in a.iter().enumerate() {
        let from = i.saturating_sub(reach);
        let to = (i + reach + 1).min(b.len());
        if let Some(j) = (from..to).find(|j| used >> j & 1 == 0 && b[*j] == *x) {
            used |= 1 << j;
            matched[count] = *x;
            count += 1;
        }
    }
    if count == 0 {
        return 0;
    }
    let in_order = (0..b.len()).filter(|j| used >> j & 1 == 1);
    let swapped = in_order.zip(&matched).filter(|(j, x)| b[*j] != **x).count() / 2;
    let share = |of: usize| (1000 * count / of) as u32;
    let jaro = (share(a.len()) + share(b.len()) + (1000 * (count - swapped) / count) as u32) / 3;
    let start = a.iter().zip(b).take(4).take_while(|(x, y)| x == y).count() as u32;
    jaro + start * (1000 - jaro) / 10
}

#[cfg(test)]
mod tests;
