use proptest::prelude::*;

use super::*;

fn question() -> Question {
    Question {
        helo: "probe.example".into(),
        mail_from: "postmaster@probe.example".into(),
        targets: vec!["ada@example.com".into()],
        is_international: false,
        control: Some("x7h2k9q4m1z8w5t3@example.com".into()),
        use_tls: true,
        at_once: true,
    }
}

/// Plays a server that says each of `replies` in turn; returns the commands and what was found out. `!` drops the
/// connection, `?` stays silent, `<tls>` and `<no tls>` end the handshake.
fn play(question: Question, replies: &[&str]) -> (Vec<String>, Findings) {
    let mut dialogue = Dialogue::new(question);
    let mut commands = Vec::new();
    let mut replies = replies.iter();
    loop {
        let reply = replies.next().unwrap_or_else(|| panic!("the server has nothing more to say after {commands:?}"));
        let step = match *reply {
            "!" => dialogue.take(&Input::Closed),
            "?" => dialogue.take(&Input::TimedOut),
            "<tls>" => dialogue.take(&Input::Secured),
            "<no tls>" => dialogue.take(&Input::HandshakeFailed),
            text => dialogue.take(&Input::Bytes(format!("{text}\r\n").as_bytes())),
        };
        match step {
            Step::Send(_, line) => commands.push(line),
            Step::SendAll(_, lines) => commands.extend(lines),
            Step::Read(_) | Step::Next(_) => {}
            Step::Handshake => commands.push("<handshake>".into()),
            Step::Leave(line) => {
                commands.push(line);
                // A farewell that nobody waits for.
                replies.next();
                break;
            }
            Step::Close => break,
        }
    }
    assert!(replies.next().is_none(), "the dialogue ended early, after {commands:?}");
    (commands, dialogue.findings().of(0))
}

#[test]
fn the_whole_way() {
    let (commands, findings) = play(
        question(),
        &["220 hi", "250-mx\r\n250 SIZE 1", "250 ok", "250 2.1.5 ok", "550 5.1.1 no", "250 reset", "221 bye"],
    );
    assert_eq!(
        commands,
        [
            "EHLO probe.example",
            "MAIL FROM:<postmaster@probe.example>",
            "RCPT TO:<ada@example.com>",
            "RCPT TO:<x7h2k9q4m1z8w5t3@example.com>",
            "RSET",
            "QUIT"
        ]
    );
    assert_eq!(findings.ended, Ended::Completed);
    assert_eq!(findings.target.unwrap().code, 250);
    assert_eq!(findings.control.unwrap().code, 550);
}

#[test]
fn a_refused_target_needs_no_control() {
    let (commands, findings) =
        play(question(), &["220 hi", "250 mx", "250 ok", "550 5.1.1 no", "250 reset", "221 bye"]);
    assert_eq!(commands.iter().filter(|line| line.starts_with("RCPT")).count(), 1);
    assert_eq!(findings.target.unwrap().code, 550);
}

#[test]
fn helo_when_ehlo_is_refused() {
    let (commands, findings) =
        play(question(), &["220 hi", "502 what?", "250 mx", "250 ok", "550 no", "250 ok", "221 bye"]);
    assert_eq!(commands[1], "HELO probe.example");
    assert!(findings.target.is_some());
    let (_, findings) = play(question(), &["220 hi", "502 what?", "502 what?", "221 bye"]);
    assert!(matches!(findings.ended, Ended::Refused(Phase::Ehlo, _)));
}

#[test]
fn starttls_when_offered() {
    let offer = "250-mx\r\n250 STARTTLS";
    let (commands, findings) =
        play(question(), &["220 hi", offer, "220 go", "<tls>", "250 mx", "250 ok", "550 no", "250 ok", "221 bye"]);
    assert_eq!(commands[1..4], ["STARTTLS", "<handshake>", "EHLO probe.example"]);
    assert!(findings.secured);
    // Offered and not to be had: on in clear text.
    let (commands, findings) =
        play(question(), &["220 hi", offer, "454 not now", "250 ok", "550 no", "250 ok", "221 bye"]);
    assert!(commands[2].starts_with("MAIL"));
    assert!(!findings.secured);
    let (_, findings) = play(question(), &["220 hi", offer, "220 go", "<no tls>"]);
    assert_eq!(findings.ended, Ended::HandshakeFailed);
    // Switched off.
    let question = Question { use_tls: false, ..question() };
    let (commands, _) = play(question, &["220 hi", offer, "250 ok", "550 no", "250 ok", "221 bye"]);
    assert!(!commands.contains(&"STARTTLS".to_owned()));
}

#[test]
fn starttls_when_demanded() {
    let demand = "530 5.7.0 Must issue a STARTTLS command first";
    for replies in [
        vec!["220 hi", "250 mx", demand, "220 go", "<tls>", "250 mx", "250 ok", "550 no", "250 ok", "221 bye"],
        vec![
            "220 hi", "250 mx", "250 ok", demand, "220 go", "<tls>", "250 mx", "250 ok", "550 no", "250 ok", "221 bye",
        ],
    ] {
        let (_, findings) = play(question(), &replies);
        assert_eq!(findings.target.unwrap().code, 550);
    }
    // Once only, and only if it can be had.
    let (_, findings) = play(question(), &["220 hi", "250 mx", demand, "220 go", "<tls>", "250 mx", demand, "221 bye"]);
    assert!(matches!(findings.ended, Ended::Refused(Phase::Mail, _)));
    let (_, findings) = play(question(), &["220 hi", "250 mx", "250 ok", demand, "502 what?", "221 bye"]);
    assert!(matches!(findings.ended, Ended::Refused(Phase::Rcpt, _)));
    assert_eq!(findings.target, None);
}

#[test]
fn smtputf8() {
    let eai = || Question { targets: vec!["j\u{f6}rg@example.com".into()], is_international: true, ..question() };
    let (commands, _) = play(eai(), &["220 hi", "250-mx\r\n250 SMTPUTF8", "250 ok", "550 no", "250 ok", "221 bye"]);
    assert_eq!(commands[1], "MAIL FROM:<postmaster@probe.example> SMTPUTF8");
    let (commands, findings) = play(eai(), &["220 hi", "250 mx", "221 bye"]);
    assert_eq!(commands[1], "QUIT");
    assert_eq!(findings.ended, Ended::NoSmtpUtf8);
}

#[test]
fn an_answer_that_came_still_counts() {
    for (replies, ended) in [
        (&["220 hi", "250 mx", "250 ok", "550 5.1.1 no", "!"][..], Ended::Completed),
        (&["220 hi", "250 mx", "250 ok", "550 5.1.1 no", "?"], Ended::Completed),
        (&["220 hi", "250 mx", "250 ok", "550 5.1.1 no\r\n421 bye"], Ended::Dropped(Phase::Rcpt)),
        (&["220 hi", "250 mx", "250 ok", "550 5.1.1 no", "250 ok", "!"], Ended::Completed),
    ] {
        let (_, findings) = play(question(), replies);
        assert_eq!(findings.target.unwrap().code, 550, "{replies:?}");
        assert_eq!(findings.ended, ended, "{replies:?}");
    }
    let (_, findings) = play(question(), &["220 hi", "250 mx", "250 ok", "250 ok", "!"]);
    assert_eq!(
        (findings.target.unwrap().code, findings.control, findings.ended),
        (250, None, Ended::Dropped(Phase::Control))
    );
}

#[test]
fn nothing_answered() {
    for (replies, ended) in [
        (&["?"][..], Ended::TimedOut(Phase::Banner)),
        (&["!"], Ended::Dropped(Phase::Banner)),
        (&["220 hi", "250 mx", "250 ok", "?"], Ended::TimedOut(Phase::Rcpt)),
        (&["220 hi", "250 mx", "250 ok", "!"], Ended::Dropped(Phase::Rcpt)),
        (&["SSH-2.0-x"], Ended::Garbled(Phase::Banner)),
        (&["220 hi", "220 hi again", "221 bye"], Ended::Garbled(Phase::Ehlo)),
    ] {
        let (_, findings) = play(question(), replies);
        assert_eq!((findings.target, findings.ended), (None, ended), "{replies:?}");
    }
    let (_, findings) = play(question(), &["554 go away", "221 bye"]);
    assert!(matches!(findings.ended, Ended::Refused(Phase::Banner, _)));
}

/// A server out of step would have its answer to another command taken for that about the address.
#[test]
fn replies_out_of_step_are_not_believed() {
    // Two replies to MAIL at once.
    let (_, findings) = play(question(), &["220 hi", "250 mx", "250 ok\r\n250 ok"]);
    assert_eq!((findings.target, findings.ended), (None, Ended::Garbled(Phase::Mail)));
    // The second of them late: every answer is that to the command before. RSET then gets the one about an address.
    let (_, findings) = play(
        question(),
        &["220 hi", "250 mx", "250 ok", "250 ok (late)", "550 5.1.1 (target)", "550 5.1.1 (control)", "250 reset"],
    );
    assert_eq!((findings.target, findings.control, findings.ended), (None, None, Ended::Garbled(Phase::Rset)));
}

/// RSET that is not understood shows nothing; then QUIT does.
#[test]
fn out_of_step_behind_a_refused_reset() {
    // A second reply to EHLO comes late: MAIL's refusal would be taken for that of the address.
    let (_, findings) = play(
        question(),
        &["220 hi", "250 mx", "250 mx (late)", "550 5.1.1 (sender)", "503 (no sender)", "250 (reset)"],
    );
    assert_eq!((findings.target, findings.ended), (None, Ended::Garbled(Phase::Rset)));
    let (_, findings) = play(question(), &["220 hi", "250 mx", "250 ok", "550 5.1.1 no", "502 what?", "250 (late)"]);
    assert_eq!((findings.target, findings.ended), (None, Ended::Garbled(Phase::Rset)));
    let (_, findings) = play(question(), &["220 hi", "250 mx", "250 ok", "550 5.1.1 no", "502 what?", "221 bye"]);
    assert_eq!(findings.target.unwrap().code, 550);
}

#[test]
fn the_control_is_asked_about_while_the_target_is_put_off() {
    let (commands, findings) =
        play(question(), &["220 hi", "250 mx", "250 ok", "450 4.2.0 later", "450 4.2.0 later", "250 ok", "221 bye"]);
    assert_eq!(commands.iter().filter(|line| line.starts_with("RCPT")).count(), 2);
    assert_eq!(findings.control.unwrap().code, 450);
    let (commands, _) = play(question(), &["220 hi", "250 mx", "250 ok", "421 4.7.0 enough", "!"]);
    assert_eq!(commands.iter().filter(|line| line.starts_with("RCPT")).count(), 1);
}

#[test]
fn several_targets_and_one_control() {
    let question =
        Question { targets: ["ada", "bob", "eve"].map(|local| format!("{local}@example.com")).into(), ..question() };
    let ask = |replies: &[&str]| {
        let mut dialogue = Dialogue::new(question.clone());
        for reply in replies {
            dialogue.take(&Input::Bytes(format!("{reply}\r\n").as_bytes()));
        }
        dialogue.findings()
    };
    let start = ["220 hi", "250 mx", "250 ok"];
    let (no, reset) = ("550 5.1.1 no", "250 reset");
    let all = ask(&[&start[..], &["250 ok", no, "250 ok", no, no, "250 known", reset]].concat());
    assert_eq!(all.targets.iter().map(|reply| reply.code).collect::<Vec<_>>(), [250, 550, 250]);
    assert_eq!(
        (all.control.map(|reply| reply.code), all.contradicted, all.ended),
        (Some(550), false, Ended::Completed)
    );
    // The same question is answered in another way before the control, or after it.
    let before = ask(&[&start[..], &["250 ok", no, "250 ok", "250 ok", no, "250 ok", reset]].concat());
    let after = ask(&[&start[..], &["250 ok", no, "250 ok", no, no, no, reset]].concat());
    assert!(before.contradicted && after.contradicted);
    // All refused for good: no control is needed.
    let none = ask(&[&start[..], &["550 no", "550 no", "550 no", "250 reset"]].concat());
    assert_eq!((none.targets.len(), none.control, none.ended), (3, None, Ended::Completed));
    // A goodbye in the middle: the rest has no answer.
    let some = ask(&[&start[..], &["250 ok", "421 enough"]].concat());
    assert_eq!((some.of(0).target.unwrap().code, some.of(1).target.unwrap().code), (250, 421));
    assert_eq!(some.of(2).target, None);
}

#[test]
fn what_comes_unasked() {
    let at_rcpt = || {
        let mut dialogue = Dialogue::new(question());
        for reply in ["220 hi", "250 mx", "250 ok"] {
            dialogue.take(&Input::Bytes(format!("{reply}\r\n").as_bytes()));
        }
        dialogue
    };
    let mut dialogue = at_rcpt();
    dialogue.take(&Input::Bytes(b"550 5.1.1 no\r\n"));
    assert!(matches!(dialogue.take(&Input::Unasked(b"421 4.7.0 bye\r\n")), Step::Leave(_)));
    assert_eq!(dialogue.findings().of(0).target.unwrap().code, 550, "a goodbye takes nothing back");
    for junk in [&b"250 ok\r\n"[..], b"x", b"250-"] {
        let mut dialogue = at_rcpt();
        assert_eq!(dialogue.take(&Input::Unasked(junk)), Step::Close);
        assert_eq!(dialogue.findings().ended, Ended::Garbled(Phase::Rcpt));
        let mut dialogue = at_rcpt();
        dialogue.take(&Input::Bytes(b"550 5.1.1 no\r\n"));
        dialogue.take(&Input::Unasked(junk));
        assert_eq!(dialogue.findings().of(0).target, None, "it is not known what answers what");
    }
}

/// Who asks about one address alone waits for each reply: there are servers that offer PIPELINING and cannot do it.
#[test]
fn one_command_at_a_time_unless_asked_otherwise() {
    let question = Question { at_once: false, ..question() };
    let offer = "250-mx\r\n250 PIPELINING";
    let (commands, findings) =
        play(question, &["220 hi", offer, "250 ok", "250 2.1.5 ok", "550 5.1.1 no", "250 reset", "250 whatever"]);
    assert_eq!((commands.len(), findings.ended), (6, Ended::Completed));
}

/// What a server that offers PIPELINING is written at once.
#[test]
fn in_two_flights() {
    let mut dialogue = Dialogue::new(question());
    let mut say = |text: &str| dialogue.take(&Input::Bytes(text.as_bytes()));
    say("220 hi\r\n");
    let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    let first = lines(&["MAIL FROM:<postmaster@probe.example>", "RCPT TO:<ada@example.com>"]);
    assert_eq!(say("250-mx\r\n250 PIPELINING\r\n"), Step::SendAll(Phase::Mail, first));
    assert_eq!(say("250 ok\r\n"), Step::Next(Phase::Rcpt));
    let second = lines(&["RCPT TO:<x7h2k9q4m1z8w5t3@example.com>", "RSET", "QUIT"]);
    assert_eq!(say("250 ok\r\n"), Step::SendAll(Phase::Control, second));
    // Replies come as it pleases the network.
    assert_eq!(say("550 5.1.1 no\r\n25"), Step::Next(Phase::Rset));
    assert_eq!(say("0 reset\r\n221 bye\r\n"), Step::Close);
    let findings = dialogue.findings().of(0);
    assert_eq!(findings.ended, Ended::Completed);
    assert_eq!((findings.target.unwrap().code, findings.control.unwrap().code), (250, 550));
}

#[test]
fn refused_on_the_way_of_a_flight() {
    let offer = "250-mx\r\n250 PIPELINING";
    let (commands, findings) = play(question(), &["220 hi", offer, "550 5.7.1 not you", "503 no sender"]);
    assert_eq!(commands.last().unwrap(), "QUIT");
    assert!(matches!(findings.ended, Ended::Refused(Phase::Mail, _)));
    // TLS is demanded: what else was written is answered first, and asked again.
    let demand = "530 5.7.0 Must issue a STARTTLS command first";
    let (commands, findings) = play(
        question(),
        &["220 hi", offer, demand, demand, "220 go", "<tls>", offer, "250 ok", "550 no", "250 ok", "221 bye"],
    );
    assert_eq!(commands.iter().filter(|line| line.starts_with("RCPT")).count(), 2);
    assert_eq!((findings.target.unwrap().code, findings.secured), (550, true));
    // Refused for good: no control.
    let (commands, findings) = play(question(), &["220 hi", offer, "250 ok", "550 no", "250 ok", "221 bye"]);
    assert_eq!(commands.iter().filter(|line| line.starts_with("RCPT")).count(), 1);
    assert_eq!((findings.target.unwrap().code, findings.ended), (550, Ended::Completed));
    // A goodbye.
    let (_, findings) = play(question(), &["220 hi", offer, "250 ok", "421 4.7.0 enough", "221 bye"]);
    assert_eq!((findings.target.unwrap().code, findings.ended), (421, Ended::Completed));
    let (_, findings) = play(question(), &["220 hi", offer, "250 ok", "250 ok", "421 4.7.0 enough"]);
    assert_eq!((findings.control.unwrap().code, findings.ended), (421, Ended::Completed));
}

/// What a server that offers PIPELINING is found to say of the target and the control, when beside its reply with this
/// number it says `more`, or in its place nothing.
fn out_of_step(target: u16, control: u16, at: usize, more: Option<u16>, together: bool) -> Findings {
    let mut dialogue = Dialogue::new(question());
    dialogue.take(&Input::Bytes(b"220 hi\r\n"));
    let mut step = dialogue.take(&Input::Bytes(b"250-mx\r\n250 PIPELINING\r\n"));
    let (mut said, mut waiting) = (0, std::collections::VecDeque::new());
    loop {
        let lines = match step {
            Step::Close | Step::Leave(_) => break,
            Step::SendAll(_, lines) => lines,
            Step::Send(_, line) => vec![line],
            Step::Read(_) | Step::Next(_) | Step::Handshake => Vec::new(),
        };
        for line in lines {
            let code = match line.split([' ', '@']).collect::<Vec<_>>()[..] {
                ["RCPT", "TO:<ada", _] => target,
                ["RCPT", ..] => control,
                ["QUIT"] => 221,
                _ => 250,
            };
            match more {
                Some(more) if said == at => waiting.extend([more, code]),
                None if said == at => {}
                _ => waiting.push_back(code),
            }
            said += 1;
        }
        let count = if together { waiting.len() } else { waiting.len().min(1) };
        let text = waiting.drain(..count).fold(String::new(), |said, code| format!("{said}{code} x\r\n"));
        step = if count == 0 { dialogue.take(&Input::Closed) } else { dialogue.take(&Input::Bytes(text.as_bytes())) };
    }
    dialogue.findings().of(0)
}

/// A server that says one thing too many or one too few, wherever, is not believed: what it is found to say of an
/// address is its answer to that address or nothing.
#[test]
fn a_flight_out_of_step_is_not_believed() {
    let codes = [250, 450, 550, 503, 221];
    for (target, control, together) in [250, 450, 550]
        .into_iter()
        .flat_map(|code| [250, 450, 550].map(|control| (code, control)))
        .flat_map(|(t, c)| [(t, c, true), (t, c, false)])
    {
        for (at, more) in (0..5).flat_map(|at| codes.map(Some).into_iter().chain([None]).map(move |more| (at, more))) {
            let found = out_of_step(target, control, at, more, together);
            let is_true = found.target.as_ref().is_none_or(|reply| reply.code == target)
                && found.control.as_ref().is_none_or(|reply| reply.code == control);
            assert!(is_true, "{target}, {control}, {more:?} at {at}, {together}: {found:?}");
        }
        let in_step = out_of_step(target, control, usize::MAX, None, together);
        assert_eq!((in_step.target.unwrap().code, in_step.ended), (target, Ended::Completed));
    }
}

proptest! {
    /// Whatever a server does: no DATA, no line break inside a command, never an answer without a question.
    #[test]
    fn hostile_servers(replies in proptest::collection::vec(prop_oneof![
        (200u16..600, "[ -~]{0,20}").prop_map(|(code, text)| format!("{code} {text}").into_bytes()),
        Just(b"250-STARTTLS\r\n250 SMTPUTF8".to_vec()), Just(b"250-mx\r\n250 PIPELINING".to_vec()), Just(b"220 go".to_vec()), Just(b"250 ok".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ], 0..30), others in 0usize..6) {
        let mut dialogue = Dialogue::new(question());
        dialogue.question.targets.extend((0..others).map(|n| format!("eve{n}@example.com")));
        let mut asked_about_target = false;
        let mut closed = false;
        for reply in replies {
            let step = dialogue.take(&Input::Bytes(&[&reply[..], b"\r\n"].concat()));
            match step {
                Step::Send(_, line) => {
                    prop_assert!(!line.contains(['\r', '\n']));
                    prop_assert!(!line.starts_with("DATA"));
                    asked_about_target |= line.starts_with("RCPT TO:<ada@");
                }
                Step::SendAll(_, lines) => {
                    prop_assert!(lines.iter().all(|line| !line.contains(['\r', '\n']) && !line.starts_with("DATA")));
                    asked_about_target |= lines.iter().any(|line| line.starts_with("RCPT TO:<ada@"));
                }
                Step::Handshake => { dialogue.take(&Input::Secured); }
                Step::Close | Step::Leave(_) => { closed = true; break; }
                Step::Read(_) | Step::Next(_) => {}
            }
        }
        if !closed {
            dialogue.take(&Input::Closed);
        }
        let findings = dialogue.findings();
        prop_assert!(findings.targets.len() <= others + 1);
        let findings = findings.of(0);
        prop_assert!(findings.target.is_none() || asked_about_target);
        prop_assert!(findings.control.is_none() || findings.target.is_some());
    }
}
