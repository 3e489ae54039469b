//! Background work: loading a file, screening leads.

mod answers;
mod load;
mod screen;

use std::time::Duration;

use plumb_base::ImportId;
use plumb_lead::{ToScreen, ToScreenEdited};
use plumb_store::job::{Job, Registry};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Shelves;

/// A file that waits to be loaded. Safe to run twice: a version that is in force is not loaded again, and answers and
/// entries take the place of their like.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct LoadList {
    /// The load.
    pub load: ImportId,
}

impl Job for LoadList {
    const NAME: &'static str = "screen.load";
    // Each restart of the server in the middle of a long list takes one.
    const ATTEMPTS_MAX: u16 = 20;
}

/// Leads that wait to be screened. Safe to run twice: it goes on after the last page that was committed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ScreenLeads {
    /// The screening.
    pub screening: Uuid,
}

impl Job for ScreenLeads {
    const NAME: &'static str = "screen.leads";
    const ATTEMPTS_MAX: u16 = 20;
}

/// A list that was loaded: every lead is screened with it. Queued once for as many lists as come within [`LISTS_GATHER`].
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct ToScreenAgain {}

impl Job for ToScreenAgain {
    const NAME: &'static str = "screen.again";
}

/// How long lists are gathered before leads are screened with them: the federal list and those of the states come together.
const LISTS_GATHER: Duration = Duration::from_mins(1);

/// Leads of one transaction.
const PAGE_LEADS: u32 = 1_000;

/// The background work of this crate.
#[must_use]
pub fn jobs(shelves: &Shelves) -> Registry {
    let (loading, screening) = (shelves.clone(), shelves.clone());
    Registry::new()
        .handle::<ToScreen, _, _>(screen::begin)
        .handle::<ToScreenEdited, _, _>(screen::begin_edited)
        .handle::<ToScreenAgain, _, _>(screen::begin_again)
        .handle::<LoadList, _, _>(move |job, cx| load::run(loading.clone(), job, cx))
        .handle::<ScreenLeads, _, _>(move |job, cx| screen::run(screening.clone(), PAGE_LEADS, job, cx))
}

#[cfg(test)]
mod tests;
