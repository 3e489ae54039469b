//! What people see on the terminal.

use std::io::{IsTerminal as _, Write as _};

use serde_json::Value;

use super::{print, say};

/// One line on standard error that is written over while something goes on. Nothing when nobody looks.
pub(super) struct ProgressLine {
    terminal: bool,
    last: String,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), last: String::new() }
    }

    pub(super) fn show(&mut self, text: &str) {
        if self.terminal && text != self.last {
            let _ = write!(std::io::stderr(), "\r\x1b[2K{text}");
            let _ = std::io::stderr().flush();
        }
        text.clone_into(&mut self.last);
    }

    /// Takes it away: what was done is said in full afterwards.
    pub(super) fn clear(self) {
        if self.terminal && !self.last.is_empty() {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
        }
    }

    /// Leaves the last line standing.
    pub(super) fn end(self) {
        if self.terminal {
            let _ = writeln!(std::io::stderr());
        } else {
            say(self.last);
        }
    }
}

/// What is proposed for each column.
pub(super) fn proposal(import: &Value) {
    if let Some(preset) = import["preset"].as_str() {
        print(format_args!("An export of {preset}."));
    }
    for column in import["columns"].as_array().into_iter().flatten() {
        let proposal = &column["proposal"];
        let without = if proposal["warning"].is_null() { "(carried along)" } else { "(not taken!)" };
        let field = proposal["field"].as_str().unwrap_or(without);
        print(format_args!(
            "{:<24} {field:<16} {}",
            column["name"].as_str().unwrap_or_default(),
            proposal["reason"].as_str().unwrap_or_default()
        ));
    }
}

/// The end of an import.
pub(super) fn import(import: &Value) {
    let count = |name: &str| import[name].as_i64().unwrap_or(0);
    print(format_args!("{:<14} {:>8}", "rows in", count("rows_read")));
    for (label, name) in [
        ("new leads", "rows_new"),
        ("merged", "rows_merged"),
        ("suppressed", "rows_suppressed"),
        ("no lead", "rows_rejected"),
    ] {
        print(format_args!("{label:<14} {:>8}", count(name)));
    }
    reasons("why no lead", &import["reject_counts"]);
    reasons("noticed", &import["flag_counts"]);
}

fn reasons(title: &str, counts: &Value) {
    let top = top(counts);
    if !top.is_empty() {
        print(format_args!("{title}: {top}"));
    }
}

/// The four most frequent of a map of counts.
fn top(counts: &Value) -> String {
    let mut pairs: Vec<(&str, i64)> = counts
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, count)| (name.as_str(), count.as_i64().unwrap_or(0)))
        .collect();
    pairs.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    let words: Vec<String> =
        pairs.iter().take(4).map(|(name, count)| format!("{} {count}", name.replace('_', " "))).collect();
    words.join(", ")
}

/// The whole way of a list: what came in, what became of it, and why.
pub(super) fn journey(import: &Value, counts: &Value) {
    let count = |name: &str| import[name].as_i64().unwrap_or(0);
    let row = |label: &str, number: i64, why: &str| print(format_args!("  {label:<22} {number:>7}   {why}"));
    print("");
    row("rows in", count("rows_read"), "");
    row("no lead", count("rows_rejected"), &top(&import["reject_counts"]));
    row("suppressed", count("rows_suppressed"), "their owners opted out; nothing of them is kept");
    row("merged", count("rows_merged"), "the same person or mailbox, in the list or before");
    row("leads", counts["leads"].as_i64().unwrap_or(0), &top(&import["flag_counts"]));
    for verdict in ["verified", "undeliverable", "risky", "unverified"] {
        let of = counts["verdicts"].as_array().into_iter().flatten().filter(|entry| entry["verdict"] == verdict);
        let (mut sum, mut why) = (0, serde_json::Map::new());
        for entry in of {
            let leads = entry["leads"].as_i64().unwrap_or(0);
            sum += leads;
            why.insert(entry["reason"].as_str().unwrap_or_default().to_owned(), leads.into());
        }
        row(&format!("  {verdict}"), sum, &top(&Value::Object(why)));
    }
    row("  without an address", counts["no_email"].as_i64().unwrap_or(0), "");
    row("may be used", counts["usable"].as_i64().unwrap_or(0), "");
    let again = counts["to_be_asked_again"].as_i64().unwrap_or(0);
    if again > 0 {
        row("will be asked again", again, "their servers were slow, silent or asked us to come back");
    }
    print("");
}

/// A table of leads.
pub(super) struct LeadTable {
    headed: bool,
}

impl LeadTable {
    pub(super) fn new() -> Self {
        Self { headed: false }
    }

    pub(super) fn row(&mut self, lead: &Value) {
        if !self.headed {
            self.headed = true;
            print(format_args!("{:>5}  {:<13} {:<34} {:<26} {}", "score", "verdict", "address", "name", "company"));
        }
        let text = |name: &str| lead[name].as_str().unwrap_or("–").to_owned();
        let verdict = if lead["unusable"] == "suppressed" { "suppressed".to_owned() } else { text("verdict") };
        print(format_args!(
            "{:>5}  {verdict:<13} {:<34} {:<26} {}",
            lead["score"],
            text("email"),
            text("full_name"),
            text("company")
        ));
    }
}
