//! The contact lists that a sales team gathers: an account system, badges from events, profiles and a newsletter. Every
//! company is many people under one address and one switchboard, and some of them have changed it for another.

mod firm;
mod names;
mod sight;
mod staff;

use super::Set;
use super::chance::Chance;
use firm::Firm;
use staff::Person;

const HEADERS: [&str; 14] = [
    "first_name",
    "last_name",
    "full_name",
    "title",
    "company",
    "website",
    "email",
    "phone",
    "street",
    "city",
    "region",
    "postcode",
    "country",
    "profile_url",
];

/// How much of a person a list tells.
#[derive(Clone, Copy)]
struct Telling {
    /// Profiles are in it.
    profiles: bool,
    /// Of a hundred people, how many can be had on a mobile.
    mobiles: usize,
}

/// A person's row, and at which employer it caught them: what errors are sorted by.
pub struct Sighting {
    /// The person.
    pub person: u32,
    /// The company.
    pub employer: u32,
    /// It shows a mailbox that is the person's wherever they work.
    pub own_mailbox: bool,
    /// It shows a mobile.
    pub mobile: bool,
    /// It shows a profile.
    pub profile: bool,
}

/// A market as all sources together show it.
#[must_use]
pub fn market(rows: usize, seed: u64) -> Set {
    market_sighted(rows, seed, false).0
}

/// The same without profiles and with few mobiles.
#[must_use]
pub fn market_bare(rows: usize, seed: u64) -> Set {
    market_sighted(rows, seed, true).0
}

/// A market, and for each row what was seen of whom.
#[must_use]
pub fn market_sighted(rows: usize, seed: u64, bare: bool) -> (Set, Vec<Sighting>) {
    let chance = &mut Chance::new(seed);
    let telling = if bare { Telling { profiles: false, mobiles: 12 } } else { Telling { profiles: true, mobiles: 45 } };
    let people = rows * 4 / 11;
    let places = names::places(chance);
    let names = names::Names::new(chance);
    let firms: Vec<Firm> = (0..(people / 16).max(4)).map(|number| Firm::new(number, &places, chance)).collect();
    let ranks = names::Ranked::new(firms.len(), 0.8, 2.0);
    let mut taken = std::collections::HashSet::new();
    let mut sightings: Vec<(Sighting, Vec<String>)> = Vec::new();
    let mut number = 0;
    while sightings.len() < rows {
        let person = Person::new(&names, &firms, &ranks, telling, &mut taken, chance);
        for _ in 0..[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6][chance.below(20)] {
            sightings.push(sight::of(number, &person, &firms, &places, telling, chance));
        }
        number += 1;
    }
    for at in (1..sightings.len()).rev() {
        let other = chance.below(at + 1);
        sightings.swap(at, other);
    }
    let mut set = Set::new(if bare { "market_bare" } else { "market" }, &HEADERS);
    let mut seen = Vec::with_capacity(sightings.len());
    for (sighting, mut row) in sightings {
        if !telling.profiles {
            row.pop();
        }
        set.push(sighting.person as usize, row);
        seen.push(sighting);
    }
    if !telling.profiles {
        set.headers.pop();
    }
    (set, seen)
}
