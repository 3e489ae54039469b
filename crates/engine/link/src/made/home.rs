//! Lists of people at home: families, and customers of whom little is known.

use super::Set;
use super::chance::Chance;
use super::people;

struct Family {
    last: String,
    street: String,
    number: usize,
    place: usize,
    landline: String,
    mailbox: String,
}

#[derive(Clone)]
struct Member {
    first: String,
    last: String,
    family: usize,
    born: [usize; 3],
    mobile: String,
    email: String,
}

/// Families at one address with one landline and sometimes one mailbox; twins; a son with his father's name; people who
/// move and people who marry; dates of birth with slips.
pub fn families(rows: usize, seed: u64) -> Set {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let towns: Vec<String> = (0..200).map(|_| people::word(chance)).collect();
    let streets: Vec<String> = (0..800).map(|_| format!("{} Road", people::word(chance))).collect();
    let mut families = Vec::new();
    let mut members: Vec<Member> = Vec::new();
    while members.len() < rows * 7 / 10 {
        let last = people::last(chance);
        let family = Family {
            street: streets[chance.below(streets.len())].clone(),
            number: 1 + chance.below(250),
            place: chance.below(towns.len()),
            landline: format!("0{}", chance.digits(9)),
            mailbox: format!("family.{}{}@mail.example", people::letters(&last), chance.below(9999)),
            last,
        };
        let size = 1 + chance.below(4);
        for nth in 0..size {
            let parent = members.len().checked_sub(nth).filter(|_| nth >= 2).map(|at| members[at].clone());
            let twin = nth >= 3 && chance.percent(20);
            let year = if nth < 2 { 1940 + chance.below(45) } else { 1985 + chance.below(20) };
            let before = members.last().map(|other| other.born);
            let born = match before {
                Some(born) if twin => born,
                _ => [year, 1 + chance.below(12), 1 + chance.below(28)],
            };
            let first = match &parent {
                Some(parent) if chance.percent(3) => parent.first.clone(),
                _ => people::first(chance),
            };
            let email = match chance.below(4) {
                0 => family.mailbox.clone(),
                _ => format!(
                    "{}{}{}@mail.example",
                    people::letters(&first),
                    people::letters(&family.last),
                    chance.below(99_999)
                ),
            };
            members.push(Member {
                last: if nth == 1 && chance.percent(15) { people::last(chance) } else { family.last.clone() },
                family: families.len(),
                mobile: format!("07{}", chance.digits(9)),
                first,
                born,
                email,
            });
        }
        families.push(family);
    }
    let headers = ["customer_no", "firstname", "surname", "dob", "address", "town", "postcode", "tel", "email_address"];
    let mut set = Set::new("families", &headers);
    let mut person = 0;
    while set.rows.len() < rows && person < members.len() {
        let who = &members[person];
        let copies = if chance.percent(30) { 1 + chance.skewed(3) } else { 0 };
        for copy in 0..=copies {
            let mut home = who.family;
            let mut who = who.clone();
            if copy > 0 && chance.percent(15) {
                home = chance.below(families.len());
            }
            if copy > 0 && chance.percent(4) {
                who.last = people::last(chance);
            }
            let home = &families[home];
            let [year, month, day] = who.born;
            let mut born = match chance.below(3) {
                0 => format!("{day:02}/{month:02}/{year}"),
                _ => format!("{year}-{month:02}-{day:02}"),
            };
            if copy > 0 && chance.percent(8) {
                born = format!("{year}-{month:02}-{:02}", 1 + chance.below(28));
            }
            let phone = if chance.percent(50) { home.landline.clone() } else { who.mobile.clone() };
            let mut row = vec![
                (set.rows.len() + 1000).to_string(),
                who.first.clone(),
                who.last.clone(),
                born,
                format!("{} {}", home.number, home.street),
                towns[home.place].clone(),
                format!("{}{}", home.place + 100, home.number % 10),
                phone,
                who.email.clone(),
            ];
            for (cell, share) in [(3, 30), (4, 15), (5, 15), (6, 25), (7, 35), (8, 45)] {
                if chance.percent(share) {
                    row[cell].clear();
                }
            }
            if copy > 0 {
                match chance.below(12) {
                    0 => row[1] = people::called(&who.first, chance),
                    1 => row[1].truncate(1),
                    2 => row[1] = people::slip(&who.first, chance),
                    3 => row[2] = people::slip(&who.last, chance),
                    4 => row.swap(1, 2),
                    _ => {}
                }
            }
            set.push(person, row);
        }
        person += 1;
    }
    set.shuffled(chance)
}

/// Customers of whom a list says no more than a whole name, a town and now and then a date: common names must not meet.
pub fn customers(rows: usize, seed: u64) -> Set {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let towns: Vec<String> = (0..400).map(|_| people::word(chance)).collect();
    let mut set = Set::new("customers", &["Name", "Town", "Member since", "Birthday"]);
    let mut person = 0;
    while set.rows.len() < rows {
        let (first, last) = (people::first(chance), people::last(chance));
        let town = towns[chance.skewed(towns.len())].clone();
        let born = format!("{}-{:02}-{:02}", 1940 + chance.below(65), 1 + chance.below(12), 1 + chance.below(28));
        let copies = if chance.percent(20) { 1 + chance.below(2) } else { 0 };
        for copy in 0..=copies {
            let (mut given, mut family) = (first.clone(), last.clone());
            if copy > 0 {
                match chance.below(8) {
                    0 => given = people::called(&given, chance),
                    1 => given = people::slip(&given, chance),
                    2 => family = people::slip(&family, chance),
                    _ => {}
                }
            }
            let name = match chance.below(6) {
                0 => format!("{family}, {given}"),
                1 => format!("{given} {}. {family}", char::from(b'A' + (person % 26) as u8)),
                _ => format!("{given} {family}"),
            };
            let town = if chance.percent(10) { String::new() } else { town.clone() };
            let since = format!("20{:02}", chance.below(26));
            let born = if chance.percent(40) { String::new() } else { born.clone() };
            set.push(person, vec![name, town, since, born]);
        }
        person += 1;
    }
    set.shuffled(chance)
}
