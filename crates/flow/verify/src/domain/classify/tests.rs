use proptest::prelude::*;

use super::super::operator::{Acceptance, OPERATORS, OTHER, operator_of};
use super::super::reply::ReplyReader;
use super::super::verdict::{Policy, Verdict};
use super::*;

pub(super) fn reply(text: &str) -> Reply {
    let mut reader = ReplyReader::default();
    reader.push(text.as_bytes());
    reader.push(b"\r\n");
    reader.next_reply().unwrap().unwrap()
}

fn at(phase: Phase, text: &str) -> Class {
    classify(phase, &reply(text), OTHER).class
}

#[test]
fn before_rcpt_refusals_speak_about_us() {
    for (phase, text, class) in [
        (Phase::Banner, "554 Your IP is listed at example.com", Class::IpBlocked),
        (Phase::Banner, "554 No SMTP service here", Class::Policy),
        (Phase::Banner, "421 Too many connections", Class::RateLimited),
        (Phase::Banner, "421 4.3.2 Service not available", Class::TempFail),
        (Phase::Banner, "550 5.1.1 user unknown", Class::Policy),
        (Phase::Ehlo, "550 5.7.1 HELO name refused", Class::Policy),
        (Phase::Ehlo, "502 5.5.2 what?", Class::ProtocolError),
        (Phase::Mail, "550 5.1.8 Sender domain does not exist", Class::SenderRejected),
        (Phase::Mail, "550 5.1.1 user unknown", Class::SenderRejected),
        (Phase::Mail, "530 5.7.0 Must issue a STARTTLS command first", Class::TlsRequired),
        (Phase::Mail, "550 5.7.1 refused by policy", Class::Policy),
        (Phase::Mail, "553 refused", Class::SenderRejected),
        (Phase::Mail, "451 4.7.1 Greylisted", Class::Greylisted),
        (Phase::Mail, "451 4.3.0 later", Class::TempFail),
        (Phase::Mail, "250 2.1.0 ok", Class::Accepted),
    ] {
        assert_eq!(at(phase, text), class, "{text}");
    }
}

#[test]
fn rcpt_2xx() {
    assert_eq!(at(Phase::Rcpt, "250 2.1.5 ok"), Class::Accepted);
    assert_eq!(at(Phase::Rcpt, "251 user not local; will forward"), Class::Accepted);
    assert_eq!(at(Phase::Rcpt, "252 cannot verify"), Class::Unclassified);
    assert_eq!(at(Phase::Rcpt, "220 hello"), Class::Unclassified);
    assert_eq!(at(Phase::Rcpt, "354 go on"), Class::ProtocolError);
}

#[test]
fn rcpt_4xx() {
    for (text, class) in [
        ("452 4.2.2 The account is over quota", Class::MailboxFull),
        ("450 4.2.2 full", Class::MailboxFull),
        ("452 Mailbox full", Class::MailboxFull),
        ("452 4.3.1 Insufficient system storage", Class::ServerStorage),
        ("452 Requested action not taken: insufficient system storage", Class::ServerStorage),
        ("451 quota check failed: no space left on device", Class::ServerStorage),
        ("450 4.2.1 The user is receiving mail too quickly", Class::RateLimited),
        ("450 4.2.1 later", Class::RateLimited),
        ("451 rate exceeded", Class::RateLimited),
        ("452 4.5.3 Too many recipients", Class::RateLimited),
        ("450 4.7.1 Greylisted, see https://postgrey.example/", Class::Greylisted),
        ("450 4.2.0 Recipient address rejected: Greylisted", Class::Greylisted),
        ("451 4.7.1 Please try again later", Class::Policy),
        ("451 4.7.650 The mail server has been temporarily limited due to reputation", Class::IpBlocked),
        ("450 4.1.1 User unknown", Class::TempFail),
        ("450 User unknown", Class::TempFail),
        ("450 5.1.1 User unknown", Class::TempFail),
        ("421 4.4.2 timeout", Class::TempFail),
        ("451 Temporary local problem", Class::TempFail),
    ] {
        assert_eq!(at(Phase::Rcpt, text), class, "{text}");
    }
}

#[test]
fn rcpt_5xx_with_an_enhanced_code() {
    for (text, class) in [
        ("550 5.1.0 Address rejected", Class::AddressUnknown),
        ("550 5.1.0 Sender rejected", Class::SenderRejected),
        ("550 5.1.1 User unknown", Class::AddressUnknown),
        ("550 5.1.1 xyzzy", Class::AddressUnknown),
        ("550 5.1.2 Bad destination system", Class::AddressUnknown),
        ("553 5.1.3 Bad syntax", Class::AddressUnknown),
        ("550 5.1.6 Mailbox has moved", Class::AddressUnknown),
        ("550 5.1.10 RecipientNotFound", Class::AddressUnknown),
        ("550 5.1.4 Ambiguous", Class::Unclassified),
        ("553 5.1.7 Bad sender", Class::SenderRejected),
        ("550 5.1.8 Bad sender's system", Class::SenderRejected),
        ("550 5.1.1 Rejected, your IP is listed by spamhaus", Class::IpBlocked),
        ("550 5.1.1 Your reverse DNS is missing", Class::IpBlocked),
        ("550 5.2.1 Mailbox disabled", Class::MailboxDisabled),
        ("550 5.2.1 The user is receiving mail at a rate that prevents delivery", Class::RateLimited),
        ("552 5.2.2 Over quota", Class::MailboxFull),
        ("550 5.2.3 Message too long", Class::Unclassified),
        ("552 5.3.1 System storage exceeded", Class::ServerStorage),
        ("550 5.3.0 Something", Class::TempFail),
        ("550 5.4.1 Recipient address rejected: Access denied", Class::Unclassified),
        ("550 5.4.4 Unable to route", Class::Unclassified),
        ("550 5.5.1 User unknown", Class::ProtocolError),
        ("501 5.5.4 Bad argument", Class::ProtocolError),
        ("550 5.6.7 Non-ASCII address", Class::ProtocolError),
        ("550 5.7.1 User unknown", Class::Policy),
        ("550 5.7.1 Service unavailable; client [192.0.2.1] blocked using dnsbl.example", Class::IpBlocked),
        ("550 5.7.1 Sender refused", Class::SenderRejected),
        ("530 5.7.0 Must issue a STARTTLS command first", Class::TlsRequired),
        ("550 5.7.511 Access denied, banned sender", Class::SenderRejected),
        ("550 5.0.0 User unknown", Class::Unclassified),
    ] {
        assert_eq!(at(Phase::Rcpt, text), class, "{text}");
    }
}

#[test]
fn rcpt_5xx_without_an_enhanced_code() {
    for (text, class) in [
        ("550 No such user here", Class::AddressUnknown),
        ("550 User unknown in relay recipient table", Class::AddressUnknown),
        (
            "550 <ada@spam-policy.example>: Recipient address rejected: User unknown in virtual alias table",
            Class::AddressUnknown,
        ),
        ("550 No such user, your IP is in our blacklist", Class::IpBlocked),
        ("550 relay not permitted", Class::Policy),
        ("550 User unknown - refused due to policy", Class::Policy),
        ("550 Sender domain does not exist", Class::SenderRejected),
        ("550 Mailbox is full", Class::MailboxFull),
        ("550 Disk full, cannot write to mailbox quota file", Class::ServerStorage),
        ("550 This account has been disabled", Class::MailboxDisabled),
        ("550 Recipient address rejected: Access denied", Class::Unclassified),
        ("550 Requested action not taken: mailbox unavailable", Class::Unclassified),
        ("550 Administrative prohibition", Class::Policy),
        ("551 User not local", Class::Unclassified),
        ("551 No such user", Class::Unclassified),
        ("552 Requested mail action aborted: exceeded storage allocation", Class::MailboxFull),
        ("552 something", Class::Unclassified),
        ("553 No such user", Class::Unclassified),
        ("553 Authentication is required", Class::Policy),
        ("554 User unknown", Class::Unclassified),
        ("554 Refused, see our policy", Class::Policy),
        ("503 Bad sequence", Class::ProtocolError),
        ("550", Class::Unclassified),
        ("550 Empfänger unbekannt", Class::AddressUnknown),
        ("550 Utilisateur inconnu", Class::AddressUnknown),
        ("550 El usuario no existe", Class::AddressUnknown),
        ("550 Utente sconosciuto", Class::AddressUnknown),
        ("550 Onbekende gebruiker", Class::AddressUnknown),
        ("550 Usuário não encontrado", Class::AddressUnknown),
        ("550 Nie ma takiego użytkownika", Class::AddressUnknown),
        ("550 Пользователь не найден", Class::AddressUnknown),
        ("550 Der Absender existiert nicht", Class::SenderRejected),
        ("550 Compte désactivé", Class::MailboxDisabled),
        ("550 Das Postfach ist voll", Class::MailboxFull),
    ] {
        assert_eq!(at(Phase::Rcpt, text), class, "{text}");
    }
}

#[test]
fn operators_by_host() {
    for (host, name) in [
        ("aspmx.l.google.com.", "google"),
        ("gmail-smtp-in.l.GOOGLE.com", "google"),
        ("example-com.mail.protection.outlook.com", "microsoft365"),
        ("example-com.a-v1.mx.microsoft", "microsoft365"),
        ("outlook-com.olc.protection.outlook.com", "outlook.com"),
        ("mta5.am0.yahoodns.net", "yahoo"),
        ("mxs.mail.ru", "mail.ru"),
        ("eu-smtp-inbound-1.mimecast.com", "mimecast"),
        ("mx1-us1.ppe-hosted.com", "proofpoint"),
        ("mxa-00000000.gslb.pphosted.com", "proofpoint"),
        ("d1.ess.barracudanetworks.com", "barracuda"),
        ("mx1.hc1.iphmx.com", "cisco"),
        ("example.in.tmes.trendmicro.com", "trendmicro"),
        ("mx-01.prod.hydra.sophos.com", "sophos"),
        ("mx.example.com", "other"),
        ("notgoogle.com", "other"),
        ("google.com.example", "other"),
    ] {
        assert_eq!(operator_of(host).name, name, "{host}");
    }
    let microsoft = operator_of("x.mail.protection.outlook.com");
    assert_eq!(
        classify(Phase::Rcpt, &reply("550 5.4.1 Recipient address rejected: Access denied."), microsoft).class,
        Class::AddressUnknown
    );
    assert_eq!(OPERATORS.iter().filter(|operator| operator.acceptance == Acceptance::Never).count(), 5);
}

/// A reply made of likely pieces: codes, wordings of every topic, and noise.
fn any_reply() -> impl Strategy<Value = Reply> {
    let wording = prop_oneof![
        Just("user unknown"),
        Just("no such user"),
        Just("mailbox disabled"),
        Just("mailbox full"),
        Just("greylisted"),
        Just("policy"),
        Just("spamhaus"),
        Just("sender"),
        Just("rate"),
        Just("disk full"),
        Just("must issue a starttls"),
        Just("access denied"),
        Just("existiert nicht"),
        Just("\u{7f}\u{0}"),
    ];
    let text =
        proptest::collection::vec(prop_oneof![wording.prop_map(str::to_owned), ".{0,12}".prop_map(String::from)], 0..5);
    let enhanced = proptest::option::of((0u16..12, 0u16..12));
    (200u16..600, enhanced, text).prop_map(|(code, enhanced, lines)| Reply {
        code,
        enhanced: enhanced.map(|(subject, detail)| Enhanced((code / 100) as u8, subject, detail)),
        lines,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Rule 3 of STRICT, for every operator and at every step.
    #[test]
    fn what_is_never_undeliverable(reply in any_reply(), row in 0usize..=OPERATORS.len(), early in any::<bool>()) {
        let operator = OPERATORS.get(row).unwrap_or(OTHER);
        let phase = if early { Phase::Mail } else { Phase::Rcpt };
        let class = classify(phase, &reply, operator).class;
        let undeliverable = class.reason().is_some_and(|reason| reason.verdict(Policy::Strict) == Verdict::Undeliverable);
        if undeliverable {
            prop_assert_eq!(reply.code / 100, 5, "4xx is never Undeliverable");
            prop_assert!(!early, "nothing before RCPT is evidence about the mailbox");
            if let Some(Enhanced(_, subject, detail)) = reply.enhanced {
                let allowed = matches!((subject, detail), (1, 0..=3 | 6 | 10) | (2, 1)) || ((subject, detail) == (4, 1) && operator.no_route_means_unknown);
                prop_assert!(allowed, "5.{}.{} is never Undeliverable", subject, detail);
            } else {
                prop_assert_eq!(reply.code, 550, "without an enhanced code only 550 counts");
            }
            prop_assert!(!look_up(&reply.text(), &Asked::default()).has(Topic::Blocklist), "a text that names a blocklist speaks about us");
        }
        if class == Class::Accepted && !early {
            prop_assert!(matches!(reply.code, 250 | 251));
        }
    }

    #[test]
    fn any_bytes_are_sorted_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut reader = ReplyReader::default();
        reader.push(b"550 ");
        reader.push(&bytes);
        reader.push(b"\r\n");
        if let Ok(Some(reply)) = reader.next_reply() {
            let _ = classify(Phase::Rcpt, &reply, OTHER);
        }
    }
}
