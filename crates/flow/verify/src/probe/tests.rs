//! The dialogue over a real socket, against a server that says exactly these bytes.

use std::net::Ipv4Addr;

use plumb_base::OrgId;
use plumb_egress::{EgressConfig, Recorder};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::*;

/// Asks a server that greets with the first of `says` and answers each command with the next, then hangs up.
async fn probe(says: &'static [&'static str]) -> Probed {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        let mut tcp = BufReader::new(tcp);
        for (at, text) in says.iter().enumerate() {
            let mut command = String::new();
            if at > 0 && tcp.read_line(&mut command).await.unwrap_or(0) == 0 {
                return;
            }
            tcp.get_mut().write_all(text.as_bytes()).await.unwrap();
        }
    });
    let config = EgressConfig {
        allow_private: true,
        resolver: Some("192.0.2.53:53".parse().unwrap()),
        smtp_port: port,
        ..EgressConfig::new("probe.example", "postmaster@probe.example")
    };
    let egress = Egress::new(config, Recorder::memory()).unwrap();
    let ctx = CallContext::new(OrgId::fresh(), "verify the mailbox");
    let email = Email::parse("ada@firm.example").unwrap();
    let probe = Probe {
        egress: &egress,
        ctx: &ctx,
        clock: &Clock::System,
        deadlines: Deadlines::default(),
        emails: std::slice::from_ref(&email),
        control_local: "k3jq5w7hx2n6v4m8",
        catch_alls: &CatchAlls::default(),
    };
    let host = MailHost { name: "mx.firm.example".to_owned(), addresses: vec![Ipv4Addr::LOCALHOST.into()] };
    probe.run(&[host]).await.unwrap()
}

#[tokio::test]
async fn replies_in_step_are_believed() {
    let says =
        &["220 hi\r\n", "250 mx\r\n", "250 ok\r\n", "250 ok\r\n", "550 5.1.1 no\r\n", "250 ok\r\n", "221 bye\r\n"];
    assert_eq!(probe(says).await.reason, Reason::MailboxConfirmed);
}

/// One reply too many moves every later one to the command after it: the refusal of the address in question would be
/// taken for that of the invented one.
#[tokio::test]
async fn a_reply_too_many_is_not_believed() {
    let early: &[&str] =
        &["220 hi\r\n", "250 mx\r\n", "250 ok\r\n250 ok\r\n", "550 5.1.1 no\r\n", "421 4.7.0 enough\r\n"];
    assert_eq!(probe(early).await.reason, Reason::ProtocolError);
    let at_ehlo: &[&str] =
        &["220 hi\r\n", "250 mx\r\n250 mx\r\n", "250 ok\r\n", "550 5.1.1 no\r\n", "421 4.7.0 enough\r\n"];
    assert_eq!(probe(at_ehlo).await.reason, Reason::ProtocolError);
}

#[tokio::test]
async fn a_refusal_with_a_goodbye_counts() {
    let says = &["220 hi\r\n", "250 mx\r\n", "250 ok\r\n", "550 5.1.1 User unknown\r\n421 4.7.0 goodbye\r\n"];
    assert_eq!(probe(says).await.reason, Reason::MailboxUnknown);
}
