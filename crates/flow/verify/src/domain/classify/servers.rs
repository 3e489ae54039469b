//! Replies in the manner of the servers that are met most, with the class that the standards give them.

use super::super::operator::operator_of;
use super::super::reply::ReplyReader;
use super::super::verdict::{Policy, Verdict};
use super::*;

const ASKED: Asked<'_> =
    Asked { target: "ada@firma.example", mail_from: "check@probe.example", helo: "mail.probe.example" };

/// A mail exchanger that no row of the operators' table knows.
const ELSEWHERE: &str = "mx.firma.example";

/// What a class says of the mailbox by itself; an acceptance counts as an answer too.
fn says(class: Class) -> Verdict {
    class.reason().map_or(Verdict::Verified, |reason| reason.verdict(Policy::Strict))
}

#[test]
fn replies_in_the_manner_of_known_servers() {
    let (mut rows, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
    for line in include_str!("servers.txt").lines().filter(|line| !line.starts_with('#')) {
        let [manner, language, mx, allowed, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("five columns: {line}")
        };
        rows += 1;
        let mut reader = ReplyReader::default();
        reader.push(format!("{}\r\n", text.replace("\\n", "\r\n")).as_bytes());
        let reply = reader.next_reply().unwrap().unwrap();
        let operator = operator_of(if mx == "-" { ELSEWHERE } else { mx });
        let class = classify_asked(Phase::Rcpt, &reply, operator, &ASKED).class;
        let allowed: Vec<Class> =
            allowed.split('|').map(|class| serde_json::from_value(class.into()).unwrap()).collect();
        if allowed.contains(&class) {
            continue;
        }
        let line = format!("{manner} {language}: {text} → {class:?}, not {allowed:?}");
        // A confident word about the mailbox that the reply does not bear out.
        let is_wrong =
            says(class) != Verdict::Unverified && !allowed.iter().any(|allowed| says(*allowed) == says(class));
        if is_wrong { wrong.push(line) } else { missed.push(line) }
    }
    let lines = [wrong.join("\n"), missed.join("\n")].join("\nmissed:\n");
    assert!(
        wrong.is_empty() && missed.is_empty(),
        "{} wrong and {} missed of {rows}\n{lines}",
        wrong.len(),
        missed.len()
    );
}
