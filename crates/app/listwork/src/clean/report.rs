//! The report: one page that needs nothing else.

use maud::{Markup, html};

use super::summary::Summary;

pub(crate) fn page(_summary: &Summary) -> Markup {
    html! {}
}
