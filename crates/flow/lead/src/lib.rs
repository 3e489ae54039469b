//! Stage 0: the record that travels. Its rows, the order of the flow, the hand-over between stages, whether it may
//! be used and why not, its score, and where each of its fields came from.

mod compare;
mod contact;
mod counts;
mod dnc;
pub mod domain;
mod edit;
mod flow;
mod http;
mod leave;
mod merge;
mod origin;
mod page;
mod query;
mod read;
mod upsert;
mod withhold;

pub use compare::{Comparable, Scope, comparable, comparable_by_id, count_comparable, keep};
pub use contact::{Contact, contact, unchecked};
pub use counts::{Counts, VerdictCount, counts};
pub use dnc::{Phone, Screened, Standing, Withheld, do_not_call, numbers_on, phones, record_screening, screen_again};
pub use domain::score::{Facts, Part, SCORE_VERSION, score};
pub use domain::usable::{Unusable, usable};
pub use domain::{Field, NewLead};
pub use flow::{
    FLOW, Handed, Stage, ToCompare, ToScreen, ToScreenEdited, ToVerify, compare_again, hand_over_import, screen_edited,
};
pub use leave::{Leaving, count_leaving, leaving, opted_out_since};
pub use merge::{Merge, MergeError, Merged, UndoError, merge, merges, undo};
pub use origin::Origin;
pub use read::{Filter, Lead, VerdictFilter, leads};
pub use upsert::{Landed, suppressed, upsert};
pub use verdict::{VerdictSummary, record_verdict};
pub use withhold::{WITHHELD, withhold_opted_out};

mod verdict;

/// The routes of this crate.
#[must_use]
pub fn routes(store: &plumb_store::Store) -> Vec<plumb_web::Route> {
    let mut routes = http::routes(store);
    routes.extend(page::routes(store));
    routes
}

#[cfg(test)]
mod tests;
