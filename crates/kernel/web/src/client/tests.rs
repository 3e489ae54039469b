use std::net::IpAddr;

use http::{Extensions, HeaderMap, HeaderValue};

use super::{Network, Peer, address};

fn seen(peer: &str, forwarded: &[&'static str], trusted: &[&str]) -> String {
    let mut extensions = Extensions::new();
    extensions.insert(Peer((peer.parse::<IpAddr>().unwrap(), 1).into()));
    let mut headers = HeaderMap::new();
    for value in forwarded {
        headers.append("x-forwarded-for", HeaderValue::from_static(value));
    }
    let trusted: Vec<Network> = trusted.iter().map(|text| text.parse().unwrap()).collect();
    address(&extensions, &headers, &trusted).unwrap().to_string()
}

#[test]
fn nobody_is_believed_unless_configured() {
    assert_eq!(seen("192.0.2.1", &["198.51.100.7"], &[]), "192.0.2.1");
    assert_eq!(seen("192.0.2.1", &["198.51.100.7"], &["10.0.0.0/8"]), "192.0.2.1");
}

#[test]
fn hops_count_from_the_right_and_end_at_the_first_stranger() {
    let proxies = ["10.0.0.0/8", "2001:db8:5::/48"];
    assert_eq!(seen("10.0.0.1", &["198.51.100.7"], &proxies), "198.51.100.7");
    assert_eq!(seen("10.0.0.1", &["203.0.113.9, 198.51.100.7"], &proxies), "198.51.100.7", "the left one is made up");
    assert_eq!(seen("10.0.0.1", &["198.51.100.7, 10.2.2.2"], &proxies), "198.51.100.7");
    assert_eq!(
        seen("10.0.0.1", &["203.0.113.9", "198.51.100.7, 2001:db8:5::1"], &proxies),
        "198.51.100.7",
        "two headers"
    );
    assert_eq!(seen("10.0.0.1", &["198.51.100.7, unknown"], &proxies), "10.0.0.1", "an entry that is no address");
    assert_eq!(seen("::ffff:10.0.0.1", &["::ffff:198.51.100.7"], &proxies), "198.51.100.7");
    assert_eq!(seen("10.0.0.1", &[], &proxies), "10.0.0.1");
}

#[test]
fn a_range_holds_what_its_prefix_says() {
    let holds = |network: &str, address: &str| network.parse::<Network>().unwrap().contains(address.parse().unwrap());
    assert!(holds("192.0.2.0/25", "192.0.2.127"));
    assert!(!holds("192.0.2.0/25", "192.0.2.128"));
    assert!(holds("192.0.2.1", "192.0.2.1"));
    assert!(!holds("192.0.2.1", "192.0.2.2"));
    assert!(holds("0.0.0.0/0", "255.255.255.255"));
    assert!(holds("::/0", "2001:db8::1"));
    assert!(!holds("::/0", "192.0.2.1"));
    for bad in ["", "192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "host.example.com", "192.0.2.0/24/8"] {
        assert!(bad.parse::<Network>().is_err(), "{bad}");
    }
}
