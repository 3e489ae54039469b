//! Which lists are loaded, what was screened, and the forms for the next.

use chrono::NaiveDate;
use maud::{Markup, html};
use plumb_store::access::{self, Action};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Nav, Tone};

use super::{load, number};
use crate::domain::registry::Registry;
use crate::http::Overview;
use crate::model::{Load, RegistryState, RegistryView, Screening};

/// Rows of the tables of what was done.
const SHOWN: usize = 10;

pub(super) fn page(
    caller: &Caller,
    overview: &Overview,
    loads: &[Load],
    screenings: &[Screening],
    today: NaiveDate,
) -> Markup {
    let may_load = access::allows(caller.role, Action::DncManage);
    let body = html! {
        h1 { "Do Not Call" }
        (page::notice(if overview.is_configured { Tone::Neutral } else { Tone::Caution }, &overview.coverage))
        section class="card" { h2 { "Check a number" } (number::form(caller)) }
        h2 { "Registries" }
        (registries(&overview.registries))
        p { a href="/dnc/company" { "The company's own list" } }
        section class="card" {
            h2 { "Screen leads" }
            p class="muted" {
                "Every lead's number is looked up in the lists above and in the company's own. Only what is clear, "
                "by a version of at most 31 days, leaves in an export."
            }
            form method="post" action="/dnc/screenings" {
                (caller.csrf.field())
                p class="actions" { button type="submit" { "Screen all leads" } }
            }
        }
        (screened(screenings))
        @if may_load { (forms(caller, today)) }
        (loaded(loads))
    };
    page::layout("Do Not Call", &Chrome::of(caller, Nav::DoNotCall), body)
}

fn registries(registries: &[RegistryView]) -> Markup {
    html! {
        div class="table-wrap" {
            table {
                thead { tr {
                    th scope="col" { "Registry" } th scope="col" { "State" } th scope="col" { "Version" }
                    th scope="col" class="num" { "Numbers" } th scope="col" { "What that means" }
                } }
                tbody { @for view in registries { tr {
                    td { (view.title) @if let Some(holder) = &view.holder { br; span class="muted" { (holder) } } }
                    td { (state(view.state)) }
                    td { @if let Some(date) = view.version_date { time datetime=(date.to_string()) { (date) } } }
                    td class="num" { @if let Some(numbers) = view.numbers { (page::number(numbers)) } }
                    td {
                        (view.says)
                        @if let Some(codes) = view.area_codes { " It covers " (codes) " area codes." }
                    }
                } } }
            }
        }
    }
}

fn state(state: RegistryState) -> Markup {
    match state {
        RegistryState::Loaded => page::badge(Tone::Good, "Loaded"),
        RegistryState::Stale => page::badge(Tone::Bad, "Too old"),
        RegistryState::Expired => page::badge(Tone::Bad, "Subscription ended"),
        RegistryState::NotConfigured => page::badge(Tone::Neutral, "Not configured"),
    }
}

/// Which leads a screening was of.
fn whose(one: &Screening) -> Markup {
    html! {
        @match one.import {
            Some(import) => a href={ "/imports/" (import) } { "an import" },
            None if one.only_unanswered => "numbers that were edited",
            None => "all leads",
        }
    }
}

fn screened(screenings: &[Screening]) -> Markup {
    html! {
        @if !screenings.is_empty() {
            div class="table-wrap" {
                table {
                    thead { tr {
                        th scope="col" { "Screening" } th scope="col" { "Of" } th scope="col" { "State" }
                        th scope="col" class="num" { "Leads" } th scope="col" { "Answers" } th scope="col" { "Lists" }
                    } }
                    tbody { @for one in screenings.iter().take(SHOWN) { tr {
                        td { time datetime=(one.created_at.to_rfc3339()) { (one.created_at.format("%Y-%m-%d %H:%M")) " UTC" } }
                        td { (whose(one)) }
                        td { (load::state(one.state)) @if let Some(error) = &one.error { " " (error) } }
                        td class="num" { (one.leads_done) }
                        td { @for (answer, count) in &one.counts { (answer.replace('_', " ")) ": " (count) " " } }
                        td {
                            @if one.editions.is_empty() { "none" }
                            @for edition in &one.editions { (edition.registry.title()) " of " (edition.version_date) " " }
                        }
                    } } }
                }
            }
        }
    }
}

fn forms(caller: &Caller, today: NaiveDate) -> Markup {
    html! {
        section class="card" {
            h2 { "Subscription" }
            p class="muted" { "A registry's list may be used by whoever holds the subscription to it." }
            form method="post" action="/dnc/subscriptions" {
                (caller.csrf.field())
                (registry_field("subscription-registry"))
                div class="field" { label for="holder" { "Holder of the subscription" } input id="holder" name="holder" maxlength="200" required; }
                div class="field" { label for="account" { "Account number (SAN)" } input id="account" name="account" maxlength="100" autocomplete="off"; }
                div class="field" { label for="expires_on" { "Last day" } input id="expires_on" name="expires_on" type="date"; }
                p class="actions" { button type="submit" { "Save" } }
            }
        }
        section class="card" {
            h2 { "Load a list" }
            p class="muted" {
                "The whole list or a change file: one number a line, columns, or XML; plain, gzip or zip. "
                "The version in force stays until the new one is complete."
            }
            (page::upload("/dnc/loads", &caller.csrf, "List", ".txt,.csv,.xml,.gz,.zip", "Load", fields(today)))
        }
    }
}

fn registry_field(id: &str) -> Markup {
    html! {
        div class="field" {
            label for=(id) { "Registry" }
            select id=(id) name="registry" {
                @for registry in Registry::ALL { option value=(registry.as_str()) { (registry.title()) } }
            }
        }
    }
}

fn fields(today: NaiveDate) -> Markup {
    html! {
        (registry_field("load-registry"))
        div class="field" {
            label for="kind" { "The file is" }
            select id="kind" name="kind" {
                option value="full" { "the whole list" }
                option value="change" { "what changed since a version" }
            }
        }
        div class="field" { label for="version_date" { "Date that the registry states" } input id="version_date" name="version_date" type="date" required max=(today); }
        div class="field" { label for="obtained_on" { "Obtained on" } input id="obtained_on" name="obtained_on" type="date" value=(today) max=(today); }
        div class="field" {
            label for="based_on" { "Of a change file: date of the version that it changes" }
            input id="based_on" name="based_on" type="date";
        }
        div class="field" { label { input type="checkbox" name="covers_all" value="true"; " The list is of every area code" } }
        details {
            summary { "Columns" }
            p class="hint" { "Leave empty when each line is one number. Columns are counted from 1." }
            div class="field" { label for="number_column" { "Column of the number" } input id="number_column" name="number_column" type="number" min="1" max="100"; }
            div class="field" { label for="area_column" { "Column of the area code" } input id="area_column" name="area_column" type="number" min="1" max="100"; }
            div class="field" { label for="change_column" { "Column that says added or deleted" } input id="change_column" name="change_column" type="number" min="1" max="100"; }
            div class="field" { label for="delimiter" { "Between columns" } input id="delimiter" name="delimiter" maxlength="3" size="3"; }
            div class="field" { label { input type="checkbox" name="header" value="true"; " The first line names the columns" } }
            div class="field" {
                label for="every" { "Every entry of a change file is" }
                select id="every" name="every" {
                    option value="" { "told by its column" }
                    option value="add" { "added" }
                    option value="delete" { "deleted" }
                }
            }
        }
        div class="field" {
            label { input type="checkbox" name="accept_unusual" value="true"; " Take it although it differs by more than 5 % from the version before" }
        }
    }
}

fn loaded(loads: &[Load]) -> Markup {
    html! {
        @if !loads.is_empty() {
            h2 { "Files" }
            div class="table-wrap" {
                table {
                    thead { tr {
                        th scope="col" { "File" } th scope="col" { "State" } th scope="col" class="num" { "Entries" }
                        th scope="col" class="num" { "Added" } th scope="col" class="num" { "Removed" } th scope="col" { "Came" }
                    } }
                    tbody { @for one in loads.iter().take(SHOWN) { tr {
                        td { a href=(format!("/dnc/loads/{}", one.id)) { (load::title(one)) } }
                        td { (load::state(one.state)) }
                        td class="num" { (one.entries) }
                        td class="num" { (one.added) }
                        td class="num" { (one.removed) }
                        td { time datetime=(one.created_at.to_rfc3339()) { (one.created_at.format("%Y-%m-%d %H:%M")) " UTC" } }
                    } } }
                }
            }
        }
    }
}
