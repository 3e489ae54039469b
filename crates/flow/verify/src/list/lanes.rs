//! Turns by domain: a domain with ten thousand addresses keeps none of the others waiting.

use std::collections::{BTreeMap, HashMap, VecDeque};

use tokio::time::Instant;

/// Waiting work, in a lane for each domain.
pub(super) struct Lanes<T> {
    each: usize,
    by_name: HashMap<String, Lane<T>>,
    /// Lanes with something to do and a turn to give.
    open: VecDeque<String>,
    /// What may not go before a moment; the number keeps apart what is due at once.
    later: BTreeMap<(Instant, u64), (String, T)>,
    counted: u64,
}

struct Lane<T> {
    waiting: VecDeque<T>,
    under_way: usize,
    is_open: bool,
}

impl<T> Lanes<T> {
    /// Lanes that let `each` go at once.
    pub(super) fn new(each: usize) -> Self {
        Self { each: each.max(1), by_name: HashMap::new(), open: VecDeque::new(), later: BTreeMap::new(), counted: 0 }
    }

    /// Puts something at the end of a lane.
    pub(super) fn add(&mut self, name: String, what: T) {
        let lane = self.by_name.entry(name.clone()).or_insert_with(|| Lane {
            waiting: VecDeque::new(),
            under_way: 0,
            is_open: false,
        });
        lane.waiting.push_back(what);
        self.open_if_it_may(name);
    }

    /// Puts something at the end of a lane at a moment.
    pub(super) fn add_later(&mut self, name: String, at: Instant, what: T) {
        self.counted += 1;
        self.later.insert((at, self.counted), (name, what));
    }

    /// When the next of what waits for a moment may go.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.later.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next that may go, with a turn of its lane, the lanes one after the other.
    pub(super) fn next(&mut self, now: Instant) -> Option<T> {
        while let Some(entry) = self.later.first_entry()
            && entry.key().0 <= now
        {
            let (name, what) = entry.remove();
            self.add(name, what);
        }
        loop {
            let name = self.open.pop_front()?;
            let Some(lane) = self.by_name.get_mut(&name) else { continue };
            lane.is_open = false;
            // Whatever waited may have gone along with another turn.
            let Some(what) = lane.waiting.pop_front() else { continue };
            lane.under_way += 1;
            self.open_if_it_may(name);
            return Some(what);
        }
    }

    /// How many wait in a lane.
    pub(super) fn waiting(&self, name: &str) -> usize {
        self.by_name.get(name).map_or(0, |lane| lane.waiting.len())
    }

    /// The next of a lane, at most `max`, to go along with the turn that was given last.
    pub(super) fn along(&mut self, name: &str, max: usize) -> Vec<T> {
        let Some(lane) = self.by_name.get_mut(name) else { return Vec::new() };
        let count = max.min(lane.waiting.len());
        lane.waiting.drain(..count).collect()
    }

    /// Gives a turn back.
    pub(super) fn give_back(&mut self, name: &str) {
        let Some(lane) = self.by_name.get_mut(name) else { return };
        lane.under_way = lane.under_way.saturating_sub(1);
        if lane.under_way == 0 && lane.waiting.is_empty() {
            self.by_name.remove(name);
        } else {
            self.open_if_it_may(name.to_owned());
        }
    }

    fn open_if_it_may(&mut self, name: String) {
        let Some(lane) = self.by_name.get_mut(&name) else { return };
        if !lane.is_open && !lane.waiting.is_empty() && lane.under_way < self.each {
            lane.is_open = true;
            self.open.push_back(name);
        }
    }
}
