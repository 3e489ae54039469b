//! A list as people have it: fourteen columns, most of it fine, the rest not. The same numbers make the same list.

use plumb_base::Cells;

/// The header row.
pub(crate) const HEADERS: [&str; 14] = [
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

/// Rows `from..to` of the list. A company has about ten rows, spread over the list; one row in twelve repeats another's
/// mailbox.
pub(crate) fn rows(from: u64, to: u64) -> Cells {
    let mut cells = Cells::default();
    for n in from..to {
        push_row(&mut cells, n);
    }
    cells
}

/// SplitMix64: small, and the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.roll() % n
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u64) as usize]
    }

    /// So many times out of a hundred.
    fn often(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

const FIRST: [&str; 40] = [
    "Ada",
    "Ben",
    "Carla",
    "David",
    "Elena",
    "Frank",
    "Grace",
    "Hannah",
    "Ivan",
    "Julia",
    "Kevin",
    "Laura",
    "Michael",
    "Nina",
    "Oliver",
    "Petra",
    "Quentin",
    "Rachel",
    "Stefan",
    "Tanja",
    "Ursula",
    "Victor",
    "Wendy",
    "Xavier",
    "Yvonne",
    "Zoe",
    "Jean-Luc",
    "Anne-Marie",
    "José",
    "Jürgen",
    "Zoë",
    "Łukasz",
    "Søren",
    "Renée",
    "Thomas",
    "Maria",
    "James",
    "Jennifer",
    "Robert",
    "Priya",
];
const LAST: [&str; 44] = [
    "Abbott",
    "Baker",
    "Carpenter",
    "Dietrich",
    "Evans",
    "Fischer",
    "Garcia",
    "Hoffmann",
    "Ivanov",
    "Jensen",
    "Keller",
    "Lehmann",
    "Miller",
    "Novak",
    "Olsen",
    "Petersen",
    "Quinn",
    "Richter",
    "Schmidt",
    "Taylor",
    "Underwood",
    "Vogel",
    "Wagner",
    "Young",
    "Zimmermann",
    "O'Brien",
    "McDonald",
    "Smith-Jones",
    "van der Berg",
    "de la Cruz",
    "von Aue",
    "Müller",
    "Gößling",
    "Núñez",
    "Kowalczyk",
    "Håkansson",
    "Brown",
    "Davis",
    "Wilson",
    "Anderson",
    "Thompson",
    "Martinez",
    "Robinson",
    "Patel",
];
const TITLES: [&str; 24] = [
    "CEO",
    "Chief Technology Officer",
    "VP of Sales",
    "Head of Marketing",
    "Marketing Manager",
    "Account Executive",
    "Senior Software Engineer",
    "Geschäftsführer",
    "Vertriebsleiter",
    "Directeur commercial",
    "Founder & CEO",
    "Operations Manager",
    "Director, Business Development",
    "Procurement Specialist",
    "HR Business Partner",
    "Product Owner",
    "Regional Sales Manager EMEA",
    "IT-Leiter",
    "Controller",
    "Office Manager",
    "Customer Success Lead",
    "Data Analyst",
    "Partner",
    "Managing Director",
];
const HEADS: [&str; 30] = [
    "Bright", "North", "Silver", "Blue", "Iron", "Green", "Summit", "River", "Stone", "Cedar", "Harbor", "Meadow",
    "Falcon", "Granite", "Copper", "Maple", "Aurora", "Vertex", "Quantum", "Pioneer", "Delta", "Nova", "Atlas",
    "Orbit", "Prime", "Cobalt", "Ember", "Lumen", "Terra", "Zenith",
];
const TAILS: [&str; 20] = [
    "Systems",
    "Logistics",
    "Software",
    "Consulting",
    "Foods",
    "Medical",
    "Energy",
    "Analytics",
    "Media",
    "Partners",
    "Industries",
    "Labs",
    "Solutions",
    "Robotics",
    "Textiles",
    "Packaging",
    "Capital",
    "Design",
    "Motors",
    "Networks",
];
const STREETS: [&str; 10] = [
    "Main St",
    "Oak Avenue",
    "Elm Street",
    "Park Road",
    "2nd Ave",
    "Station Rd",
    "Mill Lane",
    "Broadway",
    "High Street",
    "Lake Dr",
];

/// A country as rows name it, with what numbers and addresses look like there.
struct Place {
    names: [&'static str; 3],
    cities: [(&'static str, &'static str); 3],
    forms: [&'static str; 3],
    ending: &'static str,
    postcode: &'static str,
    phones: [&'static str; 3],
}

/// `#` is a digit, `*` a digit from 2 on, `@` a letter.
const PLACES: [(u64, Place); 8] = [
    (
        48,
        Place {
            names: ["United States", "US", "USA"],
            cities: [("Austin", "TX"), ("New York", "New York"), ("San Francisco", "CA")],
            forms: ["Inc.", "LLC", "Corp"],
            ending: "com",
            postcode: "#####",
            phones: ["(512) *##-####", "+1 415-*##-####", "646.*##.####"],
        },
    ),
    (
        16,
        Place {
            names: ["Germany", "DE", "Deutschland"],
            cities: [("München", "Bayern"), ("Berlin", ""), ("Hamburg", "Hamburg")],
            forms: ["GmbH", "GmbH & Co. KG", "AG"],
            ending: "de",
            postcode: "#####",
            phones: ["+49 89 *######", "030 *#######", "0151 *#######"],
        },
    ),
    (
        12,
        Place {
            names: ["United Kingdom", "GB", "UK"],
            cities: [("London", "England"), ("Manchester", ""), ("Leeds", "West Yorkshire")],
            forms: ["Ltd", "Limited", "PLC"],
            ending: "co.uk",
            postcode: "SW#A #AA",
            phones: ["+44 20 7### ####", "020 7### ####", "07700 9#####"],
        },
    ),
    (
        7,
        Place {
            names: ["France", "FR", "france"],
            cities: [("Paris", "Île-de-France"), ("Lyon", "Auvergne-Rhône-Alpes"), ("Lille", "")],
            forms: ["SARL", "SAS", "S.A."],
            ending: "fr",
            postcode: "75###",
            phones: ["+33 1 4# ## ## ##", "01 4# ## ## ##", "06 *# ## ## ##"],
        },
    ),
    (
        6,
        Place {
            names: ["Canada", "CA", "CANADA"],
            cities: [("Toronto", "ON"), ("Vancouver", "BC"), ("Montréal", "Quebec")],
            forms: ["Inc.", "Ltd.", "Corp."],
            ending: "ca",
            postcode: "M#B #K#",
            phones: ["+1 416 *## ####", "604-*##-####", "(514) *##-####"],
        },
    ),
    (
        4,
        Place {
            names: ["Netherlands", "NL", "The Netherlands"],
            cities: [("Amsterdam", "Noord-Holland"), ("Utrecht", ""), ("Rotterdam", "Zuid-Holland")],
            forms: ["B.V.", "BV", "N.V."],
            ending: "nl",
            postcode: "10## AB",
            phones: ["+31 20 *## ####", "020 *######", "06 *#######"],
        },
    ),
    (
        4,
        Place {
            names: ["India", "IN", "INDIA"],
            cities: [("Bengaluru", "Karnataka"), ("Mumbai", "Maharashtra"), ("Delhi", "")],
            forms: ["Pvt. Ltd.", "Private Limited", "Ltd"],
            ending: "in",
            postcode: "56####",
            phones: ["+91 98### #####", "098### #####", "+91 80 4### ####"],
        },
    ),
    (
        3,
        Place {
            names: ["Japan", "JP", "日本"],
            cities: [("Tokyo", "Tokyo"), ("大阪市", "大阪府"), ("Kyoto", "")],
            forms: ["K.K.", "Co., Ltd.", "株式会社"],
            ending: "jp",
            postcode: "10#-00##",
            phones: ["+81 3 *### ####", "03-*###-####", "090-*###-####"],
        },
    ),
];

fn place(dice: &mut Dice) -> &'static Place {
    let mut at = dice.below(100);
    for (share, place) in &PLACES {
        if at < *share {
            return place;
        }
        at -= share;
    }
    &PLACES[0].1
}

fn figures(dice: &mut Dice, shape: &str) -> String {
    let digit = |dice: &mut Dice, from: u64| char::from(b'0' + (from + dice.below(10 - from)) as u8);
    shape
        .chars()
        .map(|c| match c {
            '#' => digit(dice, 0),
            '*' => digit(dice, 2),
            other => other,
        })
        .collect()
}

fn plain(name: &str) -> String {
    let plain = |c: char| match c {
        'ä' | 'å' | 'á' => 'a',
        'ö' | 'ø' | 'ó' => 'o',
        'ü' | 'ú' => 'u',
        'é' | 'ë' => 'e',
        'ñ' => 'n',
        'Ł' | 'ł' => 'l',
        other => other.to_ascii_lowercase(),
    };
    name.chars().map(plain).filter(char::is_ascii_lowercase).collect()
}

fn push_row(cells: &mut Cells, n: u64) {
    // Some rows repeat another one's person.
    let person = Dice(n).below(12).checked_sub(1).map_or(n / 2, |_| n);
    let mut dice = Dice(person.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let company = dice.below(20_000);
    let mut firm = Dice(company ^ 0xc0ff_ee00);
    let place = place(&mut firm);
    let (first, last) = (dice.pick(&FIRST), dice.pick(&LAST));
    let name = format!("{} {}", firm.pick(&HEADS), firm.pick(&TAILS));
    let form = firm.pick(&place.forms);
    let domain = format!("{}{}.{}", plain(&name), company % 977, place.ending);
    let title = dice.pick(&TITLES);
    let site = match dice.below(10) {
        0 => String::new(),
        1 => domain.clone(),
        2 => format!("http://{domain}"),
        3 => format!("https://www.{domain}/about?utm_source=list"),
        4 => format!("WWW.{}", domain.to_uppercase()),
        5..=7 => format!("https://www.{domain}/"),
        _ => format!("https://{domain}"),
    };
    let local = match dice.below(4) {
        0 => format!("{}{}", &plain(first)[..1], plain(last)),
        1 => plain(first),
        _ => format!("{}.{}", plain(first), plain(last)),
    };
    let email = match dice.below(100) {
        0..=2 => String::new(),
        3..=13 => {
            format!("{local}{}@{}", dice.below(99), dice.pick(&["gmail.com", "yahoo.com", "outlook.com", "gmx.de"]))
        }
        14..=18 => format!("{}@{domain}", dice.pick(&["info", "sales", "contact", "office", "support"])),
        19 => format!("{local}@{}", dice.pick(&["mailinator.com", "yopmail.com"])),
        20 => format!("{local}@{}", dice.pick(&["gmial.com", "hotmial.com", "gmail.con"])),
        21..=22 => local.clone(),
        23 => format!("{first} {last} <{local}@{domain}>"),
        24 => format!("{local}+list@{domain}"),
        25 => format!("{local}@bücher{}.example", company % 9),
        26..=30 => format!("{local}@{domain}").to_uppercase(),
        _ => format!("{local}@{domain}"),
    };
    let shape = place.phones[dice.below(3) as usize];
    let phone = match dice.below(100) {
        0..=9 => String::new(),
        10..=11 => format!("{} x{}", figures(&mut dice, shape), dice.below(999)),
        12 => "n/a".to_owned(),
        13 => "1.20256E+10".to_owned(),
        14 => "12345".to_owned(),
        _ => figures(&mut dice, shape),
    };
    let (city, region) = place.cities[dice.below(3) as usize];
    let street =
        if dice.often(15) { String::new() } else { format!("{} {}", 1 + dice.below(999), dice.pick(&STREETS)) };
    let postcode = if dice.often(20) { String::new() } else { figures(&mut dice, place.postcode) };
    let country = place.names[[0, 0, 0, 1, 1, 2][dice.below(6) as usize]];
    let profile = match dice.below(10) {
        0..=2 => String::new(),
        3 => format!("http://linkedin.com/in/{}-{}", plain(first), plain(last)),
        4 => format!("https://www.linkedin.com/in/{}-{}-{:x}/?trk=list", plain(first), plain(last), company),
        _ => format!("https://www.linkedin.com/in/{}{}", plain(first), company),
    };
    let (first, last) = match dice.below(100) {
        0..=9 => (first.to_uppercase(), last.to_uppercase()),
        10..=16 => (first.to_lowercase(), last.to_lowercase()),
        17..=18 => (format!("Dr. {first}"), last.to_owned()),
        19 => (format!(" {first} "), format!("{last}, PhD")),
        20 => (String::new(), String::new()),
        _ => (first.to_owned(), last.to_owned()),
    };
    let full = if dice.often(30) { String::new() } else { format!("{first} {last}") };
    let company = match dice.below(20) {
        0 => name.to_uppercase(),
        1 => name,
        2 => format!("{name}, {form}"),
        3 => format!("{name}  {form}"),
        _ => format!("{name} {form}"),
    };
    cells.push_row([
        first.as_str(),
        &last,
        &full,
        title,
        &company,
        &site,
        &email,
        &phone,
        &street,
        city,
        region,
        &postcode,
        country,
        &profile,
    ]);
}
