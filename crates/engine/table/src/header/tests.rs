use super::{distinct, names, refuse_second};
use crate::Refusal;

#[test]
fn names_are_distinct_and_never_empty() {
    assert_eq!(distinct(&[" Mail ", "", "Mail", "Mail (2)"]), ["Mail", "Column 2", "Mail (2)", "Mail (2) (2)"]);
}

#[test]
fn a_name_has_no_nul_and_an_end() {
    assert_eq!(distinct(&["a\0b", "a\u{fffd}b"]), ["a\u{fffd}b", "a\u{fffd}b (2)"]);
    assert_eq!(distinct(&["é".repeat(600).as_str()])[0].len(), 1024);
}

const KNOWN: [&str; 6] = ["email", "first name", "last name", "company", "phone", "title"];

#[test]
fn two_different_headers_are_refused_and_the_same_twice_is_a_row() {
    let known = |cells: &[String]| cells.iter().filter(|cell| KNOWN.contains(&cell.to_lowercase().as_str())).count();
    let refused = |first: &[&str], second: &[&str]| {
        matches!(refuse_second((first, 1), (second, 2), &known), Err(Refusal::TwoHeaders { first: 1, second: 2 }))
    };
    assert!(refused(&["Person", "", "Organisation"], &["First name", "Email", "Company"]));
    assert!(refused(&["Vorname", "E-Mail"], &["First name", "Email"]));
    assert!(!refused(&["First name", "Email"], &["First name", "Email"]));
    assert!(!refused(&["First name", "Email"], &["Ada", "ada@example.com"]));
    assert!(!refused(&["First name", "Last name", "Company", "Title"], &["Company", "Title", "x", "y"]));
}

#[test]
fn a_row_of_people_is_no_header() {
    assert!(matches!(names(&["Ada", "ada@example.com"]), Err(Refusal::NoHeader { .. })));
    assert!(matches!(names(&["", " "]), Err(Refusal::NoHeader { .. })));
    assert!(matches!(names(&["12", "2024-01-01", "x"]), Err(Refusal::NoHeader { .. })));
    assert!(matches!(names(&vec!["x"; 513]), Err(Refusal::TooManyColumns { found: 513 })));
    let seen = |row: &[&str]| match names(row) {
        Err(Refusal::NoHeader { seen }) => seen,
        other => panic!("{row:?}: {other:?}"),
    };
    assert_eq!(seen(&["Ada", "ada@example.com"]), "has an e-mail address in column 2");
    assert_eq!(seen(&["Ada", "https://example.com"]), "has a link in column 2");
    assert_eq!(seen(&["10115", "030 1234", "Ada"]), "has numbers in 2 of its 3 filled cells");
    assert!(names(&["Email", "Company", "2026"]).is_ok(), "a number among names is a name");
    assert_eq!(names(&["Name", "1st phone"]).unwrap(), ["Name", "1st phone"]);
}
