use super::{distinct, names};
use crate::Refusal;

#[test]
fn names_are_distinct_and_never_empty() {
    assert_eq!(distinct(&[" Mail ", "", "Mail", "Mail (2)"]), ["Mail", "Column 2", "Mail (2)", "Mail (2) (2)"]);
}

#[test]
fn a_row_of_people_is_no_header() {
    assert!(matches!(names(&["Ada", "ada@example.com"]), Err(Refusal::NoHeader { .. })));
    assert!(matches!(names(&["", " "]), Err(Refusal::NoHeader { .. })));
    assert!(matches!(names(&["12", "2024-01-01", "x"]), Err(Refusal::NoHeader { .. })));
    assert!(matches!(names(&vec!["x"; 513]), Err(Refusal::TooManyColumns { found: 513 })));
    assert_eq!(names(&["Name", "1st phone"]).unwrap(), ["Name", "1st phone"]);
}
