use std::collections::HashSet;

use super::*;

#[test]
fn each_code_stands_once_and_in_order() {
    let codes: Vec<_> = REGISTRY.iter().map(|row| (row.0, row.1)).collect();
    assert!(codes.is_sorted(), "sorted by code");
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
}

#[test]
fn only_these_speak_against_a_mailbox() {
    let against: Vec<_> = REGISTRY
        .iter()
        .filter(|row| matches!(row.2, Subject::OfMailbox(Class::AddressUnknown | Class::MailboxDisabled)))
        .map(|row| (row.0, row.1))
        .collect();
    assert_eq!(against, [(1, 0), (1, 1), (1, 2), (1, 3), (1, 6), (1, 10), (2, 1)]);
}

#[test]
fn an_unregistered_code_is_read_by_its_subject_and_proves_nothing() {
    for (subject, detail, meaning) in [
        (1, 90, Subject::Open),
        (2, 13, Subject::Open),
        (3, 99, Subject::OfSystem),
        (4, 316, Subject::Open),
        (5, 77, Subject::OfDialogue),
        (7, 606, Subject::OfUs(Class::Policy)),
        (9, 9, Subject::Open),
    ] {
        assert_eq!(registered(subject, detail), meaning, "{subject}.{detail}");
    }
}
