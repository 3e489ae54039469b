//! What one source notes of one person: part of the truth, with slips.

use super::super::chance::Chance;
use super::firm::Firm;
use super::names::{Place, capital, plain};
use super::staff::{Job, Person};
use super::{Sighting, Telling};

const LEVELS: [&[&str]; 6] = [
    &["{} Manager", "Manager, {}", "Manager of {}", "{} Mgr"],
    &["Director of {}", "{} Director", "Dir. {}"],
    &["Senior {} Manager", "Sr. {} Manager", "Sr {} Mgr"],
    &["VP {}", "Vice President, {}", "Vice President of {}", "VP of {}"],
    &["{} Specialist", "{} Associate"],
    &["Head of {}", "Global Head of {}", "Head, {}"],
];
const FIELDS: [&[&str]; 9] = [
    &["Sales"],
    &["Marketing", "Mktg"],
    &["Operations", "Ops"],
    &["Finance"],
    &["IT", "Information Technology"],
    &["Human Resources", "HR"],
    &["Engineering", "Eng."],
    &["Procurement", "Purchasing"],
    &["Business Development", "Biz Dev"],
];

enum Source {
    Accounts,
    Badge,
    Profile,
    Newsletter,
}

/// How often of a hundred each cell is filled: title, company, website, e-mail, telephone, address, town, profile.
fn filled(source: &Source) -> [usize; 8] {
    match source {
        Source::Accounts => [75, 92, 65, 82, 80, 70, 85, 25],
        Source::Badge => [80, 95, 15, 70, 35, 10, 60, 5],
        Source::Profile => [92, 90, 40, 25, 8, 0, 80, 97],
        Source::Newsletter => [20, 45, 10, 100, 10, 0, 30, 0],
    }
}

/// One row about a person.
pub(super) fn of(
    number: u32,
    person: &Person,
    firms: &[Firm],
    places: &[Place],
    telling: Telling,
    chance: &mut Chance,
) -> (Sighting, Vec<String>) {
    let source = match chance.below(100) {
        0..45 => Source::Accounts,
        45..65 => Source::Badge,
        65..85 => Source::Profile,
        _ => Source::Newsletter,
    };
    let fill = filled(&source);
    let job = if person.jobs.len() > 1 && chance.percent(45) { &person.jobs[1] } else { &person.jobs[0] };
    let firm = &firms[job.firm];
    let place = &places[firm.place];
    let (first, last, full) = name(person, &source, chance);
    let own_mailbox = matches!(source, Source::Newsletter) && chance.percent(45);
    let email = match chance.below(100) {
        _ if own_mailbox => person.own_mailbox.clone(),
        0..4 if matches!(source, Source::Accounts) => {
            format!("{}@{}", chance.one(&["info", "sales", "contact", "office"]), firm.domain)
        }
        _ => job.mailbox.clone(),
    };
    let email = if chance.percent(fill[3]) { email } else { String::new() };
    let has_phone = chance.percent(fill[4]);
    let (mobile, phone) = phone(person, job, firm, chance);
    let address = chance.percent(fill[5]);
    let town = chance.percent(fill[6]);
    let mut when = |filled: usize, text: String| if chance.percent(filled) { text } else { String::new() };
    let profile = when(if telling.profiles { fill[7] } else { 0 }, person.profile.clone());
    let website = when(fill[2], firm.domain.clone());
    let sighting = Sighting {
        person: number,
        employer: job.firm as u32,
        own_mailbox: own_mailbox && !email.is_empty(),
        mobile: mobile && has_phone,
        profile: !profile.is_empty(),
    };
    let title = if chance.percent(fill[0]) { title(job.title, chance) } else { String::new() };
    let company = if chance.percent(fill[1]) { firm.written(chance) } else { String::new() };
    let text = |given: bool, text: &str| if given { text.to_owned() } else { String::new() };
    let mut row = vec![
        first,
        last,
        full,
        title,
        company,
        site(&website, chance),
        email,
        if has_phone { written(&phone, chance) } else { String::new() },
        text(address, &firm.street),
        text(town, &place.city),
        text(town, place.region),
        text(address, &firm.postcode),
        text(town || address, chance.one(&["US", "USA", "United States"])),
        link(&profile, chance),
    ];
    for (cell, share) in row.iter_mut().zip([4, 4, 4, 5, 6, 3, 3, 3, 6, 4, 0, 3, 0, 1]) {
        if chance.percent(share) {
            *cell = slip(cell, chance);
        }
    }
    let loud = chance.percent(5);
    for cell in &mut row[..5] {
        if loud {
            *cell = cell.to_uppercase();
        }
    }
    (sighting, row)
}

/// First name, last name and both together; a list holds one or the other, or all.
fn name(person: &Person, source: &Source, chance: &mut Chance) -> (String, String, String) {
    let mut first = match (person.short, chance.below(100)) {
        (Some(short), 0..25) => short.to_owned(),
        (_, 95..100) => format!("{}.", &plain(&person.first)[..1]),
        _ => person.first.clone(),
    };
    let mut last = person.last.clone();
    if chance.percent(50) {
        use unicode_normalization::UnicodeNormalization as _;
        let bare =
            |text: &str| text.nfd().filter(|letter| !('\u{300}'..'\u{370}').contains(letter)).collect::<String>();
        (first, last) = (bare(&first), bare(&last));
    }
    if let Some(middle) = person.middle
        && chance.percent(40)
    {
        first = format!("{first} {middle}.");
    }
    let (mut first, mut last) = (capital(&first), capital(&last));
    if chance.percent(2) {
        std::mem::swap(&mut first, &mut last);
    }
    if matches!(source, Source::Newsletter) && chance.percent(20) {
        last = String::new();
    }
    let full = format!("{first} {last}").trim().to_owned();
    match source {
        Source::Badge => {
            (String::new(), String::new(), if chance.percent(8) { format!("{last}, {first}") } else { full })
        }
        Source::Profile => (first, last, full),
        _ => (first, last, String::new()),
    }
}

/// A number, and whether it is the person's mobile.
fn phone(person: &Person, job: &Job, firm: &Firm, chance: &mut Chance) -> (bool, String) {
    match (&person.mobile, &job.direct, chance.below(100)) {
        (Some(mobile), _, 0..35) => (true, mobile.clone()),
        (_, Some(direct), 35..75) => (false, direct.clone()),
        _ if job.assisted => (false, firm.assistants.clone()),
        _ => (false, firm.board.clone()),
    }
}

fn written(phone: &str, chance: &mut Chance) -> String {
    let (area, exchange, line) = (&phone[..3], &phone[3..6], &phone[6..]);
    match chance.below(5) {
        0 => format!("+1 {area} {exchange} {line}"),
        1 => format!("({area}) {exchange}-{line}"),
        2 => format!("{area}.{exchange}.{line}"),
        3 => format!("1{area}{exchange}{line}"),
        _ => format!("{area}-{exchange}-{line}"),
    }
}

fn title((level, field): (usize, usize), chance: &mut Chance) -> String {
    chance.one(LEVELS[level]).replace("{}", chance.one(FIELDS[field]))
}

fn site(domain: &str, chance: &mut Chance) -> String {
    match chance.below(3) {
        _ if domain.is_empty() => String::new(),
        0 => domain.to_owned(),
        1 => format!("www.{domain}"),
        _ => format!("https://www.{domain}/"),
    }
}

fn link(profile: &str, chance: &mut Chance) -> String {
    match chance.below(3) {
        _ if profile.is_empty() => String::new(),
        0 => format!("https://www.linkedin.com/in/{profile}/"),
        1 => format!("linkedin.com/in/{profile}"),
        _ => format!("http://linkedin.com/in/{profile}"),
    }
}

/// A letter too few, too many, another or in another's place.
fn slip(text: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = 1 + chance.below(letters.len() - 2);
    let digit = letters[at].is_ascii_digit();
    let other = char::from(if digit { b'0' + chance.below(10) as u8 } else { b'a' + chance.below(26) as u8 });
    match chance.below(4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, other),
        2 => letters[at] = other,
        _ => letters.swap(at, at + 1),
    }
    letters.into_iter().collect()
}
