//! The report: one HTML page that needs nothing else, neither script nor network, with personal values masked.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use plumb_clean::{Flag, RejectReason};
use plumb_table::Fault;

use super::codes::{EmailStatus, PhoneStatus};
use super::summary::Summary;

const STYLE: &str = include_str!("report.css");

/// A bar of a chart: word, sentence, number.
type Bar = (&'static str, &'static str, u64);

pub(crate) fn page(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    let email: Vec<Bar> =
        EmailStatus::ALL.iter().zip(counts.email).map(|(status, n)| (status.code(), status.explain(), n)).collect();
    let phone: Vec<Bar> =
        PhoneStatus::ALL.iter().zip(counts.phone).map(|(status, n)| (status.code(), status.explain(), n)).collect();
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Cleaning report: " (summary.input) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.product { "Plumbline" }
                        h1 { "What became of " span.file { (summary.input) } }
                        p.quiet { (summary.made_at.format("%-d %B %Y, %H:%M UTC")) }
                    }
                    (figures(summary))
                    (fate(summary))
                    (chart("E-mail addresses", "Nobody was asked whether a mailbox exists: this is what can be told \
                        from the address alone.", &email, counts.rows))
                    (chart("Telephone numbers", "By the numbering plan of the number's country.", &phone, counts.rows))
                    (chart("What was noticed", "A row may have several of these. The words stand in plumb_reasons.",
                        &noticed(summary), counts.rows))
                    (scores(summary))
                    (changes(summary))
                    (unreadable(summary))
                    (columns(summary))
                    (conditions(summary))
                }
            }
        }
    }
}

fn figures(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    let figures = [
        ("rows in", counts.rows),
        ("to keep", summary.rows_kept),
        ("duplicates", summary.duplicates),
        ("suppressed", counts.suppressed),
        ("name nobody", counts.rejects.iter().sum()),
        ("unreadable", counts.broken()),
    ];
    html! {
        dl.figures {
            @for (words, number) in figures { div { dt { (words) } dd { (grouped(number)) } } }
        }
    }
}

/// One bar of the whole list: every row is one of these.
fn fate(summary: &Summary) -> Markup {
    let counts = &summary.counts;
    let whole = counts.rows.max(1);
    let aside = counts.rows.saturating_sub(summary.rows_kept + summary.duplicates);
    let parts = [("keep", summary.rows_kept), ("duplicate", summary.duplicates), ("aside", aside)];
    html! {
        svg.fate viewBox="0 0 1000 24" preserveAspectRatio="none" role="img"
            aria-label={ (summary.rows_kept) " rows to keep, " (summary.duplicates) " duplicates, " (aside) " others" } {
            @for (n, (class, rows)) in parts.iter().enumerate() {
                rect class=(class) y="0" height="24"
                    x=(per_mille(parts[..n].iter().map(|part| part.1).sum(), whole)) width=(per_mille(*rows, whole)) {}
            }
        }
        p.legend {
            span.key.keep {} "to keep " span.key.duplicate {} "duplicates of a row to keep "
            span.key.aside {} "suppressed, unreadable or about nobody"
        }
        @if summary.duplicates > 0 {
            p {
                (grouped(summary.clusters)) " groups of rows are about the same person or mailbox; the largest has "
                (grouped(summary.largest_cluster)) " rows. Of each group the row with the best score stays, then the \
                fullest one, then the first one. Rows of a group share plumb_cluster_id."
            }
        }
    }
}

fn chart(title: &str, words: &str, bars: &[Bar], whole: u64) -> Markup {
    let longest = bars.iter().map(|bar| bar.2).max().unwrap_or(0).max(1);
    html! {
        section {
            h2 { (title) }
            p.quiet { (words) }
            table.chart {
                @for (code, words, number) in bars.iter().filter(|bar| bar.2 > 0) {
                    tr {
                        th scope="row" { code { (code) } span.words { (words) } }
                        td.bar {
                            svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                                rect x="0" y="0" height="10" width=(per_mille(*number, longest).max(2)) {}
                            }
                        }
                        td.number { (grouped(*number)) }
                        td.number.quiet { (percent(*number, whole)) }
                    }
                }
            }
            @if bars.iter().all(|bar| bar.2 == 0) { p { "Nothing." } }
        }
    }
}

fn noticed(summary: &Summary) -> Vec<Bar> {
    let counts = &summary.counts;
    let faults = Fault::ALL.iter().zip(counts.faults).map(|(fault, n)| (fault.code(), fault.explain(), n));
    let rejects = RejectReason::ALL.iter().zip(counts.rejects).map(|(why, n)| (why.code(), why.explain(), n));
    let flags = Flag::ALL.iter().zip(counts.flags).map(|(flag, n)| (flag.code(), flag.explain(), n));
    let more = [
        ("duplicate", "Another row about the same person or mailbox stays.", summary.duplicates),
        ("suppressed", "The address, or its domain, is on the list of those not to be used.", counts.suppressed),
    ];
    let mut all: Vec<Bar> =
        more.into_iter().chain(faults).chain(rejects).chain(flags).filter(|bar| bar.2 > 0).collect();
    all.sort_by_key(|(code, _, number)| (std::cmp::Reverse(*number), *code));
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
    let rows = &summary.counts.unreadable;
    html! {
        @if !rows.is_empty() {
            section {
                h2 { "Rows that could not be read" }
                p.quiet { "They stand in the output, in their place, with nothing in the plumb_ columns but the reason." }
                ul { @for (row, fault) in rows { li { "Row " (row) ": " (fault.explain()) } } }
                @if summary.counts.broken() > rows.len() as u64 {
                    p { "… and " (grouped(summary.counts.broken() - rows.len() as u64)) " more." }
                }
            }
        }
    }
}

fn columns(summary: &Summary) -> Markup {
    html! {
        section {
            h2 { "What each column was taken for" }
            @if let Some(preset) = &summary.plan.preset { p.quiet { "The list is an export of " (preset) "." } }
            @if summary.plan.columns.iter().any(|column| column.sensitive) {
                p.warning {
                    "Columns marked ⚠ look like personal data of a kind that should not be in a list of contacts. They \
                     were not read; remove them from the list."
                }
            }
            div.scroll { table {
                thead { tr { th { "Column" } th { "Taken for" } th { "Why" } } }
                tbody {
                    @for column in &summary.plan.columns {
                        tr {
                            th scope="row" { @if column.sensitive { "⚠ " } (column.name) }
                            td { (column.field.map_or("carried along", plumb_clean::Field::label)) }
                            td.quiet { (column.reason) }
                        }
                    }
                }
            } }
        }
    }
}

fn conditions(summary: &Summary) -> Markup {
    let plan = &summary.plan;
    let layout = match (plan.dialect, plan.encoding) {
        (Some(dialect), Some(encoding)) => {
            let delimiter = match dialect.delimiter {
                b'\t' => "tab".to_owned(),
                other => format!("{:?}", char::from(other)),
            };
            format!("CSV, delimiter {delimiter}, {}, packed: {}", encoding.name(), plan.packing.name())
        }
        _ => "Parquet".to_owned(),
    };
    let counts = &summary.counts;
    html! {
        section {
            h2 { "Conditions" }
            dl.conditions {
                dt { "List" } dd { (summary.input) " (" (grouped(summary.fingerprint.bytes)) " bytes), " (layout) }
                dt { "XXH3-128 of the list" } dd { code { (format!("{:032x}", summary.fingerprint.hash)) } }
                dt { "Output" } dd { (summary.output.as_deref().unwrap_or("–")) " (" (grouped(summary.rows_written)) " rows)" }
                dt { "Lists and rules" } dd { code { (summary.rules_version) } }
                dt { "Program, score" } dd { (summary.product_version) ", " (summary.score_version) }
                dt { "Cells that a spreadsheet would run" } dd { (grouped(counts.formulas)) }
                dt { "Rows read as Windows-1252" } dd { (grouped(counts.windows_1252)) }
                dt { "Blank lines" } dd { (grouped(counts.blank_lines)) }
            }
        }
    }
}

/// A share of the whole in thousandths.
fn per_mille(part: u64, whole: u64) -> u64 {
    (u128::from(part) * 1000 / u128::from(whole.max(1))) as u64
}

fn percent(part: u64, whole: u64) -> String {
    let tenths = per_mille(part, whole);
    if part > 0 && tenths == 0 { "< 0.1 %".to_owned() } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

/// A number with a narrow space between thousands.
fn grouped(number: u64) -> String {
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
mod tests {
    use super::{grouped, percent};

    #[test]
    fn numbers_are_readable() {
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(grouped(999), "999");
        assert_eq!((percent(1, 8), percent(1, 100_000)), ("12.5 %".to_owned(), "< 0.1 %".to_owned()));
    }
}
