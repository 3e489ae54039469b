//! Replies that the dictionary was not made from, in 22 languages: how well the rules generalise, and that they fail in
//! the harmless direction only.

use std::collections::BTreeMap;

use super::super::operator::OTHER;
use super::super::verdict::{Policy, Verdict};
use super::*;

struct Row {
    language: &'static str,
    allowed: Vec<&'static str>,
    text: &'static str,
}

fn rows() -> Vec<Row> {
    let lines = include_str!("holdout.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let columns: Vec<_> = line.split('\t').collect();
            let [language, allowed, text] = columns[..] else { panic!("three columns: {line}") };
            Row { language, allowed: allowed.split('|').collect(), text }
        })
        .collect()
}

fn name(class: Class) -> String {
    serde_json::to_value(class).unwrap().as_str().unwrap().to_owned()
}

fn is_undeliverable(class: Class) -> bool {
    class.reason().is_some_and(|reason| reason.verdict(Policy::Strict) == Verdict::Undeliverable)
}

#[test]
fn replies_that_nobody_tuned_on() {
    let (mut right, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
    let mut by_language: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    let rows = rows();
    for row in &rows {
        let class = classify(Phase::Rcpt, &super::tests::reply(row.text), OTHER).class;
        let is_right = row.allowed.contains(&name(class).as_str());
        let tally = by_language.entry(row.language).or_default();
        tally.1 += 1;
        if is_right {
            right += 1;
            tally.0 += 1;
            continue;
        }
        let expected_undeliverable = matches!(row.allowed[0], "address_unknown" | "mailbox_disabled");
        let line = format!("{}\t{} → {}, not {:?}", row.language, row.text, name(class), row.allowed);
        if is_undeliverable(class) && !expected_undeliverable { wrong.push(line) } else { missed.push(line) }
    }
    println!("right {right} of {}; {by_language:?}", rows.len());
    println!("missed:\n{}", missed.join("\n"));
    assert!(wrong.is_empty(), "{} held against a mailbox that was not spoken of:\n{}", wrong.len(), wrong.join("\n"));
    assert!(right * 100 >= rows.len() * 90, "right {right} of {}:\n{}", rows.len(), missed.join("\n"));
}

/// The confusion that would be worst: whatever code a server puts before a text that speaks of something else.
#[test]
fn no_code_turns_a_text_about_something_else_against_the_mailbox() {
    let mut wrong = Vec::new();
    for row in rows() {
        if matches!(row.allowed[0], "address_unknown" | "mailbox_disabled" | "unclassified") {
            continue;
        }
        let words = row.text.split_once(' ').unwrap().1;
        let words = words.strip_prefix("5.1.1 ").or(words.strip_prefix("5.1.0 ")).unwrap_or(words);
        for code in ["550", "550 5.1.0", "550 5.1.1", "553 5.1.3", "550 5.1.6", "550 5.1.10", "550 5.2.1", "554 5.1.1"]
        {
            let reply = super::tests::reply(&format!("{code} {words}"));
            let class = classify(Phase::Rcpt, &reply, OTHER).class;
            if is_undeliverable(class) {
                wrong.push(format!("{} → {}", reply.text(), name(class)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}
