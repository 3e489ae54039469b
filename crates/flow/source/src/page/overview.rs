//! All imports, and the form for the next one.

use maud::{Markup, html};
use plumb_store::access::{self, Action};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Nav, Tone};

use crate::Source;
use crate::http::ImportPage;
use crate::model::{Import, State};

pub(super) fn page(source: &Source, caller: &Caller, imports: &ImportPage, later: bool) -> Markup {
    let may_import = access::allows(caller.role, Action::ImportsWrite);
    let older =
        imports.next.as_ref().and_then(|_| imports.imports.last()).map(|last| format!("/imports?before={}", last.id));
    let body = html! {
        h1 { "Imports" }
        @if may_import && !later {
            section class="card" {
                h2 { "Bring in a list" }
                p class="muted" {
                    "A CSV file of up to " (size(source.upload_bytes_max as i64)) ", plain or packed with gzip or zstd, with one row "
                    "that names the columns. "
                    "It is kept encrypted and removed 30 days after the import ends."
                }
                (page::upload("/imports", &caller.csrf, "CSV file", ".csv,.tsv,.txt,.gz,.zst,text/csv", "Upload", html! {}))
            }
        }
        p class="muted" { a href="/imports/policy" { "What is not taken from lists" } }
        @if imports.imports.is_empty() {
            (page::empty("No imports yet", "Upload a list to see its rows cleaned, merged and checked.", None))
        } @else {
            div class="table-wrap" {
                table {
                    thead { tr {
                        th scope="col" { "List" } th scope="col" { "State" } th scope="col" class="num" { "Rows" }
                        th scope="col" class="num" { "New" } th scope="col" class="num" { "Merged" }
                        th scope="col" class="num" { "Rejected" } th scope="col" { "Uploaded" }
                    } }
                    tbody { @for import in &imports.imports { (row(import)) } }
                }
            }
            @if let Some(older) = older {
                p class="pager" { a class="button quiet" href=(older) { "Older imports" } }
            }
        }
    };
    page::layout("Imports", &Chrome::of(caller, Nav::Imports), body)
}

fn row(import: &Import) -> Markup {
    let progress = &import.progress;
    html! {
        tr {
            td { a href=(import.links.page) { (name(import)) } }
            td { (state(import.state)) }
            td class="num" { (progress.rows_read) }
            td class="num" { (progress.rows_new) }
            td class="num" { (progress.rows_merged) }
            td class="num" { (progress.rows_rejected + progress.rows_suppressed) }
            td { time datetime=(import.created_at.to_rfc3339()) { (import.created_at.format("%Y-%m-%d %H:%M")) " UTC" } }
        }
    }
}

/// The file's name, or what stands for it once it was removed.
pub(super) fn name(import: &Import) -> String {
    if import.file_name.is_empty() {
        return format!("List of {}", import.created_at.format("%Y-%m-%d"));
    }
    import.file_name.clone()
}

/// The state as a badge.
pub(super) fn state(state: State) -> Markup {
    let (tone, word) = match state {
        State::Uploading => (Tone::Busy, "Uploading"),
        State::Draft => (Tone::Caution, "Needs a mapping"),
        State::Queued => (Tone::Neutral, "Waiting"),
        State::Running => (Tone::Busy, "Running"),
        State::Done => (Tone::Good, "Done"),
        State::Failed => (Tone::Bad, "Failed"),
        State::Cancelled => (Tone::Neutral, "Cancelled"),
    };
    page::badge(tone, word)
}

/// Bytes for people.
pub(super) fn size(bytes: i64) -> String {
    match bytes {
        ..1_024 => format!("{bytes} bytes"),
        1_024..1_048_576 => format!("{} KiB", bytes / 1_024),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GiB", bytes as f64 / 1_073_741_824.0),
    }
}
