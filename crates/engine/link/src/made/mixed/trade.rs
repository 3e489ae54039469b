//! Four departments' lists of the people they deal with at other companies: the sales system, badges from events, a
//! newsletter and a directory that was bought.

use std::collections::HashSet;

use super::super::Set;
use super::pool::{self, plain};
use super::{Chance, EASY, HARD, Keeping, copies, typed};

const HEADERS: [&str; 13] = [
    "Salutation",
    "Given name",
    "Surname",
    "Suffix",
    "Job title",
    "Organisation",
    "E-mail",
    "Direct line",
    "Main phone",
    "Address",
    "Town",
    "Postal code",
    "Source",
];

const TRADES: &[&str] = &[
    "Logistics",
    "Foods",
    "Consulting",
    "Engineering",
    "Software",
    "Partners",
    "Plastics",
    "Legal",
    "Travel",
    "Dental",
    "Insurance",
    "Packaging",
];
const FORMS: &[&str] = &["Ltd", "Limited", "plc", "LLP", "Inc.", ""];
const SHARED: &[&str] = &["info", "sales", "office", "hello", "contact", "admin"];
const RANKS: &[&str] = &["Head of", "Director of", "Manager,", "VP", "Chief", "Assistant to"];
const SUBJECTS: &[&str] = &["Sales", "Purchasing", "Finance", "IT", "Operations", "Marketing", "People"];

struct Firm {
    name: String,
    other_name: String,
    domain: String,
    switchboard: String,
    prefix: String,
    address: [String; 3],
    pattern: usize,
}

struct Post {
    firm: usize,
    mailbox: String,
    direct: Option<String>,
    title: String,
}

struct Person {
    woman: bool,
    first: &'static str,
    called: &'static [&'static str],
    last: String,
    married: Option<String>,
    suffix: &'static str,
    mobile: Option<String>,
    private: Option<String>,
    posts: Vec<Post>,
}

/// Well kept.
#[must_use]
pub fn trade_easy(rows: usize, seed: u64) -> Set {
    make("trade_easy", rows, seed, EASY)
}

/// As such lists are.
#[must_use]
pub fn trade(rows: usize, seed: u64) -> Set {
    make("trade", rows, seed, HARD)
}

fn firm(number: usize, chance: &mut Chance) -> Firm {
    let (own, trade) = (pool::word(chance), chance.one(TRADES));
    let name = match chance.below(4) {
        0 => format!("{own} & {}", pool::family(chance)),
        1 => format!("{own} Group"),
        _ => format!("{own} {trade}"),
    };
    let area = chance.digits(3);
    let prefix = format!("0{area} {}", chance.digits(3));
    Firm {
        other_name: format!("{name} {}", chance.one(FORMS)).trim_end().to_owned(),
        domain: format!("{}{number}.{}", plain(&name), chance.one(&["example", "test"])),
        name,
        switchboard: format!("{prefix} 000"),
        address: [
            format!("{} {} {}", chance.below(180) + 1, pool::word(chance), chance.one(&["Road", "Street", "Way"])),
            pool::word(&mut Chance::new(1_000 + chance.below(300) as u64)),
            format!("{} {}", chance.one(&["LS", "MK", "NG", "BS", "EX", "YO"]), chance.digits(4)),
        ],
        prefix,
        pattern: chance.below(5),
    }
}

/// No two people at one company have one address: the second gets a number.
fn mailbox(firm: &Firm, first: &str, last: &str, taken: &mut HashSet<String>, chance: &mut Chance) -> String {
    let (first, last) = (plain(first), plain(last));
    let initial = &first[..1];
    let local = match firm.pattern {
        0 => format!("{first}.{last}"),
        1 => format!("{initial}{last}"),
        2 => format!("{last}.{first}"),
        3 => format!("{first}{}", &last[..1]),
        _ => format!("{initial}.{last}"),
    };
    // One in twenty-five has a number, whoever had the address before.
    let mut number = if chance.percent(4) { chance.below(8) + 2 } else { 0 };
    loop {
        let serial = if number == 0 { String::new() } else { number.to_string() };
        let address = format!("{local}{serial}@{}", firm.domain);
        if taken.insert(address.clone()) {
            return address;
        }
        number += 1;
    }
}

/// Companies, and the addresses that people have there.
struct Market {
    firms: Vec<Firm>,
    taken: HashSet<String>,
}

/// Large companies have more people than small ones.
fn employer(market: &Market, chance: &mut Chance) -> usize {
    let count = market.firms.len();
    if chance.percent(30) { chance.skewed(count) } else { chance.below(count) }
}

fn post(market: &mut Market, at: usize, first: &str, last: &str, chance: &mut Chance) -> Post {
    let Market { firms, taken } = market;
    let firm = &firms[at];
    Post {
        firm: at,
        mailbox: mailbox(firm, first, last, taken, chance),
        direct: chance.percent(45).then(|| format!("{} {:03}", firm.prefix, chance.below(900) + 100)),
        title: format!("{} {}", chance.one(RANKS), chance.one(SUBJECTS)),
    }
}

fn person(market: &mut Market, keeping: Keeping, chance: &mut Chance) -> Person {
    let woman = chance.percent(48);
    let ((first, called), last) = (pool::given(woman, chance), pool::family(chance));
    let at = employer(market, chance);
    let mut posts = vec![post(market, at, first, &last, chance)];
    if chance.percent(keeping.movers) {
        let at = employer(market, chance);
        posts.push(post(market, at, first, &last, chance));
    }
    Person {
        woman,
        first,
        called,
        married: (woman && chance.percent(keeping.movers / 2)).then(|| pool::family(chance)),
        suffix: "",
        mobile: chance.percent(60).then(|| format!("07{} {}", chance.digits(3), chance.digits(6))),
        private: chance.percent(30).then(|| pool::private(first, &last, chance)),
        last,
        posts,
    }
}

fn row(person: &Person, firms: &[Firm], keeping: Keeping, chance: &mut Chance) -> Vec<String> {
    let post = &person.posts[chance.below(person.posts.len())];
    let firm = &firms[post.firm];
    let source = ["Sales", "Badge", "Newsletter", "Directory"][chance.below(4)];
    let last = person.married.as_ref().filter(|_| chance.percent(50)).unwrap_or(&person.last);
    let (mut first, mut last) = (person.first.to_owned(), last.clone());
    if chance.percent(keeping.variants) {
        match chance.below(5) {
            0 => first = format!("{}.", &first[..1]),
            1 => std::mem::swap(&mut first, &mut last),
            _ if !person.called.is_empty() => first = chance.one(person.called).to_owned(),
            _ => {}
        }
    }
    let own = if source == "Badge" && chance.percent(50) { person.private.as_ref() } else { None };
    let own = own.unwrap_or(&post.mailbox).clone();
    let shared = format!("{}@{}", chance.one(SHARED), firm.domain);
    let mut direct = match source {
        "Badge" => person.mobile.clone(),
        "Sales" => post.direct.clone().filter(|_| chance.percent(60)).or_else(|| person.mobile.clone()),
        _ => None,
    }
    .unwrap_or_default();
    let mut cells = vec![
        if person.woman { "Ms" } else { "Mr" }.to_owned(),
        typed(&first, keeping, chance),
        typed(&last, keeping, chance),
        person.suffix.to_owned(),
        typed(&post.title, keeping, chance),
        typed(if chance.percent(50) { &firm.name } else { &firm.other_name }, keeping, chance),
        if chance.percent(keeping.shared) { shared } else { typed(&own, Keeping { slips: 1, ..keeping }, chance) },
        std::mem::take(&mut direct),
        firm.switchboard.clone(),
        typed(&firm.address[0], keeping, chance),
        typed(&firm.address[1], keeping, chance),
        firm.address[2].clone(),
        source.to_owned(),
    ];
    let empty: &[usize] = match source {
        "Newsletter" => &[0, 3, 4, 7, 8, 9, 10, 11],
        "Badge" => &[8, 9, 10, 11],
        _ => &[],
    };
    for cell in empty {
        cells[*cell].clear();
    }
    for cell in [0, 3, 4, 5, 6, 7, 8, 9, 10, 11] {
        if chance.percent(keeping.gaps) {
            cells[cell].clear();
        }
    }
    // Somebody must be reached.
    if cells[6].is_empty() && cells[7].is_empty() {
        if source == "Directory" {
            cells[5].clone_from(&firm.name);
            cells[8].clone_from(&firm.switchboard);
        } else {
            cells[6] = own;
        }
    }
    cells
}

fn make(name: &'static str, rows: usize, seed: u64, keeping: Keeping) -> Set {
    let chance = &mut Chance::new(seed ^ 0x7ade);
    let firms = (0..(rows / 30).max(4)).map(|number| firm(number, chance)).collect();
    let mut market = Market { firms, taken: HashSet::new() };
    let mut set = Set::new(name, &HEADERS);
    let mut number = 0;
    while set.rows.len() < rows {
        let mut one = person(&mut market, keeping, chance);
        // A father and his son in one firm, or two of one name.
        let namesake = chance.percent(keeping.movers / 6).then(|| {
            let posts = vec![post(&mut market, one.posts[0].firm, one.first, &one.last, chance)];
            let mut other = person(&mut market, keeping, chance);
            (other.first, other.called, other.last, other.woman) = (one.first, one.called, one.last.clone(), one.woman);
            other.married = None;
            other.posts = posts;
            other.private = None;
            if !one.woman && chance.percent(50) {
                (one.suffix, other.suffix) = ("Sr", "Jr");
            }
            other
        });
        for person in std::iter::once(one).chain(namesake) {
            for _ in 0..copies(chance) {
                let row = row(&person, &market.firms, keeping, chance);
                set.push(number, row);
            }
            number += 1;
        }
    }
    set.shuffled(chance)
}
