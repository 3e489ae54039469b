//! The report: one page, with personal values masked.

use maud::{Markup, html};
use plumb_clean::{Flag, RejectReason};
use plumb_screen::domain::standing::Dnc;
use plumb_table::Fault;

use super::codes::{EmailStatus, PhoneStatus};
use super::summary::Summary;
use crate::page::{self, Bar, chart, grouped, per_mille};

pub(crate) fn page(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    let email: Vec<Bar> =
        EmailStatus::ALL.iter().zip(counts.email).map(|(it, n)| Bar::new(it.code(), it.explain(), n)).collect();
    let phone: Vec<Bar> =
        PhoneStatus::ALL.iter().zip(counts.phone).map(|(it, n)| Bar::new(it.code(), it.explain(), n)).collect();
    let body = html! {
        (figures(summary))
        (fate(summary))
        (chart("E-mail addresses", "Nobody was asked whether a mailbox exists: this is what can be told from the address \
            alone.", &email, counts.rows))
        (chart("Telephone numbers", "By the numbering plan of the number's country.", &phone, counts.rows))
        (dnc(summary))
        (chart("What was noticed", "A row may have several of these. The words stand in plumb_reasons.",
            &noticed(summary), counts.rows))
        (scores(summary))
        (changes(summary))
        (unreadable(summary))
        (columns(summary))
        (conditions(summary))
    };
    page::page("Cleaning report", "What became of", &summary.input, summary.made_at, &body)
}

fn figures(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    page::figures(&[
        ("rows in", counts.rows),
        ("to keep", summary.rows_kept),
        ("duplicates", summary.duplicates),
        ("suppressed", counts.suppressed),
        ("name nobody", counts.rejects.iter().sum()),
        ("unreadable", counts.broken()),
    ])
}

/// One bar of the whole list: every row is one of these.
fn fate(summary: &Summary) -> Markup {
    let aside = summary.counts.rows.saturating_sub(summary.rows_kept + summary.duplicates);
    html! {
        (page::shares(&[
            ("keep", "to keep", summary.rows_kept),
            ("duplicate", "duplicates of a row to keep", summary.duplicates),
            ("aside", "suppressed, unreadable or about nobody", aside),
        ]))
        @if summary.duplicates > 0 {
            p {
                (grouped(summary.clusters)) " groups of rows are about the same person or mailbox; the largest has "
                (grouped(summary.largest_cluster)) " rows. Of each group the row with the best score stays, then the \
                fullest one, then the first one. Rows of a group share plumb_cluster_id."
            }
        }
    }
}

fn dnc(summary: &Summary) -> Markup {
    let counts = &summary.counts.dnc;
    let bars: Vec<Bar> = Dnc::ALL.iter().zip(counts).map(|(it, n)| Bar::new(it.as_str(), it.sentence(), *n)).collect();
    let words = summary.dnc_words().join(" ");
    if summary.dnc.is_some() {
        chart("Do-Not-Call", &words, &bars, counts.iter().sum())
    } else {
        html! { section { h2 { "Do-Not-Call" } p.warning { (words) } } }
    }
}

fn noticed(summary: &Summary) -> Vec<Bar> {
    let counts = &summary.counts;
    let faults = Fault::ALL.iter().zip(counts.faults).map(|(it, n)| Bar::new(it.code(), it.explain(), n));
    let rejects = RejectReason::ALL.iter().zip(counts.rejects).map(|(it, n)| Bar::new(it.code(), it.explain(), n));
    let flags = Flag::ALL.iter().zip(counts.flags.iter().copied()).map(|(it, n)| Bar::new(it.code(), it.explain(), n));
    let more = [
        Bar::new("duplicate", "Another row about the same person or mailbox stays.", summary.duplicates),
        Bar::new("suppressed", EmailStatus::Suppressed.explain(), counts.suppressed),
    ];
    let mut all: Vec<Bar> = more.into_iter().chain(faults).chain(rejects).chain(flags).collect();
    all.sort_by(|one, other| (other.count, &one.name).cmp(&(one.count, &other.name)));
    all
}

fn scores(summary: &Summary) -> Markup {
    const LABELS: [&str; 10] =
        ["0–9", "10–19", "20–29", "30–39", "40–49", "50–59", "60–69", "70–79", "80–89", "90–100"];
    let tens = summary.counts.scores;
    let highest = tens.iter().copied().max().unwrap_or(0).max(1);
    html! {
        section {
            h2 { "Score" }
            p.quiet { "From 0 to 100, for what a row has. A confirmed mailbox would add 25, which nobody was asked for." }
            div.columns {
                @for (label, number) in LABELS.iter().zip(tens) {
                    div {
                        span.number { (grouped(number)) }
                        svg viewBox="0 0 10 100" preserveAspectRatio="none" aria-hidden="true" {
                            rect x="0" width="10" y=(100 - per_mille(number, highest) / 10)
                                height=(per_mille(number, highest) / 10) {}
                        }
                        span { (label) }
                    }
                }
            }
        }
    }
}

fn changes(summary: &Summary) -> Markup {
    let mut all: Vec<_> = summary.counts.changes.iter().collect();
    all.sort_by_key(|((field, reason), (count, _))| (std::cmp::Reverse(*count), *field, *reason));
    html! {
        section {
            h2 { "What was changed" }
            p.quiet {
                "Cells whose clean value is not their text. The list's own columns stay as they were unless --replace was \
                 given. Examples are masked: of each word the first letter."
            }
            @if all.is_empty() { p { "Nothing." } } @else {
                div.scroll { table {
                    thead { tr { th { "Field" } th { "Why" } th.number { "Cells" } th { "Examples" } } }
                    tbody {
                        @for ((field, reason), (count, examples)) in all {
                            tr {
                                th scope="row" { (field.label()) }
                                td { (reason.explain()) }
                                td.number { (grouped(*count)) }
                                td { @for example in examples {
                                    div.example {
                                        span.quiet { "row " (example.row) ": " }
                                        span { (example.before) } " → "
                                        @if example.after.is_empty() { em { "nothing" } } @else { span { (example.after) } }
                                    }
                                } }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn unreadable(summary: &Summary) -> Markup {
    let rows: Vec<_> =
        summary.counts.unreadable.iter().map(|(row, fault)| (format!("Row {row}"), fault.explain())).collect();
    let words = "They stand in the output, in their place, with nothing in the plumb_ columns but the reason.";
    page::unreadable(words, &rows, summary.counts.broken())
}

fn columns(summary: &Summary) -> Markup {
    let columns = &summary.plan.columns;
    let before = html! {
        @if let Some(preset) = &summary.plan.preset { p.quiet { "The list is an export of " (preset) "." } }
        @if columns.iter().any(|column| column.warning.is_some()) {
            p.warning {
                "Columns marked ⚠ look like personal data of a kind that should not be in a list of contacts. They \
                 were not read; remove them from the list."
            }
        }
    };
    let rows: Vec<_> = columns
        .iter()
        .map(|column| {
            let name = if column.warning.is_some() { format!("⚠ {}", column.name) } else { column.name.clone() };
            (name, column.field.map_or("carried along", plumb_clean::Field::label).to_owned(), column.reason.as_str())
        })
        .collect();
    page::columns(&before, &rows)
}

fn conditions(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    let output = summary.output.as_deref().unwrap_or("–");
    page::conditions(&[
        (
            "List",
            html! {
                (summary.input) " (" (grouped(summary.fingerprint.bytes)) " bytes), " (summary.plan.layout.words())
            },
        ),
        ("XXH3-128 of the list", html! { code { (format!("{:032x}", summary.fingerprint.hash)) } }),
        ("Output", html! { (output) " (" (grouped(summary.rows_written)) " rows)" }),
        ("Lists and rules", html! { code { (summary.rules_version) } }),
        ("Program, score", html! { (summary.product_version) ", " (summary.score_version) }),
        ("Cells that a spreadsheet would run", html! { (grouped(counts.formulas)) }),
        ("Rows read as Windows-1252", html! { (grouped(counts.windows_1252)) }),
        ("Blank lines", html! { (grouped(counts.blank_lines)) }),
    ])
}
