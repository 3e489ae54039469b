use std::collections::HashSet;

use super::*;

#[test]
fn the_file_is_read_whole() {
    let lines = include_str!("../dictionary.txt").lines().filter(|line| !line.starts_with('#'));
    let mut ids = HashSet::new();
    for line in lines.clone() {
        let columns: Vec<_> = line.split('\t').collect();
        assert_eq!(columns.len(), 6, "{line}");
        assert!(ids.insert(columns[0]), "the id {} stands twice", columns[0]);
        assert!(columns[0].starts_with(&format!("{}.{}.", columns[1], columns[2])), "{line}");
        assert_eq!(columns[2].len(), 2, "{line}");
    }
    let read: HashSet<_> = DICTIONARY.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(read, ids, "a line with an unknown class is lost");
}

#[test]
fn every_language_knows_an_unknown_address() {
    let languages = [
        "en", "de", "fr", "es", "it", "nl", "pt", "pl", "ru", "uk", "cs", "sv", "da", "fi", "tr", "ja", "zh", "ko",
        "hu", "ro", "el", "bg", "hr", "vi", "id", "ar", "he", "th", "et",
    ];
    for language in languages {
        for topic in ["mailbox", "missing", "closed", "full", "policy", "blocklist", "sender", "temporary"] {
            let prefix = format!("{topic}.{language}.");
            assert!(DICTIONARY.entries.iter().any(|entry| entry.id.starts_with(&prefix)), "{prefix}");
        }
    }
}

#[test]
fn matching() {
    let has = |text: &str, topic| look_up(text, &Asked::default()).has(topic);
    assert!(has("Recipient:  USER \t unknown", Topic::Address), "case and blanks do not matter");
    assert!(has("Empfänger unbekannt", Topic::Address) && has("EMPFA\u{308}NGER UNBEKANNT", Topic::Address));
    assert!(has("cette adresse n\u{2019}existe pas", Topic::Absent));
    assert!(has("Почтовый ящик не найден", Topic::Address));
    assert!(!has("superuser unknown", Topic::Address), "a wording starts a word");
    assert!(has("rate exceeded", Topic::Rate) && !has("rated", Topic::Rate), "a wording with a bar ends a word");
    assert!(!has("User unknown in relay recipient table", Topic::Policy), "a table is not a policy");
    assert!(!has("<spam.policy@blacklist.example> unknown", Topic::Policy), "the address itself says nothing");
    assert!(!has("not listed in Domino Directory", Topic::Blocklist));
}

#[test]
fn what_does_not_exist_must_be_the_mailbox() {
    for (text, unknown) in [
        ("does not exist", true),
        ("Mailbox does not exist on this server", true),
        ("Host does not exist", false),
        ("Die Domain existiert nicht", false),
        ("Das Postfach existiert nicht in dieser Domain", true),
    ] {
        assert_eq!(look_up(text, &Asked::default()).says_unknown(), unknown, "{text}");
    }
}

#[test]
fn what_decides_nothing() {
    for text in [
        "Access denied",
        "Recipient address rejected",
        "rejected",
        "Requested action not taken: mailbox unavailable",
        "5.1.1",
        "",
    ] {
        let hits = look_up(text, &Asked::default());
        assert!(hits.found.iter().all(|hit| hit.topic == Topic::Mailbox), "{text}: {hits:?}");
        assert!(!hits.says_unknown(), "{text}");
    }
}
