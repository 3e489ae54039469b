//! The company's own list.

use maud::{Markup, html};
use plumb_store::access::{self, Action};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome};

use crate::http::CompanyList;

pub(super) fn page(caller: &Caller, list: &CompanyList) -> Markup {
    let may_edit = access::allows(caller.role, Action::LeadsEdit);
    let body = html! {
        h1 { "The company's own list" }
        p {
            "Whoever asks this company not to call is on it at once, for every lead with the number. The number itself "
            "is not kept: a code made from it is, so that the next list does not bring it back."
        }
        @if may_edit {
            section class="card" {
                form method="post" action="/dnc/company" {
                    (caller.csrf.field())
                    div class="field" {
                        label for="number" { "Number" }
                        input id="number" name="number" type="tel" required autocomplete="off";
                    }
                    div class="field" {
                        label for="asked_on" { "Asked on" }
                        input id="asked_on" name="asked_on" type="date";
                        p class="hint" { "Empty: today." }
                    }
                    p class="actions" { button type="submit" { "Do not call" } }
                }
            }
            section class="card" {
                h2 { "From a file" }
                (page::upload("/dnc/loads", &caller.csrf, "Numbers, one a line", ".txt,.csv", "Add them",
                    html! { input type="hidden" name="kind" value="company"; }))
            }
            section class="card" {
                h2 { "Reassigned numbers" }
                p class="muted" { "Answers of the Reassigned Numbers Database: number, date that was asked about, answer." }
                form class="upload" method="post" action=(format!("/dnc/loads?{}={}", plumb_web::CSRF_FIELD, caller.csrf.token())) enctype="multipart/form-data" {
                    input type="hidden" name="kind" value="reassigned";
                    div class="field" {
                        label for="answers" { "Answers, as CSV" }
                        input id="answers" name="file" type="file" accept=".csv,.txt" required;
                    }
                    p class="actions" { button type="submit" { "Load" } }
                }
            }
        }
        p { (list.count) " numbers" }
        @if !list.entries.is_empty() {
            div class="table-wrap" {
                table {
                    thead { tr {
                        th scope="col" { "Number" } th scope="col" { "Why" } th scope="col" { "Asked on" }
                        @if may_edit { th scope="col" { span class="hidden" { "Remove" } } }
                    } }
                    tbody { @for entry in &list.entries { tr {
                        td { code { (entry.hint) } }
                        td { (entry.reason) }
                        td { (entry.asked_on) }
                        @if may_edit { td {
                            form method="post" action=(format!("/dnc/company/{}/remove", entry.id)) {
                                (caller.csrf.field())
                                button type="submit" class="quiet" { "Remove" }
                            }
                        } }
                    } } }
                }
            }
        }
        p { a href="/dnc" { "All registries" } }
    };
    page::layout("The company's own list", &Chrome::of(caller, None), body)
}
