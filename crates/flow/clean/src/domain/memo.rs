//! What was just looked up, for the length of one batch.

use xxhash_rust::xxh3::xxh3_64;

/// How many answers are kept, one per slot.
const SLOTS: usize = 1024;

/// Answers by text. A newer text takes the slot of an older one; an answer comes back only for the very text it was
/// given for, so what is remembered cannot change a result.
pub(crate) struct Memo<T> {
    texts: String,
    slots: Box<[Slot<T>]>,
    batch: u32,
}

#[derive(Clone, Copy, Default)]
struct Slot<T> {
    batch: u32,
    start: u32,
    len: u32,
    answer: T,
}

impl<T: Copy + Default> Default for Memo<T> {
    fn default() -> Self {
        Self { texts: String::new(), slots: vec![Slot::default(); SLOTS].into(), batch: 0 }
    }
}

impl<T: Copy + Default> Memo<T> {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.texts.clear();
        self.batch = self.batch.wrapping_add(1);
        if self.batch == 0 {
            self.slots.fill(Slot::default());
            self.batch = 1;
        }
    }

    /// The answer for `text`, from `ask` if it is not remembered. Works after [`Memo::clear`] only.
    pub(crate) fn get(&mut self, text: &str, ask: impl FnOnce(u64) -> T) -> T {
        let hash = xxh3_64(text.as_bytes());
        let slot = &mut self.slots[hash as usize % SLOTS];
        if slot.batch == self.batch
            && self.texts.as_bytes()[slot.start as usize..(slot.start + slot.len) as usize] == *text.as_bytes()
        {
            return slot.answer;
        }
        let answer = ask(hash);
        *slot = Slot { batch: self.batch, start: self.texts.len() as u32, len: text.len() as u32, answer };
        self.texts.push_str(text);
        answer
    }
}

#[cfg(test)]
mod tests;
