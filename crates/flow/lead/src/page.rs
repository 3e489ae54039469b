//! The pages of leads: a list, and one.

use maud::{Markup, html};
use plumb_store::Store;
use plumb_store::access::Action;
use plumb_web::page::{self, Chrome, Nav, Tone};
use plumb_web::{Access, Caller, Form, Handler as _, Path, Problem, Query, Redirect, Route, State};
use serde::Deserialize;

use crate::counts::{self, Counts};
use crate::edit::LeadEdit;
use crate::http::{LeadPath, LeadQuery, apply, detail, read_page};
use crate::read::{self, Lead, Sort, VerdictFilter};

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    vec![
        Route::get("/leads", Access::Org(Action::LeadsRead), list.with_state(store.clone())).page(),
        Route::get("/leads/{lead}", Access::Org(Action::LeadsRead), one.with_state(store.clone())).page(),
        Route::post("/leads/{lead}", Access::Org(Action::LeadsEdit), save.with_state(store.clone())).page(),
    ]
}

/// A verdict as a coloured word.
fn verdict_badge(lead: &Lead) -> Markup {
    if lead.unusable == Some(crate::Unusable::Suppressed) {
        return page::badge(Tone::Neutral, "suppressed");
    }
    match lead.verdict.as_deref() {
        Some("verified") => page::badge(Tone::Good, "verified"),
        Some("undeliverable") => page::badge(Tone::Bad, "undeliverable"),
        Some("risky") => page::badge(Tone::Caution, "risky"),
        Some(other) => page::badge(Tone::Neutral, other),
        None if lead.email.is_some() => page::badge(Tone::Busy, "to be checked"),
        None => page::badge(Tone::Neutral, "no address"),
    }
}

fn name(lead: &Lead) -> String {
    let whole = lead.full_name.clone().or_else(|| {
        let parts: Vec<&str> = [&lead.first_name, &lead.last_name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    whole.unwrap_or_else(|| "(no name)".to_owned())
}

async fn list(State(store): State<Store>, caller: Caller, Query(query): Query<LeadQuery>) -> Result<Markup, Problem> {
    let leads = read_page(&store, &caller, &query).await?;
    let mut tx = store.org(caller.org, caller.actor).await?;
    let counts = counts::counts(&mut tx, None).await?;
    tx.done_reading().await?;
    let body = html! {
        h1 { "Leads" }
        (summary(&counts))
        (filters(&query))
        @if leads.leads.is_empty() {
            (page::empty("No leads here", "Nothing matches, or no list was imported yet.", Some(("Import a list", "/imports"))))
        } @else {
            div class="table-wrap" { table {
                thead { tr { th { "Name" } th { "Address" } th { "Company" } th { "Country" } th { "Verdict" } th class="num" { "Score" } } }
                tbody { @for lead in &leads.leads { tr {
                    td { a href={ "/leads/" (lead.id) } { (name(lead)) } @if let Some(title) = &lead.title { br; span class="muted" { (title) } } }
                    td { (lead.email.as_deref().unwrap_or("–")) }
                    td { (lead.company.as_deref().unwrap_or("–")) }
                    td { (lead.country.as_deref().unwrap_or("–")) }
                    td { (verdict_badge(lead)) @if let Some(why) = why(lead) { br; span class="muted" { (why) } } }
                    td class="num" { (lead.score) }
                } } }
            } }
            @if let Some(next) = &leads.next { nav class="pager" aria-label="Pages" { a class="button quiet" href={ "/leads?" (rest(&query, next)) } { "Next page" } } }
        }
    };
    Ok(page::layout("Leads", &Chrome::of(&caller, Nav::Leads), body))
}

/// What stands between the lead and its use, in a word or two.
fn why(lead: &Lead) -> Option<String> {
    let unusable = lead.unusable?;
    let word = if unusable == crate::Unusable::Suppressed {
        "opted_out"
    } else {
        lead.verdict_reason.as_deref().unwrap_or(unusable.as_str())
    };
    Some(word.replace('_', " "))
}

fn summary(counts: &Counts) -> Markup {
    let of = |verdict: &str| {
        counts.verdicts.iter().filter(|v| v.verdict.as_deref() == Some(verdict)).map(|v| v.leads).sum::<i64>()
    };
    page::counts(&[
        page::count("Leads", "leads", counts.leads),
        page::count("May be used", "usable", counts.usable),
        page::count("Verified", "verified", of("verified")),
        page::count("Risky", "risky", of("risky")),
        page::count("Unverified", "unverified", of("unverified")),
        page::count("Undeliverable", "undeliverable", of("undeliverable")),
        page::count("Suppressed", "suppressed", counts.suppressed),
    ])
}

fn filters(query: &LeadQuery) -> Markup {
    let verdicts = [
        ("verified", Some(VerdictFilter::Verified)),
        ("risky", Some(VerdictFilter::Risky)),
        ("unverified", Some(VerdictFilter::Unverified)),
        ("undeliverable", Some(VerdictFilter::Undeliverable)),
    ];
    let sorts = [
        ("-score", "best first", Sort::ScoreDown),
        ("score", "worst first", Sort::ScoreUp),
        ("-created", "newest first", Sort::CreatedDown),
        ("created", "oldest first", Sort::CreatedUp),
    ];
    html! {
        form class="filters" method="get" action="/leads" {
            label { "Verdict" select name="verdict" {
                option value="" { "any" }
                @for (word, verdict) in verdicts { option value=(word) selected[query.verdict == verdict] { (word) } }
            } }
            label { "May be used" select name="usable" {
                option value="" { "any" }
                option value="true" selected[query.usable == Some(true)] { "yes" }
                option value="false" selected[query.usable == Some(false)] { "no" }
            } }
            label { "Country" input class="short" name="country" maxlength="2" value=(query.country.as_deref().unwrap_or_default()); }
            label { "Domain" input name="domain" value=(query.domain.as_deref().unwrap_or_default()); }
            label { "Order" select name="sort" { @for (word, text, sort) in sorts { option value=(word) selected[query.sort == sort] { (text) } } } }
            @if let Some(import) = query.import { input type="hidden" name="import" value=(import); }
            button class="button quiet" { "Show" }
            a class="button" href={ "/exports?" (export_query(query)) } { "Export …" }
        }
    }
}

/// The filters of the page that an export takes too, as its form begins.
fn export_query(query: &LeadQuery) -> String {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let verdict = query.verdict.map(|verdict| verdict.as_str().to_owned());
    let import = query.import.map(|import| import.to_string());
    let pairs = [
        ("verdict", verdict),
        ("country", given(&query.country)),
        ("domain", given(&query.domain)),
        ("import", import),
    ];
    let pairs: Vec<_> = pairs.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    serde_urlencoded::to_string(pairs).unwrap_or_default()
}

fn rest(query: &LeadQuery, next: &str) -> String {
    serde_urlencoded::to_string(LeadQuery { after: Some(next.to_owned()), ..query.clone() }).unwrap_or_default()
}

async fn one(State(store): State<Store>, caller: Caller, Path(path): Path<LeadPath>) -> Result<Markup, Problem> {
    let detail = detail(&store, &caller, path.lead).await?;
    let lead = &detail.lead;
    let values = serde_json::to_value(lead).unwrap_or_default();
    let value = |field: &str| values.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    let body = html! {
        p { a href="/leads" { "← Leads" } }
        h1 { (name(lead)) }
        p { (verdict_badge(lead)) " "
            @match lead.unusable { None => "May be used." , Some(why) => (why.explain()) }
            " " a href={ "/leads/" (lead.id) "/verdict" } { "What the mail servers said" } }
        section class="card" {
            h2 { "What we hold and where it came from" }
            div class="table-wrap" { table {
                thead { tr { th { "Field" } th { "Value" } th { "From" } } }
                tbody { @for origin in &detail.origins { tr {
                    td { (origin.field.replace('_', " ")) }
                    td { (value(&origin.field)) }
                    td class="muted" {
                        @match (origin.import, origin.row) {
                            (Some(import), Some(row)) => { a href={ "/imports/" (import) } { "import" } ", row " (row) }
                            _ => { "edited by hand" @if let Some(at) = origin.edited_at { " on " (at.format("%Y-%m-%d")) } }
                        }
                    }
                } } }
            } }
            @if !lead.flags.is_empty() { p class="muted" { "Noticed while cleaning: " (lead.flags.join(", ").replace('_', " ")) } }
        }
        section class="card" {
            h2 { "Score " (lead.score) }
            ul { @for part in &detail.score_parts { li { (part.points) " · " (part.reason) } } }
        }
        section class="card" {
            h2 { "Edit" }
            form method="post" {
                (caller.csrf.field())
                @for (field, label) in EDITABLE { div class="field" { label for=(field) { (label) } input id=(field) name=(field) value=(value(field)); } }
                button class="button" { "Save" }
            }
        }
        section class="card" {
            h2 { "Rows that it was made of" }
            @for source in &detail.sources {
                h3 { a href={ "/imports/" (source.import) } { "Import" } ", row " (source.row) @if source.merged { " (merged)" } }
                dl class="facts" { @for (header, cell) in source.cells.as_object().into_iter().flatten() { dt { (header) } dd { (cell.as_str().unwrap_or_default()) } } }
            }
        }
    };
    Ok(page::layout(&name(lead), &Chrome::of(&caller, Nav::Leads), body))
}

const EDITABLE: [(&str, &str); 8] = [
    ("email", "Address"),
    ("first_name", "Given name"),
    ("last_name", "Family name"),
    ("title", "Job title"),
    ("company", "Company"),
    ("phone_e164", "Telephone (+…)"),
    ("city", "Town"),
    ("country", "Country (two letters)"),
];

/// The edit form: every field is sent, so only what differs from what is stored is an edit.
#[derive(Debug, Deserialize)]
struct LeadForm {
    email: String,
    first_name: String,
    last_name: String,
    title: String,
    company: String,
    phone_e164: String,
    city: String,
    country: String,
}

async fn save(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<LeadPath>,
    Form(form): Form<LeadForm>,
) -> Result<Redirect, Problem> {
    let mut tx = store.org(caller.org, caller.actor).await?;
    let lead = read::one(&mut tx, path.lead).await?.ok_or_else(Problem::not_found)?;
    tx.done_reading().await?;
    let changed = |new: &str, old: &Option<String>| {
        (new.trim() != old.as_deref().unwrap_or_default()).then(|| new.trim().to_owned())
    };
    let edit = LeadEdit {
        email: changed(&form.email, &lead.email),
        first_name: changed(&form.first_name, &lead.first_name),
        last_name: changed(&form.last_name, &lead.last_name),
        title: changed(&form.title, &lead.title),
        company: changed(&form.company, &lead.company),
        phone_e164: changed(&form.phone_e164, &lead.phone_e164),
        city: changed(&form.city, &lead.city),
        country: changed(&form.country, &lead.country),
    };
    apply(&store, &caller, path.lead, &edit).await?;
    Ok(Redirect::to(&format!("/leads/{}", path.lead)))
}
