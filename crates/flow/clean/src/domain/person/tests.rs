use super::super::batch::Value;
use super::super::draft::Draft;
use super::super::scan::Kinds;
use super::*;

fn parts(first: &str, last: &str) -> (String, String) {
    let some = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let person = Person::read(some(first), some(last), None, None);
    (person.first.unwrap_or_default(), person.last.unwrap_or_default())
}

#[test]
fn case_is_given_only_to_names_that_have_none() {
    let cases = [
        ("ADA", "EXAMPLE", "Ada", "Example"),
        ("ada", "example", "Ada", "Example"),
        ("Ada", "EXAMPLE", "Ada", "Example"),
        ("jean-luc", "o'brien", "Jean-Luc", "O'Brien"),
        ("ANNA", "MCDONALD", "Anna", "McDonald"),
        ("LUDWIG", "VAN BEETHOVEN", "Ludwig", "van Beethoven"),
        ("maria", "de la cruz", "Maria", "de la Cruz"),
        ("OTTO", "VON DER HEIDE", "Otto", "von der Heide"),
        ("ÉLODIE", "ÇELİK", "Élodie", "Çelik"),
        ("AL", "EXAMPLE", "Al", "Example"),
        ("JP", "EXAMPLE", "JP", "Example"),
        ("JP", "Example", "JP", "Example"),
        ("JOHN", "NG", "John", "Ng"),
        ("JOHN", "EXAMPLE III", "John", "Example"),
        // Mixed case is somebody's choice.
        ("LaToya", "DiCaprio", "LaToya", "DiCaprio"),
        ("bell", "hooks", "Bell", "Hooks"),
        ("Tom", "van den Berg", "Tom", "van den Berg"),
        ("王", "小明", "王", "小明"),
        ("ИВАН", "ИВАНОВ", "Иван", "Иванов"),
        ("J", "Example", "J", "Example"),
    ];
    for (first, last, wanted_first, wanted_last) in cases {
        assert_eq!(parts(first, last), (wanted_first.to_owned(), wanted_last.to_owned()), "{first} {last}");
    }
}

#[test]
fn honorifics_and_degrees_go() {
    let cases = [
        ("Dr. Ada", "Example", "Ada", "Example"),
        ("Prof. Dr. Ada", "Example, PhD", "Ada", "Example"),
        ("Herr Jan", "Muster MBA", "Jan", "Muster"),
        ("Dr.", "Ma", "", "Ma"),
        ("Ada", "Example Ma", "Ada", "Example Ma"),
        ("Ada", "Example, MA", "Ada", "Example"),
        ("ADA", "EXAMPLE MA", "Ada", "Example Ma"),
        ("Ada", "MBA", "Ada", "Mba"),
        ("M. Jean", "Exemple", "Jean", "Exemple"),
        ("Sir Tom", "Example", "Tom", "Example"),
    ];
    for (first, last, wanted_first, wanted_last) in cases {
        assert_eq!(parts(first, last), (wanted_first.to_owned(), wanted_last.to_owned()), "{first} {last}");
    }
}

#[test]
fn whole_names_are_split_where_the_parts_are_missing() {
    let cases = [
        ("Ada Example", Some(("Ada", "Example"))),
        ("EXAMPLE, ADA", Some(("Ada", "Example"))),
        ("Dr. Ada Example", Some(("Ada", "Example"))),
        ("Dipl.-Ing. Jan Muster", Some(("Jan", "Muster"))),
        ("Ada B. Example", Some(("Ada", "Example"))),
        ("Ludwig van Beethoven", Some(("Ludwig", "van Beethoven"))),
        ("Jürgen Müller", Some(("Jürgen", "Müller"))),
        ("Seán O’Brien", Some(("Seán", "O’Brien"))),
        ("J. Example", Some(("J.", "Example"))),
        ("Jean-Luc Exemple", Some(("Jean-Luc", "Exemple"))),
        ("Prince", None),
        ("王小明", None),
        ("Иван Иванов", Some(("Иван", "Иванов"))),
    ];
    for (full, wanted) in cases {
        let person = Person::read(None, None, Some(full), None);
        let split = person.first.as_deref().zip(person.last.as_deref());
        assert_eq!(split, wanted, "{full}");
    }
}

#[test]
fn a_whole_name_does_not_overrule_its_parts() {
    let person = Person::read(Some("Ada"), Some("Example"), Some("Ada Byron Example"), None);
    assert_eq!(person.first.as_deref(), Some("Ada"));
    assert_eq!(person.full.as_deref(), Some("Ada Byron Example"));
    let person = Person::read(Some("ADA"), Some("EXAMPLE"), Some("ada example"), None);
    assert_eq!(person.full.as_deref(), Some("Ada Example"));
}

#[test]
fn what_is_no_name_is_noticed() {
    for name in ["ada@example.com", "Ada 2", "www.example.com"] {
        let person = Person::read(Some(name), None, None, None);
        assert!(person.implausible, "{name}");
        assert!(person.first.is_some());
    }
}

#[test]
fn a_register_s_order_is_turned_round() {
    for person in
        [Person::read(None, Some("Example, Ada"), None, None), Person::read(None, None, Some("Example, Ada"), None)]
    {
        assert_eq!(
            (person.first.as_deref(), person.last.as_deref(), person.full.as_deref()),
            (Some("Ada"), Some("Example"), Some("Ada Example"))
        );
    }
    let degree = Person::read(None, Some("Example, PhD"), None, None);
    assert_eq!((degree.first, degree.last.as_deref()), (None, Some("Example")));
}

/// The quick reader is the other one.
#[test]
fn both_readers_write_the_same_names() {
    let words = [
        "Ada",
        "ADA",
        "ada",
        "JP",
        "jp",
        "Jp",
        "AL",
        "J",
        "j",
        "-",
        "Jean-Luc",
        "JEAN-LUC",
        "jean-luc",
        "O'BRIEN",
        "o'brien",
        "o'",
        "MCDONALD",
        "mcd",
        "McCoy",
        "A-B",
        "a-B",
        "Dr Ada",
        "DR ADA",
        "Ada MBA",
        "van der Berg",
        "VAN DER BERG",
        "José",
        "JOSÉ",
        "józef",
        "王",
        "Ma Ba",
        "II",
        "Example III",
        "Ada\u{0665}",
        "Ada\u{fffd}",
        "Herr Jan",
        "Smith PhD",
        "PE",
        "d'Arc",
        "D'ARC",
        "",
    ];
    for first in words {
        for last in words {
            for full in [
                "",
                "Ada Example",
                "Dr Ada Example",
                "Jan van der Berg",
                "Jean DUPONT",
                "Ada Example MBA",
                "ada B. Example",
                &format!("{first} {last}"),
                &format!("{first} {last}").to_uppercase(),
            ] {
                let cell = |text| NameCell { text, kinds: Kinds::of(text) };
                let mut buffer = String::new();
                let mut draft = Draft::new(&mut buffer);
                let implausible = read(&mut draft, cell(first), cell(last), cell(full), None);
                let quick = [Value::FirstName, Value::LastName, Value::FullName, Value::Honorific, Value::NameSuffix]
                    .map(|value| draft.get(value).to_owned());
                let given = |text: &'_ str| Some(text.to_owned()).filter(|text| !text.is_empty());
                let (first, last, full) = (given(first), given(last), given(full));
                let person = Person::read(first.as_deref(), last.as_deref(), full.as_deref(), None);
                let close = [person.first, person.last, person.full, person.honorific, person.suffix]
                    .map(Option::unwrap_or_default);
                assert_eq!((&quick, implausible), (&close, person.implausible), "{first:?} {last:?} {full:?}");
            }
        }
    }
}

/// Whole names of many countries, with what they are made of.
#[test]
fn whole_names_of_many_countries() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let lines = include_str!("names.txt")
        .lines()
        .chain(include_str!("unseen.txt").lines())
        .chain(include_str!("further.txt").lines());
    for line in lines.filter(|line| !line.starts_with('#')) {
        let [full, country, honorific, first, last, suffix] =
            <[&str; 6]>::try_from(line.split('|').map(str::trim).collect::<Vec<_>>()).unwrap();
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty() && text != "-");
        let person = Person::read(None, None, Some(full), country.parse().ok());
        let found = (&person.honorific, &person.first, &person.last, &person.suffix);
        let wanted = (&given(honorific), &given(first), &given(last), &given(suffix));
        count += 1;
        if found != wanted {
            wrong.push(format!("{full}: {found:?}, not {wanted:?}"));
        }
        // And as it is written out it stays.
        let again = Person::read(person.first.as_deref(), person.last.as_deref(), person.full.as_deref(), None);
        assert_eq!((&again.first, &again.last, &again.full), (&person.first, &person.last, &person.full), "{full}");
    }
    assert!(count > 260, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

/// The whole name says the parts as they are written by themselves, so that it stays when it is read again.
#[test]
fn parts_have_one_case_in_the_whole_name_too() {
    for (full, wanted) in [
        ("a Example", "A Example"),
        ("ada B. Example", "Ada B. Example"),
        ("MUSTER ada b.", "Ada b. Muster"),
        ("İSTANBUL straße", "Straße İstanbul"),
        ("example, Ada", "Ada Example"),
        ("Ada-a 'e", "Ada-a 'E"),
        ("Ada ' e", "Ada E"),
        (". Example", ". Example"),
        ("Test Example", "Test Example"),
        ("Example, Dr.", "Example, Dr."),
        ("Example, .", "Example, ."),
        ("ada \"Al\" Example", "ada \"Al\" Example"),
    ] {
        let once = Person::read(None, None, Some(full), None);
        assert_eq!(once.full.as_deref(), Some(wanted));
        let again = Person::read(once.first.as_deref(), once.last.as_deref(), once.full.as_deref(), None);
        assert_eq!((again.first, again.last, again.full), (once.first, once.last, once.full), "{full}");
    }
}

/// A title where the given name should be leaves the whole name to be taken apart.
#[test]
fn a_title_in_the_column_of_given_names_is_no_part() {
    let person = Person::read(Some("Dr"), None, Some("Ada Example"), None);
    assert_eq!((person.first.as_deref(), person.last.as_deref()), (Some("Ada"), Some("Example")));
    assert_eq!((person.full.as_deref(), person.honorific.as_deref()), (Some("Ada Example"), Some("Dr")));
}
