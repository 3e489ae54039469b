//! People, what they are called and where they work, and where they worked before.

use std::collections::HashSet;

use super::super::chance::Chance;
use super::Telling;
use super::firm::{Firm, Pattern, number_of};
use super::names::{Names, Ranked, plain, short};

/// Work at one company.
pub(super) struct Job {
    pub(super) firm: usize,
    /// Level and field.
    pub(super) title: (usize, usize),
    pub(super) mailbox: String,
    pub(super) direct: Option<String>,
    pub(super) assisted: bool,
}

/// Somebody.
pub(super) struct Person {
    pub(super) first: String,
    pub(super) short: Option<&'static str>,
    pub(super) middle: Option<char>,
    pub(super) last: String,
    pub(super) mobile: Option<String>,
    pub(super) own_mailbox: String,
    pub(super) profile: String,
    /// The present employer, then the one before.
    pub(super) jobs: Vec<Job>,
}

impl Person {
    pub(super) fn new(
        names: &Names,
        firms: &[Firm],
        ranks: &Ranked,
        telling: Telling,
        taken: &mut HashSet<String>,
        chance: &mut Chance,
    ) -> Self {
        let (first, last) = (names.first(chance).to_owned(), names.last(chance).to_owned());
        let title = (chance.skewed(6), chance.below(9));
        let firm = ranks.draw(chance);
        let mut jobs = vec![Job::new(firm, title, &first, &last, firms, taken, chance)];
        if chance.percent(15) {
            // Half of them stay in the town, if a few tries find them a company there.
            let stays = chance.percent(50);
            let mut other = ranks.draw(chance);
            for _ in 0..60 {
                if other != firm && (!stays || firms[other].place == firms[firm].place) {
                    break;
                }
                other = ranks.draw(chance);
            }
            let before = match chance.below(10) {
                0..4 => title,
                4..8 => ((title.0 + 1).min(5), title.1),
                _ => (chance.skewed(6), chance.below(9)),
            };
            if other != firm {
                jobs.push(Job::new(other, before, &first, &last, firms, taken, chance));
            }
        }
        let (given, family) = (plain(&first), plain(&last));
        let digits = chance.digits(2);
        let own = match chance.below(5) {
            0 => format!("{given}.{family}"),
            1 => format!("{given}{family}{digits}"),
            2 => format!("{}{}{digits}", &given[..1], family),
            3 => format!("{}{}{}", &given[..given.len().min(3)], &family[..family.len().min(3)], chance.digits(3)),
            _ => format!(
                "{}{}",
                chance.one(&["sky", "runner", "blue", "river", "moto", "cat", "star", "golf"]),
                chance.digits(4)
            ),
        };
        let provider = chance.one(&["gmail.com", "gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com"]);
        let own_mailbox = free(&own, provider, taken, chance);
        let profile = match chance.below(3) {
            0 => free(&format!("{given}-{family}"), "", taken, chance),
            1 => free(&format!("{given}{family}"), "", taken, chance),
            _ => format!("{given}-{family}-{}{}", chance.one(&["a", "b", "9", "4b", "7c"]), chance.digits(5)),
        };
        Self {
            short: short(&first, chance),
            middle: chance.percent(25).then(|| char::from(b'a' + chance.below(20) as u8)),
            mobile: chance.percent(telling.mobiles).then(|| number_of(chance)),
            first,
            last,
            own_mailbox,
            profile: profile.trim_end_matches('@').to_owned(),
            jobs,
        }
    }
}

impl Job {
    fn new(
        firm: usize,
        title: (usize, usize),
        first: &str,
        last: &str,
        firms: &[Firm],
        taken: &mut HashSet<String>,
        chance: &mut Chance,
    ) -> Self {
        let (given, family) = (plain(first), plain(last));
        let initial = &given[..1];
        let local = match firms[firm].pattern {
            Pattern::Dotted => format!("{given}.{family}"),
            Pattern::Initial => format!("{initial}{family}"),
            Pattern::Given => given.clone(),
            Pattern::InitialDotted => format!("{initial}.{family}"),
            Pattern::Joined => format!("{given}{family}"),
        };
        // A second John is not `john2` but `johnsmith`.
        let domain = &firms[firm].domain;
        let local = if taken.contains(&format!("{local}@{domain}")) { format!("{given}.{family}") } else { local };
        Self {
            firm,
            title,
            mailbox: free(&local, domain, taken, chance),
            direct: chance.percent(30).then(|| number_of(chance)),
            assisted: chance.percent(4),
        }
    }
}

/// The address, or the next one that nobody has.
fn free(local: &str, domain: &str, taken: &mut HashSet<String>, chance: &mut Chance) -> String {
    let mut address = format!("{local}@{domain}");
    let mut next = if chance.percent(50) { 2 } else { 1 };
    while !taken.insert(address.clone()) {
        address = format!("{local}{next}@{domain}");
        next += 1;
    }
    address
}
