//! Lists from elsewhere: fairs with names in several scripts, and what a sales system exports.

use super::Set;
use super::chance::Chance;
use super::people;

/// Ways to write one name: German without and with umlauts, Cyrillic and Latin, Greek and Latin.
const WRITTEN: &[[&str; 4]] = &[
    ["Jürgen", "Müller", "Juergen", "Mueller"],
    ["Jörg", "Schröder", "Joerg", "Schroeder"],
    ["Günther", "Köhler", "Gunther", "Kohler"],
    ["Наталья", "Иванова", "Natalya", "Ivanova"],
    ["Сергей", "Кузнецов", "Sergey", "Kuznetsov"],
    ["Дмитрий", "Соколов", "Dmitry", "Sokolov"],
    ["Γιώργος", "Παππάς", "Giorgos", "Pappas"],
    ["Łukasz", "Wójcik", "Lukasz", "Wojcik"],
    ["Zoë", "Brontë", "Zoe", "Bronte"],
    ["François", "Lefèvre", "Francois", "Lefevre"],
    ["José", "Muñoz", "Jose", "Munoz"],
    ["Søren", "Kjær", "Soren", "Kjaer"],
];

/// Visitors of two fairs as two scanners wrote them: whole names, firms that were renamed between the fairs, telephone
/// numbers in national and international form, each list with a few repetitions of its own.
pub fn fairs(rows: usize, seed: u64) -> Set {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let headers = ["Vollername", "Firma", "E-Mail", "Telefon", "Ort", "Funktion"];
    let mut set = Set::new("fairs", &headers);
    let firms: Vec<[String; 3]> = (0..rows / 12 + 5)
        .map(|n| {
            let (old, new) = (people::word(chance), people::word(chance));
            let renamed = if chance.percent(15) { format!("{new} GmbH") } else { format!("{} AG", old.to_uppercase()) };
            [format!("{old} AG"), renamed, format!("{}{n}.example", old.to_lowercase())]
        })
        .collect();
    let roles = ["Einkauf", "Geschäftsführer", "Leiter IT", "Vertrieb", "Werkstudent", "Assistenz", "Technik"];
    let towns: Vec<String> = (0..60).map(|_| people::word(chance)).collect();
    let people_count = rows * 6 / 10;
    let mut second: Vec<(usize, Vec<String>)> = Vec::new();
    for person in 0..people_count {
        let firm = chance.skewed(firms.len());
        let written = chance.percent(3).then(|| chance.one(&WRITTEN.iter().collect::<Vec<_>>()));
        let (first, last, other_first, other_last) = if let Some(names) = written {
            let [first, last, plain_first, plain_last] = names.map(str::to_owned);
            (first, last, plain_first, plain_last)
        } else {
            let (first, last) = (people::first(chance), people::last(chance));
            let called = if chance.percent(20) { people::called(&first, chance) } else { first.clone() };
            (first, last.clone(), called, last)
        };
        let local = format!("{}.{}", people::letters(&other_first), people::letters(&other_last));
        let more = if chance.percent(20) { chance.below(9).to_string() } else { String::new() };
        let email = format!("{local}{more}@{}", firms[firm][2]);
        let subscriber = chance.digits(8);
        let town = towns[(firm * 7) % towns.len()].clone();
        let role = chance.one(&roles).to_owned();
        let write = |second: bool, chance: &mut Chance| -> Vec<String> {
            let name = if second { format!("{other_last}, {other_first}") } else { format!("{first} {last}") };
            let name = if chance.percent(8) { people::slip(&name, chance) } else { name };
            let phone = if second { format!("+49 151 {subscriber}") } else { format!("0151/{subscriber}") };
            let mut row =
                vec![name, firms[firm][usize::from(second)].clone(), email.clone(), phone, town.clone(), role.clone()];
            for (cell, share) in [(1, 5), (2, 35), (3, 45), (4, 20), (5, 30)] {
                if chance.percent(share) {
                    row[cell].clear();
                }
            }
            row
        };
        let (in_first, in_second) = (chance.percent(75), chance.percent(70));
        if in_first {
            set.push(person, write(false, chance));
            if chance.percent(6) {
                set.push(person, write(false, chance));
            }
        }
        if in_second {
            second.push((person, write(true, chance)));
        }
    }
    set.second_from = Some(set.rows.len());
    for (person, row) in second {
        set.push(person, row);
    }
    set
}

/// What a sales system exports: whole names in mixed order, two numbers, initials, namesakes in large companies with
/// nothing but a company, departments with one mailbox.
pub fn export(rows: usize, seed: u64) -> Set {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let headers =
        ["Record ID", "Contact Name", "Job Title", "Account", "Email", "Phone", "Mobile Phone", "City", "Lead Source"];
    let mut set = Set::new("export", &headers);
    let accounts: Vec<(String, String)> = (0..rows / 40 + 3)
        .map(|n| {
            (
                format!("{} {}", people::word(chance), people::word(chance)),
                format!("{}{n}.test", people::word(chance).to_lowercase()),
            )
        })
        .collect();
    let jobs = ["Director", "Manager", "Engineer", "Analyst", "Vice President", "Clerk", "Nurse", "Teacher"];
    let mut person = 0;
    while set.rows.len() < rows {
        let (first, last) = (people::first(chance), people::last(chance));
        let account = chance.skewed(accounts.len());
        let (company, domain) = &accounts[account];
        let serial = if chance.percent(30) { chance.below(30).to_string() } else { String::new() };
        let email = format!("{}{}{serial}@{domain}", &people::letters(&first)[..1], people::letters(&last));
        let mobile = format!("1-646-{}-{}", chance.digits(3), chance.digits(4));
        let main = format!("1-212-{:03}-0100", account % 900 + 100);
        let job = chance.one(&jobs).to_owned();
        let city = people::word(&mut Chance::new((account / 3) as u64));
        let copies = if chance.percent(22) { 1 + chance.below(2) } else { 0 };
        for copy in 0..=copies {
            let given = match chance.below(10) {
                0 if copy > 0 => format!("{}.", &first[..1]),
                1 if copy > 0 => people::called(&first, chance),
                2 if copy > 0 => people::slip(&first, chance),
                _ => first.clone(),
            };
            let name = match chance.below(8) {
                0 => format!("{last}, {given}"),
                1 => format!("{} {}", given.to_uppercase(), last.to_uppercase()),
                2 => format!("Dr. {given} {last}"),
                _ => format!("{given} {last}"),
            };
            let mailbox = if chance.percent(6) { format!("purchasing@{domain}") } else { email.clone() };
            let source = chance.one(&["Web", "Fair", "Import", "Referral"]).to_owned();
            let mut row = vec![
                (10_000 + set.rows.len() * 3).to_string(),
                name,
                job.clone(),
                company.clone(),
                mailbox,
                main.clone(),
                mobile.clone(),
                city.clone(),
                source,
            ];
            for (cell, share) in [(2, 30), (3, 8), (4, 30), (5, 30), (6, 55), (7, 25)] {
                if chance.percent(share) {
                    row[cell].clear();
                }
            }
            set.push(person, row);
        }
        person += 1;
    }
    set.shuffled(chance)
}
