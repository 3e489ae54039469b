//! What a check found, for people and for programs.

use std::fmt;

use plumb_log::Fault;
use serde_json::{Map, Value, json};

/// What a check found.
#[derive(Clone, Debug)]
pub struct Answer {
    lines: Vec<String>,
    facts: Map<String, Value>,
    faults: Vec<String>,
}

impl Answer {
    pub(crate) fn good(lines: Vec<String>, facts: Value) -> Self {
        let facts = if let Value::Object(facts) = facts { facts } else { Map::new() };
        Self { lines, facts, faults: Vec::new() }
    }

    pub(crate) fn bad(faults: &[Fault]) -> Self {
        Self { lines: Vec::new(), facts: Map::new(), faults: faults.iter().map(ToString::to_string).collect() }
    }

    /// Names what the faults are in.
    pub(crate) fn within(mut self, name: impl fmt::Display) -> Self {
        for fault in &mut self.faults {
            *fault = format!("{name}: {fault}");
        }
        self
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    /// How many things are wrong.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.faults.len()
    }

    /// The answer for programs: `good`, and the facts or the `faults`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut facts = self.facts.clone();
        facts.insert("good".to_owned(), json!(self.is_good()));
        if !self.is_good() {
            facts.insert("faults".to_owned(), json!(self.faults));
        }
        Value::Object(facts)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.lines.clone();
        lines.extend(self.faults.iter().map(|fault| format!("FAULT  {fault}")));
        if !self.is_good() {
            lines.push(format!("{} fault(s): do not rely on it.", self.faults.len()));
        }
        // What stands in the file is a stranger's, and a terminal obeys what it is shown.
        f.write_str(&lines.join("\n").replace(|c: char| c.is_control() && c != '\n', "\u{fffd}"))
    }
}
