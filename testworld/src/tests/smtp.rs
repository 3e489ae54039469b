use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use plumb_base::Clock;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncReadExt, BufReader};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{Client, DOMAIN, behaving, site, world};
use crate::{Behaviour, Dns, Language, Nonsense, Phase, Rule, Site, Voice, World, WorldConfig};

#[tokio::test]
async fn an_honest_server_tells_its_mailboxes_apart() {
    let world = behaving(Behaviour::Accepts).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "250 2.1.5").await;
    client.rcpt("Ada+news", "250 2.1.5").await;
    client.rcpt("qwertyuiopasdfgh", "550 5.1.1").await;
    client.rcpt("full", "552 5.2.2").await;
    client.rcpt("off", "550 5.2.1").await;
    client.says("RCPT TO:<ada@elsewhere.example>", "550 5.7.1").await;
    client.says("RSET", "250").await;
    client.rcpt("ada", "503").await;
    client.says("QUIT", "221").await;
    assert!(client.is_closed().await);
}

#[tokio::test]
async fn a_catch_all_takes_everybody_and_a_wall_nobody() {
    let world = behaving(Behaviour::CatchAll).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "250").await;
    client.rcpt("nobody-at-all", "250").await;
    world.set(DOMAIN, Behaviour::RefusesAll).expect("a site");
    client.rcpt("ada", "550 5.1.1").await;
}

#[tokio::test]
async fn greylisting_lets_a_triple_in_after_its_time() {
    let clock = Clock::frozen(chrono::DateTime::UNIX_EPOCH);
    let after = Duration::from_mins(5);
    let sites = vec![site().behaves(Behaviour::Greylists { after, says_so: true })];
    let config = WorldConfig { sites, clock: clock.clone(), ..WorldConfig::default() };
    let world = World::start(config).await.expect("a world");
    let mut client = Client::ready(&world).await;
    let reply = client.rcpt("ada", "450 4.7.1").await;
    assert!(reply.contains("Greylisted"), "{reply}");
    clock.advance(TimeDelta::minutes(4));
    client.rcpt("ada", "450").await;
    clock.advance(TimeDelta::minutes(1));
    client.rcpt("ada", "250").await;
    client.rcpt("nobody", "450").await; // a new triple waits anew
    clock.advance(TimeDelta::minutes(5));
    client.rcpt("nobody", "550 5.1.1").await;
    client.says("RSET", "250").await;
    client.says("MAIL FROM:<other@probe.test>", "250").await;
    client.rcpt("ada", "450").await; // another sender is another triple

    world.set(DOMAIN, Behaviour::Greylists { after, says_so: false }).expect("a site");
    let reply = client.rcpt("full", "450 4.2.0").await;
    assert!(!reply.to_lowercase().contains("grey"), "{reply}");
}

#[tokio::test]
async fn a_tarpit_answers_late() {
    let delay = Duration::from_millis(150);
    let world = behaving(Behaviour::Tarpits { delay }).await;
    let start = tokio::time::Instant::now();
    Client::to(&world).await;
    assert!(start.elapsed() >= delay);
}

#[tokio::test]
async fn a_server_can_hang_up_at_each_phase() {
    let world = behaving(Behaviour::Drops { at: Phase::Banner }).await;
    let mut client = Client::connect(world.smtp_addr(DOMAIN).expect("an address")).await;
    assert!(client.is_closed().await);

    world.set(DOMAIN, Behaviour::Drops { at: Phase::Ehlo }).expect("a site");
    let mut client = Client::to(&world).await;
    assert_eq!(client.send("EHLO probe.test").await, "");

    world.set(DOMAIN, Behaviour::Drops { at: Phase::Mail }).expect("a site");
    let mut client = Client::to(&world).await;
    client.says("EHLO probe.test", "250").await;
    assert_eq!(client.send("MAIL FROM:<probe@probe.test>").await, "");

    world.set(DOMAIN, Behaviour::Drops { at: Phase::Rcpt }).expect("a site");
    let mut client = Client::ready(&world).await;
    assert_eq!(client.send("RCPT TO:<ada@firm.example>").await, "");

    world.set(DOMAIN, Behaviour::Drops { at: Phase::SecondRcpt }).expect("a site");
    let mut client = Client::ready(&world).await;
    client.rcpt("nobody", "550 5.1.1").await;
    assert_eq!(client.send("RCPT TO:<ada@firm.example>").await, "");
}

#[tokio::test]
async fn a_silent_server_keeps_the_connection_open() {
    let world = behaving(Behaviour::Silent { at: Phase::Rcpt }).await;
    let mut client = Client::ready(&world).await;
    let answer = timeout(Duration::from_millis(100), client.send("RCPT TO:<ada@firm.example>")).await;
    assert!(answer.is_err(), "it answered {answer:?}");
    assert_eq!(world.log().host(DOMAIN).open, 1);
    drop(client);
    let log = world.log_until(|log| log.host(DOMAIN).open == 0).await;
    assert_eq!(log.host(DOMAIN).rcpts, ["ada@firm.example"]);
}

#[tokio::test]
async fn a_blocklisted_client_is_refused_where_the_script_says() {
    let world = behaving(Behaviour::Blocks { at: Phase::Banner }).await;
    let mut client = Client::connect(world.smtp_addr(DOMAIN).expect("an address")).await;
    let banner = client.reply().await;
    assert!(banner.starts_with("554 5.7.1") && banner.contains("blocked"), "{banner}");
    assert!(client.is_closed().await);

    world.set(DOMAIN, Behaviour::Blocks { at: Phase::Mail }).expect("a site");
    let mut client = Client::to(&world).await;
    client.says("EHLO probe.test", "250").await;
    client.says("MAIL FROM:<probe@probe.test>", "550 5.7.1").await;

    world.set(DOMAIN, Behaviour::Blocks { at: Phase::Rcpt }).expect("a site");
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "550 5.7.1").await;
    client.rcpt("nobody", "550 5.7.1").await;

    world.set(DOMAIN, Behaviour::BlocksAsUnknown).expect("a site");
    let reply = client.rcpt("ada", "550 5.1.1").await;
    assert!(reply.contains("dnsbl"), "{reply}");
}

#[tokio::test]
async fn replies_that_say_nothing_about_the_mailbox() {
    let cases = [
        (Behaviour::TempFail, "451 4.3.0"),
        (Behaviour::OutOfStorage, "452 4.3.1"),
        (Behaviour::RefusesSender, "550 5.1.8"),
        (Behaviour::WillNotSay, "252"),
        (Behaviour::Unclear, "550 Message refused"),
    ];
    let world = behaving(Behaviour::Accepts).await;
    let mut client = Client::ready(&world).await;
    for (behaviour, expected) in cases {
        world.set(DOMAIN, behaviour).expect("a site");
        client.rcpt("ada", expected).await;
        client.rcpt("nobody", expected).await;
    }
}

#[tokio::test]
async fn limits_hold_for_each_connection() {
    let world = behaving(Behaviour::RateLimits { rcpts: 1 }).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "250").await;
    client.rcpt("ada", "421 4.7.0").await;
    assert!(client.is_closed().await);

    world.set(DOMAIN, Behaviour::OneRecipient).expect("a site");
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "250").await;
    client.rcpt("nobody", "452 4.5.3").await;
}

#[tokio::test]
async fn nonsense_is_nonsense() {
    let world = behaving(Behaviour::Nonsense(Nonsense::NotSmtp)).await;
    let mut client = Client::connect(world.smtp_addr(DOMAIN).expect("an address")).await;
    assert!(client.reply().await.starts_with("HTTP/1.1"));

    world.set(DOMAIN, Behaviour::Nonsense(Nonsense::LongLine)).expect("a site");
    let mut client = Client::ready(&world).await;
    assert!(client.rcpt("ada", "250 ").await.len() > 60_000);
    world.set(DOMAIN, Behaviour::Nonsense(Nonsense::EndlessReply)).expect("a site");
    assert_eq!(client.rcpt("ada", "250-").await.lines().count(), 2001);
    world.set(DOMAIN, Behaviour::Nonsense(Nonsense::CodesDisagree)).expect("a site");
    let reply = client.rcpt("ada", "250-").await;
    assert!(reply.lines().nth(1).is_some_and(|line| line.starts_with("550 ")), "{reply}");
}

#[tokio::test]
async fn refusals_are_worded_as_the_voice_says() {
    let voices = [
        (Language::German, "550 Empfänger unbekannt"),
        (Language::French, "550 Destinataire inconnu"),
        (Language::Spanish, "550 Usuario desconocido"),
        (Language::Italian, "550 Destinatario sconosciuto"),
        (Language::Portuguese, "550 Destinatário desconhecido"),
    ];
    for (language, expected) in voices {
        let world = world(vec![site().speaks(Voice::plain(language))]).await;
        let mut client = Client::ready(&world).await;
        client.rcpt("nobody", expected).await;
        client.rcpt("ada", "250 Recipient OK").await;
    }

    let voice = Voice { many_lines: true, ..Voice::default() };
    let several = world(vec![site().speaks(voice)]).await;
    let mut client = Client::ready(&several).await;
    let reply = client.rcpt("nobody", "550-5.1.1 ").await;
    assert_eq!(reply.lines().count(), 3, "{reply}");
    assert!(reply.lines().all(|line| line[4..].starts_with("5.1.1 ")), "{reply}");

    let voice = Voice { latin1: true, ..Voice::plain(Language::German) };
    let latin1 = world(vec![site().speaks(voice)]).await;
    let mut client = Client::ready(&latin1).await;
    client.rcpt("nobody", "550 Empf\u{fffd}nger").await;
}

#[tokio::test]
async fn an_old_server_knows_helo_only() {
    let world = world(vec![site().speaks(Voice { helo_only: true, ..Voice::default() })]).await;
    let mut client = Client::to(&world).await;
    client.says("EHLO probe.test", "502").await;
    client.says("MAIL FROM:<>", "503").await;
    client.says("HELO probe.test", "250").await;
    client.says("MAIL FROM:<>", "250").await;
}

#[tokio::test]
async fn smtputf8_works_where_it_is_offered() {
    let international = world(vec![site().speaks(Voice { smtputf8: true, ..Voice::default() })]).await;
    let mut client = Client::to(&international).await;
    let offers = client.says("EHLO probe.test", "250").await;
    assert!(offers.contains("SMTPUTF8"), "{offers}");
    client.says("MAIL FROM:<probe@probe.test> SMTPUTF8", "250").await;
    let ascii = behaving(Behaviour::Accepts).await;
    let mut client = Client::to(&ascii).await;
    client.says("EHLO probe.test", "250").await;
    client.says("MAIL FROM:<probe@probe.test> SMTPUTF8", "555").await;
}

#[tokio::test]
async fn starttls_with_a_self_signed_certificate() {
    let voice = Voice { starttls: true, ..Voice::default() };
    let world = world(vec![site().speaks(voice).behaves(Behaviour::RequiresTls)]).await;
    let mut client = Client::to(&world).await;
    let offers = client.says("EHLO probe.test", "250").await;
    assert!(offers.contains("STARTTLS"), "{offers}");
    client.says("MAIL FROM:<probe@probe.test>", "530 5.7.0").await;
    client.says("STARTTLS", "220").await;

    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone))
        .with_no_client_auth();
    let name = ServerName::try_from(format!("mx.{DOMAIN}")).expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, client.stream.into_inner()).await.expect("TLS");
    let mut client = Client { stream: BufReader::new(stream) };
    client.says("MAIL FROM:<probe@probe.test>", "503").await; // greet anew
    let offers = client.says("EHLO probe.test", "250").await;
    assert!(!offers.contains("STARTTLS"), "{offers}");
    client.says("MAIL FROM:<probe@probe.test>", "250").await;
    client.rcpt("ada", "250").await;
    client.rcpt("nobody", "550 5.1.1").await;
    assert_eq!(world.log().host(DOMAIN).tls, 1);
}

/// Trusts every certificate, as a probe does that only asks.
#[derive(Debug)]
struct Anyone;

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        aws_lc_rs::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[tokio::test]
async fn no_message_is_ever_taken_and_every_attempt_is_counted() {
    let world = behaving(Behaviour::CatchAll).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("ada", "250").await;
    client.says("DATA", "554 5.5.1").await;
    client.says("BDAT 4 LAST", "554 5.5.1").await;
    client.says("FROB", "502").await;
    let log = world.log();
    assert_eq!(log.data_asked(), 2);
    assert_eq!(log.host(DOMAIN).commands[..2], ["EHLO probe.test", "MAIL FROM:<probe@probe.test>"]);
}

#[tokio::test]
async fn lines_commands_and_connections_are_bounded() {
    let world = behaving(Behaviour::Accepts).await;
    let mut client = Client::to(&world).await;
    client.says(&"x".repeat(2000), "500").await;
    world.log_until(|log| log.host(DOMAIN).lines_too_long == 1).await;

    let mut client = Client::to(&world).await;
    for _ in 0..200 {
        client.says("NOOP", "250").await;
    }
    let mut last = String::new();
    client.stream.read_to_string(&mut last).await.expect("text");
    assert!(last.starts_with("421"), "{last}");
    world.log_until(|log| log.host(DOMAIN).open == 0).await;

    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(Client::to(&world).await);
    }
    let mut refused = Client::connect(world.smtp_addr(DOMAIN).expect("an address")).await;
    assert!(refused.reply().await.starts_with("421 4.3.2"));
    let log = world.log().host(DOMAIN);
    assert_eq!((log.peak_open, log.turned_away), (64, 1));
}

#[tokio::test]
async fn two_domains_on_one_server_keep_their_own_behaviour() {
    let tenant = Site::new("tenant.example").dns(Dns::MxOf(DOMAIN.to_owned())).behaves(Behaviour::CatchAll);
    let world = world(vec![site(), tenant]).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("nobody", "550 5.1.1").await;
    client.says("RCPT TO:<nobody@tenant.example>", "250").await;
    assert_eq!(world.log().host(DOMAIN).rcpts.len(), 2);
}

#[tokio::test]
async fn staff_have_mailboxes_and_random_letters_have_none() {
    let rule = Rule::Staff { pattern: crate::Pattern::FirstDotLast, left_of_hundred: 0 };
    let world = world(vec![Site::new(DOMAIN).staffed(rule)]).await;
    let mut client = Client::ready(&world).await;
    client.rcpt("ada.lanternford", "250").await;
    client.rcpt("info", "250").await;
    client.rcpt("alanternford", "550").await;
    client.rcpt("kqzjxwvbnmtrplsd", "550").await;
}
