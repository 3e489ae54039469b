//! People who do not exist: names as they are spread in Europe and America, spellings, slips of the fingers.

use super::chance::Chance;

const FIRST: &[&str] = &[
    "James", "Mary", "John", "Patricia", "Robert", "Jennifer", "Michael", "Linda", "William", "Elizabeth", "David",
    "Barbara", "Richard", "Susan", "Joseph", "Jessica", "Thomas", "Sarah", "Charles", "Karen", "Christopher", "Lisa",
    "Daniel", "Nancy", "Matthew", "Betty", "Anthony", "Margaret", "Mark", "Sandra", "Donald", "Ashley", "Steven",
    "Kimberly", "Paul", "Emily", "Andrew", "Donna", "Joshua", "Michelle", "Kenneth", "Carol", "Kevin", "Amanda", "Brian",
    "Dorothy", "George", "Melissa", "Edward", "Deborah", "Ronald", "Stephanie", "Timothy", "Rebecca", "Jason", "Sharon",
    "Jeffrey", "Laura", "Ryan", "Cynthia", "Jacob", "Kathleen", "Gary", "Amy", "Nicholas", "Angela", "Eric", "Shirley",
    "Jonathan", "Anna", "Stephen", "Brenda", "Larry", "Pamela", "Justin", "Emma", "Scott", "Nicole", "Brandon", "Helen",
    "Benjamin", "Samantha", "Samuel", "Katherine", "Gregory", "Christine", "Frank", "Debra", "Alexander", "Rachel",
    "Raymond", "Carolyn", "Patrick", "Janet", "Jack", "Catherine", "Dennis", "Maria", "Jerry", "Heather", "Tyler", "Diane",
    "Hans", "Ulrike", "Juergen", "Sabine", "Wolfgang", "Monika", "Stefan", "Petra", "Andreas", "Birgit", "Pierre",
    "Nathalie", "Jean", "Isabelle", "Luc", "Sylvie", "Carlos", "Carmen", "Jose", "Lucia", "Giovanni", "Francesca", "Marco",
    "Giulia", "Piotr", "Agnieszka", "Sven", "Ingrid", "Lars", "Astrid", "Priya", "Rahul", "Wei", "Li", "Mohammed", "Fatima",
];

const LAST: &[&str] = &[
    "Smith", "Johnson", "Williams", "Brown", "Jones", "Miller", "Davis", "Wilson", "Anderson", "Taylor", "Thomas", "Moore",
    "Martin", "Jackson", "Thompson", "White", "Harris", "Clark", "Lewis", "Robinson", "Walker", "Young", "Allen", "King",
    "Wright", "Scott", "Hill", "Green", "Adams", "Nelson", "Baker", "Hall", "Campbell", "Mitchell", "Carter", "Roberts",
    "Mueller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Garcia",
    "Rodriguez", "Martinez", "Hernandez", "Lopez", "Gonzalez", "Perez", "Rossi", "Russo", "Ferrari", "Bianchi", "Dubois",
    "Durand", "Leroy", "Moreau", "Simon", "Laurent", "Nowak", "Kowalski", "Wisniewski", "Johansson", "Andersson", "Karlsson",
    "Nilsson", "Hansen", "Olsen", "Larsen", "Jansen", "de Vries", "van den Berg", "van Dijk", "Bakker", "Patel", "Singh",
    "Kumar", "Sharma", "Chen", "Wang", "Zhang", "Nguyen", "Tran", "Kim", "Park", "Ali", "Khan", "Ahmed", "Hussain", "O'Brien",
    "Murphy", "Kelly", "O'Connor", "Walsh", "Byrne", "Ryan", "MacDonald", "Stewart", "Reid", "Murray", "Ross", "Graham",
];

const START: &[&str] = &[
    "Al", "Bar", "Ber", "Bor", "Cal", "Car", "Dal", "Dor", "El", "Fal", "Far", "Gar", "Gol", "Hal", "Har", "Hol", "Kar",
    "Kel", "Kor", "Lan", "Lin", "Mal", "Mar", "Mor", "Nor", "Os", "Pal", "Per", "Ral", "Ros", "San", "Sel", "Tar", "Tor",
    "Val", "Ver", "Wal", "War", "Wel", "Win", "Zan", "Zim",
];
const MIDDLE: &[&str] = &["", "", "a", "e", "en", "in", "o", "an", "er", "ing", "ol", "um"];
const END: &[&str] = &[
    "bach", "berg", "by", "court", "dale", "dorf", "feld", "ford", "gate", "ham", "hurst", "ini", "kamp", "ley", "lund",
    "man", "mark", "mont", "ovic", "owski", "quist", "rich", "sen", "sky", "son", "stad", "stein", "stone", "strom", "ton",
    "wald", "ward", "well", "wick", "wood", "worth",
];

/// What people called by the first name are also called.
const CALLED: &[(&str, &[&str])] = &[
    ("James", &["Jim", "Jimmy"]),
    ("Robert", &["Bob", "Rob", "Bobby"]),
    ("William", &["Bill", "Will", "Billy"]),
    ("Elizabeth", &["Liz", "Beth", "Betty"]),
    ("Michael", &["Mike", "Mick"]),
    ("Richard", &["Rick", "Dick", "Rich"]),
    ("Thomas", &["Tom", "Tommy"]),
    ("Christopher", &["Chris"]),
    ("Daniel", &["Dan", "Danny"]),
    ("Matthew", &["Matt"]),
    ("Anthony", &["Tony"]),
    ("Margaret", &["Maggie", "Peggy", "Meg"]),
    ("Steven", &["Steve"]),
    ("Stephen", &["Steve"]),
    ("Andrew", &["Andy", "Drew"]),
    ("Kenneth", &["Ken"]),
    ("Edward", &["Ed", "Ted", "Eddie"]),
    ("Deborah", &["Deb", "Debbie"]),
    ("Timothy", &["Tim"]),
    ("Rebecca", &["Becky"]),
    ("Jeffrey", &["Jeff"]),
    ("Jacob", &["Jake"]),
    ("Kathleen", &["Kathy"]),
    ("Nicholas", &["Nick"]),
    ("Jonathan", &["Jon"]),
    ("Benjamin", &["Ben"]),
    ("Samantha", &["Sam"]),
    ("Samuel", &["Sam"]),
    ("Katherine", &["Kate", "Katie", "Kathy"]),
    ("Catherine", &["Cathy", "Kate"]),
    ("Gregory", &["Greg"]),
    ("Alexander", &["Alex"]),
    ("Patricia", &["Pat", "Trish"]),
    ("Jennifer", &["Jen", "Jenny"]),
    ("Joseph", &["Joe"]),
    ("David", &["Dave"]),
    ("Charles", &["Charlie", "Chuck"]),
    ("Susan", &["Sue"]),
    ("Pamela", &["Pam"]),
    ("Francesca", &["Franca"]),
    ("Giovanni", &["Gianni"]),
    ("Jose", &["Pepe"]),
    ("Juergen", &["Jürgen"]),
    ("Mohammed", &["Muhammad", "Mohamed"]),
];

/// A given name.
pub(super) fn first(chance: &mut Chance) -> String {
    FIRST[chance.skewed(FIRST.len())].to_owned()
}

/// A family name: one in three is common, the rest are rare.
pub(super) fn last(chance: &mut Chance) -> String {
    if chance.percent(40) {
        return LAST[chance.skewed(LAST.len())].to_owned();
    }
    format!("{}{}{}", chance.one(START), chance.one(MIDDLE), chance.one(END))
}

/// Another way of calling somebody, or the same.
pub(super) fn called(name: &str, chance: &mut Chance) -> String {
    let ways = CALLED.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, ways)| ways);
    if ways.is_empty() { name.to_owned() } else { chance.one(ways).to_owned() }
}

/// The text with one slip of the fingers.
pub(super) fn slip(text: &str, chance: &mut Chance) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = 1 + chance.below(letters.len() - 1);
    let letter = char::from(b'a' + chance.below(26) as u8);
    let letter = if letters[at].is_ascii_digit() { char::from(b'0' + chance.below(10) as u8) } else { letter };
    match chance.below(4) {
        0 => letters[at] = letter,
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letter),
        _ => letters.swap(at - 1, at),
    }
    letters.into_iter().collect()
}

/// A word for streets, towns and companies.
pub(super) fn word(chance: &mut Chance) -> String {
    format!("{}{}{}", chance.one(START), chance.one(MIDDLE), chance.one(END))
}

/// The name in the letters of an address.
pub(super) fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect()
}
