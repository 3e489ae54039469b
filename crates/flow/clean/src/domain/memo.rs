//! What was just looked up.

use xxhash_rust::xxh3::xxh3_64;

/// How many answers are kept if nothing else is said, one per slot: 64 KiB for answers of some octets.
const SLOTS: usize = 1024;
/// Longer texts are not remembered: hardly any is.
const TEXT_OCTETS_MAX: usize = 56;

/// Answers by text. A newer text takes the slot of an older one; an answer comes back only for the very text it was
/// given for, so what is remembered cannot change a result.
pub(crate) struct Memo<T, const COUNT: usize = SLOTS> {
    slots: Box<[Slot<T>]>,
}

#[derive(Clone, Copy)]
struct Slot<T> {
    text: [u8; TEXT_OCTETS_MAX],
    /// 0 in a free slot.
    len: u8,
    /// Where the text stood, if that makes a difference.
    place: u16,
    answer: T,
}

impl<T: Copy + Default> Slot<T> {
    fn free() -> Self {
        Self { text: [0; TEXT_OCTETS_MAX], len: 0, place: 0, answer: T::default() }
    }
}

impl<T: Copy + Default, const COUNT: usize> Default for Memo<T, COUNT> {
    fn default() -> Self {
        Self { slots: vec![Slot::free(); COUNT].into() }
    }
}

impl<T: Copy + Default, const COUNT: usize> Memo<T, COUNT> {
    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.slots.fill(Slot::free());
    }

    /// The answer for `text`, from `ask` if it is not remembered.
    pub(crate) fn get(&mut self, text: &str, ask: impl FnOnce(u64) -> T) -> T {
        self.get_at(0, text, ask)
    }

    /// The same where the answer depends on the place too.
    pub(crate) fn get_at(&mut self, place: u16, text: &str, ask: impl FnOnce(u64) -> T) -> T {
        let hash = xxh3_64(text.as_bytes());
        let slot = &mut self.slots[(hash as usize).wrapping_add(usize::from(place)) % COUNT];
        let known = slot.text.get(..usize::from(slot.len)) == Some(text.as_bytes());
        if known && slot.len > 0 && slot.place == place {
            return slot.answer;
        }
        let answer = ask(hash);
        if let Some(room) = slot.text.get_mut(..text.len()) {
            room.copy_from_slice(text.as_bytes());
            (slot.len, slot.place, slot.answer) = (text.len() as u8, place, answer);
        }
        answer
    }
}

#[cfg(test)]
mod tests;
