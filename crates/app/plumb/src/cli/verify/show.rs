//! Answers, for people and for programs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use plumb_verify::{Explained, Outcome, explain};
use serde::Serialize;

use super::is_watched;
use crate::cli::summary::ProgressLine;
use crate::cli::{print, say};

/// Shortest time between two looks at the progress.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// One answer as a line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    email: &'a str,
    #[serde(flatten)]
    outcome: &'a Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Explained>,
}

/// What was shown so far.
pub(super) struct Shown {
    json: bool,
    explain: bool,
    is_list: bool,
    /// How many addresses have each verdict and reason.
    counts: BTreeMap<(&'static str, &'static str), u64>,
    answers: u64,
    total: u64,
    progress: Option<(ProgressLine, Instant)>,
}

impl Shown {
    pub(super) fn new(json: bool, explain: bool, is_list: bool) -> Self {
        let progress = (is_list && is_watched()).then(|| (ProgressLine::new(), Instant::now()));
        Self { json, explain, is_list, counts: BTreeMap::new(), answers: 0, total: 0, progress }
    }

    /// How many will come.
    pub(super) fn expect(&mut self, total: u64) {
        self.total = total;
    }

    /// How many came.
    pub(super) fn count(&self) -> u64 {
        self.answers
    }

    pub(super) fn one(&mut self, email: &str, outcome: &Outcome) {
        if self.json {
            let line = Line { email, outcome, words: self.explain.then(|| explain(outcome)) };
            // The types have no key that is not text, so this cannot fail.
            print(serde_json::to_string(&line).unwrap_or_default());
        } else if self.is_list {
            if self.answers == 0 {
                print(format_args!("{:<14} {:<22} {}", "verdict", "reason", "address"));
            }
            print(format_args!("{:<14} {:<22} {email}", outcome.verdict.code(), outcome.reason.code()));
            self.words(outcome, "    ");
        } else {
            print(format_args!("{}  {}", outcome.verdict.code(), outcome.reason.code()));
            if self.explain {
                self.words(outcome, "");
            } else {
                print(outcome.reason.explain());
                print(explain(outcome).holds);
            }
        }
        self.answers += 1;
        *self.counts.entry((outcome.verdict.code(), outcome.reason.code())).or_default() += 1;
        if let Some((line, last)) = &mut self.progress
            && (last.elapsed() >= PROGRESS_EVERY || self.answers == self.total)
        {
            line.show(&format!("{} of {} addresses", self.answers, self.total));
            *last = Instant::now();
        }
    }

    fn words(&self, outcome: &Outcome, indent: &str) {
        if !self.explain {
            return;
        }
        let words = explain(outcome);
        print(format_args!("{indent}{}", words.found));
        for step in &words.steps {
            print(format_args!("{indent}  {}: {}", step.check, step.said));
            if let Some(quoted) = &step.quoted {
                print(format_args!("{indent}    their words: {quoted}"));
            }
        }
        print(format_args!("{indent}{}", words.catch_all));
        print(format_args!("{indent}What would change it: {}", words.what_would_change_it));
        print(format_args!("{indent}{}", words.holds));
        let policies: Vec<String> =
            words.policies.iter().map(|one| format!("{} {}", one.policy.code(), one.verdict.code())).collect();
        print(format_args!("{indent}By policy: {}", policies.join(", ")));
    }

    /// The sum of a list.
    pub(super) fn end(self) {
        if let Some((line, _)) = self.progress {
            line.end();
        }
        let count =
            |reason: &str| -> u64 { self.counts.iter().filter(|((_, of), _)| *of == reason).map(|(_, n)| n).sum() };
        let unreached = count("connect_failed");
        if unreached > 0 && unreached + count("syntax") + count("domain_missing") == self.answers {
            say(
                "No mail server could be reached at all. Most networks and many hosts close port 25 outwards: ask your provider to open it, or run this where it is open",
            );
        }
        if self.json || !self.is_list {
            return;
        }
        print("");
        print(format_args!("{} addresses", self.answers));
        for verdict in ["verified", "undeliverable", "risky", "unverified"] {
            let of: Vec<(&str, u64)> = self
                .counts
                .iter()
                .filter(|((of, _), _)| *of == verdict)
                .map(|((_, reason), n)| (*reason, *n))
                .collect();
            let sum: u64 = of.iter().map(|(_, n)| n).sum();
            let why: Vec<String> = of.iter().map(|(reason, n)| format!("{} {n}", reason.replace('_', " "))).collect();
            print(format!("  {verdict:<14} {sum:>7}   {}", why.join(", ")).trim_end());
        }
    }
}
