//! People at work.

use super::Set;
use super::chance::Chance;
use super::people;

const TITLES: &[&str] = &[
    "CEO",
    "CFO",
    "CTO",
    "Head of Sales",
    "Sales Director",
    "VP Marketing",
    "Marketing Manager",
    "Account Executive",
    "Software Engineer",
    "Senior Software Engineer",
    "Product Manager",
    "HR Manager",
    "Buyer",
    "Head of Procurement",
    "Operations Manager",
    "Office Manager",
    "Consultant",
    "Partner",
    "Data Analyst",
    "Project Manager",
];
const CITIES: &[(&str, &str, &str)] = &[
    ("London", "UK", "20"),
    ("Manchester", "UK", "161"),
    ("Berlin", "Germany", "30"),
    ("Munich", "Germany", "89"),
    ("Hamburg", "Germany", "40"),
    ("Paris", "France", "1"),
    ("Lyon", "France", "4"),
    ("Madrid", "Spain", "91"),
    ("Milan", "Italy", "02"),
    ("New York", "USA", "212"),
    ("Chicago", "USA", "312"),
    ("Boston", "USA", "617"),
    ("Austin", "USA", "512"),
    ("Denver", "USA", "303"),
    ("Seattle", "USA", "206"),
    ("Amsterdam", "Netherlands", "20"),
    ("Stockholm", "Sweden", "8"),
    ("Warsaw", "Poland", "22"),
    ("Dublin", "Ireland", "1"),
    ("Vienna", "Austria", "1"),
];
const PROVIDERS: &[&str] = &["gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "gmx.de", "icloud.com"];

struct Company {
    name: String,
    domain: String,
    sites: Vec<(String, usize, String)>,
    switchboard: String,
    style: usize,
    staff: usize,
}

fn company(n: usize, chance: &mut Chance) -> Company {
    const TRADES: &[&str] =
        &["Systems", "Logistics", "Foods", "Partners", "Energy", "Media", "Labs", "Group", "Tools", "Health"];
    const FORMS: &[&str] = &["Inc", "Ltd", "GmbH", "LLC", "AG", "SA", "BV", ""];
    let word = people::word(chance);
    let trade = chance.one(TRADES);
    let name = format!("{word} {trade} {}", chance.one(FORMS)).trim().to_owned();
    let domain = format!("{}{}{}.example", word.to_lowercase(), trade.to_lowercase(), n % 97);
    let sites = 1 + chance.skewed(4);
    let sites = (0..sites).map(|_| {
        let street = format!("{} {} Street", 1 + chance.below(200), people::word(chance));
        (street, chance.below(CITIES.len()), chance.digits(5))
    });
    let sites: Vec<_> = sites.collect();
    let switchboard = format!("{}{}00", CITIES[sites[0].1].2, chance.digits(5));
    Company { name, domain, sites, switchboard, style: chance.below(4), staff: 2 + chance.skewed(1500) }
}

#[derive(Clone)]
struct Worker {
    first: String,
    last: String,
    company: usize,
    site: usize,
    email: String,
    mobile: String,
    direct: String,
    private: String,
    handle: String,
    title: String,
}

fn address(first: &str, last: &str, company: &Company, nth: usize) -> String {
    let (first, last) = (people::letters(first), people::letters(last));
    let more = if nth == 0 { String::new() } else { (nth + 1).to_string() };
    let initial = &first[..1];
    match company.style {
        0 => format!("{first}.{last}{more}@{}", company.domain),
        1 => format!("{initial}{last}{more}@{}", company.domain),
        2 => format!("{first}{more}.{}@{}", &last[..1], company.domain),
        _ => format!("{first}_{last}{more}@{}", company.domain),
    }
}

fn mobile(chance: &mut Chance) -> String {
    format!("+447700{}", chance.digits(6))
}

fn workers(people_count: usize, chance: &mut Chance) -> (Vec<Company>, Vec<Worker>) {
    let mut companies: Vec<Company> = Vec::new();
    let mut workers: Vec<Worker> = Vec::new();
    while workers.len() < people_count {
        let company = company(companies.len(), chance);
        let mut taken = std::collections::HashMap::new();
        for _ in 0..company.staff {
            let (first, last) = (people::first(chance), people::last(chance));
            let base = address(&first, &last, &company, 0);
            let nth = taken.entry(base).or_insert(0_usize);
            let email = address(&first, &last, &company, *nth);
            *nth += 1;
            let year = 50 + chance.below(50);
            workers.push(Worker {
                private: match chance.below(3) {
                    0 => format!("{}{year}@{}", people::letters(&last), chance.one(PROVIDERS)),
                    1 => format!(
                        "{}.{}{}@{}",
                        people::letters(&first),
                        people::letters(&last),
                        chance.below(999),
                        chance.one(PROVIDERS)
                    ),
                    _ => format!(
                        "{}{}@{}",
                        people::word(chance).to_lowercase(),
                        chance.below(9999),
                        chance.one(PROVIDERS)
                    ),
                },
                handle: format!("{}-{}-{}", people::letters(&first), people::letters(&last), chance.digits(5)),
                direct: format!("{}{}", &company.switchboard[..company.switchboard.len() - 2], chance.digits(3)),
                mobile: mobile(chance),
                title: chance.one(TITLES).to_owned(),
                company: companies.len(),
                site: chance.below(company.sites.len()),
                first,
                last,
                email,
            });
        }
        companies.push(company);
    }
    workers.truncate(people_count);
    (companies, workers)
}

/// People at work: colleagues share company, domain, switchboard and address; some change employer, some marry, some are
/// called by another name.
pub fn work(rows: usize, seed: u64) -> Set {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let (companies, workers) = workers(rows * 7 / 10, chance);
    let headers = [
        "First Name",
        "Last Name",
        "Title",
        "Company",
        "Email",
        "Phone",
        "Mobile",
        "Website",
        "Street",
        "City",
        "Zip",
        "Country",
        "LinkedIn",
    ];
    let mut set = Set::new("work", &headers);
    let write = |who: &Worker, chance: &mut Chance| -> Vec<String> {
        let company = &companies[who.company];
        let (street, city, zip) = &company.sites[who.site];
        let phone = if chance.percent(60) { &company.switchboard } else { &who.direct };
        let email = match chance.below(20) {
            0..3 => String::new(),
            3 => format!("info@{}", company.domain),
            4 => who.private.clone(),
            _ => who.email.clone(),
        };
        let maybe = |text: &str, share: usize, chance: &mut Chance| {
            if chance.percent(share) { text.to_owned() } else { String::new() }
        };
        vec![
            who.first.clone(),
            who.last.clone(),
            maybe(&who.title, 85, chance),
            maybe(&company.name, 95, chance),
            email,
            maybe(phone, 70, chance),
            maybe(&who.mobile, 65, chance),
            maybe(&format!("https://www.{}/", company.domain), 60, chance),
            maybe(street, 60, chance),
            maybe(CITIES[*city].0, 80, chance),
            maybe(zip, 60, chance),
            maybe(CITIES[*city].1, 80, chance),
            maybe(&format!("https://www.linkedin.com/in/{}", who.handle), 60, chance),
        ]
    };
    let mut person = 0;
    while set.rows.len() < rows && person < workers.len() {
        let who = &workers[person];
        set.push(person, write(who, chance));
        let mut again = if chance.percent(30) { 1 + chance.skewed(3) } else { 0 };
        while again > 0 {
            again -= 1;
            let mut other = who.clone();
            if chance.percent(18) {
                // Another employer: only what is the person's own stays.
                other.company = chance.below(companies.len());
                let company = &companies[other.company];
                other.site = chance.below(company.sites.len());
                other.email = address(&other.first, &other.last, company, 0);
                other.direct = format!("{}{}", &company.switchboard[..company.switchboard.len() - 2], chance.digits(3));
                chance.one(TITLES).clone_into(&mut other.title);
            } else if chance.percent(10) {
                chance.one(TITLES).clone_into(&mut other.title);
            }
            let mut row = write(&other, chance);
            match chance.below(20) {
                0..4 => row[0] = people::called(&who.first, chance),
                4 => row[0].truncate(1),
                5 => row[0] = people::slip(&who.first, chance),
                6 | 7 => row[1] = people::slip(&who.last, chance),
                8 => row.swap(0, 1),
                9 => row[1] = people::last(chance),
                10 => row[1] = format!("{}-{}", who.last, people::last(chance)),
                _ => {}
            }
            if chance.percent(10) {
                row[3] = row[3].to_uppercase();
            }
            set.push(person, row);
        }
        person += 1;
    }
    set.shuffled(chance)
}

/// Contacts that are easy to tell apart: every person has a number and a mailbox.
pub fn easy(rows: usize, seed: u64) -> Set {
    let mut chance = Chance::new(seed);
    let chance = &mut chance;
    let headers = ["id", "first_name", "last_name", "email", "phone", "company", "city", "postcode"];
    let mut set = Set::new("easy", &headers);
    let mut person = 0;
    while set.rows.len() < rows {
        let (first, last) = (people::first(chance), people::last(chance));
        let company = chance.below(rows / 8 + 50);
        let mut of_company = Chance::new(company as u64 ^ seed << 20);
        let name = format!("{} {}", people::word(&mut of_company), company);
        let city = CITIES[of_company.below(CITIES.len())].0.to_owned();
        let zip = of_company.digits(5);
        let email = format!(
            "{}.{}@{}{company}.example",
            people::letters(&first),
            people::letters(&last),
            people::letters(&name)
        );
        let row = vec![String::new(), first, last, email, mobile_of(person), name, city, zip];
        let copies = if chance.percent(25) { 1 + chance.below(3) } else { 0 };
        for copy in 0..=copies {
            let mut row = row.clone();
            row[0] = set.rows.len().to_string();
            if copy > 0 {
                match chance.below(8) {
                    0 => row[1] = people::called(&row[1], chance),
                    1 => row[1] = people::slip(&row[1], chance),
                    2 => row[2] = people::slip(&row[2], chance),
                    3 => row[3] = people::slip(&row[3], chance),
                    _ => {}
                }
                for (cell, share) in [(3, 25), (4, 25), (5, 15), (6, 15), (7, 30)] {
                    if chance.percent(share) {
                        row[cell].clear();
                    }
                }
            }
            set.push(person, row);
        }
        person += 1;
    }
    set.shuffled(chance)
}

fn mobile_of(person: usize) -> String {
    format!("+4477{:08}", person.wrapping_mul(7_919) % 100_000_000)
}
