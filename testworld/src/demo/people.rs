//! Names of people who do not exist: first names that are common, last names put together from two words.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::rng::Rng;

/// The word lists of one language.
struct Words {
    /// Countries (ISO 3166-1) whose companies mostly have such names.
    countries: &'static [&'static str],
    first: &'static [&'static str],
    /// Beginnings and ends of last names.
    last: (&'static [&'static str], &'static [&'static str]),
    /// What may stand before a last name.
    particles: &'static [&'static str],
}

static WORDS: [Words; 8] = [
    Words {
        countries: &["US", "GB", "AU"],
        first: &[
            "Ada",
            "Walter",
            "Grace",
            "Henry",
            "Ivy",
            "Noah",
            "Olive",
            "Percy",
            "Ruby",
            "Stanley",
            "Tess",
            "Violet",
            "Wilma",
            "Oscar",
            "Mabel",
            "Leo",
            "Katherine",
            "William",
            "Robert",
            "Elizabeth",
        ],
        last: (
            &[
                "Ash", "Bramble", "Copper", "Dusk", "Ember", "Fable", "Glimmer", "Ivory", "Juniper", "Kettle",
                "Lantern", "Marble", "Nettle", "Opal", "Pepper", "Quill", "Saffron", "Thistle", "Velvet", "Willow",
            ],
            &["brook", "croft", "feather", "ford", "gate", "hurst", "mere", "more", "stone", "ward", "wick", "wood"],
        ),
        particles: &["Mc", "O'"],
    },
    Words {
        countries: &["DE", "AT"],
        first: &[
            "Jonas", "Käthe", "Lukas", "Mia", "Jürgen", "Hannah", "Björn", "Sophie", "Emil", "Frieda", "Günther",
            "Lena", "Moritz", "Paula", "Søren", "Ursula",
        ],
        last: (
            &[
                "Apfel", "Birken", "Dachs", "Eichel", "Feder", "Glocken", "Hasen", "Igel", "Kuckucks", "Lampen",
                "Mond", "Nebel", "Papier", "Regen", "Silber", "Tannen", "Wolken", "Zucker",
            ],
            &["bach", "berg", "feld", "hain", "hofer", "müller", "stein", "thal", "wald", "mann"],
        ),
        particles: &["von ", "von der ", "zu "],
    },
    Words {
        countries: &["FR", "BE"],
        first: &[
            "Chloé",
            "Luc",
            "Amélie",
            "Benoît",
            "Camille",
            "Élodie",
            "François",
            "Gaëlle",
            "Hugo",
            "Inès",
            "Jules",
            "Léa",
            "Noël",
            "Zoé",
        ],
        last: (
            &["Bois", "Clair", "Fleur", "Grand", "Haute", "Lune", "Mont", "Noix", "Pierre", "Rêve", "Sable", "Vert"],
            &["champ", "fontaine", "lac", "pré", "rivage", "val", "vigne"],
        ),
        particles: &["de la ", "du ", "de "],
    },
    Words {
        countries: &["NL"],
        first: &["Mila", "Daan", "Sanne", "Bram", "Femke", "Joris", "Lotte", "Niels", "Roos", "Thijs"],
        last: (
            &["Appel", "Berken", "Duin", "Eiken", "Golf", "Hazel", "Kiezel", "Maan", "Nevel", "Papier", "Zilver"],
            &["beek", "dijk", "hof", "kamp", "laan", "veld", "woud"],
        ),
        particles: &["van der ", "van ", "de ", "ten "],
    },
    Words {
        countries: &["ES"],
        first: &["Inés", "Álvaro", "Begoña", "Carmen", "Iñaki", "Lucía", "Martín", "Núria", "Pablo", "Sofía"],
        last: (
            &["Agua", "Campo", "Flor", "Luna", "Monte", "Piedra", "Sol", "Torre", "Valle"],
            &["alegre", "clara", "dulce", "fría", "nueva", "rosa", "serena"],
        ),
        particles: &["de la ", "del "],
    },
    Words {
        countries: &["IT"],
        first: &["Alba", "Bruno", "Chiara", "Dario", "Elisa", "Fabio", "Gaia", "Niccolò", "Piero", "Viola"],
        last: (
            &["Bosco", "Campo", "Fiore", "Luce", "Mare", "Neve", "Pietra", "Sole", "Vento"],
            &["bianco", "chiaro", "dolce", "felice", "nuovo", "sereno"],
        ),
        particles: &["di ", "della ", "D'"],
    },
    Words {
        countries: &["PT", "BR"],
        first: &["Inácio", "João", "Marta", "Luísa", "Tomás", "Beatriz", "Conceição", "Duarte", "Rita"],
        last: (
            &["Campo", "Flor", "Lua", "Mar", "Pedra", "Rio", "Sol", "Vale", "Vento"],
            &["alegre", "bom", "claro", "doce", "feliz", "novo", "são"],
        ),
        particles: &["da ", "dos ", "de "],
    },
    Words {
        countries: &["SE"],
        first: &["Åsa", "Elin", "Gösta", "Ingrid", "Kjell", "Märta", "Nils", "Sven", "Tove"],
        last: (
            &["Ask", "Björk", "Ek", "Fjäder", "Gran", "Lykt", "Måne", "Regn", "Silver"],
            &["berg", "dal", "gren", "kvist", "lund", "ström", "sjö"],
        ),
        particles: &["af "],
    },
];

/// First and last names in other scripts, each with its letters in mail addresses. The last names mean "sample".
pub(super) const NON_LATIN: [[&str; 4]; 10] = [
    ["花子", "見本", "hanako", "mihon"],
    ["太郎", "例示", "taro", "reiji"],
    ["Мария", "Образцова", "maria", "obraztsova"],
    ["Иван", "Примеров", "ivan", "primerov"],
    ["Άννα", "Παραδείγματου", "anna", "paradeigmatou"],
    ["Νίκος", "Δειγματίδης", "nikos", "deigmatidis"],
    ["小明", "示例", "xiaoming", "shili"],
    ["지우", "견본", "jiwoo", "gyeonbon"],
    ["ليلى", "مثال", "layla", "mithal"],
    ["דנה", "דוגמה", "dana", "dugma"],
];

/// Somebody who does not exist.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) first: String,
    pub(super) last: String,
    /// The names in the letters of mail addresses.
    pub(super) mail_first: String,
    pub(super) mail_last: String,
}

impl Person {
    pub(super) fn new(first: &str, last: &str) -> Self {
        Self { first: first.to_owned(), last: last.to_owned(), mail_first: ascii(first), mail_last: ascii(last) }
    }

    /// Somebody with a name as they have it in `country`.
    pub(super) fn of(country: &str, rng: &mut Rng) -> Self {
        let words = WORDS.iter().find(|words| words.countries.contains(&country));
        let words = words.unwrap_or_else(|| &WORDS[rng.below(WORDS.len())]);
        let particle = if rng.chance(12) { rng.pick(words.particles) } else { "" };
        let last = format!("{particle}{}{}", rng.pick(words.last.0), rng.pick(words.last.1));
        Self::new(rng.pick(words.first), &last)
    }

    /// Somebody whose name is in another script.
    pub(super) fn non_latin(rng: &mut Rng) -> Self {
        let [first, last, mail_first, mail_last] = rng.pick(&NON_LATIN);
        Self { first: first.into(), last: last.into(), mail_first: mail_first.into(), mail_last: mail_last.into() }
    }
}

/// Every first name, as it stands in addresses.
static FIRST: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let latin = WORDS.iter().flat_map(|words| words.first).map(|name| ascii(name));
    latin.chain(NON_LATIN.iter().map(|name| name[2].to_owned())).collect()
});

/// Every last name, with and without what may stand before it, as it stands in addresses.
static LAST: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut all: HashSet<_> = NON_LATIN.iter().map(|name| name[3].to_owned()).collect();
    for words in &WORDS {
        for begin in words.last.0 {
            for end in words.last.1 {
                let particles = words.particles.iter().chain(&[""]);
                all.extend(particles.map(|particle| ascii(&format!("{particle}{begin}{end}"))));
            }
        }
    }
    all
});

pub(crate) fn is_first(mail_name: &str) -> bool {
    FIRST.contains(mail_name)
}

pub(crate) fn is_last(mail_name: &str) -> bool {
    LAST.contains(mail_name)
}

/// A name in the letters that mail addresses of companies are made of.
fn ascii(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' => out.push(letter),
            'ä' => out.push_str("ae"),
            'ö' | 'ø' => out.push_str("oe"),
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'á' | 'à' | 'â' | 'ã' | 'å' => out.push('a'),
            'é' | 'è' | 'ê' | 'ë' => out.push('e'),
            'í' | 'î' | 'ï' => out.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' => out.push('o'),
            'ú' | 'û' => out.push('u'),
            'ç' => out.push('c'),
            'ñ' => out.push('n'),
            _ => {} // blanks and apostrophes
        }
    }
    out
}
