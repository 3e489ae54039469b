//! One export: its progress, its file, what stayed out of it.

use std::collections::BTreeMap;

use maud::{Markup, html};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Nav, Tone};

use super::overview::{file, state};
use crate::model::{Export, State};

pub(super) fn page(caller: &Caller, export: &Export) -> Markup {
    let body = html! {
        p { a href="/exports" { "← Exports" } }
        h1 { "Export " (state(export.state)) }
        @if let Some(error) = &export.error { (page::notice(Tone::Bad, error)) }
        @match export.state {
            State::Queued | State::Running => (running(caller, export)),
            State::Done => (done(export)),
            State::Failed | State::Cancelled => p { "There is no file." },
        }
        (reasons("Leads that are not in the file", &export.progress.left_out))
        (reasons("Numbers that stay back", &export.progress.phones_withheld))
        (facts(export))
    };
    page::layout("Export", &Chrome::of(caller, Nav::Exports), body)
}

fn running(caller: &Caller, export: &Export) -> Markup {
    let known = |figure: i64| u64::try_from(figure).unwrap_or(0);
    let progress = &export.progress;
    let content = html! {
        (page::progress("Leads", "leads_read", known(progress.leads_read), Some(known(progress.leads_read_total))))
        (figures(export))
    };
    html! {
        (page::live(&export.links.events, content))
        form method="post" action=(format!("{}/cancel", export.links.page)) {
            (caller.csrf.field())
            p class="actions" { button type="submit" class="quiet" { "Cancel the export" } }
        }
    }
}

fn done(export: &Export) -> Markup {
    html! {
        (figures(export))
        @match (&export.links.content, export.content_until) {
            (Some(content), Some(until)) => {
                p class="actions" { a class="button" href=(content) { "Download" } }
                p class="muted" { "It can be had until " (until.format("%Y-%m-%d %H:%M")) " UTC." }
            }
            _ => p { "The file was removed 30 days after it was made." }
        }
    }
}

fn figures(export: &Export) -> Markup {
    let progress = &export.progress;
    page::counts(&[
        page::count("Rows", "rows_out", progress.rows_out),
        page::count("Left out", "left_out_sum", progress.left_out.values().sum::<i64>()),
        page::count("Numbers", "phones_out", progress.phones_out),
        page::count("Numbers held back", "phones_withheld_sum", progress.phones_withheld.values().sum::<i64>()),
    ])
}

fn reasons(title: &str, counts: &BTreeMap<String, i64>) -> Markup {
    html! {
        @if !counts.is_empty() {
            h2 { (title) }
            div class="table-wrap" { table {
                thead { tr { th scope="col" class="num" { "Leads" } th scope="col" { "Why" } } }
                tbody { @for (code, count) in counts { tr { td class="num" { (count) } td { (words(code)) } } } }
            } }
        }
    }
}

/// A reason for people.
fn words(code: &str) -> &str {
    match code {
        "suppressed" => "They asked not to be contacted.",
        "no_email" => "They have no e-mail address.",
        "not_checked" => "The address has not been checked yet.",
        "undeliverable" => "The address does not exist.",
        "risky" => "Mail to the address is likely to do harm.",
        "unverified" => "The mail server did not say whether the address exists.",
        "expired" => "The last check of the address is too old.",
        "no_phone" => "They have no telephone number.",
        "dnc_listed" => "The number is on a Do-Not-Call list.",
        "dnc_stale" => "The number's Do-Not-Call screening is more than 31 days old.",
        "dnc_not_screened" => "The number was not screened against Do-Not-Call lists.",
        "dnc_not_configured" => "No Do-Not-Call registry is configured.",
        "dnc_not_us" => "The number is outside the United States, where no loaded registry covers it.",
        other => other,
    }
}

fn facts(export: &Export) -> Markup {
    let filter = &export.filter;
    let verdict = filter.verdict.and_then(|verdict| serde_json::to_value(verdict).ok());
    html! {
        h2 { "The file" }
        dl class="facts" {
            dt { "What" } dd { (file(export)) @if export.include_provenance { ", with the origin of each field" } }
            @if let Some(verdict) = verdict.as_ref().and_then(|word| word.as_str()) { dt { "Verdict" } dd { (verdict) } }
            @if let Some(country) = &filter.country { dt { "Country" } dd { (country) } }
            @if let Some(domain) = &filter.domain { dt { "Domain" } dd { (domain) } }
            @if let Some(import) = filter.import { dt { "Import" } dd { a href={ "/imports/" (import) } { (import) } } }
            dt { "Asked for" } dd { (export.created_at.format("%Y-%m-%d %H:%M")) " UTC, by " (if export.asked_by_kind == "user" { "a member" } else { "an API key" }) }
            @if let Some(finished) = export.finished_at { dt { "Ended" } dd { (finished.format("%Y-%m-%d %H:%M")) " UTC" } }
            @if let Some(sha256) = &export.sha256 {
                dt { "Size" } dd { (page::number(export.bytes.unsigned_abs())) " bytes" }
                dt { "SHA-256" } dd { code { (sha256) } }
            }
        }
    }
}
