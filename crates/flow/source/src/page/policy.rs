//! What an organisation does not take from its lists.

use maud::{Markup, html};
use plumb_store::access::{self, Action};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Nav};

use crate::policy::{ImportPolicy, PrivateValue};

pub(crate) fn page(caller: &Caller, policy: &ImportPolicy) -> Markup {
    let may_choose = access::allows(caller.role, Action::ImportPolicyManage);
    let body = html! {
        h1 { "What is not taken from lists" }
        p {
            "Some values in a list say more about a person's private life than about the work. Those that are ticked here are \
             left out of every list from now on. The row is imported without them, and says so; the count stands on the \
             import's page. What is not ticked is taken, with a flag on the lead."
        }
        form method="post" action="/imports/policy" {
            (caller.csrf.field())
            fieldset disabled[!may_choose] {
                legend { "Leave out" }
                @for class in PrivateValue::ALL {
                    @let id = format!("denied-{}", class.code());
                    div class="field" {
                        label for=(id) {
                            input id=(id) type="checkbox" name="denied" value=(class.code())
                                checked[policy.denied.contains(&class)];
                            " " (class.label())
                        }
                        p class="hint" { (class.explain()) }
                    }
                }
            }
            @if may_choose {
                p class="actions" { button type="submit" { "Save" } }
            } @else {
                p class="muted" { "An administrator can change this." }
            }
        }
        @if let Some(changed) = policy.changed_at {
            p class="muted" { "Chosen on " (changed.format("%Y-%m-%d %H:%M")) " UTC." }
        }
        p class="muted" {
            "Leads that are in already, columns that are only carried along, and what people type in by hand are not changed. The \
             uploaded file itself is kept encrypted for 30 days."
        }
        p { a href="/imports" { "Imports" } }
    };
    page::layout("What is not taken from lists", &Chrome::of(caller, Nav::Imports), body)
}
