//! One import: the mapping of a draft, the progress of a running one, the results of one that ended.

use std::collections::BTreeMap;

use maud::{Markup, html};
use plumb_store::access::{self, Action};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Nav, Tone};

use super::overview::{name, size, state};
use crate::Source;
use crate::model::{Column, Import, State};
use crate::reason::explain;

/// Rows of a table of reasons, at most.
const REASONS_SHOWN: usize = 12;

pub(super) fn page(source: &Source, caller: &Caller, import: &Import) -> Markup {
    let may_import = access::allows(caller.role, Action::ImportsWrite);
    let name = name(import);
    let body = html! {
        h1 { (name) " " (state(import.state)) }
        @if let Some(error) = &import.error {
            (page::notice(if import.state == State::Failed { Tone::Bad } else { Tone::Caution }, error))
        }
        @match import.state {
            State::Draft => (draft(source, caller, import, may_import)),
            State::Queued | State::Running | State::Uploading => (running(caller, import, may_import)),
            State::Done | State::Failed | State::Cancelled => (ended(source, import)),
        }
        (facts(import))
    };
    page::layout(&name, &Chrome::of(caller, Nav::Imports), body)
}

fn draft(source: &Source, caller: &Caller, import: &Import, may_import: bool) -> Markup {
    html! {
        p { "Nothing is imported yet. Look at what each column was taken for, correct it where it is wrong, then start." }
        @if let Some(preset) = &import.preset {
            p { "The list looks like an export of " strong { (preset) } "; its columns are known by that." }
        }
        @for error in &import.mapping_errors {
            (page::notice(Tone::Caution, error))
        }
        @for column in &import.columns {
            @if let Some(warning) = &column.proposal.warning {
                (page::notice(Tone::Bad, &format!(
                    "Column {}: {} It is not read; leave it out of the list before you upload it.",
                    column.name, warning.words
                )))
            }
        }
        form method="post" action=(format!("{}/start", import.links.page)) {
            (caller.csrf.field())
            div class="table-wrap" {
                table class="mapping" {
                    thead { tr {
                        th scope="col" { "Column" } th scope="col" { "First cells" }
                        th scope="col" { "Is about" } th scope="col" { "Why" }
                    } }
                    tbody {
                        @for (index, column) in import.columns.iter().enumerate() {
                            (mapped(source, import, index, column))
                        }
                    }
                }
            }
            div class="field" {
                label for="default_country" { "Country of phone numbers without a country code" }
                input id="default_country" name="default_country" maxlength="2" size="4" autocomplete="off"
                    value=(import.default_country.as_deref().unwrap_or_default());
                p class="hint" { "Two letters such as DE. Empty: such numbers are not guessed at." }
            }
            @if may_import {
                p class="actions" { button type="submit" { "Start the import" } }
            }
        }
        @if may_import { (cancel(caller, import)) }
        (preview(import))
    }
}

fn mapped(source: &Source, import: &Import, index: usize, column: &Column) -> Markup {
    let chosen = import.mapping.field(index);
    let id = format!("column-{index}");
    html! {
        tr {
            td { label for=(id) { (column.name) } }
            td class="sample" { (column.sample.join(" · ")) }
            td {
                select id=(id) name="column" {
                    option value="" selected[chosen.is_none()] { "Carry along" }
                    @for field in &source.cleaning.fields {
                        option value=(field.code) selected[chosen == Some(field.code)] { (field.label) }
                    }
                }
            }
            td class="muted" { (column.proposal.reason) }
        }
    }
}

fn preview(import: &Import) -> Markup {
    html! {
        @if !import.preview.is_empty() {
            h2 { "First rows" }
            div class="table-wrap" {
                table {
                    thead { tr { @for column in &import.columns { th scope="col" { (column.name) } } } }
                    tbody {
                        @for row in &import.preview { tr { @for cell in row { td { (cell) } } } }
                    }
                }
            }
        }
    }
}

fn running(caller: &Caller, import: &Import, may_import: bool) -> Markup {
    let progress = &import.progress;
    let known = |figure: i64| u64::try_from(figure).unwrap_or(0);
    let content = html! {
        (page::progress("Bytes read", "bytes_read", known(progress.bytes_read), Some(known(import.bytes))))
        (figures(import))
    };
    html! {
        (page::live(&import.links.events, content))
        @if may_import && import.links.cancel.is_some() { (cancel(caller, import)) }
    }
}

fn cancel(caller: &Caller, import: &Import) -> Markup {
    html! {
        form method="post" action=(format!("{}/cancel", import.links.page)) {
            (caller.csrf.field())
            p class="actions" { button type="submit" class="quiet" { "Cancel the import" } }
        }
    }
}

fn figures(import: &Import) -> Markup {
    let progress = &import.progress;
    page::counts(&[
        page::count("Rows read", "rows_read", progress.rows_read),
        page::count("New leads", "rows_new", progress.rows_new),
        page::count("Merged", "rows_merged", progress.rows_merged),
        page::count("Rejected", "rows_rejected", progress.rows_rejected),
        page::count("Suppressed", "rows_suppressed", progress.rows_suppressed),
    ])
}

fn ended(source: &Source, import: &Import) -> Markup {
    let progress = &import.progress;
    let rejected = progress.rows_rejected + progress.rows_suppressed > 0;
    html! {
        (figures(import))
        p class="actions" {
            @if progress.rows_new + progress.rows_merged > 0 {
                a class="button" href="/leads" { "See the leads" }
            }
            @if rejected {
                a class="button quiet" href=(import.links.rejects) { "Download the error file" }
            }
        }
        (reasons(source, "Rows that were rejected", &import.reject_counts))
        (reasons(source, "What was noticed on rows that are in", &import.flag_counts))
    }
}

fn reasons(source: &Source, title: &str, counts: &BTreeMap<String, i64>) -> Markup {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(code, count)| (-**count, (*code).clone()));
    html! {
        @if !counts.is_empty() {
            h2 { (title) }
            div class="table-wrap" {
                table {
                    thead { tr { th scope="col" class="num" { "Rows" } th scope="col" { "Why" } } }
                    tbody {
                        @for (code, count) in counts.into_iter().take(REASONS_SHOWN) {
                            tr { td class="num" { (count) } td { (explain(&source.cleaning, code)) } }
                        }
                    }
                }
            }
        }
    }
}

fn facts(import: &Import) -> Markup {
    let encoding = match import.encoding.as_deref() {
        Some("mixed") => Some("UTF-8, with rows in Windows-1252"),
        other => other,
    };
    let delimiter = match import.delimiter.as_deref() {
        Some("\t") => Some("tab"),
        other => other,
    };
    html! {
        h2 { "The file" }
        dl class="facts" {
            dt { "Size" } dd { (size(import.bytes)) }
            @if let Some(encoding) = encoding { dt { "Encoding" } dd { (encoding) } }
            @if let Some(delimiter) = delimiter { dt { "Between cells" } dd { code { (delimiter) } } }
            dt { "Uploaded" } dd { (import.created_at.format("%Y-%m-%d %H:%M")) " UTC" }
            @if let Some(finished) = import.finished_at {
                dt { "Ended" } dd { (finished.format("%Y-%m-%d %H:%M")) " UTC" }
            }
            @if let Some(preset) = &import.preset { dt { "Export of" } dd { (preset) } }
            @if let Some(denied) = import.denied.as_ref().filter(|denied| !denied.is_empty()) {
                dt { "Left out by policy" }
                dd { (denied.iter().map(|class| class.label()).collect::<Vec<_>>().join(", ")) }
            }
            @if let Some(version) = &import.rules_version { dt { "Rules of cleaning" } dd { code { (version) } } }
        }
    }
}
