//! A list as it comes: many people, written carelessly, every tenth row about somebody who was there before.
//!
//! The same number gives the same row, so a list of any length needs no memory. Names of people are made of syllables;
//! domains are reserved ones, telephone numbers lie in the ranges kept for fiction.

use std::io::Write;

/// The columns.
pub(crate) const HEADER: [&str; 14] = [
    "First name",
    "Last name",
    "E-mail",
    "Phone",
    "Company",
    "Job title",
    "Website",
    "Street",
    "City",
    "State",
    "Zip",
    "Country",
    "LinkedIn",
    "Notes",
];

const FIRST: [&str; 16] =
    ["an", "be", "ca", "da", "el", "fi", "ge", "ha", "io", "ju", "ka", "li", "mo", "ne", "or", "pa"];
const LAST: [&str; 8] = ["bert", "dine", "lan", "mira", "na", "ric", "son", "ta"];
const NAME: [&str; 16] = [
    "acker", "birk", "calder", "dorn", "ester", "fjall", "grun", "halm", "iver", "jasper", "kestrel", "linden",
    "maren", "nord", "oster", "pell",
];
const NAME_END: [&str; 8] = ["berg", "by", "court", "feld", "ham", "lund", "mann", "stone"];
const TRADE: [&str; 8] = ["Foundry", "Logistics", "Optics", "Packaging", "Robotics", "Systems", "Textiles", "Tools"];
const TITLES: [&str; 12] = [
    "CEO",
    "Head of Sales",
    "VP Marketing",
    "Chief Technology Officer",
    "Purchasing Manager",
    "sales director",
    "Product Manager",
    "Founder & CEO",
    "Head of Operations",
    "Marketing manager",
    "Senior Software Engineer",
    "CFO",
];
/// Country as people write it, legal form, town, region, postcode, and the beginning and length of a number that nobody has.
const PLACES: [(&str, &str, &str, &str, &str, &str, u32); 6] = [
    ("Germany", "GmbH", "Berlin", "Berlin", "10115", "+49 30 23125", 3),
    ("Deutschland", "AG", "München", "Bayern", "80331", "(089) 99998", 3),
    ("United Kingdom", "Ltd", "London", "England", "EC1A 1BB", "020 7946 0", 3),
    ("USA", "Inc.", "Springfield", "Illinois", "62701", "+1 217-555-01", 2),
    ("US", "LLC", "Portland", "OR", "97201", "(503) 555-01", 2),
    ("France", "SARL", "Lyon", "Auvergne-Rhône-Alpes", "69001", "+33 1 99 00 ", 4),
];

/// The columns of a list that is long and not wide: names, address, number, company.
pub(crate) const NARROW: usize = 5;

/// Writes a header and `rows` rows as CSV.
pub(crate) fn write(rows: u64, into: &mut impl Write) -> std::io::Result<()> {
    write_columns(rows, HEADER.len(), into)
}

/// The same with the first `columns` columns alone.
pub(crate) fn write_columns(rows: u64, columns: usize, into: &mut impl Write) -> std::io::Result<()> {
    let mut out = csv::Writer::from_writer(into);
    out.write_record(&HEADER[..columns])?;
    for row in 0..rows {
        out.write_record(&row_of(row)[..columns])?;
    }
    out.flush()
}

/// Row `n`: a new person, or one in ten times an earlier one, written otherwise.
fn row_of(n: u64) -> [String; 14] {
    let mut chance = Chance(n);
    if n > 0 && chance.below(10) == 0 {
        let mut cells = person(chance.below(n));
        cells[0] = cells[0].to_uppercase();
        cells[2] = format!(" {} ", cells[2].to_uppercase());
        "met again".clone_into(&mut cells[13]);
        if chance.below(2) == 0 {
            cells[3].clear();
        }
        return cells;
    }
    person(n)
}

fn person(n: u64) -> [String; 14] {
    let mut chance = Chance(n ^ 0x5eed_0000_0000_0000);
    let company = chance.below(n / 8 + 200);
    let mut of_company = Chance(company ^ 0xc0_0000_0000_0000);
    let (country, form, city, region, postcode, number, digits) = of_company.one(&PLACES);
    let base = format!("{}{}", of_company.one(&NAME), of_company.one(&NAME_END));
    let trade = of_company.one(&TRADE);
    let domain = format!("{base}-{}-{company}.example", trade.to_lowercase());
    let first = format!("{}{}", chance.one(&FIRST), chance.one(&LAST));
    let last = format!("{}{}", chance.one(&NAME), chance.one(&NAME_END));
    let email = match chance.below(20) {
        0 => String::new(),
        1 => format!("{first}.{last}@"),
        2 => format!("info@{domain}"),
        _ => format!("{first}.{last}{n}@{domain}"),
    };
    let phone = match chance.below(6) {
        0 => String::new(),
        _ => format!("{number}{:0width$}", chance.below(10_u64.pow(*digits)), width = *digits as usize),
    };
    let padded = chance.below(8) == 0;
    let name = |text: &str| if padded { format!("  {text} ") } else { capital(text) };
    let linkedin = match chance.below(3) {
        0 => format!("https://www.linkedin.com/in/{first}-{last}-{n}/"),
        _ => String::new(),
    };
    [
        name(&first),
        name(&last),
        email,
        phone,
        format!("{} {trade} {form}", capital(&base)),
        (*chance.one(&TITLES)).to_owned(),
        format!("https://www.{domain}/"),
        format!("{} Street {}", capital(chance.one::<&str>(&NAME)), chance.below(200) + 1),
        (*city).to_owned(),
        (*region).to_owned(),
        (*postcode).to_owned(),
        (*country).to_owned(),
        linkedin,
        format!("list of spring, page {}; \"warm\", follow up", n % 97),
    ]
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Numbers that look like chance and are the same each time (SplitMix64; Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    fn list(rows: u64) -> Vec<csv::StringRecord> {
        let mut text = Vec::new();
        write(rows, &mut text).unwrap();
        csv::Reader::from_reader(text.as_slice()).records().map(Result::unwrap).collect()
    }

    #[test]
    fn the_same_rows_each_time() {
        assert_eq!(list(500), list(500));
        assert_eq!(list(500)[..], list(1_000)[..500]);
    }

    #[test]
    fn a_tenth_was_there_before() {
        let rows = list(20_000);
        let again = rows.iter().filter(|row| &row[13] == "met again").count();
        assert!((1_700..2_300).contains(&again), "{again}");
    }
}
