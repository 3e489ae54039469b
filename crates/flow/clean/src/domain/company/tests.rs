use super::*;

fn key_of(forms: &LegalForms, name: &str, country: Option<Country>) -> String {
    let mut key = String::new();
    forms.key(names(name).0, Kinds::of(name), country, &mut Words::default(), &mut key);
    key
}

fn key(name: &str, country: &str) -> String {
    key_of(&LegalForms::new(include_str!("../../../lists/legal_forms.txt")), name, country.parse().ok())
}

#[test]
fn legal_forms_go_from_the_key() {
    let cases = [
        ("Example GmbH", "", "example"),
        ("Example GmbH & Co. KG", "", "example"),
        ("Example G.m.b.H.", "", "example"),
        ("Muster AG", "", "muster"),
        ("Muster AG", "CH", "muster"),
        ("Example, Inc.", "", "example"),
        ("EXAMPLE INC", "US", "example"),
        ("Example S.A.", "", "example"),
        ("Example S.p.A.", "", "example"),
        ("Example S. A.", "", "example"),
        ("Example Pty Ltd", "AU", "example"),
        ("Example Sp. z o.o.", "PL", "example"),
        ("Exemple SARL", "FR", "exemple"),
        ("Esempio S.r.l.", "IT", "esempio"),
        ("Ejemplo, S.L.", "ES", "ejemplo"),
        ("Eksempel A/S", "DK", "eksempel"),
        ("AB Exempel", "SE", "exempel"),
        ("Exempel AB", "SE", "exempel"),
        ("株式会社サンプル", "JP", "サンプル"),
        ("Smith & Sons Ltd", "GB", "smith and sons"),
        ("Smith and Sons Limited", "GB", "smith and sons"),
        ("The Example Company", "US", "example"),
        ("Müller-Lüdenscheidt OHG", "DE", "muller ludenscheidt"),
        ("Example LLC dba Sample", "US", "example"),
    ];
    for (name, country, wanted) in cases {
        assert_eq!(key(name, country), wanted, "{name}");
    }
}

#[test]
fn words_of_a_name_stay() {
    let cases = [
        ("Ab Initio", "US", "ab initio"),
        ("Studio Sa", "US", "studio sa"),
        ("Casa de Sol", "ES", "casa de sol"),
        ("Group AG", "DE", "group ag"),
        ("AG", "DE", "ag"),
        ("The Company", "US", "the company"),
        ("Visa", "US", "visa"),
        ("Texas", "NO", "texas"),
        ("Holding GmbH", "DE", "holding gmbh"),
    ];
    for (name, country, wanted) in cases {
        assert_eq!(key(name, country), wanted, "{name}");
    }
}

/// Names with legal forms that nobody here wrote.
#[test]
fn names_from_outside() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/vectors/companies.csv");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let forms = LegalForms::new(include_str!("../../../lists/legal_forms.txt"));
    let countries = super::super::place::Countries::new(include_str!("../../../lists/countries.txt"));
    let endings = [
        "ltd",
        "inc",
        "gmbh",
        "plc",
        "llc",
        "limited",
        "corp",
        "corporation",
        "nv",
        "spa",
        "oyj",
        "as",
        "asa",
        "bhd",
        "tbk",
    ];
    let (mut with_form, mut kept) = (0, Vec::new());
    for line in text.lines() {
        let (name, country) = line.split_once(';').unwrap_or((line, ""));
        let country = countries.find(country);
        let key = key_of(&forms, name, country);
        assert!(!key.is_empty(), "{name}");
        assert_eq!(key_of(&forms, &key, country), key, "{name}");
        let last = name.rsplit(' ').next().unwrap_or_default();
        if endings.contains(&fold::solid(last).as_str()) {
            with_form += 1;
            if endings.contains(&key.rsplit(' ').next().unwrap_or_default()) {
                kept.push(name);
            }
        }
    }
    println!("{with_form} names end in a plain legal form; it stays in {kept:?}");
    assert!(with_form > 100 && kept.len() * 50 <= with_form, "{kept:?}");
}

/// The quick reader is the other one.
#[test]
fn both_readers_see_the_same_words() {
    let names = [
        "Example GmbH & Co. KG",
        "S.A.&Co",
        "A&B",
        "&",
        "+ +",
        "O'Neil's (UK) Ltd.",
        "A/S Eksempel",
        "ACME INC",
        "a.b.c.d.e.f",
        "x",
        "",
        "One, Two; Three",
        "R&D \"Lab\" LLC",
        "Rolls-Royce",
        "`Tick` S.p.A.",
        "&Co",
        "3M",
        "Sp. z o.o.",
        "e.K",
        "Example  AG",
    ];
    for name in names {
        let (mut quick, mut close) = (Words::default(), Words::default());
        quick.read(name, Kinds::of(name));
        close.read_any(name);
        assert_eq!((&quick.text, &quick.ends, &quick.written), (&close.text, &close.ends, &close.written), "{name}");
    }
}

/// Names of many countries, with the key and the name under which they trade.
#[test]
fn names_of_many_countries() {
    let forms = LegalForms::new(include_str!("../../../lists/legal_forms.txt"));
    let (mut wrong, mut count) = (Vec::new(), 0);
    let lines = include_str!("names.txt").lines().chain(include_str!("unseen.txt").lines());
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [name, country, wanted, trade] =
            <[&str; 4]>::try_from(line.split('|').map(str::trim).collect::<Vec<_>>()).unwrap();
        let country = country.parse().ok();
        let found = key_of(&forms, name, country);
        count += 1;
        if (found.as_str(), names(name).1) != (wanted, trade) {
            wrong.push(format!("{name}: {found:?} {:?}, not {wanted:?} {trade:?}", names(name).1));
        }
        assert_eq!(key_of(&forms, &found, country), found, "{name}");
    }
    assert!(count > 240, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
