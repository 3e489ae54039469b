//! Pages written by the server: the frame around every one, and the parts that they share.
//!
//! They work without JavaScript; the script only saves a reload. No page holds an inline script or style: the
//! content security policy forbids both.

use std::fmt::Display;
use std::sync::Arc;

use maud::{DOCTYPE, Markup, html};

use crate::asset;
use crate::csrf::{CSRF_FIELD, Csrf};
use crate::principal::{Caller, SignedIn};
use crate::problem::Problem;

/// A place in the head of every page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nav {
    /// The imports.
    Imports,
    /// The leads.
    Leads,
    /// The duplicates among the leads.
    Duplicates,
    /// The requests to verify addresses.
    Verifications,
    /// The exports.
    Exports,
    /// The Do-Not-Call lists.
    DoNotCall,
}

impl Nav {
    /// Every place, in the order of the page's head.
    pub const ALL: [Self; 6] =
        [Self::Imports, Self::Leads, Self::Duplicates, Self::Verifications, Self::Exports, Self::DoNotCall];

    /// The word in the head.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Imports => "Imports",
            Self::Leads => "Leads",
            Self::Duplicates => "Duplicates",
            Self::Verifications => "Verifications",
            Self::Exports => "Exports",
            Self::DoNotCall => "Do Not Call",
        }
    }

    /// Where it leads.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Imports => "/imports",
            Self::Leads => "/leads",
            Self::Duplicates => "/duplicates",
            Self::Verifications => "/verifications",
            Self::Exports => "/exports",
            Self::DoNotCall => "/dnc",
        }
    }
}

/// What stands around a page's content: who is signed in, and where we are.
#[derive(Clone, Debug, Default)]
pub struct Chrome {
    org_name: Option<Arc<str>>,
    here: Option<Nav>,
    csrf: Option<Csrf>,
}

impl Chrome {
    /// For a page within an organisation, `here` among the places of its head.
    #[must_use]
    pub fn of(caller: &Caller, here: impl Into<Option<Nav>>) -> Self {
        Self { org_name: Some(Arc::clone(&caller.org_name)), here: here.into(), csrf: Some(caller.csrf.clone()) }
    }

    /// For a signed-in person, whatever the organisation.
    #[must_use]
    pub fn signed_in(caller: &SignedIn) -> Self {
        let org_name = caller.member.as_ref().map(|member| Arc::clone(&member.org_name));
        Self { org_name, here: None, csrf: Some(caller.csrf.clone()) }
    }

    /// For a page that anyone may see.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }
}

/// A whole page. `title` becomes the document's title; `body` should start with the page's only `h1`.
#[expect(clippy::needless_pass_by_value, reason = "markup is written where it is used")]
pub fn layout(title: &str, chrome: &Chrome, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · Plumbline" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if let Some(csrf) = &chrome.csrf {
                    meta name="csrf-token" content=(csrf.token());
                }
                link rel="icon" type="image/svg+xml" href=(asset::icon_url());
                link rel="stylesheet" href=(asset::style_url());
                script src=(asset::script_url()) defer {}
            }
            body {
                a class="skip" href="#content" { "Skip to content" }
                header class="top" {
                    div class="top-inner" {
                        a class="brand" href="/" {
                            img src=(asset::icon_url()) alt="" width="24" height="24";
                            span { "Plumbline" }
                        }
                        @if let Some(csrf) = &chrome.csrf {
                            @if chrome.org_name.is_some() {
                                nav aria-label="Main" {
                                    ul {
                                        @for place in Nav::ALL {
                                            li {
                                                a href=(place.path())
                                                    aria-current=[(chrome.here == Some(place)).then_some("page")] {
                                                    (place.label())
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                            div class="account" {
                                @if let Some(name) = &chrome.org_name {
                                    a class="org" href="/orgs" { span class="hidden" { "Organisation: " } (name) }
                                }
                                form method="post" action="/sign-out" {
                                    (csrf.field())
                                    button type="submit" class="quiet" { "Sign out" }
                                }
                            }
                        }
                    }
                }
                main id="content" tabindex="-1" { (body) }
                footer class="foot" {
                    p { "Plumbline. Every verdict has a date, every fact a source." }
                    p { a href="/opt-out" { "Do not contact me" } " · " a href="/api/v1/openapi.json" { "API description" } }
                }
            }
        }
    }
}

/// The page of a problem: what happened, what to do, and the id to name when asking for help.
pub(crate) fn problem(problem: &Problem, request_id: &str, chrome: &Chrome) -> Markup {
    let body = html! {
        section class="problem" {
            p class="problem-status" { (problem.status().as_u16()) }
            h1 { (problem.title()) }
            p { (problem.detail_text()) }
            p class="actions" { a class="button" href="/" { "To the start page" } }
            p class="muted" { "Request id: " code { (request_id) } }
        }
    };
    layout(problem.title(), chrome, body)
}

/// What a badge says by its colour, beside its word: colour alone says nothing to many people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Green: verified, done.
    Good,
    /// Amber: risky, needs a look.
    Caution,
    /// Red: undeliverable, failed.
    Bad,
    /// Blue: at work.
    Busy,
    /// Grey: unverified, suppressed, waiting.
    Neutral,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "badge good",
            Self::Caution => "badge caution",
            Self::Bad => "badge bad",
            Self::Busy => "badge busy",
            Self::Neutral => "badge neutral",
        }
    }
}

/// A short word in a colour.
pub fn badge(tone: Tone, label: impl Display) -> Markup {
    html! { span class=(tone.class()) { (label.to_string()) } }
}

/// How much of `total` is `done`. Without a total yet, that something is going on.
///
/// `field` names it for [`live`] updates: the script sets the bar's `value` and `max` from the members `field`
/// and `field_total` of an event.
pub fn progress(label: &str, field: &str, done: u64, total: Option<u64>) -> Markup {
    let field_total = format!("{field}_total");
    html! {
        div class="progress" {
            div class="progress-head" {
                label for=(field) { (label) }
                span class="muted" {
                    span data-field=(field) { (number(done)) }
                    " of "
                    span data-field=(field_total) { @if let Some(total) = total { (number(total)) } @else { "…" } }
                }
            }
            progress id=(field) data-progress=(field) max=[total.map(|total| total.max(1))] value=[total.map(|_| done)] {}
        }
    }
}

/// Content that the script keeps up to date from the event stream at `events`.
///
/// An event `progress` sets the text of each `[data-field=name]` to its member `name`; an event `done` reloads
/// the page. Without the script, the page shows the state it was loaded in.
#[expect(clippy::needless_pass_by_value, reason = "markup is written where it is used")]
pub fn live(events: &str, content: Markup) -> Markup {
    html! { div data-events=(events) { (content) } }
}

/// A whole number with its thousands apart: `12,345`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One figure with what it counts. `field` is for [`live`] updates.
pub fn count(label: &str, field: &str, value: impl Display) -> Markup {
    html! {
        div class="count" {
            dt { (label) }
            dd data-field=(field) { (value.to_string()) }
        }
    }
}

/// A row of [`count`]s.
pub fn counts(figures: &[Markup]) -> Markup {
    html! { dl class="counts" { @for figure in figures { (figure) } } }
}

/// What to show where nothing is yet: one sentence, one action.
pub fn empty(title: &str, sentence: &str, action: Option<(&str, &str)>) -> Markup {
    html! {
        section class="empty" {
            h2 { (title) }
            p { (sentence) }
            @if let Some((label, href)) = action {
                p class="actions" { a class="button" href=(href) { (label) } }
            }
        }
    }
}

/// A message above a form or a list: `role="alert"` when something is wrong.
pub fn notice(tone: Tone, sentence: &str) -> Markup {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    let class = match tone {
        Tone::Good => "notice good",
        Tone::Caution => "notice caution",
        Tone::Bad => "notice bad",
        Tone::Busy | Tone::Neutral => "notice",
    };
    html! { p class=(class) role=(role) { (sentence) } }
}

/// The form for one file, sent as `multipart/form-data` to `action` under the field `file`. `accept` lists what
/// the browser offers, such as `.csv,text/csv`; `more` are further fields. The token goes into the address,
/// because an upload's body is not read before it is allowed.
#[expect(clippy::needless_pass_by_value, reason = "markup is written where it is used")]
pub fn upload(action: &str, csrf: &Csrf, label: &str, accept: &str, button: &str, more: Markup) -> Markup {
    let action = format!("{action}?{CSRF_FIELD}={}", csrf.token());
    html! {
        form class="upload" method="post" action=(action) enctype="multipart/form-data" {
            (more)
            div class="field drop" data-drop {
                label for="file" { (label) }
                input type="file" id="file" name="file" accept=(accept) required;
            }
            p class="actions" { button type="submit" { (button) } }
        }
    }
}

/// `target` when it leads to a page of this installation, for the `next` of a sign-in: a path, and not one that
/// a browser takes for another host (`//host`, `/\host`).
#[must_use]
pub fn safe_next(target: &str) -> Option<&str> {
    let mut chars = target.chars();
    let ours = chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && !target.chars().any(|c| c.is_control() || c == '\\');
    (ours && target.len() <= 2048).then_some(target)
}

#[cfg(test)]
mod tests;
