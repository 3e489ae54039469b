//! The history, and the form for the next export.

use maud::{Markup, html};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Nav, Tone};

use super::Asked;
use crate::domain::{Format, Profile, Which};
use crate::http::ExportPage;
use crate::model::{Export, State};

pub(super) fn page(caller: &Caller, history: &ExportPage, asked: &Asked, later: bool) -> Markup {
    let older =
        history.next.as_ref().and_then(|_| history.exports.last()).map(|last| format!("/exports?before={}", last.id));
    let body = html! {
        h1 { "Exports" }
        @if !later { (form(caller, asked)) }
        @if history.exports.is_empty() {
            (page::empty("No exports yet", "A file that you ask for is made in the background, and can be had for 30 days.", None))
        } @else {
            div class="table-wrap" {
                table {
                    thead { tr {
                        th scope="col" { "Asked for" } th scope="col" { "File" } th scope="col" { "State" }
                        th scope="col" class="num" { "Rows" } th scope="col" class="num" { "Left out" }
                        th scope="col" class="num" { "Numbers" } th scope="col" class="num" { "Numbers held back" }
                        th scope="col" { "Can be had until" }
                    } }
                    tbody { @for export in &history.exports { (row(export)) } }
                }
            }
            @if let Some(older) = older { p class="pager" { a class="button quiet" href=(older) { "Older exports" } } }
        }
    };
    page::layout("Exports", &Chrome::of(caller, Nav::Exports), body)
}

fn form(caller: &Caller, asked: &Asked) -> Markup {
    let profiles = [
        (Profile::All, "every column"),
        (Profile::Crm, "what a customer database takes"),
        (Profile::Calling, "what a caller needs: only leads with a number that may be called"),
    ];
    html! {
        section class="card" {
            h2 { "Take leads out" }
            p class="muted" {
                "A telephone number of the North American plan is in the file only if it was screened against Do-Not-Call "
                "lists in the last 31 days, with the screening beside it. Who opted out is in no file."
            }
            form method="post" action="/exports" {
                (caller.csrf.field())
                div class="field" { label for="format" { "Format" } select id="format" name="format" {
                    option value="csv" selected[asked.format == Format::Csv] { "CSV" }
                    option value="parquet" selected[asked.format == Format::Parquet] { "Parquet" }
                } }
                div class="field" { label for="profile" { "Columns" } select id="profile" name="profile" {
                    @for (profile, words) in profiles { option value=(profile.as_str()) selected[asked.profile == profile] { (words) } }
                } }
                div class="field" { label for="rows" { "Leads" } select id="rows" name="rows" {
                    option value="usable" selected[asked.rows == Which::Usable] { "that may be used now" }
                    option value="all" selected[asked.rows == Which::All] { "all, each with why it may not be used" }
                } }
                div class="field" { label for="verdict" { "Verdict" } select id="verdict" name="verdict" {
                    option value="" { "any" }
                    @for word in ["verified", "risky", "unverified", "undeliverable"] { option value=(word) selected[asked.verdict == word] { (word) } }
                } }
                div class="field" { label for="country" { "Country" } input id="country" class="short" name="country" maxlength="2" value=(asked.country); }
                div class="field" { label for="domain" { "Domain" } input id="domain" name="domain" maxlength="253" value=(asked.domain); }
                @if !asked.import.is_empty() { input type="hidden" name="import" value=(asked.import); p class="hint" { "Only what one import brought." } }
                div class="field" { label { input type="checkbox" name="include_provenance" value="true"; " Where each field came from: import, row, date" } }
                div class="field" { label { input type="checkbox" name="include_not_us_phones" value="true"; " Also numbers of Canada and the Caribbean (+1), which no list here covers" } }
                p class="actions" { button type="submit" { "Export" } }
            }
        }
    }
}

fn row(export: &Export) -> Markup {
    let progress = &export.progress;
    html! {
        tr {
            td { a href=(export.links.page) { time datetime=(export.created_at.to_rfc3339()) { (export.created_at.format("%Y-%m-%d %H:%M")) " UTC" } } }
            td { (file(export)) }
            td { (state(export.state)) }
            td class="num" { (progress.rows_out) }
            td class="num" { (progress.left_out.values().sum::<i64>()) }
            td class="num" { (progress.phones_out) }
            td class="num" { (progress.phones_withheld.values().sum::<i64>()) }
            td { @match export.content_until { Some(until) => (until.format("%Y-%m-%d")), None => "–" } }
        }
    }
}

/// What the file is, in words.
pub(super) fn file(export: &Export) -> String {
    let format = match export.format {
        Format::Csv => "CSV",
        Format::Parquet => "Parquet",
    };
    let profile = match export.profile {
        Profile::All => "every column",
        Profile::Crm => "for a customer database",
        Profile::Calling => "for calling",
    };
    format!("{format}, {profile}")
}

/// The state as a badge.
pub(super) fn state(state: State) -> Markup {
    let (tone, word) = match state {
        State::Queued => (Tone::Neutral, "Waiting"),
        State::Running => (Tone::Busy, "Running"),
        State::Done => (Tone::Good, "Done"),
        State::Failed => (Tone::Bad, "Failed"),
        State::Cancelled => (Tone::Neutral, "Cancelled"),
    };
    page::badge(tone, word)
}
