//! What was seen in a list, counted, with masked examples.

use std::collections::BTreeMap;

use plumb_clean::{Field, Flag, Reason, RejectReason};
use plumb_screen::domain::registry::Registry;
use plumb_screen::domain::standing::Dnc;
use plumb_table::Fault;

use super::codes::{EmailStatus, PhoneStatus};
use crate::mask::mask;

/// As many examples of one thing are shown.
pub(crate) const EXAMPLES: usize = 4;

/// One masked example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The row, as a spreadsheet counts.
    pub row: u64,
    /// The cell as it was, masked.
    pub before: String,
    /// What was made of it, masked; empty if nothing.
    pub after: String,
}

/// A number for each flag, in the order of [`Flag::ALL`].
#[derive(Clone, Debug)]
pub struct FlagCounts([u64; Flag::ALL.len()]);

impl Default for FlagCounts {
    fn default() -> Self {
        Self([0; Flag::ALL.len()])
    }
}

impl std::ops::Deref for FlagCounts {
    type Target = [u64];

    fn deref(&self) -> &[u64] {
        &self.0
    }
}

impl std::ops::DerefMut for FlagCounts {
    fn deref_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }
}

/// Counts of a list, or of a part of one.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Rows below the header, broken ones too.
    pub rows: u64,
    /// Lines without anything on them: they are no rows.
    pub blank_lines: u64,
    /// Rows that name somebody and are not suppressed: those to keep, but for duplicates.
    pub keepable: u64,
    /// Rows that are on the list of those not to be used.
    pub suppressed: u64,
    /// Rows by the status of their address, in the order of [`EmailStatus::ALL`].
    pub email: [u64; EmailStatus::ALL.len()],
    /// Rows by the status of their number, in the order of [`PhoneStatus::ALL`].
    pub phone: [u64; PhoneStatus::ALL.len()],
    /// Numbers by what Do-Not-Call lists say of them, in the order of [`Dnc::ALL`].
    pub dnc: [u64; Dnc::ALL.len()],
    /// Numbers that a list which is not there would have to be asked about, in the order of [`Registry::ALL`].
    pub dnc_missing: [u64; Registry::ALL.len()],
    /// Rows that could not be read, in the order of [`Fault::ALL`].
    pub faults: [u64; Fault::ALL.len()],
    /// Rows that name nobody, in the order of [`RejectReason::ALL`].
    pub rejects: [u64; RejectReason::ALL.len()],
    /// Rows with something worth knowing, in the order of [`Flag::ALL`].
    pub flags: FlagCounts,
    /// Cells whose clean value is another, by field and reason.
    pub changes: BTreeMap<(Field, Reason), (u64, Vec<Example>)>,
    /// Rows by ten points of score: 0–9, 10–19, … 90–100.
    pub scores: [u64; 10],
    /// Cells that a spreadsheet would run.
    pub formulas: u64,
    /// Rows that were no UTF-8 and were read as Windows-1252.
    pub windows_1252: u64,
    /// Rows by country.
    pub countries: BTreeMap<plumb_base::Country, u64>,
    /// The first rows that could not be read.
    pub unreadable: Vec<(u64, Fault)>,
}

impl Counts {
    /// Adds those of the next part of the list, whose rows are counted from `lines` on.
    pub(crate) fn add(&mut self, next: &Self, lines: u64) {
        self.rows += next.rows;
        self.blank_lines += next.blank_lines;
        self.keepable += next.keepable;
        self.suppressed += next.suppressed;
        self.formulas += next.formulas;
        self.windows_1252 += next.windows_1252;
        let arrays: [(&mut [u64], &[u64]); 8] = [
            (&mut self.email, &next.email),
            (&mut self.phone, &next.phone),
            (&mut self.dnc, &next.dnc),
            (&mut self.dnc_missing, &next.dnc_missing),
            (&mut self.faults, &next.faults),
            (&mut self.rejects, &next.rejects),
            (&mut self.flags, &next.flags),
            (&mut self.scores, &next.scores),
        ];
        for (sums, counts) in arrays {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        for (country, count) in &next.countries {
            *self.countries.entry(*country).or_default() += count;
        }
        for (what, (count, examples)) in &next.changes {
            let (sum, kept) = self.changes.entry(*what).or_default();
            *sum += count;
            let room = EXAMPLES.saturating_sub(kept.len());
            kept.extend(examples.iter().take(room).cloned().map(|e| Example { row: e.row + lines, ..e }));
        }
        let room = 20_usize.saturating_sub(self.unreadable.len());
        self.unreadable.extend(next.unreadable.iter().take(room).map(|(row, fault)| (row + lines, *fault)));
    }

    /// Rows that could not be read.
    #[must_use]
    pub fn broken(&self) -> u64 {
        self.faults.iter().sum()
    }

    /// Values that were left out because their class is not wanted: the classes' words, and how many.
    #[must_use]
    pub fn withheld(&self) -> [(&'static str, u64); 3] {
        let of = |field| self.changes.get(&(field, Reason::Withheld)).map_or(0, |(count, _)| *count);
        [("personal_email", of(Field::Email)), ("mobile", of(Field::Phone)), ("home_address", of(Field::Street))]
    }

    /// Takes over what was tallied, and empties the tally.
    pub(crate) fn take(&mut self, tally: &mut Tally) {
        for (what, (count, examples)) in std::mem::take(&mut tally.changes) {
            let place = Tally::place(what);
            self.changes.insert(what, (count + u64::from(std::mem::take(&mut tally.more[place])), examples));
        }
    }
}

/// Changes of a part of the list while its rows go by: there is one in most rows, so the count alone is kept once there
/// are examples enough.
pub(crate) struct Tally {
    changes: BTreeMap<(Field, Reason), (u64, Vec<Example>)>,
    /// How many more there are of each.
    more: Vec<u32>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { changes: BTreeMap::new(), more: vec![0; Field::ALL.len() * Reason::ALL.len()] }
    }
}

impl Tally {
    fn place((field, reason): (Field, Reason)) -> usize {
        field as usize * Reason::ALL.len() + reason as usize
    }

    /// Counts a change, if there are examples of it enough.
    #[inline]
    pub(crate) fn counts(&mut self, what: (Field, Reason)) -> bool {
        let more = &mut self.more[Self::place(what)];
        *more += u32::from(*more > 0);
        *more > 0
    }

    /// Counts a change of which there may be too few examples.
    pub(crate) fn change(&mut self, what: (Field, Reason), row: u64, before: &str, after: &str) {
        let (count, examples) = self.changes.entry(what).or_default();
        if examples.len() < EXAMPLES {
            *count += 1;
            examples.push(Example { row, before: mask(before), after: mask(after) });
        } else {
            self.more[Self::place(what)] = 1;
        }
    }
}
