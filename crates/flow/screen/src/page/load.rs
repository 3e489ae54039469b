//! One file that is loaded.

use maud::{Markup, html};
use plumb_web::Caller;
use plumb_web::page::{self, Chrome, Tone};

use crate::domain::registry::Registry;
use crate::model::{FileKind, Load, LoadState};

pub(super) fn page(caller: &Caller, load: &Load) -> Markup {
    let known = |figure: i64| u64::try_from(figure).unwrap_or(0);
    let title = title(load);
    let body = html! {
        h1 { (title) " " (state(load.state)) }
        @if let Some(error) = &load.error { (page::notice(Tone::Bad, error)) }
        @if load.state.is_final() {
            (page::counts(&[
                page::count("Entries", "entries", load.entries),
                page::count("Added", "added", load.added),
                page::count("Removed", "removed", load.removed),
                page::count("Without effect", "without_effect", load.without_effect),
                page::count("Not a number", "malformed", load.malformed),
                page::count("Numbers now", "numbers", load.numbers),
            ]))
        } @else {
            (page::progress("Bytes read", "bytes_read", known(load.bytes_read), Some(known(load.bytes))))
            p { a class="button quiet" href=(format!("/dnc/loads/{}", load.id)) { "Look again" } }
        }
        h2 { "The file" }
        dl class="facts" {
            dt { "Date of the version" } dd { (load.version_date) }
            dt { "Obtained" } dd { (load.obtained_on) }
            @if let Some(based_on) = load.based_on { dt { "Changes the version of" } dd { (based_on) } }
            dt { "Size" } dd { (page::number(known(load.bytes))) " bytes" }
            @if let Some(sha256) = &load.manifest_sha256 { dt { "SHA-256 of the version" } dd { code { (sha256) } } }
        }
        p { a href="/dnc" { "All registries" } }
    };
    page::layout(&title, &Chrome::of(caller, None), body)
}

pub(super) fn title(load: &Load) -> String {
    let registry = load.registry.map_or("", Registry::title);
    match load.kind {
        FileKind::Full => registry.to_owned(),
        FileKind::Change => format!("{registry}, changes"),
        FileKind::Reassigned => "Reassigned numbers".to_owned(),
        FileKind::Company => "The company's own list".to_owned(),
    }
}

pub(super) fn state(state: LoadState) -> Markup {
    match state {
        LoadState::Queued => page::badge(Tone::Neutral, "Waiting"),
        LoadState::Running => page::badge(Tone::Busy, "Running"),
        LoadState::Done => page::badge(Tone::Good, "Done"),
        LoadState::Failed => page::badge(Tone::Bad, "Failed"),
    }
}
