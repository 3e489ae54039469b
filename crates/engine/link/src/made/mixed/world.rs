//! Contacts in many countries, with the whole name in one cell: in its own script or in one of several transcriptions,
//! family name first or last, with both family names of a Spaniard or one.

use super::super::Set;
use super::{Chance, EASY, HARD, Keeping, copies, pool, typed};

const HEADERS: [&str; 7] = ["Name", "Firm", "Mail", "Tel", "City", "Country", "Role"];

/// A name in all the ways it is written; the first is what addresses have.
type Written = Vec<String>;

const RUSSIAN_GIVEN: &[(&str, bool)] = &[
    ("Юрий", false),
    ("Алексей", false),
    ("Евгений", false),
    ("Сергей", false),
    ("Андрей", false),
    ("Михаил", false),
    ("Николай", false),
    ("Анатолий", false),
    ("Юлия", true),
    ("Наталья", true),
    ("Елена", true),
    ("Ксения", true),
    ("Ольга", true),
    ("Татьяна", true),
    ("Жанна", true),
    ("Людмила", true),
];
const RUSSIAN_STEMS: &[&str] = &[
    "Жук",
    "Щерб",
    "Хар",
    "Цвет",
    "Черныш",
    "Шевел",
    "Юд",
    "Яковл",
    "Зайц",
    "Воробь",
    "Медвед",
    "Лебед",
    "Орл",
    "Сокол",
    "Голуб",
    "Козл",
    "Мороз",
    "Ткач",
    "Гонч",
    "Бонд",
    "Крав",
    "Мельн",
    "Рыб",
    "Пав",
    "Фёдор",
    "Гриш",
    "Тих",
    "Быстр",
];
const RUSSIAN_ENDS: &[(&str, &str)] = &[("ов", "ова"), ("ев", "ева"), ("ин", "ина"), ("енко", "енко"), ("чук", "чук")];
const GREEK_GIVEN: &[&str] = &["Γιώργος", "Δημήτρης", "Χρήστος", "Ευάγγελος", "Ελένη", "Βασιλική", "Χαρά", "Φωτεινή"];
const GREEK_STEMS: &[&str] =
    &["Παπα", "Χατζη", "Καρα", "Γεωργα", "Νικολα", "Δημα", "Βασιλα", "Αγγελα", "Θεοχαρα", "Μιχα"];
const GREEK_ENDS: &[&str] = &["δάκης", "κης", "νίδης", "ντωνίου", "κοπούλου", "λάκης", "χρήστου", "στάθης"];
const ARABIC_GIVEN: &[[&str; 3]] = &[
    ["mohammed", "Muhammad", "Mohamed"],
    ["ahmed", "Ahmad", "Ahmed"],
    ["hussein", "Hussain", "Husayn"],
    ["youssef", "Yusuf", "Yousef"],
    ["khaled", "Khalid", "Khaled"],
    ["omar", "Umar", "Omar"],
    ["fatima", "Fatma", "Fatimah"],
    ["aisha", "Aysha", "Aicha"],
    ["noura", "Nora", "Noura"],
    ["abdullah", "Abdallah", "Abdulla"],
    ["mariam", "Maryam", "Meriem"],
    ["jamal", "Gamal", "Jamal"],
];
const ARABIC_FAMILY: &[[&str; 3]] = &[
    ["alsayed", "Al-Sayed", "El Sayed"],
    ["haddad", "Haddad", "Hadad"],
    ["alkhoury", "Al Khoury", "El-Khouri"],
    ["mansour", "Mansour", "Mansur"],
    ["nasser", "Nasser", "Nasir"],
    ["alqasim", "Al-Qasim", "Al Kassem"],
    ["shaheen", "Shaheen", "Chahine"],
    ["othman", "Othman", "Osman"],
    ["zayed", "Zayed", "Zaied"],
    ["bakr", "Bakr", "Bakir"],
    ["almasri", "Al-Masri", "El Masry"],
    ["saleh", "Saleh", "Salih"],
    ["darwish", "Darwish", "Darwich"],
    ["yassin", "Yassin", "Yaseen"],
    ["rahman", "Rahman", "Rehman"],
];
const CHINESE_FAMILY: &[&str] = &[
    "Deng", "Feng", "Cao", "Peng", "Zeng", "Xiao", "Tian", "Dong", "Pan", "Yuan", "Cai", "Jiang", "Yu", "Du", "Ye",
    "Cheng", "Wang", "Li", "Zhang", "Liu", "Chen", "Yang", "Zhao", "Huang", "Zhou", "Wu", "Xu", "Sun", "Hu", "Zhu",
    "Gao", "Lin",
];
const CHINESE_GIVEN: &[&str] = &[
    "xiao", "ming", "wei", "jing", "hua", "lei", "ying", "yan", "jun", "hong", "mei", "jie", "tao", "ping", "qiang",
    "bo", "xin", "yu", "zhi", "feng", "lan", "rui", "chun", "dong",
];
const GERMAN_GIVEN: &[&str] =
    &["Jürgen", "Jörg", "Käthe", "Günter", "Björn", "Sören", "Heike", "Uwe", "Anke", "Torsten", "Maren", "Götz"];
const GERMAN_STEMS: &[&str] = &[
    "Mül", "Schrö", "Kön", "Bäu", "Lü", "Grün", "Krä", "Hö", "Stü", "Wöl", "Brüg", "Jä", "Fär", "Zö", "Häu", "Bü",
    "Löw", "Nä", "Dür", "Rö", "Täu", "Büh",
];
const GERMAN_ENDS: &[&str] = &[
    "ler", "mann", "ger", "der", "feld", "ig", "sing", "ter", "bach", "hoff", "ner", "le", "meier", "rich", "mer",
    "lich",
];
const SPANISH_GIVEN: &[&str] =
    &["José", "María", "Ángel", "Inés", "Óscar", "Lucía", "Álvaro", "Begoña", "Íñigo", "Sofía", "Andrés", "Rocío"];
const SPANISH_STEMS: &[&str] =
    &["Mart", "Fern", "Dom", "Ramí", "Val", "Ech", "Ga", "Iri", "Orte", "Urru", "Zaba", "Bece"];
const SPANISH_ENDS: &[&str] =
    &["ínez", "ández", "ínguez", "rez", "arte", "vez", "larza", "goyen", "ga", "tia", "la", "rra"];
const SPANISH_FAMILY: &[&str] = &[
    "Núñez",
    "Ibáñez",
    "Gómez",
    "Peña",
    "Muñoz",
    "Cortés",
    "Bermúdez",
    "Vázquez",
    "Galán",
    "Ordóñez",
    "Marín",
    "Lucía",
    "Echevarría",
    "Zúñiga",
    "Avilés",
    "Salazar",
    "Quintana",
    "Arroyo",
    "Herrero",
    "Pastor",
    "Blanco",
    "Redondo",
];

/// Latin letters for Cyrillic ones: the American way, that of passports, the German way.
#[expect(clippy::match_same_arms, reason = "a table by letter is read by letter")]
fn cyrillic(text: &str, way: usize) -> String {
    let letter = |c: char| -> &str {
        match (c, way) {
            ('а', _) => "a",
            ('б', _) => "b",
            ('в', 2) => "w",
            ('в', _) => "v",
            ('г', _) => "g",
            ('д', _) => "d",
            ('е' | 'э', _) => "e",
            ('ё', 0) => "yo",
            ('ё', 1) => "e",
            ('ё', _) => "jo",
            ('ж', 2) => "sch",
            ('ж', _) => "zh",
            ('з', 2) => "s",
            ('з', _) => "z",
            ('и', _) => "i",
            ('й', 0) => "y",
            ('й', _) => "i",
            ('к', _) => "k",
            ('л', _) => "l",
            ('м', _) => "m",
            ('н', _) => "n",
            ('о', _) => "o",
            ('п', _) => "p",
            ('р', _) => "r",
            ('с', _) => "s",
            ('т', _) => "t",
            ('у', _) => "u",
            ('ф', _) => "f",
            ('х', 2) => "ch",
            ('х', _) => "kh",
            ('ц', 2) => "z",
            ('ц', _) => "ts",
            ('ч', 2) => "tsch",
            ('ч', _) => "ch",
            ('ш', 2) => "sch",
            ('ш', _) => "sh",
            ('щ', 2) => "schtsch",
            ('щ', _) => "shch",
            ('ы', _) => "y",
            ('ю', 0) => "yu",
            ('ю', 1) => "iu",
            ('ю', _) => "ju",
            ('я', 0) => "ya",
            ('я', 1) => "ia",
            ('я', _) => "ja",
            _ => "",
        }
    };
    capital(&text.to_lowercase().chars().map(letter).collect::<String>())
}

/// Latin letters for Greek ones: by sound, or letter by letter.
#[expect(clippy::match_same_arms, reason = "a table by letter is read by letter")]
fn greek(text: &str, way: usize) -> String {
    let text = text.to_lowercase();
    let text = if way == 0 {
        text.replace("ου", "ou").replace("ευ", "ev")
    } else {
        text.replace("ου", "ou").replace("ευ", "eu")
    };
    let letter = |c: char| -> String {
        let latin = match (c, way) {
            ('α' | 'ά', _) => "a",
            ('β', 0) => "v",
            ('β', _) => "b",
            ('γ', _) => "g",
            ('δ', _) => "d",
            ('ε' | 'έ', _) => "e",
            ('ζ', _) => "z",
            ('η' | 'ή', 0) => "i",
            ('η' | 'ή', _) => "e",
            ('θ', _) => "th",
            ('ι' | 'ί', _) => "i",
            ('κ', _) => "k",
            ('λ', _) => "l",
            ('μ', _) => "m",
            ('ν', _) => "n",
            ('ξ', _) => "x",
            ('ο' | 'ό' | 'ω' | 'ώ', _) => "o",
            ('π', _) => "p",
            ('ρ', _) => "r",
            ('σ' | 'ς', _) => "s",
            ('τ', _) => "t",
            ('υ' | 'ύ', _) => "y",
            ('φ', 0) => "f",
            ('φ', _) => "ph",
            ('χ', 0) => "ch",
            ('χ', _) => "h",
            ('ψ', _) => "ps",
            _ => return c.to_string(),
        };
        latin.to_owned()
    };
    capital(&text.chars().map(letter).collect::<String>())
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Accents left off, or umlauts written out.
fn bare(text: &str, out: bool) -> String {
    text.chars()
        .map(|c| {
            match c {
                'ü' if out => "ue",
                'ö' if out => "oe",
                'ä' if out => "ae",
                'ü' | 'ú' => "u",
                'ö' | 'ó' => "o",
                'ä' | 'á' => "a",
                'é' => "e",
                'í' => "i",
                'ñ' => "n",
                'Á' => "A",
                'Í' => "I",
                'Ó' => "O",
                _ => "",
            }
            .to_owned()
        })
        .zip(text.chars())
        .map(|(written, c)| if written.is_empty() { c.to_string() } else { written })
        .collect()
}

/// Given name, family name, country, the country's telephone code, whether the family name may stand first.
fn named(chance: &mut Chance) -> (Written, Written, &'static str, &'static str, bool) {
    match chance.below(7) {
        0 => {
            let (given, woman) = RUSSIAN_GIVEN[chance.below(RUSSIAN_GIVEN.len())];
            let (his, hers) = RUSSIAN_ENDS[chance.below(RUSSIAN_ENDS.len())];
            let more = if chance.percent(50) { chance.one(&["ак", "ен", "иц", "ом", "ат"]) } else { "" };
            let last = format!("{}{more}{}", chance.one(RUSSIAN_STEMS), if woman { hers } else { his });
            let ways = |text: &str| vec![cyrillic(text, 0), cyrillic(text, 1), cyrillic(text, 2), text.to_owned()];
            (ways(given), ways(&last), "Kazakhstan", "7", false)
        }
        1 => {
            let last = format!("{}{}", chance.one(GREEK_STEMS), chance.one(GREEK_ENDS));
            let ways = |text: &str| vec![greek(text, 0), greek(text, 1), text.to_owned()];
            (ways(chance.one(GREEK_GIVEN)), ways(&last), "Greece", "30", false)
        }
        2 => {
            let ways = |of: &[[&str; 3]], at: usize| of[at].map(str::to_owned).into_iter().collect::<Vec<_>>();
            let second =
                if chance.percent(60) { format!(" {}", ARABIC_GIVEN[chance.below(6)][1]) } else { String::new() };
            let given = ways(ARABIC_GIVEN, chance.below(ARABIC_GIVEN.len()));
            let given = given.iter().map(|way| format!("{}{second}", capital(way))).collect();
            let last = if chance.percent(40) {
                ways(ARABIC_FAMILY, chance.below(ARABIC_FAMILY.len()))
            } else {
                // Three consonants make a family, in two spellings of its vowels.
                let roots = ["b", "d", "f", "h", "j", "k", "l", "m", "n", "r", "s", "t", "z"];
                let (x, y, z) = (chance.one(&roots), chance.one(&roots), chance.one(&roots));
                vec![format!("{x}a{y}oo{z}i"), format!("{x}a{y}u{z}y"), format!("Al {x}a{y}ou{z}i")]
            };
            (given, last.iter().map(|way| capital(way)).collect(), "Egypt", "20", false)
        }
        3 => {
            let (a, b) = (chance.one(CHINESE_GIVEN), chance.one(CHINESE_GIVEN));
            let given = vec![
                capital(&format!("{a}{b}")),
                format!("{}-{b}", capital(a)),
                format!("{} {}", capital(a), capital(b)),
            ];
            (given, vec![chance.one(CHINESE_FAMILY).to_owned()], "China", "86", true)
        }
        4 => {
            let last = format!("{}{}", chance.one(GERMAN_STEMS), chance.one(GERMAN_ENDS));
            let ways = |text: &str| vec![bare(text, true), text.to_owned(), bare(text, false)];
            (ways(chance.one(GERMAN_GIVEN)), ways(&last), "Germany", "49", true)
        }
        5 => {
            let family = |chance: &mut Chance| match chance.below(3) {
                0 => chance.one(SPANISH_FAMILY).to_owned(),
                _ => format!("{}{}", chance.one(SPANISH_STEMS), chance.one(SPANISH_ENDS)),
            };
            let (one, two) = (&family(chance), &family(chance));
            let given = chance.one(SPANISH_GIVEN);
            let last = vec![
                bare(one, false),
                one.to_owned(),
                format!("{one} {two}"),
                format!("{} {}", bare(one, false), bare(two, false)),
            ];
            (vec![bare(given, false), given.to_owned()], last, "Spain", "34", false)
        }
        _ => {
            let (given, called) = pool::given(chance.percent(50), chance);
            let given = std::iter::once(given).chain(called.iter().copied()).map(str::to_owned).collect();
            (given, vec![pool::family(chance)], "United Kingdom", "44", true)
        }
    }
}

struct Firm {
    name: String,
    domain: String,
    city: String,
    phone: String,
}

/// Well kept.
#[must_use]
pub fn world_easy(rows: usize, seed: u64) -> Set {
    make("world_easy", rows, seed, EASY)
}

/// As such lists are.
#[must_use]
pub fn world(rows: usize, seed: u64) -> Set {
    make("world", rows, seed, HARD)
}

fn make(name: &'static str, rows: usize, seed: u64, keeping: Keeping) -> Set {
    let chance = &mut Chance::new(seed ^ 0x3041d);
    let firms: Vec<Firm> = (0..(rows / 14).max(4))
        .map(|number| {
            let own = pool::word(chance);
            Firm {
                domain: format!("{}-{number}.example", pool::plain(&own)),
                name: format!("{own} {}", chance.one(&["Trading", "Export", "International", "GmbH", "SA", "Co"])),
                city: pool::word(&mut Chance::new(500 + chance.below(250) as u64)),
                phone: chance.digits(8),
            }
        })
        .collect();
    let mut set = Set::new(name, &HEADERS);
    let mut taken = std::collections::HashSet::new();
    let mut number = 0;
    while set.rows.len() < rows {
        let (given, family, country, code, turns) = named(chance);
        let mut posts = vec![chance.below(firms.len())];
        if chance.percent(keeping.movers) {
            posts.push((posts[0] + 1 + chance.below(firms.len() - 1)) % firms.len());
        }
        let (first, last) = (pool::plain(&given[0]), pool::plain(&family[0]));
        let mut more = if chance.percent(15) { chance.digits(2) } else { String::new() };
        while posts.iter().any(|post| !taken.insert((*post, format!("{first}.{last}{more}")))) {
            more = chance.digits(4);
        }
        let mobile = chance.digits(9);
        let role =
            chance.one(&["CEO", "Buyer", "Agent", "Engineer", "Export manager", "Accounts", "Assistant"]).to_owned();
        for _ in 0..copies(chance) {
            let firm = &firms[posts[chance.below(posts.len())]];
            let way = |of: &Written, chance: &mut Chance| -> String {
                let varies = chance.percent(keeping.variants * 2);
                of[if varies { chance.below(of.len()) } else { 0 }].clone()
            };
            let (a, b) = (capital(&way(&given, chance)), capital(&way(&family, chance)));
            let name = match chance.below(6) {
                0 if turns && keeping.variants > 10 => format!("{b} {a}"),
                1 => format!("{b}, {a}"),
                _ => format!("{a} {b}"),
            };
            let mail = if chance.percent(keeping.shared) {
                format!("{}@{}", chance.one(&["info", "export", "contact"]), firm.domain)
            } else {
                format!("{first}.{last}{more}@{}", firm.domain)
            };
            let own = chance.percent(65);
            let digits = if own { &mobile } else { &firm.phone };
            let tel = match chance.below(3) {
                0 => format!("+{code}{digits}"),
                1 => format!("00{code} {} {}", &digits[..3], &digits[3..]),
                _ => format!("+{code} {} {} {}", &digits[..2], &digits[2..5], &digits[5..]),
            };
            let mut cells = vec![
                typed(&name, keeping, chance),
                typed(&firm.name, keeping, chance),
                mail.clone(),
                tel,
                typed(&firm.city, keeping, chance),
                country.to_owned(),
                role.clone(),
            ];
            for cell in cells.iter_mut().skip(1) {
                if chance.percent(keeping.gaps) {
                    cell.clear();
                }
            }
            if cells[2].is_empty() && (cells[3].is_empty() || !own) {
                cells[2] = mail;
            }
            set.push(number, cells);
        }
        number += 1;
    }
    set.shuffled(chance)
}
