//! The demo's list of contacts, as a human might have kept it: several exports pasted together over the years.
//!
//! The same bytes on every machine: a generator of its own with a fixed seed, no clock. What is true of each
//! address follows from [`super::truth`].

mod damage;
mod oddities;
mod words;

use std::collections::BTreeMap;

use self::words::{country_names, titles};
use super::people::Person;
use super::phones::Phone;
use super::rng::Rng;
use super::sites::{Company, DISPOSABLE, FREE, ORDINARY, SPECIAL, pattern};
use crate::site::{Pattern, ROLES};

/// The columns, as the list heads them.
pub const HEADER: [&str; COLUMNS] = [
    "First Name",
    "Last Name",
    "E-Mail",
    "Phone (work)",
    "Company",
    "Job title",
    "Website",
    "City",
    "Country",
    "LinkedIn",
    "Notes",
];

const COLUMNS: usize = 11;
const FIRST: usize = 0;
const LAST: usize = 1;
const EMAIL: usize = 2;
const PHONE: usize = 3;
const COMPANY: usize = 4;
const TITLE: usize = 5;
const WEBSITE: usize = 6;
const CITY: usize = 7;
const COUNTRY: usize = 8;
const LINKEDIN: usize = 9;
const NOTES: usize = 10;

/// Why a row is in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Somebody at a company, well written. Colleagues share company, domain and switchboard.
    Contact,
    /// Somebody with an address at a free-mail domain.
    FreeMail,
    /// A department's address.
    Role,
    /// An address at a disposable domain.
    Disposable,
    /// Somebody without an address.
    NoEmail,
    /// A name all in capitals or all in small letters.
    Shouting,
    /// A name in another script.
    NonLatin,
    /// A mailbox that is full or switched off.
    SpecialMailbox,
    /// Somebody who has opted out, or another spelling of such an address.
    OptedOut,
    /// A row that stands there twice, byte for byte.
    ExactDuplicate,
    /// The same person in another spelling.
    NearDuplicate,
    /// The same person again, without the address.
    TwinWithoutEmail,
    /// UTF-8 read as Windows-1252 and written back, or bytes that are not UTF-8.
    BrokenEncoding,
    /// A cell that a spreadsheet would run.
    Formula,
    /// A line break inside a cell.
    LineBreak,
    /// Too few or too many cells.
    Ragged,
    /// Nothing.
    Empty,
    /// Words that stand for nothing.
    Placeholder,
    /// No telephone number, a damaged one, or two in one cell.
    OddPhone,
    /// A misspelt domain.
    MisspeltDomain,
    /// An address with something around it.
    WrappedAddress,
    /// Something in the address column that is none.
    InvalidAddress,
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Why it is there.
    pub kind: Kind,
    /// Its cells: [`HEADER`]'s number of them, unless it is ragged. Not always UTF-8.
    pub cells: Vec<Vec<u8>>,
}

impl Row {
    fn new(kind: Kind) -> Self {
        Self { kind, cells: vec![Vec::new(); COLUMNS] }
    }

    fn put(&mut self, column: usize, text: &str) {
        self.cells[column] = text.as_bytes().to_vec();
    }

    /// A cell that is known to be text.
    fn text(&self, column: usize) -> String {
        String::from_utf8_lossy(&self.cells[column]).into_owned()
    }

    /// What stands in the column of addresses.
    #[must_use]
    pub fn email(&self) -> String {
        self.cells.get(EMAIL).map(|cell| String::from_utf8_lossy(cell).into_owned()).unwrap_or_default()
    }
}

/// What makes rows: the generator, and one switchboard for each company.
struct Maker {
    rng: Rng,
    switchboards: BTreeMap<&'static str, Option<Phone>>,
}

impl Maker {
    fn new() -> Self {
        let mut rng = Rng::new(20_261_120);
        let switchboards = ORDINARY
            .iter()
            .chain(&SPECIAL)
            .map(|company| (company.domain, Phone::switchboard(company.country, &mut rng)))
            .collect();
        Self { rng, switchboards }
    }

    /// An ordinary company in four of five cases.
    fn company(&mut self) -> &'static Company {
        let companies: &'static [Company] = if self.rng.chance(80) { &ORDINARY } else { &SPECIAL };
        &companies[self.rng.below(companies.len())]
    }

    /// Somebody at a company; the country's own names in most cases.
    fn contact(&mut self, kind: Kind) -> Row {
        let company = self.company();
        let country = if self.rng.chance(85) {
            company.country
        } else {
            self.rng.pick(&["US", "DE", "FR", "NL", "ES", "IT", "PT", "SE"])
        };
        let person = Person::of(country, &mut self.rng);
        self.employee(kind, company, &person)
    }

    fn employee(&mut self, kind: Kind, company: &'static Company, person: &Person) -> Row {
        let mut row = self.at_company(kind, company);
        row.put(FIRST, &person.first);
        row.put(LAST, &person.last);
        row.put(
            EMAIL,
            &format!(
                "{}@{}",
                pattern(company.domain).local(&person.mail_first, &person.mail_last),
                written(company.domain)
            ),
        );
        if self.rng.chance(35) {
            // A direct number in place of the switchboard.
            let direct = Phone::direct(company.country, &mut self.rng).map(|phone| phone.typed(&mut self.rng));
            row.put(PHONE, &direct.unwrap_or_default());
        }
        row.put(TITLE, self.rng.pick(titles(company.country)));
        if self.rng.chance(45) {
            let handle = format!("{}-{}-{:03}", person.mail_first, person.mail_last, self.rng.below(1000));
            let link = match self.rng.below(3) {
                0 => format!("https://www.linkedin.com/in/{handle}/"),
                1 => format!("linkedin.com/in/{handle}?trk=contact"),
                _ => format!("http://de.linkedin.com/in/{handle}"),
            };
            row.put(LINKEDIN, &link);
        }
        row
    }

    /// A row with what all people of a company share.
    fn at_company(&mut self, kind: Kind, company: &'static Company) -> Row {
        let mut row = Row::new(kind);
        row.put(COMPANY, company.name);
        row.put(CITY, company.city);
        row.put(COUNTRY, self.rng.pick(country_names(company.country)));
        let site = match self.rng.below(5) {
            0 => String::new(),
            1 => written(company.domain).to_owned(),
            2 => format!("http://{}/", company.domain),
            3 => format!("https://www.{}/about-us?ref=list", written(company.domain)),
            _ => format!("www.{}", company.domain),
        };
        row.put(WEBSITE, &site);
        if let Some(Some(phone)) = self.switchboards.get(company.domain)
            && self.rng.chance(80)
        {
            let typed = phone.typed(&mut self.rng);
            row.put(PHONE, &typed);
        }
        if self.rng.chance(12) {
            row.put(
                NOTES,
                self.rng.pick(&[
                    "met at the trade fair",
                    "call back in spring",
                    "bevorzugt E-Mail",
                    "a demandé une brochure",
                    "asked for prices; no reply since",
                    "do not call before 10",
                    "ex-customer (2021)",
                ]),
            );
        }
        row
    }

    fn free_mail(&mut self) -> Row {
        let country = self.rng.pick(&["US", "GB", "DE", "FR"]);
        let company = self.company();
        let person = Person::of(country, &mut self.rng);
        let mut row = self.employee(Kind::FreeMail, company, &person);
        let (domain, _) = self.rng.pick(&FREE);
        let mut local = Pattern::FirstLast.local(&person.mail_first, &person.mail_last);
        if self.rng.chance(60) {
            local.insert(person.mail_first.len(), '.');
        }
        row.put(EMAIL, &format!("{local}@{domain}"));
        if self.rng.chance(60) {
            for column in [COMPANY, WEBSITE] {
                row.put(column, "");
            }
        }
        row
    }

    fn role(&mut self) -> Row {
        let company = self.company();
        let mut row = self.at_company(Kind::Role, company);
        let role = self.rng.pick(&ROLES[..7]);
        row.put(EMAIL, &format!("{role}@{}", written(company.domain)));
        if self.rng.chance(30) {
            // Two people may share a department's address.
            let person = Person::of(company.country, &mut self.rng);
            row.put(FIRST, &person.first);
            row.put(LAST, &person.last);
        }
        row
    }

    fn disposable(&mut self) -> Row {
        let mut row = self.contact(Kind::Disposable);
        let address = format!(
            "{}{}@{}",
            self.rng.pick(&["promo", "trial", "x", "temp"]),
            self.rng.below(10_000),
            self.rng.pick(&DISPOSABLE)
        );
        row.put(EMAIL, &address);
        row
    }

    fn no_email(&mut self) -> Row {
        let mut row = self.contact(Kind::NoEmail);
        row.put(EMAIL, "");
        row
    }

    fn shouting(&mut self) -> Row {
        let mut row = self.contact(Kind::Shouting);
        let up = self.rng.chance(60);
        for column in [FIRST, LAST, COMPANY] {
            let text = row.text(column);
            row.put(column, &if up { text.to_uppercase() } else { text.to_lowercase() });
        }
        row
    }

    fn non_latin(&mut self) -> Row {
        let company = if self.rng.chance(60) {
            &ORDINARY[13 + self.rng.below(2)] // Tokyo and Athens
        } else {
            self.company()
        };
        let person = Person::non_latin(&mut self.rng);
        self.employee(Kind::NonLatin, company, &person)
    }
}

/// Makes one row of a kind.
type Make = fn(&mut Maker) -> Row;

/// The rows of the list, in their order.
#[must_use]
pub fn rows() -> Vec<Row> {
    let mut maker = Maker::new();
    let mut rows = oddities::fixed(&mut maker);
    // Chance alone would leave some of the special companies out.
    for company in SPECIAL.iter().flat_map(|company| [company; 3]) {
        let person = Person::of(company.country, &mut maker.rng);
        rows.push(maker.employee(Kind::Contact, company, &person));
    }
    let makers: [(usize, Make); 7] = [
        (1195, |maker| maker.contact(Kind::Contact)),
        (120, Maker::free_mail),
        (90, Maker::role),
        (40, Maker::disposable),
        (60, Maker::no_email),
        (100, Maker::shouting),
        (50, Maker::non_latin),
    ];
    for (count, make) in makers {
        rows.extend((0..count).map(|_| make(&mut maker)));
    }
    rows.extend(damage::duplicates(&mut maker, &rows));
    rows.extend(damage::damaged(&mut maker));
    rows.extend(oddities::odd(&mut maker));
    maker.rng.shuffle(&mut rows);
    rows
}

/// The list as a file: UTF-8 with a byte order mark and some rows that are not UTF-8, semicolons, CRLF.
#[must_use]
pub fn leads_csv() -> Vec<u8> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    out.extend_from_slice(HEADER.join(";").as_bytes());
    out.extend_from_slice(b"\r\n");
    for row in rows() {
        for (at, cell) in row.cells.iter().enumerate() {
            if at > 0 {
                out.push(b';');
            }
            write_cell(&mut out, cell);
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

fn write_cell(out: &mut Vec<u8>, cell: &[u8]) {
    if !cell.iter().any(|byte| matches!(byte, b';' | b'"' | b'\r' | b'\n' | b',')) {
        out.extend_from_slice(cell);
        return;
    }
    out.push(b'"');
    for byte in cell {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

/// How many rows there are of each kind.
#[must_use]
pub fn counts(rows: &[Row]) -> BTreeMap<Kind, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.kind).or_default() += 1;
    }
    counts
}

/// A domain as people write it: with its own letters.
fn written(domain: &'static str) -> &'static str {
    if domain == "xn--bcherhain-q9a.example" { "bücherhain.example" } else { domain }
}

#[cfg(test)]
mod tests;
