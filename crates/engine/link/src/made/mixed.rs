//! Lists of another manner than the rest, made to see whether what was learned on those holds elsewhere. Slips are those
//! of a keyboard, half of what may be left out is, and every row has some way to reach somebody. Each list comes easy
//! and hard: the same world, with more left out and more slips.

mod homes;
mod pool;
mod trade;
mod world;

pub use homes::{homes, homes_easy};
pub use trade::{trade, trade_easy};
pub use world::{world, world_easy};

use super::chance::Chance;

/// How well a list is kept.
#[derive(Clone, Copy)]
struct Keeping {
    /// Of a hundred cells that may be empty, how many are.
    gaps: usize,
    /// Of a hundred cells that a hand wrote, how many have a slip.
    slips: usize,
    /// Of a hundred rows, how many say a name otherwise than the person's papers do.
    variants: usize,
    /// Of a hundred people, how many moved, married or changed employer between two rows.
    movers: usize,
    /// Of a hundred rows, how many give a shared mailbox or number in place of the person's own.
    shared: usize,
}

const EASY: Keeping = Keeping { gaps: 12, slips: 2, variants: 4, movers: 0, shared: 2 };
const HARD: Keeping = Keeping { gaps: 50, slips: 8, variants: 20, movers: 12, shared: 12 };

const KEYS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// A key beside the one of a letter.
fn beside(letter: char, chance: &mut Chance) -> char {
    let lower = letter.to_ascii_lowercase();
    let Some((row, at)) = KEYS.iter().enumerate().find_map(|(row, keys)| keys.find(lower).map(|at| (row, at))) else {
        return letter;
    };
    let at = if chance.percent(50) { at + 1 } else { at.saturating_sub(1) };
    let keys = KEYS[row].as_bytes();
    let hit = char::from(keys[at.min(keys.len() - 1)]);
    if letter.is_ascii_uppercase() { hit.to_ascii_uppercase() } else { hit }
}

/// What a hand makes of a text on a keyboard: the key beside, a key twice, a key not hit, two keys in the wrong order.
fn mistyped(text: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 4 {
        return text.to_owned();
    }
    let at = chance.below(letters.len() - 1);
    match chance.below(4) {
        0 => letters[at] = beside(letters[at], chance),
        1 => letters.insert(at, letters[at]),
        2 => {
            letters.remove(at);
        }
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}

/// The cell as a hand wrote it.
fn typed(text: &str, keeping: Keeping, chance: &mut Chance) -> String {
    if chance.percent(keeping.slips) { mistyped(text, chance) } else { text.to_owned() }
}

/// How many rows a person has.
fn copies(chance: &mut Chance) -> usize {
    [1, 1, 1, 1, 1, 2, 2, 2, 3, 4][chance.below(10)]
}
