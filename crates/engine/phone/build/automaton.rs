//! Turns the patterns of a plan into one automaton over digits, in which equal endings are one.

use std::collections::HashMap;

use crate::op::Op;
use crate::pattern;

/// Longest number that an automaton looks at, in digits: what libphonenumber takes for a number at all.
const DIGITS_MAX: usize = 17;

/// Patterns side by side; what they mean together is decided at each state.
#[derive(Default)]
pub(crate) struct Patterns {
    steps: Vec<Op>,
    starts: Vec<u16>,
    /// For each `Accept`, which pattern it belongs to.
    owners: HashMap<u16, usize>,
}

impl Patterns {
    /// Adds a pattern that must match the whole number, and gives its index.
    pub(crate) fn add(&mut self, text: &str) -> usize {
        let at = self.steps.len();
        self.steps.extend(pattern::compile(text, at));
        self.owners.insert((self.steps.len() - 1) as u16, self.starts.len());
        self.starts.push(at as u16);
        self.starts.len() - 1
    }

    /// The places that can be reached without taking a digit.
    fn closure(&self, from: impl IntoIterator<Item = u16>) -> Vec<u16> {
        let mut seen: Vec<u16> = Vec::new();
        let mut open: Vec<u16> = from.into_iter().collect();
        let mut known = std::collections::HashSet::new();
        while let Some(at) = open.pop() {
            if !known.insert(at) {
                continue;
            }
            match self.steps[usize::from(at)] {
                Op::Digit(_) | Op::Accept => seen.push(at),
                Op::Split(first, second) => open.extend([first, second]),
                Op::Jump(to) => open.push(to),
                Op::Save(_) => open.push(at + 1),
                Op::End => panic!("an end inside a range"),
            }
        }
        seen.sort_unstable();
        seen
    }
}

/// The states of all automata. State 0 is the dead one: nothing matches from there.
pub(crate) struct States {
    /// Per state: what holds if the number ends here, and the states after each digit.
    pub(crate) rows: Vec<(u16, [u16; 10])>,
    known: HashMap<(u16, [u16; 10]), u16>,
}

impl States {
    pub(crate) fn new() -> Self {
        let dead = (0, [0; 10]);
        Self { rows: vec![dead], known: HashMap::from([(dead, 0)]) }
    }

    /// Adds the automaton of `patterns`; `judge` says what it means that these patterns match a number of this length.
    pub(crate) fn add(&mut self, patterns: &Patterns, judge: &dyn Fn(&[usize], usize) -> u16) -> u16 {
        let start = patterns.closure(patterns.starts.iter().copied());
        self.visit(patterns, judge, start, 0, &mut HashMap::new())
    }

    fn visit(
        &mut self,
        patterns: &Patterns,
        judge: &dyn Fn(&[usize], usize) -> u16,
        places: Vec<u16>,
        length: usize,
        done: &mut HashMap<(Vec<u16>, usize), u16>,
    ) -> u16 {
        if places.is_empty() || length > DIGITS_MAX {
            return 0;
        }
        let key = (places, length);
        if let Some(&state) = done.get(&key) {
            return state;
        }
        let mut matched: Vec<usize> = key.0.iter().filter_map(|at| patterns.owners.get(at).copied()).collect();
        matched.sort_unstable();
        let mut next = [0; 10];
        for (digit, next) in next.iter_mut().enumerate() {
            let taken = key.0.iter().filter_map(|&at| match patterns.steps[usize::from(at)] {
                Op::Digit(set) if set & (1 << digit) != 0 => Some(at + 1),
                _ => None,
            });
            let places = patterns.closure(taken);
            *next = self.visit(patterns, judge, places, length + 1, done);
        }
        let row = (judge(&matched, length), next);
        let state = *self.known.entry(row).or_insert_with(|| {
            self.rows.push(row);
            u16::try_from(self.rows.len() - 1).unwrap_or_else(|_| panic!("more states than a u16 can tell apart"))
        });
        done.insert(key, state);
        state
    }
}
