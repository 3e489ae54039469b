//! The report: one page, with personal values masked.

use maud::{Markup, html};

use super::summary::{Example, Summary};
use crate::page::{self, Bar, chart, grouped};

pub(crate) fn page(summary: &Summary) -> Markup {
    let names: Vec<&str> = summary.plan.layouts.iter().map(|layout| layout.name.as_str()).collect();
    let labels = ["1 row", "2 rows", "3 rows", "4 rows", "5 rows", "6 rows and more"];
    let sizes: Vec<_> = labels.iter().zip(summary.sizes).map(|(label, n)| Bar::new(*label, "", n)).collect();
    let tens = summary.confidences.iter().enumerate().rev();
    let confidences: Vec<_> = tens
        .map(|(ten, n)| Bar::new(format!("{}–{} %", ten * 10, if ten == 9 { 100 } else { ten * 10 + 9 }), "", *n))
        .collect();
    let body = html! {
        (figures(summary))
        (page::shares(&[
            ("keep", "first row of a person", summary.people),
            ("duplicate", "further row of the same person", summary.repeated()),
        ]))
        (chart("Rows of a person", "Each person is one cluster; its rows share plumb_cluster_id.", &sizes, summary.people))
        (chart("How sure", "People with more than one row, by the chance that their weakest link is right: \
            plumb_cluster_confidence.", &confidences, u64::from(summary.linkage.clusters)))
        (chart("What the links rest on", "Of the links that hold clusters together: what agrees, and what does not. A \
            link has several of these.", &evidence(summary), summary.repeated()))
        (examples("The least sure links", "Look at these first. Values are masked: of each word the first letter.",
            &summary.weakest))
        (examples("Not linked, but perhaps the same", "The surest pairs that were left apart; --review writes them \
            all. One that is sure by itself was left apart because other rows of the two people speak against it.",
            &summary.likeliest))
        (unreadable(summary))
        (columns(summary))
        (conditions(summary))
    };
    page::page("Duplicates", "Who is twice in", &names.join(" and "), summary.made_at, &body)
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
    page::figures(&figures)
}

fn evidence(summary: &Summary) -> Vec<Bar> {
    let bars = summary.evidence.iter().map(|((about, how), n)| Bar::new(format!("{about}:{how}"), "", *n));
    let mut bars: Vec<Bar> = bars.collect();
    bars.sort_by(|one, other| (other.count, &one.name).cmp(&(one.count, &other.name)));
    bars.truncate(24);
    bars
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
    let name = |list: usize| &summary.plan.layouts[list].name;
    let rows = summary.unreadable.iter();
    let rows: Vec<_> =
        rows.map(|(list, row, fault)| (format!("{}, row {row}", name(*list)), fault.explain())).collect();
    let words = "They stand in the output, in their place, were compared with nothing, and say so in plumb_review.";
    page::unreadable(words, &rows, summary.rows_unreadable)
}

fn columns(summary: &Summary) -> Markup {
    let rows = summary.plan.columns.iter().map(|column| {
        let about = column.kind.map_or_else(|| "not looked at".to_owned(), |kind| kind.replace('_', " "));
        (column.name.clone(), about, if column.asked { "You said so." } else { "By its name and its cells." })
    });
    page::columns(&html! {}, &rows.collect::<Vec<_>>())
}

fn conditions(summary: &Summary) -> Markup {
    let lists = summary.plan.layouts.iter().zip(&summary.fingerprints).zip(&summary.rows);
    let mut all: Vec<(&str, Markup)> = Vec::new();
    for ((layout, fingerprint), rows) in lists {
        all.push((
            "List",
            html! {
                (layout.name) " (" (grouped(fingerprint.bytes)) " bytes, " (grouped(*rows)) " rows), " (layout.words())
            },
        ));
        all.push(("XXH3-128 of the list", html! { code { (format!("{:032x}", fingerprint.hash)) } }));
    }
    let threshold = summary.threshold.map_or_else(|| "the usual one".to_owned(), |percent| format!("{percent} %"));
    all.extend([
        ("Output", html! { (summary.output.as_deref().unwrap_or("–")) }),
        ("Threshold", html! { (threshold) }),
        ("Pairs compared", html! { (grouped(summary.linkage.pairs_compared)) }),
        (
            "Keys that too many rows share",
            html! {
                (grouped(summary.linkage.blocks_thinned)) ", of which neighbours alone were compared"
            },
        ),
        ("Very large clusters", html! { (grouped(u64::from(summary.linkage.clusters_large))) }),
        ("Program", html! { (summary.product_version) }),
    ]);
    page::conditions(&all)
}
