//! What became of a list, for programs and people.

use plumb_base::Timestamp;
use plumb_clean::{Flag, RejectReason};
use plumb_screen::domain::registry::Registry;
use plumb_screen::domain::standing::Dnc;
use plumb_table::Fault;
use plumb_table::input::Fingerprint;
use serde_json::{Map, Value, json};

use super::codes::{EmailStatus, PhoneStatus};
use super::counts::Counts;
use super::dnc::DncList;
use super::plan::Plan;

/// What became of a list.
#[derive(Debug)]
pub struct Summary {
    /// Name of the list.
    pub input: String,
    /// Name of the output.
    pub output: Option<String>,
    /// What was done.
    pub plan: Plan,
    /// What the list was: whoever has it can tell that this is about it.
    pub fingerprint: Fingerprint,
    /// What was seen.
    pub counts: Counts,
    /// The Do-Not-Call lists that numbers were screened against; nothing if they were not.
    pub dnc: Option<Vec<DncList>>,
    /// Rows to keep.
    pub rows_kept: u64,
    /// Rows in the output.
    pub rows_written: u64,
    /// Rows that a better row stands for.
    pub duplicates: u64,
    /// Groups of rows about the same person or mailbox.
    pub clusters: u64,
    /// Rows of the largest group.
    pub largest_cluster: u64,
    /// Fingerprint of lists and rules.
    pub rules_version: String,
    /// Version of the score's points.
    pub score_version: i16,
    /// Version of the program.
    pub product_version: &'static str,
    /// When it was done.
    pub made_at: Timestamp,
}

impl Summary {
    /// As JSON. Counts and the names of columns; no values of the list.
    #[must_use]
    pub fn json(&self) -> Value {
        let counts = &self.counts;
        json!({
            "input": self.input,
            "output": self.output,
            "input_bytes": self.fingerprint.bytes,
            "input_xxh3_128": format!("{:032x}", self.fingerprint.hash),
            "layout": self.plan.layout.json(),
            "preset": self.plan.preset,
            "columns": self.plan.columns,
            "rows": counts.rows,
            "rows_kept": self.rows_kept,
            "rows_written": self.rows_written,
            "rows_unreadable": counts.broken(),
            "rows_suppressed": counts.suppressed,
            "blank_lines": counts.blank_lines,
            "duplicates": self.duplicates,
            "clusters": self.clusters,
            "largest_cluster": self.largest_cluster,
            "email": email(counts),
            "phone": named(PhoneStatus::ALL.iter().map(|status| status.code()), &counts.phone),
            "dnc": self.dnc_json(),
            "withheld": counts.withheld().into_iter().map(|(class, n)| (class.to_owned(), json!(n))).collect::<Map<_, _>>(),
            "reasons": reasons(counts),
            "changes": changes(counts),
            "countries": counts.countries.iter().map(|(c, n)| (c.to_string(), json!(n))).collect::<Map<_, _>>(),
            "score_tens": counts.scores,
            "formula_cells": counts.formulas,
            "rows_windows_1252": counts.windows_1252,
            "unreadable": counts.unreadable.iter()
                .map(|(row, fault)| json!({ "row": row, "reason": fault.code() })).collect::<Vec<_>>(),
            "rules_version": self.rules_version,
            "score_version": self.score_version,
            "version": self.product_version,
        })
    }

    fn dnc_json(&self) -> Value {
        let Some(lists) = &self.dnc else { return json!({ "state": Dnc::NotConfigured.as_str() }) };
        let missing = Registry::ALL.iter().zip(self.counts.dnc_missing).filter(|(_, n)| *n > 0);
        json!({
            "state": "screened",
            "lists": lists,
            "numbers": named(Dnc::ALL.iter().map(|dnc| dnc.as_str()), &self.counts.dnc),
            "numbers_of_missing_lists":
                missing.map(|(registry, n)| (registry.to_string(), json!(n))).collect::<Map<_, _>>(),
        })
    }

    /// What Do-Not-Call lists say, in sentences: who reads only these must not believe that more was asked.
    #[must_use]
    pub fn dnc_words(&self) -> Vec<String> {
        let Some(lists) = &self.dnc else {
            return vec![
                "Do-Not-Call: not configured. No number was screened, so nothing is known of who may be called (--dnc)."
                    .to_owned(),
            ];
        };
        let names: Vec<String> = lists.iter().map(|list| format!("{} of {}", list.title, list.version_date)).collect();
        let mut words = vec![format!("Do-Not-Call: screened against {}.", names.join(", "))];
        let stale = lists.iter().filter(|list| list.stale);
        words.extend(stale.map(|list| {
            format!(
                "The {} is more than 31 days old since {}: who is not on it is stale, and not clear. Load a newer version.",
                list.title,
                list.valid_until.date_naive()
            )
        }));
        if !lists.iter().any(|list| list.registry == Registry::Federal) {
            words
                .push("The National Do Not Call Registry is not configured: no number is clear without it.".to_owned());
        }
        let missing = Registry::ALL.iter().zip(self.counts.dnc_missing);
        let missing: Vec<String> = missing
            .filter(|(registry, n)| *n > 0 && **registry != Registry::Federal)
            .map(|(registry, n)| format!("{} ({n})", registry.title()))
            .collect();
        if !missing.is_empty() {
            words.push(format!("Not configured, and so not asked, though numbers are theirs: {}.", missing.join(", ")));
        }
        words
    }
}

/// Rows by the status of their address.
#[must_use]
pub fn email(counts: &Counts) -> Value {
    named(EmailStatus::ALL.iter().map(|status| status.code()), &counts.email)
}

/// Every reason that a row has in the output, but for duplicates, with the number of rows.
#[must_use]
pub fn reasons(counts: &Counts) -> Value {
    let codes = Fault::ALL.iter().map(|fault| fault.code());
    let codes = codes.chain(RejectReason::ALL.iter().map(|reason| reason.code()));
    let codes = codes.chain(Flag::ALL.iter().map(|flag| flag.code()));
    let numbers: Vec<u64> = counts.faults.iter().chain(&counts.rejects).chain(counts.flags.iter()).copied().collect();
    let Value::Object(mut all) = named(codes, &numbers) else { return Value::Null };
    all.retain(|_, count| count != &json!(0));
    Value::Object(all)
}

fn changes(counts: &Counts) -> Value {
    let mut fields = Map::new();
    for ((field, reason), (count, _)) in &counts.changes {
        let reasons = fields.entry(field.code()).or_insert_with(|| json!({}));
        reasons[reason.code()] = json!(count);
    }
    Value::Object(fields)
}

/// Codes that two lists share are added up.
fn named(codes: impl Iterator<Item = &'static str>, numbers: &[u64]) -> Value {
    let mut all = Map::new();
    for (code, number) in codes.zip(numbers) {
        let before = all.get(code).and_then(Value::as_u64).unwrap_or(0);
        all.insert(code.to_owned(), json!(before + number));
    }
    Value::Object(all)
}
