//! What replies are taken to mean: what never says that a mailbox does not exist (claim 22).

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_fuzz::smtp;
use plumb_fuzz::verify::domain::classify::{Class, Phase, classify_asked};
use plumb_fuzz::verify::domain::dictionary::{Topic, look_up};
use plumb_fuzz::verify::domain::operator::{OPERATORS, OTHER};
use plumb_fuzz::verify::domain::reply::Enhanced;
use plumb_fuzz::verify::domain::verdict::{Policy, Verdict};
use plumb_fuzz::verify::domain::wording::Asked;

const PHASES: [Phase; 5] = [Phase::Rcpt, Phase::Control, Phase::Mail, Phase::Ehlo, Phase::Banner];

fuzz_target!(|data: &[u8]| {
    let [phase, operator, bytes @ ..] = data else { return };
    let phase = PHASES[usize::from(*phase) % PHASES.len()];
    let operator = OPERATORS.get(usize::from(*operator) % (OPERATORS.len() + 1)).unwrap_or(OTHER);
    let asked = Asked { target: "ada@firm.example", mail_from: "probe@ours.example", helo: "mx.ours.example" };
    for reply in smtp::replies(bytes, 0).0 {
        let class = classify_asked(phase, &reply, operator, &asked).class;
        let about_address = matches!(phase, Phase::Rcpt | Phase::Control);
        if class == Class::Accepted && about_address {
            assert!(matches!(reply.code, 250 | 251));
        }
        if class.reason().is_none_or(|reason| reason.verdict(Policy::Strict) != Verdict::Undeliverable) {
            continue;
        }
        assert!(about_address, "nothing before RCPT is evidence about the mailbox");
        assert_eq!(reply.code / 100, 5, "4xx is no proof");
        match reply.enhanced {
            Some(Enhanced(_, subject, detail)) => {
                let mailbox = matches!((subject, detail), (1, 0..=3 | 6 | 10) | (2, 1));
                assert!(mailbox || ((subject, detail) == (4, 1) && operator.no_route_means_unknown));
            }
            None => assert_eq!(reply.code, 550, "without an enhanced code only 550 counts"),
        }
        let hits = look_up(&reply.text(), &asked);
        for topic in [Topic::Blocklist, Topic::Tls, Topic::Sender, Topic::Greylist, Topic::Rate, Topic::Temporary] {
            assert!(!hits.has(topic), "{topic:?} speaks of something else");
        }
        assert!(
            !hits.has(Topic::Policy) || (reply.enhanced.is_some() && (hits.says_unknown() || hits.says_disabled()))
        );
    }
});
