use super::*;
use crate::dns::zone::{config, egress, ip};

const ZONE: &[(&str, &str, &str)] = &[
    ("none.example", "TXT", "hello"),
    ("deny.example", "TXT", "v=spf1 -all"),
    ("four.example", "TXT", "v=spf1 ip4:192.0.2.0/24 ~all"),
    ("one.example", "TXT", "V=SPF1 ip4:192.0.2.7 -all"),
    ("six.example", "TXT", "v=spf1 ip6:2001:db8:1::/48 ?all"),
    ("a.example", "TXT", "v=spf1 a -all"),
    ("a.example", "A", "192.0.2.7"),
    ("a.example", "AAAA", "2001:db8::7"),
    ("net.example", "TXT", "v=spf1 a:a.example/24//32 -all"),
    ("mx.example", "TXT", "v=spf1 mx -all"),
    ("mx.example", "MX", "a.example"),
    ("include.example", "TXT", "v=spf1 include:deny.example include:four.example -all"),
    ("redirect.example", "TXT", "v=spf1 ip4:198.51.100.1 redirect=four.example"),
    ("neutral.example", "TXT", "v=spf1 ip4:198.51.100.1 exp=why.example"),
    ("minus.example", "TXT", "v=spf1 -ip4:192.0.2.7 +all"),
    ("twice.example", "TXT", "v=spf1 -all"),
    ("twice.example", "TXT", "v=spf1 +all"),
    ("v10.example", "TXT", "v=spf10 +all"),
    ("macro.example", "TXT", "v=spf1 exists:%{i}.spf.example -all"),
    ("ptr.example", "TXT", "v=spf1 ptr -all"),
    ("bad.example", "TXT", "v=spf1 ip4:192.0.2.0/33 -all"),
    ("odd.example", "TXT", "v=spf1 what:ever -all"),
    ("loop.example", "TXT", "v=spf1 include:loop.example -all"),
    ("nowhere.example", "TXT", "v=spf1 include:none.example -all"),
    ("void.example", "TXT", "v=spf1 a:x1.example a:x2.example a:x3.example +all"),
    ("broken.example", "FAIL", ""),
    ("half.example", "TXT", "v=spf1 a:broken.example +all"),
];

#[tokio::test]
async fn records_and_what_they_say() {
    let egress = egress(ZONE.to_vec(), config()).await;
    for (domain, address, expected) in [
        ("none.example", "192.0.2.7", Spf::None),
        ("nobody.example", "192.0.2.7", Spf::None),
        ("v10.example", "192.0.2.7", Spf::None),
        ("deny.example", "192.0.2.7", Spf::Fail),
        ("four.example", "192.0.2.7", Spf::Pass),
        ("four.example", "192.0.3.7", Spf::SoftFail),
        ("four.example", "2001:db8::7", Spf::SoftFail),
        ("one.example", "192.0.2.7", Spf::Pass),
        ("one.example", "192.0.2.8", Spf::Fail),
        ("six.example", "2001:db8:1::7", Spf::Pass),
        ("six.example", "2001:db8:2::7", Spf::Neutral),
        ("a.example", "192.0.2.7", Spf::Pass),
        ("a.example", "2001:db8::7", Spf::Pass),
        ("a.example", "192.0.2.8", Spf::Fail),
        ("net.example", "192.0.2.99", Spf::Pass),
        ("net.example", "2001:db8:ffff::1", Spf::Pass),
        ("net.example", "192.0.3.1", Spf::Fail),
        ("mx.example", "192.0.2.7", Spf::Pass),
        ("mx.example", "192.0.2.8", Spf::Fail),
        ("include.example", "192.0.2.7", Spf::Pass),
        ("include.example", "198.51.100.1", Spf::Fail),
        ("redirect.example", "192.0.2.7", Spf::Pass),
        ("redirect.example", "198.51.100.2", Spf::SoftFail),
        ("neutral.example", "192.0.2.7", Spf::Neutral),
        ("minus.example", "192.0.2.7", Spf::Fail),
        ("minus.example", "192.0.2.8", Spf::Pass),
        ("broken.example", "192.0.2.7", Spf::TempError),
        ("half.example", "192.0.2.7", Spf::TempError),
    ] {
        assert_eq!(evaluate(egress.dns(), domain, ip(address)).await.unwrap(), expected, "{domain} {address}");
    }
}

#[tokio::test]
async fn records_that_cannot_be_used() {
    let egress = egress(ZONE.to_vec(), config()).await;
    for (domain, why) in [
        ("twice.example", "several"),
        ("macro.example", "not evaluated"),
        ("ptr.example", "not evaluated"),
        ("bad.example", "malformed"),
        ("odd.example", "malformed"),
        ("loop.example", "over 10 terms"),
        ("nowhere.example", "leads to no record"),
        ("void.example", "what does not exist"),
    ] {
        let Spf::PermError(said) = evaluate(egress.dns(), domain, ip("192.0.2.7")).await.unwrap() else {
            panic!("{domain}")
        };
        assert!(said.contains(why), "{domain}: {said}");
    }
}
