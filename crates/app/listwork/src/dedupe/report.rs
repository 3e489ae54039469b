//! The report: one HTML page that needs nothing else, neither script nor network, with personal values masked.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::summary::{Example, Summary};

const STYLE: &str = include_str!("../clean/report.css");

pub(crate) fn page(summary: &Summary) -> Markup {
    let names: Vec<&str> = summary.plan.layouts.iter().map(|layout| layout.name.as_str()).collect();
    let names = names.join(" and ");
    let sizes: Vec<_> = ["1 row", "2 rows", "3 rows", "4 rows", "5 rows", "6 rows and more"]
        .iter()
        .zip(summary.sizes)
        .map(|(label, n)| ((*label).to_owned(), n))
        .collect();
    let confidences: Vec<_> = summary
        .confidences
        .iter()
        .enumerate()
        .rev()
        .map(|(ten, n)| (format!("{}–{} %", ten * 10, if ten == 9 { 100 } else { ten * 10 + 9 }), *n))
        .collect();
    let clusters = u64::from(summary.linkage.clusters);
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Duplicates: " (names) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.product { "Plumbline" }
                        h1 { "Who is twice in " (names) }
                        p.quiet { (summary.made_at.format("%-d %B %Y, %H:%M UTC")) }
                    }
                    (figures(summary))
                    (share(summary))
                    (chart("Rows of a person", "Each person is one cluster; its rows share plumb_cluster_id.", &sizes,
                        summary.people))
                    (chart("How sure", "People with more than one row, by the chance that their weakest link is right: \
                        plumb_cluster_confidence.", &confidences, clusters))
                    (chart("What the links rest on", "Of the links that hold clusters together: what agrees, and what \
                        does not. A link has several of these.", &evidence(summary), summary.repeated()))
                    (examples("The least sure links", "Look at these first. Values are masked: of each word the first \
                        letter.", &summary.weakest))
                    (examples("Not linked, but perhaps the same", "The surest pairs that were left apart; --review writes \
                        them all. One that is sure by itself was left apart because other rows of the two people speak \
                        against it.", &summary.likeliest))
                    (unreadable(summary))
                    (columns(summary))
                    (conditions(summary))
                }
            }
        }
    }
}

fn figures(summary: &Summary) -> Markup {
    let mut figures = vec![
        ("rows in", summary.rows_all()),
        ("people", summary.people),
        ("repeated rows", summary.repeated()),
        ("people with several rows", u64::from(summary.linkage.clusters)),
        ("possible pairs", summary.linkage.possible_pairs),
        ("unreadable", summary.rows_unreadable),
    ];
    if summary.rows.len() > 1 {
        figures.insert(4, ("people in both lists", summary.in_both));
    }
    html! {
        dl.figures {
            @for (words, number) in figures { div { dt { (words) } dd { (grouped(number)) } } }
        }
    }
}

fn share(summary: &Summary) -> Markup {
    let (whole, first) = (summary.rows_all().max(1), per_mille(summary.people, summary.rows_all().max(1)));
    html! {
        svg.fate viewBox="0 0 1000 24" preserveAspectRatio="none" role="img"
            aria-label={ (summary.people) " first rows, " (summary.repeated()) " repeated rows" } {
            rect.keep x="0" y="0" height="24" width=(first) {}
            rect.duplicate y="0" height="24" x=(first) width=(per_mille(summary.repeated(), whole)) {}
        }
        p.legend {
            span.key.keep {} "first row of a person " span.key.duplicate {} "further row of the same person"
        }
    }
}

/// A bar of a chart: word, number.
type Bar = (String, u64);

fn evidence(summary: &Summary) -> Vec<Bar> {
    let bars = summary.evidence.iter().map(|((about, how), n)| (format!("{about}:{how}"), *n));
    let mut bars: Vec<Bar> = bars.collect();
    bars.sort_by(|one, other| (other.1, &one.0).cmp(&(one.1, &other.0)));
    bars.truncate(24);
    bars
}

fn chart(title: &str, words: &str, bars: &[Bar], whole: u64) -> Markup {
    let longest = bars.iter().map(|bar| bar.1).max().unwrap_or(0).max(1);
    html! {
        section {
            h2 { (title) }
            p.quiet { (words) }
            table.chart {
                @for (label, number) in bars.iter().filter(|bar| bar.1 > 0) {
                    tr {
                        th scope="row" { (label) }
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
            @if bars.iter().all(|bar| bar.1 == 0) { p { "Nothing." } }
        }
    }
}

fn examples(title: &str, words: &str, examples: &[Example]) -> Markup {
    html! {
        section {
            h2 { (title) }
            p.quiet { (words) }
            @if examples.is_empty() { p { "None." } } @else {
                div.scroll { table {
                    thead { tr { th { "Rows" } th.number { "Chance" } th { "What they say" } th { "What agrees" } } }
                    tbody {
                        @for example in examples {
                            tr {
                                th scope="row" { (example.rows[0]) ", " (example.rows[1]) }
                                td.number { (example.confidence) " %" }
                                td { @for cells in &example.cells { div.example { (cells) } } }
                                td.quiet { (example.evidence) }
                            }
                        }
                    }
                } }
            }
        }
    }
}

fn unreadable(summary: &Summary) -> Markup {
    let rows = &summary.unreadable;
    html! {
        @if !rows.is_empty() {
            section {
                h2 { "Rows that could not be read" }
                p.quiet { "They stand in the output, in their place, were compared with nothing, and say so in plumb_review." }
                ul {
                    @for (list, row, fault) in rows {
                        li { (summary.plan.layouts[*list].name) ", row " (row) ": " (fault.explain()) }
                    }
                }
                @if summary.rows_unreadable > rows.len() as u64 {
                    p { "… and " (grouped(summary.rows_unreadable - rows.len() as u64)) " more." }
                }
            }
        }
    }
}

fn columns(summary: &Summary) -> Markup {
    html! {
        section {
            h2 { "What each column was taken for" }
            div.scroll { table {
                thead { tr { th { "Column" } th { "Taken for" } th { "Why" } } }
                tbody {
                    @for column in &summary.plan.columns {
                        tr {
                            th scope="row" { (column.name) }
                            td { (column.kind.map_or_else(|| "not looked at".to_owned(), |kind| kind.replace('_', " "))) }
                            td.quiet { (if column.asked { "You said so." } else { "By its name and its cells." }) }
                        }
                    }
                }
            } }
        }
    }
}

fn conditions(summary: &Summary) -> Markup {
    html! {
        section {
            h2 { "Conditions" }
            dl.conditions {
                @for ((layout, fingerprint), rows) in summary.plan.layouts.iter().zip(&summary.fingerprints).zip(&summary.rows) {
                    dt { "List" }
                    dd { (layout.name) " (" (grouped(fingerprint.bytes)) " bytes, " (grouped(*rows)) " rows), packed: "
                        (layout.packing.name()) }
                    dt { "XXH3-128 of the list" } dd { code { (format!("{:032x}", fingerprint.hash)) } }
                }
                dt { "Output" } dd { (summary.output.as_deref().unwrap_or("–")) }
                dt { "Threshold" }
                dd { (summary.threshold.map_or_else(|| "the usual one".to_owned(), |percent| format!("{percent} %"))) }
                dt { "Pairs compared" } dd { (grouped(summary.linkage.pairs_compared)) }
                dt { "Keys that too many rows share" }
                dd { (grouped(summary.linkage.blocks_thinned)) ", of which neighbours alone were compared" }
                dt { "Very large clusters" } dd { (grouped(u64::from(summary.linkage.clusters_large))) }
                dt { "Program" } dd { (summary.product_version) }
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
