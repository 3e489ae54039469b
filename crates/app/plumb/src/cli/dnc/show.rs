//! What people and programs see of Do-Not-Call lists.

use std::path::Path;

use chrono::{NaiveDate, TimeDelta};
use plumb_base::Timestamp;
use plumb_screen::bits::{Library, Loaded, Manifest};
use plumb_screen::domain::registry::Registry;
use serde_json::{Value, json};

use super::super::{print, say};

pub(super) fn loaded_json(loaded: &Loaded) -> Value {
    json!({
        "list": manifest_json(&loaded.manifest),
        "entries": loaded.counts.entries,
        "malformed": loaded.counts.malformed,
        "added": loaded.added,
        "removed": loaded.removed,
        "without_effect": loaded.without_effect,
    })
}

pub(super) fn loaded(loaded: &Loaded) {
    let Loaded { manifest, counts, .. } = loaded;
    for (label, number) in [
        ("entries", counts.entries),
        ("without a number", counts.malformed),
        ("added", loaded.added),
        ("removed", loaded.removed),
        ("without effect", loaded.without_effect),
        ("numbers now", manifest.numbers),
    ] {
        print(format_args!("{label:<18} {number:>12}"));
    }
    print(format_args!("{}, to be called on until {}.", titled(manifest), last_day(manifest)));
    if manifest.covers.is_some() {
        say(
            "It speaks about the area codes in the file; numbers of others are not screened. --every-area-code says otherwise.",
        );
    }
}

pub(super) fn status_json(library: &Library, at: Timestamp) -> Value {
    let lists = library.editions().map(|edition| {
        let mut list = manifest_json(edition.manifest());
        list["stale"] = json!(at >= edition.manifest().valid_until());
        list
    });
    json!({ "lists": lists.collect::<Vec<_>>(), "not_configured": missing(library) })
}

pub(super) fn status(dir: &Path, library: &Library, at: Timestamp) {
    for edition in library.editions() {
        let manifest = edition.manifest();
        let age = if at < manifest.valid_until() {
            format!("to be called on until {}", last_day(manifest))
        } else {
            format!("stale since {}: load a newer version", manifest.valid_until().date_naive())
        };
        print(format_args!("{}: {} numbers, {age}", titled(manifest), manifest.numbers));
    }
    let missing = missing(library);
    if missing.len() == Registry::ALL.len() {
        print(format_args!("Not configured: there is no list in {}.", dir.display()));
    } else {
        print(format_args!("Not configured: {}.", missing.join(", ")));
    }
}

fn missing(library: &Library) -> Vec<&'static str> {
    let missing = Registry::ALL.iter().filter(|registry| library.edition(**registry).is_none());
    missing.map(|registry| registry.title()).collect()
}

/// The last day on which the version may be called on, that day included.
fn last_day(manifest: &Manifest) -> NaiveDate {
    (manifest.valid_until() - TimeDelta::days(1)).date_naive()
}

fn titled(manifest: &Manifest) -> String {
    format!("{} of {} ({})", manifest.registry.title(), manifest.version_date, manifest.holder)
}

fn manifest_json(manifest: &Manifest) -> Value {
    json!({
        "registry": manifest.registry,
        "title": manifest.registry.title(),
        "holder": manifest.holder,
        "version_date": manifest.version_date,
        "obtained_on": manifest.obtained_on,
        "based_on": manifest.based_on,
        "valid_until": manifest.valid_until(),
        "numbers": manifest.numbers,
        "area_codes": manifest.covers.as_ref().map(std::collections::BTreeSet::len),
        "manifest_sha256": manifest.fingerprint(),
    })
}
