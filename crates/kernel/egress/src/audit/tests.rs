use tokio::net::TcpListener;

use super::*;
use crate::dns::zone::{config, egress, ip};
use crate::{EgressConfig, Source};

type Zone = Vec<(&'static str, &'static str, &'static str)>;

/// Everything as it should be, for 192.0.2.7.
fn well_kept() -> Zone {
    vec![
        ("7.2.0.192.in-addr.arpa", "PTR", "probe.ours.example"),
        ("probe.ours.example", "A", "192.0.2.7"),
        ("ours.example", "MX", "mx.ours.example"),
        ("ours.example", "TXT", "v=spf1 ip4:192.0.2.7 -all"),
    ]
}

/// The zone with one line in place of those of its name and kind.
fn but(line: (&'static str, &'static str, &'static str)) -> Zone {
    let mut zone = well_kept();
    zone.retain(|(name, kind, _)| (*name, *kind) != (line.0, line.1));
    zone.push(line);
    zone
}

fn without(name: &str, kind: &str) -> Zone {
    well_kept().into_iter().filter(|line| (line.0, line.1) != (name, kind)).collect()
}

fn identity() -> ProbeIdentity {
    ProbeIdentity {
        addresses: vec![ip("192.0.2.7")],
        blocklists: vec!["bl.example".to_owned()],
        ..ProbeIdentity::default()
    }
}

async fn failed(zone: Zone) -> Vec<&'static str> {
    let report = audit(&egress(zone, config()).await, &identity()).await.unwrap();
    let failed: Vec<_> = report.failed().map(|item| item.name).collect();
    assert_eq!(report.passes(), failed.is_empty());
    for item in report.failed() {
        assert!(!item.remedy.is_empty() && !item.found.is_empty(), "{item:?}");
    }
    failed
}

#[tokio::test]
async fn a_well_kept_sender_passes() {
    let report = audit(&egress(well_kept(), config()).await, &identity()).await.unwrap();
    assert!(report.passes(), "{report:#?}");
    let names: Vec<_> = report.items.iter().map(|item| (item.name, item.ok)).collect();
    assert_eq!(
        names,
        [
            ("sender_mx", Some(true)),
            ("ptr", Some(true)),
            ("forward_confirmed", Some(true)),
            ("helo_is_ptr", Some(true)),
            ("helo", Some(true)),
            ("spf", Some(true)),
            ("blocklist", Some(true)),
            ("port_25", None),
            ("clock", Some(true)),
        ]
    );
}

#[tokio::test]
async fn each_fault_is_named() {
    const PTR: &str = "7.2.0.192.in-addr.arpa";
    assert_eq!(failed(without(PTR, "PTR")).await, ["ptr"]);
    assert_eq!(failed(but((PTR, "PTR", "other.example"))).await, ["forward_confirmed", "helo_is_ptr"]);
    assert_eq!(failed(but(("probe.ours.example", "A", "192.0.2.8"))).await, ["forward_confirmed", "helo"]);
    assert_eq!(failed(without("ours.example", "MX")).await, ["sender_mx"]);
    assert_eq!(failed(but(("ours.example", "MX", "."))).await, ["sender_mx"]);
    assert_eq!(failed(without("ours.example", "TXT")).await, ["spf"]);
    assert_eq!(failed(but(("ours.example", "TXT", "v=spf1 -all"))).await, ["spf"]);
    assert_eq!(failed(but(("ours.example", "TXT", "v=spf1 exists:%{i}.example -all"))).await, ["spf"]);
    assert_eq!(failed(but(("7.2.0.192.bl.example", "A", "127.0.0.2"))).await, ["blocklist"]);
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_no_fault() {
    assert_eq!(failed(but(("7.2.0.192.bl.example", "A", "127.255.255.254"))).await, [] as [&str; 0]);
    assert_eq!(failed(but(("7.2.0.192.bl.example", "FAIL", ""))).await, [] as [&str; 0]);
    assert_eq!(failed(but(("7.2.0.192.in-addr.arpa", "FAIL", ""))).await, [] as [&str; 0]);
}

#[tokio::test]
async fn each_source_address_is_looked_at() {
    let sources = vec![
        Source { address: ip("192.0.2.7"), helo: None },
        Source { address: ip("2001:db8::7"), helo: Some("six.ours.example".to_owned()) },
    ];
    let config = EgressConfig { smtp_sources: sources, ..config() };
    let report = audit(&egress(well_kept(), config).await, &ProbeIdentity::default()).await.unwrap();
    let failed: Vec<_> = report.failed().map(|item| (item.name, item.subject.as_str())).collect();
    assert_eq!(failed, [("ptr", "2001:db8::7"), ("helo", "2001:db8::7"), ("spf", "2001:db8::7")]);
}

#[tokio::test]
async fn the_way_out_is_proved_by_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let config = EgressConfig { smtp_port: listener.local_addr().unwrap().port(), ..config() };
    let egress = egress(well_kept(), config).await;
    let identity = ProbeIdentity { port_test: Some(ip("127.0.0.1")), ..identity() };
    assert!(audit(&egress, &identity).await.unwrap().passes());
    drop(listener);
    let report = audit(&egress, &identity).await.unwrap();
    assert_eq!(report.failed().map(|item| item.name).collect::<Vec<_>>(), ["port_25"]);
}

#[test]
fn addresses_backwards() {
    assert_eq!(backwards(ip("192.0.2.7")), "7.2.0.192");
    assert_eq!(backwards(ip("2001:db8::7")), "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
}
