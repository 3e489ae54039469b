//! The pages of duplicates: the queue, and the history of merges.

use maud::{Markup, html};
use plumb_lead::{Field, Lead, Merge, Unusable};
use plumb_store::Store;
use plumb_store::access::Action;
use plumb_web::page::{self, Chrome, Nav, Tone};
use plumb_web::{Access, Caller, Form, Handler as _, Path, Problem, Query, Redirect, Route, State};
use serde::Deserialize;

use crate::decide;
use crate::domain::{LinkState, SURE};
use crate::http::{
    MergePath, MergeQuery, PairPath, PairQuery, ask_merge, ask_scan, read_merges, read_pairs, read_scans,
};
use crate::model::{Pair, PairPage};
use crate::scan::{self, ScanView};

pub(crate) fn routes(store: &Store) -> Vec<Route> {
    let state = || store.clone();
    let (read, merge) = (Access::Org(Action::DuplicatesRead), Access::Org(Action::DuplicatesMerge));
    vec![
        Route::get("/duplicates", read, queue.with_state(state())).page(),
        Route::post("/duplicates/scan", merge, begin_scan.with_state(state())).page(),
        Route::post("/duplicates/merge", merge, merge_sure.with_state(state())).page(),
        Route::post("/duplicates/{pair}/merge", merge, merge_one.with_state(state())).page(),
        Route::post("/duplicates/{pair}/dismiss", merge, dismiss.with_state(state())).page(),
        Route::post("/duplicates/{pair}/later", merge, put_off.with_state(state())).page(),
        Route::get("/merges", read, history.with_state(state())).page(),
        Route::post("/merges/{merge}/undo", merge, undo.with_state(state())).page(),
    ]
}

/// Pairs on a page: each is a table of its own.
const PAIRS: u32 = 5;

async fn queue(State(store): State<Store>, caller: Caller, Query(asked): Query<PairQuery>) -> Result<Markup, Problem> {
    let asked = PairQuery { limit: Some(PAIRS), ..asked };
    let shown = read_pairs(&store, &caller, &asked).await?;
    let scans = read_scans(&store, &caller).await?;
    let body = html! {
        h1 { "Duplicates" }
        (page::counts(&[
            page::count("To look at", "open", shown.waiting.open),
            page::count("Sure", "sure", shown.waiting.sure),
            page::count("Put off", "later", shown.waiting.later),
        ]))
        (head(&caller, &shown, scans.first()))
        @if shown.pairs.is_empty() {
            (page::empty("No pairs here", "Every import is searched by itself. What may be one person waits here for you.", Some(("Merges", "/merges"))))
        }
        @for shown in &shown.pairs { (pair(&caller, shown)) }
        (pager(&asked, &shown))
    };
    Ok(page::layout("Duplicates", &Chrome::of(&caller, Nav::Duplicates), body))
}

fn head(caller: &Caller, shown: &PairPage, scan: Option<&ScanView>) -> Markup {
    html! {
        section class="card" {
            p { a href="/duplicates" { "To look at" } " · " a href="/duplicates?state=later" { "Put off" } " · " a href="/duplicates?state=dismissed" { "Not the same" } " · " a href="/merges" { "Merges" } " · " a href="/duplicates/settings" { "Settings" } }
            @if let Some(scan) = scan.filter(|scan| !scan::is_final(&scan.state)) { (under_way(scan)) }
            @else if let Some(scan) = scan {
                p class="muted" {
                    "Last search: " (scan.state) ", " (scan.leads_done) " of " (scan.leads_total) " leads"
                    @if scan.blocks_thinned > 0 { "; " (scan.blocks_thinned) " values are shared by so many leads that only the newest of those were compared" }
                    "."
                }
            }
            div class="actions" {
                form method="post" action="/duplicates/scan" { (caller.csrf.field()) button type="submit" class="quiet" { "Search all leads" } }
                @if shown.waiting.sure > 0 {
                    form method="post" action="/duplicates/merge" {
                        (caller.csrf.field())
                        input type="hidden" name="confidence_min" value=(SURE);
                        button type="submit" { "Merge all " (shown.waiting.sure) " with confidence ≥ " (SURE) }
                    }
                }
            }
        }
    }
}

/// A search that runs, as it goes on.
fn under_way(scan: &ScanView) -> Markup {
    let known = |figure: i64| u64::try_from(figure).unwrap_or(0);
    let content = html! {
        (page::progress("Leads searched", "leads_done", known(scan.leads_done), Some(known(scan.leads_total))))
        (page::counts(&[
            page::count("Same person", "links_same", scan.links_same),
            page::count("Possibly", "links_possible", scan.links_possible),
        ]))
    };
    page::live(&format!("/api/v1/duplicates/scans/{}/events", scan.id), content)
}

/// One pair: what is the same is said once more in colour, never in colour alone.
fn pair(caller: &Caller, pair: &Pair) -> Markup {
    let (tone, word) =
        if pair.decision == "same" { (Tone::Good, "same person") } else { (Tone::Caution, "possibly the same") };
    let (for_it, against): (Vec<_>, Vec<_>) = pair.evidence.iter().partition(|view| view.reason.weight >= 0);
    let action = |what: &str| format!("/duplicates/{}/{what}", pair.id);
    html! {
        section class="card" {
            h2 { (page::badge(tone, word)) " " (pair.confidence) " %" }
            div class="table-wrap" { table {
                thead { tr {
                    th scope="col" { "Field" }
                    @for lead in &pair.leads { th scope="col" { a href={ "/leads/" (lead.id) } { (title(lead)) } } }
                } }
                tbody { @for field in Field::ALL.iter().filter(|field| pair.leads.iter().any(|lead| lead.field(**field).is_some())) {
                    tr {
                        th scope="row" { (field.as_str().replace('_', " ")) }
                        @for lead in &pair.leads { td { (lead.field(*field).unwrap_or("–")) } }
                    }
                } }
            } }
            p { strong { "For: " } (words(&for_it)) }
            @if !against.is_empty() { p { strong { "Against: " } (words(&against)) } }
            @if pair.leads.iter().any(|lead| lead.unusable == Some(Unusable::Suppressed)) {
                (page::notice(Tone::Caution, "One of them opted out. Merged, neither may be written to."))
            }
            @if pair.state.waits() {
                div class="actions" {
                    form method="post" action=(action("merge")) { (caller.csrf.field()) button type="submit" { "Merge" } }
                    form method="post" action=(action("dismiss")) { (caller.csrf.field()) button type="submit" class="quiet" { "Not the same" } }
                    @if pair.state == LinkState::Open {
                        form method="post" action=(action("later")) { (caller.csrf.field()) button type="submit" class="quiet" { "Later" } }
                    }
                }
            }
        }
    }
}

fn words(views: &[&crate::model::ReasonView]) -> String {
    if views.is_empty() {
        return "nothing".to_owned();
    }
    views.iter().map(|view| view.words.as_str()).collect::<Vec<_>>().join("; ")
}

fn title(lead: &Lead) -> String {
    let name = lead.full_name.clone().or_else(|| {
        let parts: Vec<&str> = [&lead.first_name, &lead.last_name].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    });
    name.unwrap_or_else(|| "(no name)".to_owned())
}

fn pager(asked: &PairQuery, shown: &PairPage) -> Markup {
    let confidence = asked.confidence_min.map(|min| format!("&confidence_min={min}")).unwrap_or_default();
    let link =
        |name: &str, cursor: &str| format!("/duplicates?state={}{confidence}&{name}={cursor}", asked.state.as_str());
    html! {
        @if shown.next.is_some() || shown.previous.is_some() {
            nav class="pager" aria-label="Pages" {
                @if let Some(previous) = &shown.previous { a class="button quiet" href=(link("before", previous)) { "Previous" } }
                @if let Some(next) = &shown.next { a class="button quiet" href=(link("after", next)) { "Next" } }
            }
        }
    }
}

async fn begin_scan(State(store): State<Store>, caller: Caller) -> Result<Redirect, Problem> {
    ask_scan(&store, &caller).await?;
    Ok(Redirect::to("/duplicates"))
}

#[derive(Debug, Deserialize)]
struct SureForm {
    confidence_min: u8,
}

async fn merge_sure(
    State(store): State<Store>,
    caller: Caller,
    Form(form): Form<SureForm>,
) -> Result<Redirect, Problem> {
    ask_merge(&store, &caller, form.confidence_min).await?;
    Ok(Redirect::to("/duplicates"))
}

async fn merge_one(
    State(store): State<Store>,
    caller: Caller,
    Path(path): Path<PairPath>,
) -> Result<Redirect, Problem> {
    decide::merge(&store, &caller, path.pair).await?;
    Ok(Redirect::to("/duplicates"))
}

async fn dismiss(State(store): State<Store>, caller: Caller, Path(path): Path<PairPath>) -> Result<Redirect, Problem> {
    decide::set(&store, &caller, path.pair, LinkState::Dismissed).await?;
    Ok(Redirect::to("/duplicates"))
}

async fn put_off(State(store): State<Store>, caller: Caller, Path(path): Path<PairPath>) -> Result<Redirect, Problem> {
    decide::set(&store, &caller, path.pair, LinkState::Later).await?;
    Ok(Redirect::to("/duplicates"))
}

async fn history(
    State(store): State<Store>,
    caller: Caller,
    Query(asked): Query<MergeQuery>,
) -> Result<Markup, Problem> {
    let shown = read_merges(&store, &caller, asked).await?;
    let body = html! {
        p { a href="/duplicates" { "← Duplicates" } }
        h1 { "Merges" }
        @if shown.merges.is_empty() { (page::empty("Nothing was merged yet", "What was merged can be undone here.", None)) } @else {
            div class="table-wrap" { table {
                thead { tr { th scope="col" { "When" } th scope="col" { "Lead" } th scope="col" { "Fields that changed" } th scope="col" { "By" } th scope="col" { "" } } }
                tbody { @for merge in &shown.merges { (merged(&caller, merge)) } }
            } }
            @if let Some(next) = shown.next { nav class="pager" aria-label="Pages" { a class="button quiet" href={ "/merges?before=" (next) } { "Older merges" } } }
        }
    };
    Ok(page::layout("Merges", &Chrome::of(&caller, Nav::Duplicates), body))
}

fn merged(caller: &Caller, merge: &Merge) -> Markup {
    html! {
        tr {
            td { (merge.merged_at.format("%Y-%m-%d %H:%M")) " UTC" }
            td { a href={ "/leads/" (merge.survivor) } { (merge.survivor) } }
            td { @if merge.fields.is_empty() { "none" } @else { (merge.fields.join(", ").replace('_', " ")) } }
            td { (merge.merged_by_kind.replace('_', " ")) }
            td {
                @match merge.undone_at {
                    Some(at) => span class="muted" { "undone on " (at.format("%Y-%m-%d")) },
                    None => form method="post" action={ "/merges/" (merge.id) "/undo" } { (caller.csrf.field()) button type="submit" class="quiet" { "Undo" } },
                }
            }
        }
    }
}

async fn undo(State(store): State<Store>, caller: Caller, Path(path): Path<MergePath>) -> Result<Redirect, Problem> {
    decide::undo(&store, &caller, path.merge).await?;
    Ok(Redirect::to("/merges"))
}
