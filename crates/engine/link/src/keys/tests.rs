use super::keys_of;
use crate::kind::Kind;

const COLUMNS: [Option<Kind>; 5] =
    [Some(Kind::FirstName), Some(Kind::LastName), Some(Kind::Email), Some(Kind::Company), Some(Kind::City)];

fn meet(a: [&str; 5], b: [&str; 5]) -> bool {
    let (a, b) = (keys_of(&COLUMNS, a), keys_of(&COLUMNS, b));
    a.iter().any(|key| b.contains(key))
}

#[test]
fn records_of_one_person_meet() {
    let ada = ["Ada", "Smith", "ada@acme.example", "Acme Ltd", "Leeds"];
    assert!(meet(ada, ["A.", "", "ADA@acme.example", "", ""]));
    assert!(meet(ada, ["Ada", "Smyth", "", "ACME", ""]));
    assert!(meet(ada, ["Smith", "Ada", "", "", "leeds"]));
    assert!(!meet(ada, ["Bob", "Jones", "bob@acme.example", "Acme Ltd", "Leeds"]));
    // A task's mailbox brings nobody together.
    assert!(!meet(["Ada", "Smith", "info@acme.example", "", ""], ["Bob", "Jones", "info@acme.example", "", ""]));
}

#[test]
fn a_name_alone_is_a_key_of_last_resort() {
    assert_eq!(keys_of(&COLUMNS, ["Ada", "Smith"]).len(), 1);
    assert!(keys_of(&COLUMNS, ["", "", "", "", ""]).is_empty());
}
