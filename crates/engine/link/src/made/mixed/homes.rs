//! Members of a club, customers of a shop, patients: households under one address, with one telephone and one mailbox,
//! with twins, with fathers and sons of one name, and people who moved or married.

use super::super::Set;
use super::{Chance, EASY, HARD, Keeping, copies, pool, typed};

const HEADERS: [&str; 12] = [
    "Forename",
    "Family name",
    "Suffix",
    "Date of birth",
    "E-mail",
    "Home phone",
    "Mobile",
    "Street",
    "House no",
    "Town",
    "Postcode",
    "Newsletter",
];

#[derive(Clone)]
struct Home {
    street: String,
    number: String,
    town: String,
    postcode: String,
    phone: String,
    mailbox: String,
}

struct Person {
    first: &'static str,
    called: &'static [&'static str],
    lasts: Vec<String>,
    suffix: &'static str,
    born: String,
    mailbox: Option<String>,
    mobile: Option<String>,
    homes: Vec<Home>,
}

/// Well kept.
#[must_use]
pub fn homes_easy(rows: usize, seed: u64) -> Set {
    make("homes_easy", rows, seed, EASY)
}

/// As such lists are.
#[must_use]
pub fn homes(rows: usize, seed: u64) -> Set {
    make("homes", rows, seed, HARD)
}

fn home(family: &str, chance: &mut Chance) -> Home {
    let town = chance.below(400);
    let places = &mut Chance::new(9_000 + town as u64);
    let quarter = chance.below(12);
    Home {
        street: format!("{} {}", pool::word(chance), chance.one(&["Road", "Avenue", "Close", "Lane"])),
        number: format!("{}{}", chance.below(150) + 1, if chance.percent(15) { "a" } else { "" }),
        town: pool::word(places),
        postcode: format!("{}{quarter:02}", places.digits(3)),
        phone: format!("0{} {}", places.digits(3), chance.digits(6)),
        mailbox: format!(
            "{}.family{}@{}",
            pool::plain(family),
            chance.digits(3),
            chance.one(&["gmail.com", "gmx.net"])
        ),
    }
}

fn born(from: usize, years: usize, chance: &mut Chance) -> String {
    format!("{}-{:02}-{:02}", from + chance.below(years), chance.below(12) + 1, chance.below(28) + 1)
}

fn person(family: &str, home: &Home, born: String, woman: bool, keeping: Keeping, chance: &mut Chance) -> Person {
    let (first, called) = pool::given(woman, chance);
    let mut one = Person {
        first,
        called,
        lasts: vec![family.to_owned()],
        suffix: "",
        born,
        mailbox: chance.percent(70).then(|| pool::private(first, family, chance)),
        mobile: chance.percent(75).then(|| format!("07{} {}", chance.digits(3), chance.digits(6))),
        homes: vec![home.clone()],
    };
    if chance.percent(keeping.movers) {
        one.homes.push(self::home(family, chance));
        if woman && chance.percent(40) {
            one.lasts.push(pool::family(chance));
        }
    }
    one
}

/// One more of a family, called as nobody else in it is.
fn own_name(people: &mut Vec<Person>, family: &str, home: &Home, born: &str, keeping: Keeping, chance: &mut Chance) {
    loop {
        let one = person(family, home, born.to_owned(), chance.percent(50), keeping, chance);
        if people.iter().all(|other| other.first != one.first) {
            people.push(one);
            return;
        }
    }
}

/// A couple, or one alone; children; among them twins, or a son who is called as his father is.
fn household(keeping: Keeping, chance: &mut Chance) -> Vec<Person> {
    let family = pool::family(chance);
    let home = home(&family, chance);
    let mut people: Vec<Person> = Vec::new();
    let mut add = |from: usize, years: usize, chance: &mut Chance| {
        let day = born(from, years, chance);
        own_name(&mut people, &family, &home, &day, keeping, chance);
    };
    add(1940, 45, chance);
    if chance.percent(60) {
        add(1940, 45, chance);
    }
    for _ in 0..[0, 0, 0, 1, 1, 2, 2, 3][chance.below(8)] {
        add(1986, 20, chance);
    }
    if chance.percent(keeping.movers / 3) {
        let day = born(1986, 20, chance);
        own_name(&mut people, &family, &home, &day, keeping, chance);
        own_name(&mut people, &family, &home, &day, keeping, chance);
    }
    if chance.percent(keeping.movers / 3) {
        let mut son = person(&family, &home, born(1986, 20, chance), false, keeping, chance);
        (son.first, son.called) = (people[0].first, people[0].called);
        (people[0].suffix, son.suffix) = ("Sr", "Jr");
        people.push(son);
    }
    people
}

fn row(person: &Person, keeping: Keeping, chance: &mut Chance) -> Vec<String> {
    let at = chance.below(person.homes.len());
    let home = &person.homes[at];
    let last = person.lasts[at.min(person.lasts.len() - 1)].clone();
    let (mut first, mut last) = (person.first.to_owned(), last);
    if chance.percent(keeping.variants) {
        match chance.below(6) {
            0 => first = first[..1].to_owned(),
            1 => std::mem::swap(&mut first, &mut last),
            _ if !person.called.is_empty() => first = chance.one(person.called).to_owned(),
            _ => {}
        }
    }
    let parts: Vec<&str> = person.born.split('-').collect();
    let day = match chance.below(20) {
        0 if keeping.slips > 4 => format!("{}/{}/{}", parts[1], parts[2], parts[0]),
        1 if keeping.slips > 4 => format!("{}-01-01", parts[0]),
        2..10 => format!("{}.{}.{}", parts[2], parts[1], parts[0]),
        _ => person.born.clone(),
    };
    let own = person.mailbox.as_ref().filter(|_| !chance.percent(keeping.shared)).unwrap_or(&home.mailbox).clone();
    let mut cells = vec![
        typed(&first, keeping, chance),
        typed(&last, keeping, chance),
        person.suffix.to_owned(),
        day,
        typed(&own, Keeping { slips: keeping.slips / 3, ..keeping }, chance),
        home.phone.clone(),
        person.mobile.clone().unwrap_or_default(),
        typed(&home.street, keeping, chance),
        home.number.clone(),
        typed(&home.town, keeping, chance),
        home.postcode.clone(),
        chance.one(&["yes", "no"]).to_owned(),
    ];
    for cell in [2, 3, 4, 5, 6] {
        if chance.percent(keeping.gaps) {
            cells[cell].clear();
        }
    }
    // An address is there as a whole or not at all.
    if chance.percent(keeping.gaps) {
        (7..11).for_each(|cell| cells[cell].clear());
    }
    if (4..8).all(|cell| cells[cell].is_empty()) {
        cells[4] = own;
    }
    cells
}

fn make(name: &'static str, rows: usize, seed: u64, keeping: Keeping) -> Set {
    let chance = &mut Chance::new(seed ^ 0x403e);
    let mut set = Set::new(name, &HEADERS);
    let mut number = 0;
    while set.rows.len() < rows {
        for person in household(keeping, chance) {
            for _ in 0..copies(chance) {
                let row = row(&person, keeping, chance);
                set.push(number, row);
            }
            number += 1;
        }
    }
    set.shuffled(chance)
}
