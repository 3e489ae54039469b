//! Replies as mail servers word them, each with what may be concluded from it. Those in [`ABOUT_SOMETHING_ELSE`] carry
//! a code or a word of "no such mailbox" and say something else: a verdict of Undeliverable on one of them is false.

use super::super::operator::operator_of;
use super::super::verdict::{Policy, Verdict};
use super::*;

/// Mail host, reply to RCPT. Nothing here shows that the mailbox is missing.
const ABOUT_SOMETHING_ELSE: &[(&str, &str)] = &[
    // Postfix
    (
        "mx.firm.example",
        "550 5.1.1 <probe@ours.example>: Sender address rejected: undeliverable address: host mx.ours.example said: 550 no such user",
    ),
    (
        "mx.firm.example",
        "550 5.1.0 <probe@ours.example>: Sender address rejected: User unknown in local recipient table",
    ),
    ("mx.firm.example", "550 5.1.8 <probe@ours.example>: Sender address rejected: Domain not found"),
    ("mx.firm.example", "554 5.7.1 <ada@firm.example>: Relay access denied"),
    (
        "mx.firm.example",
        "550 5.1.1 <ada@firm.example>: Recipient address rejected: undeliverable address: host filter.firm.example said: 554 5.7.1 Rejected by policy",
    ),
    ("mx.firm.example", "550 5.7.25 Client host rejected: cannot find your hostname, [192.0.2.7]"),
    ("mx.firm.example", "450 4.7.1 Client host rejected: cannot find your hostname"),
    (
        "mx.firm.example",
        "550 5.7.23 <ada@firm.example>: Recipient address rejected: Message rejected due to: SPF fail - not authorized",
    ),
    ("mx.firm.example", "550 5.1.1 <ada@firm.example>: Recipient address rejected: SPF check failed"),
    ("mx.firm.example", "554 5.5.4 Error: too many errors"),
    // Exim
    (
        "mx.firm.example",
        "550-Verification failed for <probe@ours.example>\r\n550-Unrouteable address\r\n550 Sender verify failed",
    ),
    (
        "mx.firm.example",
        "550-Called:   192.0.2.9\r\n550-Sent:     RCPT TO:<probe@ours.example>\r\n550-Response: 550 User unknown\r\n550 Sender verify failed",
    ),
    ("mx.firm.example", "550 relay not permitted"),
    ("mx.firm.example", "550 Callout verification failed:"),
    ("mx.firm.example", "550 Domain ours.example does not exist"),
    ("mx.firm.example", "550 rejected because 192.0.2.7 is in a black list"),
    ("mx.firm.example", "550 \"REJECTED - Bad HELO - Host impersonating firm.example\""),
    ("mx.firm.example", "550 lookup of ours.example failed: host does not exist"),
    ("mx.firm.example", "550 DNS record for your server does not exist"),
    ("mx.firm.example", "550 No MX or A: ours.example is a nonexistent host"),
    ("mx.firm.example", "550 Access denied - nonexistent host name"),
    // Sendmail
    ("mx.firm.example", "550 5.7.1 <ada@firm.example>... Relaying denied. IP name lookup failed [192.0.2.7]"),
    ("mx.firm.example", "550 5.1.1 <ada@firm.example>... Relaying denied"),
    ("mx.firm.example", "553 5.1.8 <probe@ours.example>... Domain of sender address probe@ours.example does not exist"),
    ("mx.firm.example", "553 5.5.4 <probe>... Domain name required for sender address probe"),
    ("mx.firm.example", "550 5.1.2 <ada@firm.example>... Host unknown, we do not relay"),
    // qmail
    ("mx.firm.example", "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)"),
    ("mx.firm.example", "553 sorry, your envelope sender is in my badmailfrom list (#5.7.1)"),
    ("mx.firm.example", "553 5.1.1 sorry, your envelope sender domain must exist"),
    // Exchange and Microsoft 365
    (
        "firm-example.mail.protection.outlook.com",
        "550 5.7.606 Access denied, banned sending IP [192.0.2.7]. To request removal from this list please visit https://sender.office.com/",
    ),
    ("firm-example.mail.protection.outlook.com", "550 5.1.8 Access denied, bad outbound sender AS(42003)"),
    (
        "firm-example.mail.protection.outlook.com",
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    ),
    ("firm-example.mail.protection.outlook.com", "451 4.7.500 Server busy. Please try again later from [192.0.2.7]."),
    ("mx.firm.example", "550 5.7.1 Unable to relay"),
    ("mx.firm.example", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required"),
    ("mx.firm.example", "550 5.2.1 RESTRICTED; mailbox accepts mail from authenticated senders only"),
    ("mx.firm.example", "550 5.4.1 Recipient address rejected: Access denied"),
    ("mx.firm.example", "550 5.1.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus"),
    // Google, Yahoo, AOL, Apple, Proton
    ("aspmx.l.google.com", "550 5.7.26 This mail has been blocked because the sender is unauthenticated."),
    (
        "aspmx.l.google.com",
        "550-5.2.1 The user you are trying to contact is receiving mail at a rate that\r\n550 5.2.1 prevents additional messages from being delivered.",
    ),
    ("aspmx.l.google.com", "550 5.4.5 Daily SMTP relay limit exceeded"),
    ("mx-aol.mail.gm0.yahoodns.net", "554 5.7.9 Message not accepted for policy reasons"),
    ("mx.firm.example", "550 5.2.1 : (HVU:B1) This mail was not accepted because of complaints about the sender"),
    ("mx.firm.example", "554 5.2.1 : (CON:B1) Connection refused by our filters, see postmaster page about spam"),
    ("mx01.mail.icloud.com", "550 5.1.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.7"),
    ("mx01.mail.icloud.com", "554 5.1.0 [CS01] Message rejected due to local policy."),
    ("mail.protonmail.ch", "550 5.1.1 Rejected by anti-abuse system"),
    // German providers
    ("mx00.gmx.net", "550 Requested action not taken: mailbox unavailable"),
    ("mx00.gmx.net", "550 Requested mail action not taken: mailbox unavailable, reject due to policy restrictions"),
    ("mx00.t-online.de", "550 5.7.0 IP=192.0.2.7 - A problem occurred. Ask your postmaster for help"),
    ("mx.firm.example", "550 Kein Reverse-DNS-Eintrag: PTR-Record nicht vorhanden"),
    ("mx.firm.example", "550 DNS-Eintrag des Servers nicht vorhanden"),
    ("mx.firm.example", "550 Die Domain ours.example existiert nicht"),
    ("mx.firm.example", "550 Ihre IP ist hier nicht bekannt"),
    ("mx.firm.example", "550 Postfach vorübergehend deaktiviert, Konto gesperrt"),
    // French
    (
        "smtp-in.orange.fr",
        "552 5.1.1 <ada@orange.example> Boite du destinataire pleine. Recipient overquota. OFR_417 [417]",
    ),
    ("smtp-in.orange.fr", "550 5.7.1 Service refuse. Veuillez essayer plus tard. OFR004_104"),
    ("smtp-in.orange.fr", "550 5.5.0 Boite du destinataire archivee. Archived recipient. OFR_415"),
    ("mx1.free.fr", "550 5.1.1 Too many spams from your IP (192.0.2.7), please visit http://postmaster.free.fr/"),
    ("mx.firm.example", "550 Le domaine ours.example n'existe pas"),
    ("mx.firm.example", "550 5.1.0 Compte temporairement suspendu"),
    // Spanish, Italian, Portuguese, Polish, Dutch, Russian
    ("mx.firm.example", "550 El dominio ours.example no existe"),
    ("mx.firm.example", "550 Il dominio ours.example non esiste"),
    ("mx.firm.example", "550 O domínio ours.example não existe"),
    ("mx.firm.example", "550 Domena ours.example nie istnieje"),
    ("mx.firm.example", "550 Het domein ours.example bestaat niet"),
    ("mx.firm.example", "550 Домен ours.example не существует"),
    ("mx.firm.example", "550 5.1.1 Casella piena, quota superata"),
    (
        "mx.libero.it",
        "550 smtp-16.iol.local IP blacklisted by CSI. For remediation please use http://csi.cloudmark.com/reset-request/ [LIB_310]",
    ),
    ("mx.aruba.it", "550 5.1.1 recipient rejected: AUP, see our policy"),
    // Zoho, Yandex, QQ, NetEase
    ("mx.zoho.com", "550 5.4.6 Unusual sending activity detected. Please try after sometime"),
    ("mx.zoho.com", "554 5.1.1 Mail rejected, sender domain blacklisted"),
    ("mx.yandex.ru", "550 5.7.1 No such user!"),
    ("mx3.qq.com", "550 Ip frequency limited. http://service.mail.qq.com/"),
    ("mx3.qq.com", "550 Suspected bounce attacks"),
    ("mx3.qq.com", "550 Mailbox unavailable or access denied"),
    ("163mx01.mxmail.netease.com", "550 MI:SPB 163 smtp, temporarily blocked"),
    // Gateways
    ("eu-smtp-inbound-1.mimecast.com", "550 Rejected by header based manually Blocked Senders"),
    ("eu-smtp-inbound-1.mimecast.com", "550 Administrative prohibition - envelope blocked"),
    ("mxa-00000000.gslb.pphosted.com", "550 5.1.1 Recipient limit exceeded, too many invalid recipients"),
    ("d1.ess.barracudanetworks.com", "550 permanent failure for one or more recipients (ada@firm.example:blocked)"),
    ("mx1.hc1.iphmx.com", "550 #5.1.0 Sender domain verification failed"),
    ("mx1.hc1.iphmx.com", "550 #5.7.1 Your access to submit messages to this e-mail system has been rejected."),
    (
        "mx-01.prod.hydra.sophos.com",
        "550 5.1.1 Rejected: directory harvest attack suspected, too many unknown recipients",
    ),
    ("mx.firm.example", "550 5.1.1 FortiMail: Relaying denied, user not authorized"),
    ("inbound-smtp.eu-west-1.amazonaws.com", "550 5.1.1 Sender not authorized"),
    ("inbound-smtp.eu-west-1.amazonaws.com", "550 5.1.1 TLS required, please use STARTTLS first"),
    // Failures for the moment under a code that says "for ever"
    ("mx.firm.example", "550 5.1.1 Recipient lookup temporarily failed"),
    ("mx.firm.example", "550 5.1.1 user lookup failed, please try again later"),
    ("mx.firm.example", "550 5.2.1 Mailbox temporarily disabled"),
    ("mx.firm.example", "550 This account has been disabled temporarily"),
    ("mx.firm.example", "550 User not found, temporary directory failure"),
    ("mx.firm.example", "550 5.1.1 Recipient verification failed: LDAP server unavailable, try later"),
    ("mx.firm.example", "550 5.1.1 Mailbox quota exceeded"),
    ("mx.firm.example", "550 5.2.1 Mailbox full"),
    ("mx.firm.example", "550 5.1.1 insufficient disk space"),
    ("mx.firm.example", "550 This service is no longer available from your network"),
    ("mx.firm.example", "550 Invalid user name or password"),
    ("mx.firm.example", "550 Connection from unknown address refused"),
    ("mx.firm.example", "550 Your mail server does not exist in our list of known servers"),
];

/// Mail host, reply to RCPT, what it means.
const ABOUT_THE_MAILBOX: &[(&str, &str, Class)] = &[
    (
        "mx.firm.example",
        "550 5.1.1 <ada@firm.example>: Recipient address rejected: User unknown in virtual mailbox table",
        Class::AddressUnknown,
    ),
    ("mx.firm.example", "550 5.1.1 <ada@firm.example>... User unknown", Class::AddressUnknown),
    ("mx.firm.example", "550 sorry, no mailbox here by that name. (#5.1.1)", Class::AddressUnknown),
    ("mx.firm.example", "550 Unrouteable address", Class::AddressUnknown),
    ("mx.firm.example", "550 No Such User Here\"", Class::AddressUnknown),
    ("mx.firm.example", "550 no such user in this domain", Class::AddressUnknown),
    ("mx.firm.example", "550 mailbox does not exist on this server", Class::AddressUnknown),
    ("mx.firm.example", "550 Invalid recipient: <ada@firm.example>", Class::AddressUnknown),
    ("mx.firm.example", "550 Unknown user", Class::AddressUnknown),
    ("mx.firm.example", "550 <ada@firm.example>, Recipient unknown", Class::AddressUnknown),
    ("mx.firm.example", "550 ada@firm.example... No such user", Class::AddressUnknown),
    ("mx.firm.example", "550 ada@firm.example does not exist", Class::AddressUnknown),
    ("mx.firm.example", "550 5.1.1 Not our Customer", Class::AddressUnknown),
    ("mx.firm.example", "550 5.1.1 unknown or illegal alias: ada@firm.example", Class::AddressUnknown),
    ("mx.firm.example", "550 Sorry, no such recipient here. Please see our privacy policies page", Class::Policy),
    (
        "aspmx.l.google.com",
        "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550 5.1.1 unnecessary spaces. For more information, go to https://support.google.com/mail/?p=NoSuchUser",
        Class::AddressUnknown,
    ),
    (
        "aspmx.l.google.com",
        "550 5.2.1 The email account that you tried to reach is disabled. For more information, go to https://support.google.com/mail/?p=DisabledUser",
        Class::MailboxDisabled,
    ),
    ("aspmx.l.google.com", "550 5.2.1 The email account that you tried to reach is inactive.", Class::MailboxDisabled),
    ("aspmx.l.google.com", "452 4.2.2 The recipient's inbox is out of storage space.", Class::MailboxFull),
    (
        "firm-example.mail.protection.outlook.com",
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)",
        Class::AddressUnknown,
    ),
    (
        "firm-example.mail.protection.outlook.com",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@firm.example not found by SMTP address lookup",
        Class::AddressUnknown,
    ),
    (
        "outlook-com.olc.protection.outlook.com",
        "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
        Class::ProtocolError,
    ),
    (
        "mx01.mail.icloud.com",
        "550 5.1.1 <ada@icloud.example>: user lookup success but no user record found in directory",
        Class::AddressUnknown,
    ),
    (
        "mail.protonmail.ch",
        "550 5.1.1 <ada@proton.example>: Recipient address rejected: Address does not exist",
        Class::AddressUnknown,
    ),
    ("mx.zoho.com", "550 5.1.1 User does not exist - <ada@firm.example>", Class::AddressUnknown),
    (
        "mx3.qq.com",
        "550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=20022",
        Class::AddressUnknown,
    ),
    ("163mx01.mxmail.netease.com", "550 User not found: ada@firm.example", Class::AddressUnknown),
    (
        "smtp-in.orange.fr",
        "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]",
        Class::AddressUnknown,
    ),
    ("mx1.free.fr", "550 5.1.1 <ada@free.example>: Recipient address rejected: User unknown", Class::AddressUnknown),
    ("mx00.t-online.de", "550 5.1.1 User unknown", Class::AddressUnknown),
    ("mx1.hc1.iphmx.com", "550 #5.1.0 Address rejected.", Class::AddressUnknown),
    (
        "eu-smtp-inbound-1.mimecast.com",
        "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550",
        Class::AddressUnknown,
    ),
    ("mxa-00000000.gslb.pphosted.com", "550 5.1.1 <ada@firm.example>... User Unknown", Class::AddressUnknown),
    ("inbound-smtp.eu-west-1.amazonaws.com", "550 5.1.1 Mailbox does not exist", Class::AddressUnknown),
    (
        "mx.firm.example",
        "550 5.1.1 <ada@firm.example> User unknown; rejected for security reasons",
        Class::AddressUnknown,
    ),
    (
        "mx.firm.example",
        "550 5.1.1 Recipient address rejected: this address is no longer in use",
        Class::AddressUnknown,
    ),
    ("mx.firm.example", "550 Die E-Mail-Adresse existiert nicht", Class::AddressUnknown),
    ("mx.firm.example", "550 Cette adresse n'existe pas", Class::AddressUnknown),
    ("mx.firm.example", "552 5.2.2 Mailbox size limit exceeded", Class::MailboxFull),
    ("mx.firm.example", "552 5.1.1 Recipient overquota", Class::MailboxFull),
];

#[test]
fn what_speaks_of_something_else_is_never_held_against_the_mailbox() {
    let mut wrong = Vec::new();
    for (host, text) in ABOUT_SOMETHING_ELSE {
        let class = classify(Phase::Rcpt, &super::tests::reply(text), operator_of(host)).class;
        if class.reason().is_none_or(|reason| reason.verdict(Policy::Strict) == Verdict::Undeliverable) {
            wrong.push(format!("{text} → {class:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_speaks_of_the_mailbox_is_understood() {
    let mut wrong = Vec::new();
    for (host, text, expected) in ABOUT_THE_MAILBOX {
        let class = classify(Phase::Rcpt, &super::tests::reply(text), operator_of(host)).class;
        if class != *expected {
            wrong.push(format!("{text} → {class:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
