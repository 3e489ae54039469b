use proptest::prelude::*;

use super::super::operator::{OTHER, operator_of};
use super::super::reply::ReplyReader;
use super::*;

fn reply(text: &str) -> Reply {
    let mut reader = ReplyReader::default();
    reader.push(format!("{text}\r\n").as_bytes());
    reader.next_reply().unwrap().unwrap()
}

fn probe(target: &str, control: Option<&str>, host: &str) -> (&'static str, Tri) {
    let findings =
        Findings { target: Some(reply(target)), control: control.map(reply), ended: Ended::Completed, secured: false };
    let answer = read_probe(&findings, operator_of(host), &Asked::default(), "");
    (answer.reason.code(), answer.catch_all)
}

const YES: &str = "250 ok";
const NO: &str = "550 5.1.1 unknown";

/// §6: the control, for a server of no special operator.
#[test]
fn catch_all_has_three_states() {
    for (control, expected) in [
        (Some(NO), ("mailbox_confirmed", Tri::No)),
        (Some("550 No such user"), ("mailbox_confirmed", Tri::No)),
        (Some(YES), ("catch_all", Tri::Yes)),
        (Some("251 will forward"), ("catch_all", Tri::Yes)),
        (Some("450 4.2.0 later"), ("probe_inconclusive", Tri::Unknown)),
        (Some("550 5.7.1 policy"), ("probe_inconclusive", Tri::Unknown)),
        (Some("550 what"), ("probe_inconclusive", Tri::Unknown)),
        (Some("550 5.2.1 disabled"), ("probe_inconclusive", Tri::Unknown)),
        (Some("552 5.2.2 full"), ("probe_inconclusive", Tri::Unknown)),
        (Some("252 maybe"), ("probe_inconclusive", Tri::Unknown)),
        (Some("452 4.5.3 Too many recipients"), ("probe_inconclusive", Tri::Unknown)),
        (None, ("probe_inconclusive", Tri::Unknown)),
    ] {
        assert_eq!(probe(YES, control, "mx.example.com"), expected, "{control:?}");
    }
    assert_eq!(probe(NO, None, "mx.example.com"), ("mailbox_unknown", Tri::Unknown));
}

/// §9, row by row: accepted with a refused control, both accepted, refused.
#[test]
fn operator_table() {
    let confirmed = "mailbox_confirmed";
    for (host, with_control, both, refused) in [
        ("aspmx.l.google.com", confirmed, "catch_all", NO),
        (
            "x.mail.protection.outlook.com",
            confirmed,
            "rcpt_not_informative",
            "550 5.4.1 Recipient address rejected: Access denied",
        ),
        ("x.mail.protection.outlook.com", confirmed, "rcpt_not_informative", "550 5.1.10 RecipientNotFound"),
        ("x.a-v1.mx.microsoft", confirmed, "rcpt_not_informative", "550 5.1.10 RecipientNotFound"),
        ("outlook-com.olc.protection.outlook.com", confirmed, "catch_all", "550 5.5.0 no, 5.1.1"),
        ("mta5.am0.yahoodns.net", "rcpt_not_informative", "rcpt_not_informative", NO),
        ("mxs.mail.ru", "rcpt_not_informative", "rcpt_not_informative", "550 Message rejected: no such user"),
        ("eu-smtp-inbound-1.mimecast.com", "rcpt_not_informative", "rcpt_not_informative", NO),
        ("mx0.gslb.pphosted.com", "rcpt_not_informative", "rcpt_not_informative", NO),
        ("mx1.ppe-hosted.com", "rcpt_not_informative", "rcpt_not_informative", NO),
        ("d1.ess.barracudanetworks.com", "rcpt_not_informative", "rcpt_not_informative", NO),
        ("mx1.hc1.iphmx.com", confirmed, "catch_all", NO),
        ("in.tmes.trendmicro.com", confirmed, "catch_all", NO),
        ("mx.hydra.sophos.com", confirmed, "catch_all", NO),
        ("mx.example.com", confirmed, "catch_all", NO),
    ] {
        assert_eq!(probe(YES, Some(NO), host).0, with_control, "{host}");
        let (reason, catch_all) = probe(YES, Some(YES), host);
        assert_eq!(reason, both, "{host}");
        assert_eq!(catch_all, if both == "catch_all" { Tri::Yes } else { Tri::Unknown }, "{host}");
        let expected = if refused.starts_with("550 5.5") { "protocol_error" } else { "mailbox_unknown" };
        assert_eq!(probe(refused, None, host).0, expected, "{host}: {refused}");
    }
}

#[test]
fn without_an_answer_about_the_address() {
    for (ended, reason) in [
        (Ended::TimedOut(Phase::Rcpt), "timeout"),
        (Ended::Dropped(Phase::Banner), "dropped"),
        (Ended::Garbled(Phase::Mail), "protocol_error"),
        (Ended::NoSmtpUtf8, "protocol_error"),
        (Ended::HandshakeFailed, "tls_required"),
        (Ended::Refused(Phase::Banner, reply("554 Your IP is listed")), "ip_blocked"),
        (Ended::Refused(Phase::Mail, reply("550 5.1.1 User unknown")), "sender_rejected"),
        (Ended::Refused(Phase::Rcpt, reply("530 5.7.0 Must issue a STARTTLS command first")), "tls_required"),
    ] {
        let findings = Findings { target: None, control: None, ended: ended.clone(), secured: false };
        assert_eq!(read_probe(&findings, OTHER, &Asked::default(), "").reason.code(), reason, "{ended:?}");
    }
}

#[test]
fn what_is_asked_again() {
    let again = |target: &str, control: Option<&str>| {
        let findings = Findings {
            target: Some(reply(target)),
            control: control.map(reply),
            ended: Ended::Completed,
            secured: false,
        };
        read_probe(&findings, OTHER, &Asked::default(), "").again
    };
    assert_eq!(again("451 4.7.1 policy", None), Again::Later, "every 4xx but a full mailbox");
    assert_eq!(again("452 4.2.2 full", None), Again::No);
    assert_eq!(again("450 4.2.0 later", None), Again::Later);
    assert_eq!(again("421 too many connections", None), Again::RateLimited);
    assert_eq!(again(YES, Some("450 4.2.0 later")), Again::Later, "the control is greylisted too");
    assert_eq!(again(YES, Some(NO)), Again::No);
    assert_eq!(again("550 5.7.1 policy", None), Again::No);
    assert_eq!(again(NO, None), Again::No);
}

fn decided(answers: Answers) -> (&'static str, &'static str) {
    let Decision { verdict, reason, .. } = decide(Policy::Strict, answers);
    (verdict.code(), reason.code())
}

#[test]
fn contradictions_are_not_believed() {
    use Reason::{CatchAll, MailboxConfirmed, MailboxFull, MailboxUnknown, ProviderInvalid, ProviderValid};
    for (provider, smtp) in [
        (ProviderValid, MailboxUnknown),
        (ProviderInvalid, MailboxConfirmed),
        (ProviderInvalid, MailboxFull),
        (ProviderInvalid, CatchAll),
        (ProviderValid, CatchAll),
        (CatchAll, MailboxConfirmed),
        (CatchAll, MailboxUnknown),
    ] {
        let answers = Answers { provider: Some(provider), smtp: Some((smtp, Tri::Unknown)), ..Answers::default() };
        assert_eq!(decided(answers), ("unverified", "conflict"), "{provider:?} {smtp:?}");
    }
    let agree =
        Answers { provider: Some(ProviderValid), smtp: Some((MailboxConfirmed, Tri::No)), ..Answers::default() };
    assert_eq!(decided(agree), ("verified", "mailbox_confirmed"));
}

#[test]
fn precedence() {
    use Reason as R;
    let smtp = |reason| Some((reason, Tri::Unknown));
    for (answers, expected) in [
        (
            Answers { disposable: true, smtp: smtp(R::MailboxUnknown), ..Answers::default() },
            ("undeliverable", "mailbox_unknown"),
        ),
        (Answers { disposable: true, smtp: smtp(R::MailboxConfirmed), ..Answers::default() }, ("risky", "disposable")),
        (Answers { disposable: true, provider: Some(R::SpamTrap), ..Answers::default() }, ("risky", "spam_trap")),
        (Answers { disposable: true, smtp: smtp(R::MailboxFull), ..Answers::default() }, ("risky", "disposable")),
        (
            Answers { provider: Some(R::ProviderDoNotMail), smtp: smtp(R::MailboxConfirmed), ..Answers::default() },
            ("risky", "provider_do_not_mail"),
        ),
        (
            Answers { provider: Some(R::ProviderValid), smtp: smtp(R::Policy), ..Answers::default() },
            ("verified", "provider_valid"),
        ),
        (
            Answers { provider: Some(R::ProviderInvalid), smtp: smtp(R::Policy), ..Answers::default() },
            ("undeliverable", "provider_invalid"),
        ),
        (
            Answers { provider: Some(R::ProviderUnknown), smtp: smtp(R::Policy), ..Answers::default() },
            ("unverified", "policy"),
        ),
        (
            Answers { provider: Some(R::CatchAll), smtp: smtp(R::Timeout), ..Answers::default() },
            ("unverified", "catch_all"),
        ),
        (Answers { provider: Some(R::ProviderUnknown), ..Answers::default() }, ("unverified", "provider_unknown")),
        (Answers { local: Some(R::NullMx), disposable: true, ..Answers::default() }, ("undeliverable", "null_mx")),
        (Answers { local: Some(R::DnsError), disposable: true, ..Answers::default() }, ("unverified", "dns_error")),
        (Answers { local: Some(R::Suppressed), ..Answers::default() }, ("unverified", "suppressed")),
        (Answers::default(), ("unverified", "tier_disabled")),
    ] {
        assert_eq!(decided(answers), expected, "{answers:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    /// Rules 1 and 6 of STRICT: without a refused control or a provider there is no Verified, in either policy.
    #[test]
    fn never_verified_without_a_refused_control(
        target in 200u16..600, control in proptest::option::of(200u16..600), subject in 0u16..8, detail in 0u16..11,
        enhanced in any::<bool>(), text in "[a-z ]{0,20}", host in prop_oneof![Just("mx.example"), Just("mx.yahoodns.net"), Just("x.protection.outlook.com"), Just("l.google.com")],
        lenient in any::<bool>(), disposable in any::<bool>(),
    ) {
        let line = |code: u16| if enhanced { format!("{code} {}.{subject}.{detail} {text}", code / 100) } else { format!("{code} {text}") };
        let findings = Findings { target: Some(reply(&line(target))), control: control.map(|code| reply(&line(code))), ended: Ended::Completed, secured: false };
        let answer = read_probe(&findings, operator_of(host), &Asked::default(), "");
        let policy = if lenient { Policy::Lenient } else { Policy::Strict };
        let decision = decide(policy, Answers { smtp: Some((answer.reason, answer.catch_all)), disposable, ..Answers::default() });
        if decision.verdict == Verdict::Verified {
            prop_assert!(matches!(target, 250 | 251));
            prop_assert_eq!(control.map(|code| code / 100), Some(5));
            prop_assert_eq!(decision.catch_all, Tri::No);
            prop_assert_ne!(host, "mx.yahoodns.net");
        }
        if decision.verdict == Verdict::Undeliverable {
            prop_assert_eq!(target / 100, 5);
            prop_assert!(!enhanced || !matches!(subject, 5 | 7), "5.5.x and 5.7.x are never Undeliverable");
        }
    }
}
