//! The lead's score for rows of a list: the same points as in the database, looked up instead of added up.

use plumb_clean::{CleanRow, Flag, Value};
use plumb_lead::Facts;
use plumb_lead::domain::score::is_own_domain;

/// Facts that a row of a list can have, a bit each.
const FACTS: usize = 11;

/// The score of every combination of facts.
pub(crate) struct Scores(Vec<u8>);

impl Scores {
    pub(crate) fn new() -> Self {
        Self((0..1_usize << FACTS).map(score_of).collect())
    }

    pub(crate) fn of(&self, row: CleanRow<'_>) -> u8 {
        let own = || is_own_domain(row.get(Value::EmailDomain), row.get(Value::OrgDomain));
        let flags = row.flags();
        let facts = [
            row.has(Value::Email),
            row.has(Value::Email) && own(),
            row.has(Value::OrgDomain),
            row.has(Value::FirstName) && row.has(Value::LastName),
            row.has(Value::Title),
            row.has(Value::Company),
            row.has(Value::Phone),
            row.has(Value::Country),
            row.has(Value::Linkedin),
            flags.contains(Flag::EmailRole),
            flags.contains(Flag::EmailDisposable),
        ];
        let bits = facts.iter().enumerate().fold(0, |bits, (n, fact)| bits | usize::from(*fact) << n);
        self.0[bits]
    }
}

fn score_of(bits: usize) -> u8 {
    let has = |n: usize| bits >> n & 1 == 1;
    let mut flags = Vec::new();
    flags.extend(has(9).then(|| Flag::EmailRole.code().to_owned()));
    flags.extend(has(10).then(|| Flag::EmailDisposable.code().to_owned()));
    let facts = Facts {
        email: has(0).then_some("x"),
        own_domain: has(1),
        org_domain: has(2),
        full_name: has(3),
        title: has(4),
        company: has(5),
        phone: has(6),
        country: has(7),
        profile: has(8),
        sources: false,
        verdict: None,
        flags: &flags,
    };
    u8::try_from(plumb_lead::score(&facts).0).unwrap_or(0)
}
