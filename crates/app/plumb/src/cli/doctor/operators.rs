//! How the operators of mail servers take our questions: whom the nodes leave alone, and whom they ask more slowly.

use plumb_egress::Manners;
use plumb_store::{OperatorPause, OperatorState, Store};

use super::{Finding, State};
use crate::config::Config;

#[cfg(test)]
mod tests;

const WHAT: &str = "manners";

/// One line for each operator with a word for us, or one that there is none.
pub(super) async fn operators(store: &Store, config: &Config) -> Vec<Finding> {
    match store.operators().await {
        Ok(states) => read(&states, &config.smtp_manners.as_ref().map_or_else(Manners::strict, Manners::from)),
        Err(error) => vec![Finding::bad(WHAT, error.to_string(), "start the server with `plumb up`, then look again")],
    }
}

fn read(states: &[OperatorState], manners: &Manners) -> Vec<Finding> {
    let told: Vec<Finding> = states.iter().filter_map(|state| told(state, manners)).collect();
    if !told.is_empty() {
        return told;
    }
    let asked: u64 = states.iter().map(|state| u64::from(state.asked_today)).sum();
    let found = format!(
        "no operator of mail servers is left alone or asked more slowly; {asked} connections to {} of them today",
        states.len()
    );
    vec![Finding::good(WHAT, found)]
}

fn told(state: &OperatorState, manners: &Manners) -> Option<Finding> {
    let from = if state.source.is_empty() { String::new() } else { format!(" from {}", state.source) };
    let operator = format!("{}{from}", state.operator);
    let is_day_full = state.asked_today >= manners.operator_day_max;
    let (found, mend) = match state.paused {
        Some((until, pause)) => {
            let (why, mend) = match pause {
                OperatorPause::Blocked => (
                    "it refuses our address",
                    "run `plumb verify --audit`, and ask the operator to take the address off",
                ),
                OperatorPause::Goodbye | OperatorPause::Day => {
                    ("it said goodbye", "nothing: it is asked again by itself")
                }
            };
            (format!("{operator} is left alone until {}: {why}", until.format("%Y-%m-%d %H:%M UTC")), mend)
        }
        None if is_day_full => {
            let day = format!("{operator} was asked {} times today, which is all that a day allows", state.asked_today);
            (day, "nothing: it is asked again tomorrow; more addresses of one's own (smtp_sources) ask more")
        }
        None if state.halvings > 0 => {
            let slower = 1_u32 << state.halvings;
            let blocks = match state.blocks {
                0 => String::new(),
                blocks => format!(", after {blocks} refusals of our address in a row"),
            };
            (
                format!("{operator} is asked at 1/{slower} of the rate{blocks}"),
                "nothing: each hour without another such answer doubles it",
            )
        }
        None => return None,
    };
    Some(Finding { state: State::Note, ..Finding::bad(WHAT, found, mend) })
}
