//! Where names, companies and places come from.

use super::Chance;

const WOMEN: &[(&str, &[&str])] = &[
    ("Margaret", &["Peggy", "Maggie"]),
    ("Elizabeth", &["Liz", "Betty"]),
    ("Katherine", &["Kate", "Kathy"]),
    ("Jennifer", &["Jen", "Jenny"]),
    ("Rebecca", &["Becky"]),
    ("Susan", &["Sue"]),
    ("Patricia", &["Pat", "Trish"]),
    ("Victoria", &["Vicky"]),
    ("Alexandra", &["Alex", "Sandra"]),
    ("Jessica", &["Jess"]),
    ("Samantha", &["Sam"]),
    ("Christina", &["Chris", "Tina"]),
    ("Amelia", &[]),
    ("Charlotte", &["Lottie"]),
    ("Olivia", &["Liv"]),
    ("Hannah", &[]),
    ("Grace", &[]),
    ("Chloe", &[]),
    ("Megan", &[]),
    ("Lucy", &[]),
    ("Ruth", &[]),
    ("Naomi", &[]),
    ("Yvonne", &[]),
    ("Joan", &[]),
    ("Claire", &[]),
    ("Julia", &[]),
    ("Martha", &[]),
    ("Ellen", &[]),
    ("Alice", &[]),
    ("Beatrice", &["Bea"]),
];

const MEN: &[(&str, &[&str])] = &[
    ("William", &["Bill", "Will"]),
    ("Robert", &["Bob", "Rob"]),
    ("James", &["Jim", "Jamie"]),
    ("Richard", &["Dick", "Rick"]),
    ("Michael", &["Mike"]),
    ("Edward", &["Ted", "Eddie"]),
    ("Thomas", &["Tom"]),
    ("Charles", &["Charlie", "Chuck"]),
    ("Andrew", &["Andy", "Drew"]),
    ("Christopher", &["Chris"]),
    ("Anthony", &["Tony"]),
    ("Matthew", &["Matt"]),
    ("Benjamin", &["Ben"]),
    ("Nicholas", &["Nick"]),
    ("Alexander", &["Alex", "Sandy"]),
    ("Daniel", &["Dan"]),
    ("Joseph", &["Joe"]),
    ("Samuel", &["Sam"]),
    ("Gregory", &["Greg"]),
    ("Henry", &["Harry", "Hank"]),
    ("Peter", &["Pete"]),
    ("John", &["Jack"]),
    ("Simon", &[]),
    ("Oliver", &["Ollie"]),
    ("Hugo", &[]),
    ("Felix", &[]),
    ("Adam", &[]),
    ("Mark", &[]),
    ("Neil", &[]),
    ("Ian", &[]),
    ("Martin", &[]),
    ("Philip", &["Phil"]),
];

const COMMON: &[&str] = &[
    "Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Robinson", "Wright", "Thompson",
    "Evans", "Walker", "White", "Roberts", "Green", "Hall", "Wood", "Jackson", "Clarke", "Patel", "Khan", "Lewis",
    "James", "Phillips", "Mason", "Mitchell", "Rose", "Davis", "Rodgers", "Cooper", "Ward", "Bell", "Price", "Shaw",
    "Collins", "Cook", "Marshall", "Simpson", "Palmer", "Fox", "Stone", "Grant", "Hunt", "Lane", "Burke", "Doyle",
];

const HEAD: &[&str] = &[
    "Ash", "Black", "Brad", "Brock", "Clay", "Cran", "Crom", "Den", "Ever", "Fair", "Farn", "Gains", "Glad", "Hather",
    "Hazel", "Hed", "Hol", "Ingle", "Kirk", "Lang", "Lind", "Mel", "Mid", "New", "Oak", "Pem", "Rad", "Ren", "Rush",
    "Sher", "Stan", "Sut", "Thorn", "Tre", "Under", "Wake", "Wal", "Wen", "Whit", "Yar",
];
const TAIL: &[&str] = &[
    "bourne", "brook", "bury", "by", "combe", "cott", "croft", "den", "don", "field", "ford", "gate", "grave", "ham",
    "head", "hill", "ing", "land", "leigh", "ley", "low", "man", "more", "ner", "pool", "ridge", "shaw", "side",
    "stead", "ter", "thorpe", "ton", "tree", "vale", "well", "wick", "worth", "yard",
];

/// Given names that nobody shortens.
const MORE_WOMEN: &[&str] = &[
    "Adele", "Agatha", "Anita", "Astrid", "Audrey", "Bianca", "Bridget", "Camilla", "Carla", "Cecily", "Celeste",
    "Clara", "Claudia", "Daphne", "Delia", "Diana", "Edith", "Elsa", "Erica", "Esther", "Eva", "Fiona", "Flora",
    "Frida", "Gemma", "Gloria", "Greta", "Harriet", "Hazel", "Heidi", "Hilda", "Holly", "Imogen", "Irene", "Iris",
    "Isla", "Ivy", "Jade", "Jasmine", "Kirsten", "Lara", "Leila", "Leona", "Linda", "Lorna", "Lydia", "Mabel",
    "Marianne", "Maud", "Maya", "Meera", "Miriam", "Mona", "Morag", "Nadia", "Nina", "Noreen", "Opal", "Paula",
    "Penny", "Petra", "Phoebe", "Poppy", "Priya", "Rhona", "Rita", "Robyn", "Rosa", "Sheila", "Shona", "Sonia",
    "Stella", "Sunita", "Tamsin", "Tara", "Thea", "Ursula", "Vera", "Violet", "Wanda", "Willa", "Zara", "Zelda",
];
const MORE_MEN: &[&str] = &[
    "Aaron", "Alan", "Albert", "Alistair", "Amit", "Angus", "Arjun", "Barry", "Basil", "Boris", "Brendan", "Bruce",
    "Bruno", "Callum", "Cecil", "Clive", "Colin", "Conrad", "Craig", "Cyril", "Damian", "Darren", "Dean", "Derek",
    "Desmond", "Dilip", "Donald", "Dougal", "Duncan", "Dylan", "Edgar", "Eric", "Ernest", "Ethan", "Evan", "Finlay",
    "Fraser", "Gareth", "Gavin", "Geoffrey", "Gerald", "Gordon", "Graham", "Guy", "Harold", "Hector", "Howard", "Ivan",
    "Ivor", "Jasper", "Jeremy", "Julian", "Karl", "Keith", "Kevin", "Lance", "Leo", "Leon", "Liam", "Linus", "Lloyd",
    "Luke", "Magnus", "Malcolm", "Marcus", "Miles", "Mohan", "Nigel", "Noel", "Norman", "Oscar", "Owen", "Percy",
    "Ralph", "Ravi", "Rory", "Ross", "Rupert", "Sanjay", "Scott", "Sean", "Sidney", "Silas", "Stuart", "Terence",
    "Toby", "Trevor", "Vernon", "Victor", "Vikram", "Walter", "Wayne", "Wesley", "Winston",
];

/// A given name and what its bearers are also called.
pub(super) fn given(woman: bool, chance: &mut Chance) -> (&'static str, &'static [&'static str]) {
    if chance.percent(45) {
        let of = if woman { MORE_WOMEN } else { MORE_MEN };
        return (of[chance.below(of.len())], &[]);
    }
    let of = if woman { WOMEN } else { MEN };
    of[if chance.percent(50) { chance.skewed(of.len()) } else { chance.below(of.len()) }]
}

/// A family name: three in ten people bear one of a few.
pub(super) fn family(chance: &mut Chance) -> String {
    if chance.percent(30) { COMMON[chance.skewed(COMMON.len())].to_owned() } else { word(chance) }
}

/// A name for a family, a place or a company.
pub(super) fn word(chance: &mut Chance) -> String {
    format!("{}{}", chance.one(HEAD), chance.one(TAIL))
}

/// The letters of a name as addresses have them.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// A private mailbox.
pub(super) fn private(first: &str, last: &str, chance: &mut Chance) -> String {
    let provider = chance.one(&["gmail.com", "outlook.com", "yahoo.com", "icloud.com"]);
    let (first, last) = (plain(first), plain(last));
    let number = chance.below(90) + 10;
    match chance.below(5) {
        0 => format!("{first}.{last}{number}@{provider}"),
        1 => format!("{last}{number}@{provider}"),
        2 => format!("{first}{}{number}@{provider}", chance.below(100)),
        3 => format!("the.{last}.{}@{provider}", chance.digits(3)),
        _ => format!("{}{}{last}@{provider}", first.chars().take(1).collect::<String>(), chance.digits(2)),
    }
}
