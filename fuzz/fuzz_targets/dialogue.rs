//! The dialogue with a server that says anything. The first byte chooses the question; then each line is what happens
//! next: `!` closes, `?` is silence, `#` too many bytes, `~` bytes that nobody asked for, everything else a line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_fuzz::verify::domain::decide::read_probe;
use plumb_fuzz::verify::domain::dialogue::{Dialogue, Input, Question, Step};
use plumb_fuzz::verify::domain::operator::{OPERATORS, OTHER};
use plumb_fuzz::verify::domain::reason::Reason;
use plumb_fuzz::verify::domain::verdict::{Policy, Verdict};
use plumb_fuzz::verify::domain::wording::Asked;

const TARGETS: [&str; 3] = ["ada@firm.example", "bob@firm.example", "eve@firm.example"];
const CONTROL: &str = "x7h2k9q4m1z8w5t3@firm.example";
const COMMANDS: [&str; 7] = ["EHLO ", "HELO ", "STARTTLS", "MAIL FROM:<", "RCPT TO:<", "RSET", "QUIT"];

fuzz_target!(|data: &[u8]| {
    let [shape, script @ ..] = data else { return };
    let question = Question {
        helo: "mx.ours.example".into(),
        mail_from: "probe@ours.example".into(),
        targets: TARGETS[..=usize::from(shape & 3) % 3].iter().map(|target| (*target).into()).collect(),
        is_international: shape & 4 != 0,
        control: (shape & 8 == 0).then(|| CONTROL.into()),
        use_tls: shape & 16 == 0,
        at_once: shape & 32 == 0,
    };
    let count = question.targets.len();
    let (mut dialogue, mut asked_about) = (Dialogue::new(question), 0);
    let mut control_asked = false;
    for line in script.split(|byte| *byte == b'\n') {
        let bytes = [line, b"\r\n"].concat();
        let mut step = dialogue.take(&match line {
            b"!" => Input::Closed,
            b"?" => Input::TimedOut,
            b"#" => Input::TooManyBytes,
            [b'~', ..] => Input::Unasked(&bytes[1..]),
            _ => Input::Bytes(&bytes),
        });
        if step == Step::Handshake {
            step = dialogue.take(if shape & 32 == 0 { &Input::Secured } else { &Input::HandshakeFailed });
        }
        match &step {
            Step::Send(_, command) | Step::Leave(command) => {
                assert!(COMMANDS.iter().any(|known| command.starts_with(known)) && !command.contains(['\r', '\n']));
                control_asked |= command.contains(CONTROL);
                asked_about += usize::from(command.starts_with("RCPT") && !command.contains(CONTROL));
            }
            Step::Read(_) | Step::Close | Step::Handshake => {}
        }
        if matches!(step, Step::Close | Step::Leave(_)) {
            break;
        }
    }
    let findings = dialogue.findings();
    assert!(findings.targets.len() <= asked_about.min(count), "no answer without a question");
    assert!(findings.control.is_none() || (control_asked && findings.targets.len() == count));
    for (at, target) in TARGETS.iter().enumerate().take(count) {
        let asked = Asked { target, mail_from: "probe@ours.example", helo: "mx.ours.example" };
        let of_target = findings.of(at);
        for operator in OPERATORS.iter().chain([OTHER]) {
            let answer = read_probe(&of_target, operator, &asked, CONTROL);
            let code = of_target.target.as_ref().map_or(0, |reply| reply.code);
            if answer.reason.verdict(Policy::Strict) == Verdict::Undeliverable {
                assert_eq!(code / 100, 5, "{:?}", answer.reason);
            }
            if answer.reason == Reason::MailboxConfirmed {
                let control = findings.control.as_ref().map_or(0, |reply| reply.code);
                assert!(matches!(code, 250 | 251) && control / 100 == 5, "{code} {control}");
            }
        }
    }
});
