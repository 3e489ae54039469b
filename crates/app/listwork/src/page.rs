//! What reports are made of: one HTML page that needs nothing else, neither script nor network.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use plumb_base::Timestamp;

const STYLE: &str = include_str!("page.css");

/// A page about `lists`.
pub(crate) fn page(title: &str, question: &str, lists: &str, made_at: Timestamp, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { (title) ": " (lists) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.product { "Plumbline" }
                        h1 { (question) " " span.file { (lists) } }
                        p.quiet { (made_at.format("%-d %B %Y, %H:%M UTC")) }
                    }
                    (body)
                }
            }
        }
    }
}

/// The figures that stand first.
pub(crate) fn figures(figures: &[(&str, u64)]) -> Markup {
    html! {
        dl.figures {
            @for (words, number) in figures { div { dt { (words) } dd { (grouped(*number)) } } }
        }
    }
}

/// One bar of the whole list, every row in one of its `parts`: class, words, rows.
pub(crate) fn shares(parts: &[(&str, &str, u64)]) -> Markup {
    let whole = parts.iter().map(|part| part.2).sum::<u64>().max(1);
    let label: Vec<String> = parts.iter().map(|(_, words, rows)| format!("{rows} {words}")).collect();
    html! {
        svg.fate viewBox="0 0 1000 24" preserveAspectRatio="none" role="img" aria-label=(label.join(", ")) {
            @for (n, (class, _, rows)) in parts.iter().enumerate() {
                rect class=(class) y="0" height="24"
                    x=(per_mille(parts[..n].iter().map(|part| part.2).sum(), whole)) width=(per_mille(*rows, whole)) {}
            }
        }
        p.legend { @for (class, words, _) in parts { span class={ "key " (class) } {} (words) " " } }
    }
}

/// A bar of a chart: its name, a sentence about it, how many.
pub(crate) struct Bar {
    pub(crate) name: String,
    pub(crate) words: &'static str,
    pub(crate) count: u64,
}

impl Bar {
    /// A bar whose name is a word of the output.
    pub(crate) fn new(name: impl Into<String>, words: &'static str, count: u64) -> Self {
        Self { name: name.into(), words, count }
    }
}

/// A chart of bars, without those of nothing, and their share of the `whole`.
pub(crate) fn chart(title: &str, words: &str, bars: &[Bar], whole: u64) -> Markup {
    let longest = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    html! {
        section {
            h2 { (title) }
            p.quiet { (words) }
            table.chart {
                @for bar in bars.iter().filter(|bar| bar.count > 0) {
                    tr {
                        th scope="row" {
                            @if bar.words.is_empty() { (bar.name) } @else {
                                code { (bar.name) } span.words { (bar.words) }
                            }
                        }
                        td.bar {
                            svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                                rect x="0" y="0" height="10" width=(per_mille(bar.count, longest).max(2)) {}
                            }
                        }
                        td.number { (grouped(bar.count)) }
                        td.number.quiet { (percent(bar.count, whole)) }
                    }
                }
            }
            @if bars.iter().all(|bar| bar.count == 0) { p { "Nothing." } }
        }
    }
}

/// Rows that could not be read: where, and why; `all` of them may be more.
pub(crate) fn unreadable(words: &str, rows: &[(String, &str)], all: u64) -> Markup {
    html! {
        @if !rows.is_empty() {
            section {
                h2 { "Rows that could not be read" }
                p.quiet { (words) }
                ul { @for (place, why) in rows { li { (place) ": " (why) } } }
                @if all > rows.len() as u64 { p { "… and " (grouped(all - rows.len() as u64)) " more." } }
            }
        }
    }
}

/// What each column was taken for: name, meaning, reason.
pub(crate) fn columns(before: &Markup, columns: &[(String, String, &str)]) -> Markup {
    html! {
        section {
            h2 { "What each column was taken for" }
            (before)
            div.scroll { table {
                thead { tr { th { "Column" } th { "Taken for" } th { "Why" } } }
                tbody {
                    @for (name, taken_for, why) in columns {
                        tr { th scope="row" { (name) } td { (taken_for) } td.quiet { (why) } }
                    }
                }
            } }
        }
    }
}

/// Under what conditions it was done: what, and how.
pub(crate) fn conditions(conditions: &[(&str, Markup)]) -> Markup {
    html! {
        section {
            h2 { "Conditions" }
            dl.conditions { @for (what, how) in conditions { dt { (what) } dd { (how) } } }
        }
    }
}

/// A share of the whole in thousandths.
pub(crate) fn per_mille(part: u64, whole: u64) -> u64 {
    (u128::from(part) * 1000 / u128::from(whole.max(1))) as u64
}

fn percent(part: u64, whole: u64) -> String {
    let tenths = per_mille(part, whole);
    if part > 0 && tenths == 0 { "< 0.1 %".to_owned() } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

/// A number with a narrow space between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests;
