use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use plumb_base::{Email, OrgId};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use super::{CertificateFault, SmtpError, SmtpStream, TlsVersion, Wait};
use crate::{CallContext, Egress, EgressConfig, EgressError, FieldClass, MAILBOX_HOSTS, Recorder, Refusal, trust};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const LONG: Duration = Duration::from_secs(10);
const SHORT: Duration = Duration::from_millis(100);

fn egress_with(port: u16, change: impl FnOnce(&mut EgressConfig)) -> Egress {
    let mut config = EgressConfig::new("probe.example.com", "probe@example.com");
    (config.allow_private, config.smtp_port) = (true, port);
    // Nobody is asked for names here.
    config.resolver = Some("192.0.2.53:53".parse().unwrap());
    change(&mut config);
    Egress::new(config, Recorder::memory()).unwrap()
}

fn context() -> CallContext {
    CallContext::new(OrgId::fresh(), "verify.mailbox").about("lead", Uuid::nil())
}

fn ada() -> Email {
    Email::parse("ada@example.com").unwrap()
}

async fn connect(egress: &Egress) -> Result<SmtpStream, SmtpError> {
    egress.smtp().connect(&context(), &ada(), "mx.example.com", LOOPBACK, LONG).await
}

/// A server that does this with its first connection, and a connection to it.
async fn against<F>(serve: impl FnOnce(TcpStream) -> F + Send + 'static) -> (Egress, SmtpStream)
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let egress = egress_with(listener.local_addr().unwrap().port(), |_| {});
    tokio::spawn(async move { serve(listener.accept().await.unwrap().0).await });
    let stream = connect(&egress).await.unwrap();
    (egress, stream)
}

/// A server that writes this and then stays silent.
async fn saying(bytes: Vec<u8>) -> SmtpStream {
    against(|mut tcp| async move {
        tcp.write_all(&bytes).await.unwrap();
        std::future::pending::<()>().await;
    })
    .await
    .1
}

#[tokio::test]
async fn replies_come_whole_and_one_at_a_time() {
    let mut stream =
        saying(b"220 mx.example.com\r\n250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n250\r\nwhat?\n".to_vec()).await;
    assert_eq!(stream.read_reply_bytes(LONG).await.unwrap(), b"220 mx.example.com\r\n");
    assert_eq!(stream.read_reply_bytes(LONG).await.unwrap(), b"250-mx\r\n250-SIZE 1\r\n250 STARTTLS\r\n");
    assert_eq!(stream.read_reply_bytes(LONG).await.unwrap(), b"250\r\n");
    assert_eq!(stream.read_reply_bytes(LONG).await.unwrap(), b"what?\n");
    let slow = stream.read_reply_bytes(SHORT).await.unwrap_err();
    assert!(matches!(slow, SmtpError::Timeout(Wait::Reply)), "{slow}");
}

#[tokio::test]
async fn a_reply_that_comes_in_pieces_is_put_together() {
    let (_egress, mut stream) = against(|mut tcp| async move {
        for byte in b"250-a\r\n250 b\r\n" {
            tcp.write_all(&[*byte]).await.unwrap();
            tcp.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(stream.read_reply_bytes(LONG).await.unwrap(), b"250-a\r\n250 b\r\n");
}

#[tokio::test]
async fn a_slow_peer_does_not_hold_us() {
    let mut stream = saying(b"220-wait".to_vec()).await;
    let slow = stream.read_reply_bytes(SHORT).await.unwrap_err();
    assert!(matches!(slow, SmtpError::Timeout(Wait::Reply)), "{slow}");
}

#[tokio::test]
async fn the_life_of_a_connection_is_bounded() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let egress = egress_with(port, |config| config.smtp_connection_max = SHORT);
    let mut stream = connect(&egress).await.unwrap();
    let over = tokio::time::timeout(LONG, stream.read_reply_bytes(LONG * 6)).await.unwrap().unwrap_err();
    assert!(matches!(over, SmtpError::Timeout(Wait::Reply)), "{over}");
}

#[tokio::test]
async fn what_is_too_long_is_refused() {
    let mut line = saying([b"220 ".as_slice(), &[b'x'; 5000]].concat()).await;
    let refused = line.read_reply_bytes(LONG).await.unwrap_err();
    assert!(matches!(refused, SmtpError::ReplyTooLong(_)), "{refused}");

    let mut ended_line = saying([b"220 ".as_slice(), &[b'x'; 4096], b"\r\n"].concat()).await;
    assert!(matches!(ended_line.read_reply_bytes(LONG).await, Err(SmtpError::ReplyTooLong(_))));

    let mut lines = saying(b"220-x\r\n".repeat(100)).await;
    assert!(matches!(lines.read_reply_bytes(LONG).await, Err(SmtpError::ReplyTooLong(_))));

    let mut just = saying([b"220-x\r\n".repeat(99), b"220 x\r\n".to_vec()].concat()).await;
    assert_eq!(just.read_reply_bytes(LONG).await.unwrap().len(), 700);

    let long_line = [b"220-".as_slice(), &[b'x'; 4000], b"\r\n"].concat();
    let mut bytes = saying(long_line.repeat(30)).await;
    assert!(matches!(bytes.read_reply_bytes(LONG).await, Err(SmtpError::ReplyTooLong(_))));
}

#[tokio::test]
async fn a_dropped_connection_says_where() {
    let (_egress, mut stream) = against(|mut tcp| async move {
        tcp.write_all(b"220 hi\r\n250-par").await.unwrap();
        tcp.shutdown().await.unwrap();
    })
    .await;
    stream.read_reply_bytes(LONG).await.unwrap();
    let dropped = stream.read_reply_bytes(LONG).await.unwrap_err();
    assert!(matches!(dropped, SmtpError::Dropped { mid_reply: true }), "{dropped}");

    let (_egress, mut stream) = against(|tcp| async move {
        tcp.set_zero_linger().unwrap(); // Closing resets.
    })
    .await;
    let reset = stream.read_reply_bytes(LONG).await.unwrap_err();
    assert!(matches!(reset, SmtpError::Dropped { mid_reply: false }), "{reset}");
}

#[tokio::test]
async fn a_refused_connection_is_told_apart() {
    let port = TcpListener::bind((LOOPBACK, 0)).await.unwrap().local_addr().unwrap().port();
    let egress = egress_with(port, |_| {});
    assert!(matches!(connect(&egress).await, Err(SmtpError::Refused)));
    assert_eq!(egress.recorder().kept().unwrap(), [], "nobody was told anything");
}

#[tokio::test]
async fn private_addresses_are_refused_before_a_socket_exists() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let egress = egress_with(listener.local_addr().unwrap().port(), |config| config.allow_private = false);
    let refused = connect(&egress).await.map(drop).unwrap_err();
    assert!(
        matches!(refused, SmtpError::Egress(EgressError::AddressRefused { why: Refusal::Loopback, .. })),
        "{refused}"
    );
    assert!(tokio::time::timeout(SHORT, listener.accept()).await.is_err(), "nothing was connected");
}

/// Reads lines and answers each with `250 ok`, until the far side ends; then hands over what it read.
async fn echoing(tcp: TcpStream, seen: oneshot::Sender<Vec<String>>) {
    let mut tcp = BufReader::new(tcp);
    let (mut line, mut lines) = (String::new(), Vec::new());
    while tcp.read_line(&mut line).await.unwrap() > 0 {
        lines.push(std::mem::take(&mut line));
        tcp.write_all(b"250 ok\r\n").await.unwrap();
    }
    seen.send(lines).unwrap();
}

#[tokio::test]
async fn the_disclosure_is_recorded_before_the_address_leaves_and_once() {
    let (seen_by, seen) = oneshot::channel();
    let (egress, mut stream) = against(|tcp| echoing(tcp, seen_by)).await;
    for line in ["EHLO probe.example.com", "MAIL FROM:<probe@example.com>"] {
        stream.write_line(line.as_bytes(), LONG).await.unwrap();
        stream.read_reply_bytes(LONG).await.unwrap();
    }
    assert_eq!(egress.recorder().kept().unwrap(), [], "nothing about ada has left yet");
    for line in ["RCPT TO:<ada@example.com>", "rcpt to:<no-such-person@EXAMPLE.com>", "QUIT"] {
        stream.write_line(line.as_bytes(), LONG).await.unwrap();
        stream.read_reply_bytes(LONG).await.unwrap();
    }
    stream.close().await;
    let kept = egress.recorder().kept().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].destination, kept[0].host.as_str()), (MAILBOX_HOSTS, "mx.example.com"));
    assert_eq!(kept[0].classes, [FieldClass::Email]);
    assert_eq!(kept[0].subject.unwrap().kind, "lead");
    assert_eq!(seen.await.unwrap().len(), 5);
}

#[tokio::test]
async fn an_address_that_cannot_be_recorded_does_not_leave() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let config = egress_with(listener.local_addr().unwrap().port(), |_| {}).config().clone();
    let egress = Egress::new(config, Recorder::failing()).unwrap();
    let (seen_by, seen) = oneshot::channel();
    tokio::spawn(async move { echoing(listener.accept().await.unwrap().0, seen_by).await });
    let mut stream = connect(&egress).await.unwrap();
    stream.write_line(b"NOOP", LONG).await.unwrap();
    let refused = stream.write_line(b"RCPT TO:<ada@example.com>", LONG).await.unwrap_err();
    assert!(matches!(refused, SmtpError::Egress(EgressError::NotRecorded(_))), "{refused}");
    let lines = ["MAIL FROM:<probe@example.com>", "RCPT TO:<ada@example.com>"];
    let along = stream.write_lines(&lines, LONG).await.unwrap_err();
    assert!(matches!(along, SmtpError::Egress(EgressError::NotRecorded(_))), "{along}");
    stream.read_reply_bytes(LONG).await.unwrap();
    stream.close().await;
    assert_eq!(seen.await.unwrap(), ["NOOP\r\n"]);
}

#[tokio::test]
async fn lines_that_a_probe_never_writes_are_refused() {
    let (seen_by, seen) = oneshot::channel();
    let (egress, mut stream) = against(|tcp| echoing(tcp, seen_by)).await;
    let long = format!("MAIL FROM:<{}@example.com>", "x".repeat(1100));
    let lines: [&[u8]; 9] = [
        b"DATA",
        b"BDAT 3",
        b"VRFY ada",
        b"",
        b"NOOP\r\nRCPT TO:<eve@example.com>",
        b"NOOP\n",
        b"RCPT TO:<ada@example.org>",
        b"RCPT TO:<ada@sub.example.com>",
        long.as_bytes(),
    ];
    for line in lines {
        let refused = stream.write_line(line, LONG).await.unwrap_err();
        assert!(matches!(refused, SmtpError::LineRefused(_)), "{refused}");
        let along = stream.write_lines(&[&b"RCPT TO:<ada@example.com>"[..], line], LONG).await.unwrap_err();
        assert!(matches!(along, SmtpError::LineRefused(_)), "{along}");
    }
    stream.close().await;
    assert_eq!(seen.await.unwrap(), Vec::<String>::new(), "nothing was written");
    assert_eq!(egress.recorder().kept().unwrap(), []);
}

/// Speaks plain text up to the leave to start TLS, shakes hands, and greets once more.
async fn tls_server(mut tcp: TcpStream, version: &'static SupportedProtocolVersion, is_ca: IsCa) {
    let mut params = CertificateParams::new(["mx.example.com".to_owned()]).unwrap();
    params.is_ca = is_ca;
    let made_key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&made_key).unwrap();
    let key = PrivateKeyDer::Pkcs8(made_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(trust::provider())
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    tcp.write_all(b"220 go ahead\r\n").await.unwrap();
    let mut tls = TlsAcceptor::from(Arc::new(config)).accept(tcp).await.unwrap();
    tls.write_all(b"250 under TLS\r\n").await.unwrap();
    tls.flush().await.unwrap();
    // Until the far side ends the connection.
    let _ = tls.read(&mut [0; 16]).await;
}

#[tokio::test]
async fn a_certificate_nobody_vouches_for_is_noted_and_stops_nothing() {
    // What `openssl req -x509` makes is marked as an authority.
    let authority = IsCa::Ca(BasicConstraints::Unconstrained);
    let servers = [
        (&TLS13, IsCa::NoCa, TlsVersion::V1_3),
        (&TLS12, IsCa::NoCa, TlsVersion::V1_2),
        (&TLS13, authority, TlsVersion::V1_3),
    ];
    for (version, is_ca, expected) in servers {
        let (_egress, mut stream) = against(move |tcp| tls_server(tcp, version, is_ca)).await;
        stream.read_reply_bytes(LONG).await.unwrap();
        let facts = stream.start_tls(LONG).await.unwrap();
        assert_eq!(facts.version, expected);
        assert_eq!(facts.certificate_fault, Some(CertificateFault::UnknownIssuer));
        assert_eq!(stream.tls(), Some(&facts));
        assert_eq!(stream.read_reply_bytes(LONG).await.unwrap(), b"250 under TLS\r\n");
        assert!(matches!(stream.start_tls(LONG).await, Err(SmtpError::Tls(_))), "not twice");
    }
}

#[test]
fn faults_of_certificates_are_told_apart() {
    use rustls::{CertificateError, Error};
    let table = [
        (CertificateError::Expired, CertificateFault::OutOfTime),
        (CertificateError::NotValidYet, CertificateFault::OutOfTime),
        (CertificateError::NotValidForName, CertificateFault::OtherName),
        (CertificateError::UnknownIssuer, CertificateFault::UnknownIssuer),
        (CertificateError::Revoked, CertificateFault::Revoked),
        (CertificateError::BadEncoding, CertificateFault::Unusable),
    ];
    for (error, expected) in table {
        assert_eq!(super::tls::fault_of(&Error::InvalidCertificate(error.clone())), expected, "{error:?}");
    }
    assert_eq!(super::tls::fault_of(&Error::DecryptError), CertificateFault::Unusable);
}

#[tokio::test]
async fn plain_text_after_the_leave_to_start_tls_is_refused() {
    let mut stream = saying(b"220 go ahead\r\n250 injected\r\n".to_vec()).await;
    stream.read_reply_bytes(LONG).await.unwrap();
    let refused = stream.start_tls(LONG).await.unwrap_err();
    assert!(matches!(refused, SmtpError::PlainTextBeforeTls), "{refused}");
}

#[tokio::test]
async fn a_handshake_that_fails_is_told_apart_from_a_drop_and_a_wait() {
    let answering = |bytes: &'static [u8]| async move {
        against(move |mut tcp| async move {
            tcp.write_all(b"220 go ahead\r\n").await.unwrap();
            // The first bytes of the handshake have come.
            tcp.read_exact(&mut [0; 5]).await.unwrap();
            tcp.write_all(bytes).await.unwrap();
            if bytes.is_empty() {
                std::future::pending::<()>().await;
            }
            // Reads on, so that closing ends the connection and does not reset it.
            let _ = tcp.read_to_end(&mut Vec::new()).await;
        })
        .await
        .1
    };
    let mut no_tls = answering(b"500 what is this\r\n").await;
    no_tls.read_reply_bytes(LONG).await.unwrap();
    let failed = no_tls.start_tls(LONG).await.unwrap_err();
    assert!(matches!(failed, SmtpError::Tls(_)), "{failed}");
    assert!(matches!(no_tls.read_reply_bytes(LONG).await, Err(SmtpError::Dropped { .. })), "of no use afterwards");

    let mut silent = answering(b"").await;
    silent.read_reply_bytes(LONG).await.unwrap();
    let slow = silent.start_tls(SHORT).await.unwrap_err();
    assert!(matches!(slow, SmtpError::Timeout(Wait::Tls)), "{slow}");
}

#[tokio::test]
async fn a_host_gets_few_connections_at_once() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let egress = egress_with(listener.local_addr().unwrap().port(), |config| {
        config.smtp_connections_per_host_max = 1;
        config.smtp_wait = SHORT;
    });
    let first = connect(&egress).await.unwrap();
    let busy = connect(&egress).await.map(drop).unwrap_err();
    assert!(matches!(busy, SmtpError::Egress(EgressError::Busy(_))), "{busy}");
    // Another name for the same address is the same host.
    let other =
        egress.smtp().connect(&context(), &ada(), "mx2.example.com", LOOPBACK, LONG).await.map(drop).unwrap_err();
    assert!(matches!(other, SmtpError::Egress(EgressError::Busy(_))), "{other}");
    // And the same name at another address.
    let address: IpAddr = "127.0.0.2".parse().unwrap();
    let other =
        egress.smtp().connect(&context(), &ada(), "MX.example.com.", address, LONG).await.map(drop).unwrap_err();
    assert!(matches!(other, SmtpError::Egress(EgressError::Busy(_))), "{other}");
    drop(first);
    connect(&egress).await.unwrap();
}

#[tokio::test]
async fn all_together_are_bounded() {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let egress = egress_with(listener.local_addr().unwrap().port(), |config| {
        config.smtp_connections_max = 1;
        config.smtp_wait = SHORT;
    });
    let _first = connect(&egress).await.unwrap();
    assert!(matches!(connect(&egress).await, Err(SmtpError::Egress(EgressError::Busy(_)))));
}
