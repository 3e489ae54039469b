//! What is asked for.

use std::path::PathBuf;

use plumb_base::Timestamp;
use plumb_link::OneToOne;

use crate::options::ListOptions;
use crate::place::Place;

/// The people that even the shortest list is taken from. What two of five rows share is two in five of the list, and still
/// rare.
const POPULATION_MIN: u64 = 1000;

/// How sure it has to be that two rows are one person, in per cent: above 0 and below 100.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Threshold(f64);

impl Threshold {
    /// Reads `90`, `90%`, `99.5` or, as a share, `0.9`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let number: f64 = text.trim_end_matches('%').trim_end().parse().ok()?;
        let percent = if number < 1.0 && !text.ends_with('%') { number * 100.0 } else { number };
        (percent > 0.0 && percent < 100.0).then_some(Self(percent))
    }

    /// In per cent.
    #[must_use]
    pub fn percent(self) -> f64 {
        self.0
    }

    /// The odds that it stands for, as a logarithm in hundredths of a bit.
    pub(crate) fn weight(self) -> i32 {
        (100.0 * (self.0 / (100.0 - self.0)).log2()).ceil() as i32
    }
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The list, or two of them.
    pub inputs: Vec<Place>,
    /// What any work on a list is asked for.
    pub list: ListOptions,
    /// How sure it has to be; the linker's own answer if nothing is said.
    pub threshold: Option<Threshold>,
    /// With two lists: compare rows of different lists only.
    pub across: bool,
    /// With two lists: whether a person has one row in each at the most.
    pub one_to_one: OneToOne,
    /// Say the evidence in words, for people.
    pub explain: bool,
    /// Where the pairs go that were found or may be.
    pub links: Option<PathBuf>,
    /// Where the pairs go that somebody should look at.
    pub review: Option<PathBuf>,
    /// Where one row for each person goes.
    pub merge: Option<PathBuf>,
}

impl Options {
    /// Lists compared on one thread, with nothing else said.
    #[must_use]
    pub fn new(inputs: Vec<Place>, output: Option<Place>, now: Timestamp) -> Self {
        Self {
            inputs,
            list: ListOptions::new(output, now),
            threshold: None,
            across: false,
            one_to_one: OneToOne::Auto,
            explain: false,
            links: None,
            review: None,
            merge: None,
        }
    }

    /// How the linker is to judge.
    pub(crate) fn linkage(&self) -> plumb_link::Options {
        let usual = plumb_link::Options::default();
        let same_at = self.threshold.map_or(usual.same_at, Threshold::weight);
        plumb_link::Options {
            same_at,
            possible_at: usual.possible_at.min(same_at),
            cross_only: self.across,
            one_to_one: self.one_to_one,
            population: Some(POPULATION_MIN),
            ..usual
        }
    }
}
