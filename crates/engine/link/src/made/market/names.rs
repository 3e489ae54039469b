//! Names of people and places, the first ones of each list far more common than the last.

use super::super::chance::Chance;

const FIRST: &str = "james mary michael john robert patricia david jennifer william linda richard elizabeth joseph barbara \
    thomas susan christopher jessica charles karen daniel sarah matthew lisa anthony nancy mark sandra steven ashley andrew \
    emily paul donna joshua michelle kenneth carol kevin amanda brian melissa timothy deborah ronald stephanie george rebecca \
    jason laura edward helen jeffrey sharon ryan cynthia jacob kathleen nicholas amy gary angela eric shirley jonathan anna \
    stephen brenda larry pamela justin emma scott nicole brandon samantha benjamin katherine samuel christine gregory debra \
    alexander rachel patrick carolyn frank janet raymond maria jack olivia dennis heather jerry diane tyler julie aaron joyce \
    jose victoria adam kelly nathan christina henry joan zachary lauren peter evelyn kyle judith noah megan ethan cheryl \
    jeremy andrea walter hannah christian martha roger jacqueline terry frances austin gloria sean ann gerald teresa carl \
    kathryn harold sara dylan janice arthur jean lawrence alice jordan madison jesse doris bryan julia billy judy bruce grace \
    gabriel denise joe amber logan marilyn alan beverly juan danielle albert theresa willie sophia elijah marie wayne diana \
    randy brittany vincent natalie mason isabella roy charlotte ralph rose bobby alexis russell kayla bradley lori philip \
    eugene louis dawn johnny tiffany rené zoë josé françois andré günter björn søren jürgen lucía mónica chloé inés raúl \
    priya rahul anil sunita wei ming hiroshi yuki ahmed fatima omar leila ivan olga dmitri svetlana piotr agnieszka lars \
    ingrid sven astrid matteo giulia luca chiara pierre camille hans ursula klaus birgit marco elena nikos eleni mehmet ayşe";

const LAST: &str = "smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson \
    anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker \
    young allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter \
    roberts müller schmidt schneider fischer weber dubois lefèvre o'brien o'connor macdonald mcdonald van-dijk de-vries \
    rossi ferrari novák kowalski svensson jørgensen singh kumar patel shah khan chen wang li zhang kim park tanaka";

const SHORT: &[(&str, &[&str])] = &[
    ("james", &["jim", "jimmy"]),
    ("michael", &["mike", "mick"]),
    ("john", &["jack", "johnny"]),
    ("robert", &["bob", "rob"]),
    ("patricia", &["pat", "trish"]),
    ("david", &["dave"]),
    ("jennifer", &["jen", "jenny"]),
    ("william", &["bill", "will"]),
    ("richard", &["rick", "dick"]),
    ("elizabeth", &["liz", "beth"]),
    ("joseph", &["joe"]),
    ("thomas", &["tom"]),
    ("susan", &["sue"]),
    ("christopher", &["chris"]),
    ("jessica", &["jess"]),
    ("charles", &["charlie", "chuck"]),
    ("daniel", &["dan"]),
    ("matthew", &["matt"]),
    ("anthony", &["tony"]),
    ("steven", &["steve"]),
    ("andrew", &["andy"]),
    ("joshua", &["josh"]),
    ("kenneth", &["ken"]),
    ("timothy", &["tim"]),
    ("deborah", &["debbie"]),
    ("stephanie", &["steph"]),
    ("rebecca", &["becky"]),
    ("edward", &["ed", "ted"]),
    ("jeffrey", &["jeff"]),
    ("nicholas", &["nick"]),
    ("jonathan", &["jon"]),
    ("benjamin", &["ben"]),
    ("samantha", &["sam"]),
    ("katherine", &["kate", "kathy"]),
    ("samuel", &["sam"]),
    ("gregory", &["greg"]),
    ("alexander", &["alex"]),
    ("victoria", &["vicky"]),
    ("theresa", &["terry"]),
    ("philip", &["phil"]),
];

const SYLLABLES: [&[&str]; 3] = [
    &[
        "bar", "cal", "dor", "fen", "gar", "hol", "kel", "lin", "mor", "nor", "pel", "ros", "sut", "tor", "wal", "win",
        "bren", "stan",
    ],
    &["", "", "a", "e", "ing", "en", "er", "is", "o"],
    &[
        "ton", "man", "ley", "ford", "berg", "ski", "well", "son", "by", "field", "den", "ov", "ez", "ard", "wick",
        "ham", "gren",
    ],
];

/// Ranks with the weights of Zipf and Mandelbrot: `1 / (rank + shift) ^ slope`.
pub(super) struct Ranked {
    up_to: Vec<f64>,
}

impl Ranked {
    pub(super) fn new(count: usize, slope: f64, shift: f64) -> Self {
        let mut sum = 0.0;
        let up_to = (0..count)
            .map(|rank| {
                sum += (rank as f64 + shift).powf(-slope);
                sum
            })
            .collect();
        Self { up_to }
    }

    pub(super) fn draw(&self, chance: &mut Chance) -> usize {
        let last = self.up_to.len() - 1;
        let at = chance.below(1 << 30) as f64 / f64::from(1 << 30) * self.up_to[last];
        self.up_to.partition_point(|&sum| sum <= at).min(last)
    }
}

/// Names to draw people's from.
pub(super) struct Names {
    first: Vec<String>,
    last: Vec<String>,
    firsts: Ranked,
    lasts: Ranked,
}

impl Names {
    pub(super) fn new(chance: &mut Chance) -> Self {
        let first: Vec<String> = FIRST.split_whitespace().map(str::to_owned).collect();
        let mut last: Vec<String> =
            LAST.split_whitespace().map(|name| name.replace("n-d", "n d").replace("e-v", "e v")).collect();
        let mut seen: std::collections::HashSet<String> = last.iter().cloned().collect();
        while last.len() < 4_000 {
            let mut name = SYLLABLES.map(|of| chance.one(of)).concat();
            if chance.percent(40) {
                name.insert_str(0, chance.one(&["mc", "al", "be", "sha", "ve", "ko", "ra", "du"]));
            }
            if seen.insert(name.clone()) {
                last.push(name);
            }
        }
        let (firsts, lasts) = (Ranked::new(first.len(), 0.9, 4.0), Ranked::new(last.len(), 0.8, 4.0));
        Self { first, last, firsts, lasts }
    }

    pub(super) fn first(&self, chance: &mut Chance) -> &str {
        &self.first[self.firsts.draw(chance)]
    }

    pub(super) fn last(&self, chance: &mut Chance) -> &str {
        &self.last[self.lasts.draw(chance)]
    }
}

/// What friends and badges call somebody of this name.
pub(super) fn short(first: &str, chance: &mut Chance) -> Option<&'static str> {
    SHORT.iter().find(|(name, _)| *name == first).map(|(_, shorts)| chance.one(shorts))
}

/// A town.
pub(super) struct Place {
    pub(super) city: String,
    pub(super) region: &'static str,
    pub(super) postcode: usize,
}

/// Towns, the first of them the largest.
pub(super) fn places(chance: &mut Chance) -> Vec<Place> {
    let regions = ["CA", "TX", "NY", "FL", "IL", "PA", "OH", "GA", "NC", "MI", "WA", "MA", "CO", "AZ", "MN"];
    (0..140)
        .map(|_| {
            let front = ["North ", "San ", "", "", "", "", "Lake ", "Fort ", "New "];
            let middle =
                ["Har", "Clay", "Brook", "Mill", "River", "Oak", "Spring", "Green", "Marl", "Ash", "Lex", "Day"];
            let end = ["ton", "ville", "burg", "field", "port", "dale", "mont", "haven", "side", "ing"];
            let region = chance.below(regions.len());
            Place {
                city: format!("{}{}{}", chance.one(&front), chance.one(&middle), chance.one(&end)),
                region: regions[region],
                postcode: 10_000 + region * 5_000 + chance.below(40) * 100,
            }
        })
        .collect()
}

/// `ada lovelace` to `Ada Lovelace`.
pub(super) fn capital(text: &str) -> String {
    let mut start = true;
    text.chars()
        .map(|letter| {
            let upper = std::mem::replace(&mut start, !letter.is_alphanumeric());
            if upper { letter.to_uppercase().to_string() } else { letter.to_string() }
        })
        .collect()
}

/// Letters of a mailbox: no accents, no marks.
pub(super) fn plain(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    text.nfd().map(|letter| if letter == 'ø' { 'o' } else { letter }).filter(char::is_ascii_alphanumeric).collect()
}
