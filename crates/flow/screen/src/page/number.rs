//! One number, with the rules beside it.

use maud::{Markup, html};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Tone};

use crate::domain::rules::Calling;
use crate::domain::standing::Dnc;
use crate::number::NumberView;

pub(super) fn form(caller: &Caller) -> Markup {
    html! {
        form method="post" action="/dnc/check" {
            (caller.csrf.field())
            div class="field" {
                label for="check-number" { "Number" }
                input id="check-number" name="number" type="tel" required autocomplete="off";
            }
            div class="field" {
                label for="check-region" { "State of the address" }
                input id="check-region" name="region" maxlength="40" autocomplete="off";
                p class="hint" { "The rules of the area code and of the address both apply." }
            }
            p class="actions" { button type="submit" { "Check" } }
        }
    }
}

pub(super) fn page(caller: &Caller, view: &NumberView) -> Markup {
    let body = html! {
        h1 { (view.number) " " (badge(view.dnc)) }
        p { (view.says) }
        dl class="facts" {
            @if !view.lists.is_empty() { dt { "On" } dd { (view.lists.join(", ")) } }
            @if let Some(date) = view.registries.version_date { dt { "Oldest version asked" } dd { (date) } }
            @if let Some(until) = view.registries.valid_until { dt { "Answer holds until" } dd { (until.format("%Y-%m-%d %H:%M")) " UTC" } }
            @if !view.registries.missing.is_empty() {
                dt { "Applies and is not loaded" }
                dd { (view.registries.missing.iter().map(|registry| registry.title()).collect::<Vec<_>>().join(", ")) }
            }
            @for answer in &view.reassigned {
                dt { "Reassigned since " (answer.since) }
                dd { (answer.answer.replace('_', " ")) ", asked on " (answer.obtained_on) }
            }
            @if view.reassigned.is_empty() { dt { "Reassigned" } dd { "not asked" } }
        }
        @match &view.calling {
            Some(calling) => (rules(calling)),
            None => p { "Outside the United States: no calling rules are known here." },
        }
        (page::notice(Tone::Neutral, view.note))
        section class="card" { h2 { "Another number" } (form(caller)) }
        p { a href="/dnc" { "All registries" } }
    };
    page::layout("One number", &Chrome::of(caller, None), body)
}

fn badge(dnc: Dnc) -> Markup {
    match dnc {
        Dnc::Clear => page::badge(Tone::Good, "Clear"),
        Dnc::Listed => page::badge(Tone::Bad, "Do not call"),
        Dnc::Stale => page::badge(Tone::Caution, "List too old"),
        Dnc::NotScreened => page::badge(Tone::Neutral, "Not screened"),
        Dnc::NotUs => page::badge(Tone::Neutral, "Not in the US"),
        Dnc::NotConfigured => page::badge(Tone::Caution, "Not configured"),
    }
}

fn rules(calling: &Calling) -> Markup {
    html! {
        h2 { "Calling hours" }
        @if calling.may_call {
            p { (page::badge(Tone::Good, "Allowed now"))
                @if let Some(until) = calling.until { " until " (until.format("%Y-%m-%d %H:%M")) " UTC" } }
        } @else {
            p { (page::badge(Tone::Bad, "Not now"))
                @if let Some(next) = calling.next { " next " (next.format("%Y-%m-%d %H:%M")) " UTC" } }
        }
        p class="muted" { "In " (calling.zones.join(", ")) ". Where there are several, all have to allow it." }
        div class="table-wrap" {
            table {
                thead { tr {
                    th scope="col" { "Where" } th scope="col" { "Rule" } th scope="col" { "Source" } th scope="col" { "Checked" }
                } }
                tbody { @for rule in &calling.rules { tr {
                    td { (rule.jurisdiction) }
                    td { (rule.says) @if let Some(note) = rule.note { br; span class="muted" { (note) } } }
                    td { (rule.source) }
                    td {
                        (rule.checked_at) " (" (rule.mark.sentence()) ")"
                        @if rule.stale { " " (page::badge(Tone::Caution, "Stale")) }
                    }
                } } }
            }
        }
    }
}
