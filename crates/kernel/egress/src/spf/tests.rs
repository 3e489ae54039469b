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
    ("macro.example", "TXT", "v=spf1 exists:%{ir}.%{v}.%{l}.spf.example -all"),
    ("7.2.0.192.in-addr.postmaster.spf.example", "A", "127.0.0.2"),
    ("8.2.0.192.in-addr.postmaster.spf.example", "AAAA", "2001:db8::2"),
    ("via.example", "TXT", "v=spf1 include:%{d1}.spf.example ?all"),
    ("example.spf.example", "TXT", "v=spf1 ip4:192.0.2.7 -all"),
    ("greets.example", "TXT", "v=spf1 a:%{h} -all"),
    ("probe.ours.example", "A", "192.0.2.7"),
    ("ptr.example", "TXT", "v=spf1 ptr -all"),
    ("ptrof.example", "TXT", "v=spf1 ptr:ptr.example -all"),
    ("7.2.0.192.in-addr.arpa", "PTR", "mail.ptr.example"),
    ("mail.ptr.example", "A", "192.0.2.7"),
    ("8.2.0.192.in-addr.arpa", "PTR", "lies.ptr.example"),
    ("lies.ptr.example", "A", "192.0.2.99"),
    ("9.2.0.192.in-addr.arpa", "FAIL", ""),
    ("named.example", "TXT", "v=spf1 exists:%{p}.who.example -all"),
    ("mail.ptr.example.who.example", "A", "127.0.0.2"),
    ("unknown.who.example", "A", "127.0.0.2"),
    ("late.example", "TXT", "v=spf1 ip4:192.0.2.7 -all what:ever"),
    ("two.example", "TXT", "v=spf1 redirect=four.example redirect=deny.example"),
    ("open.example", "TXT", "v=spf1 a:%{d -all"),
    (
        "ten.example",
        "TXT",
        "v=spf1 a:b.example a:b.example a:b.example a:b.example a:b.example a:b.example a:b.example a:b.example a:b.example a:a.example -all",
    ),
    ("b.example", "A", "192.0.2.1"),
    ("eleven.example", "TXT", "v=spf1 a:b.example include:ten.example -all"),
    ("voids.example", "TXT", "v=spf1 a:x1.example exists:x2.example +all"),
    ("family.example", "TXT", "v=spf1 a:six.example a:six.example a:six.example -all"),
    ("six.example", "AAAA", "2001:db8::7"),
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
        ("macro.example", "192.0.2.7", Spf::Pass),
        ("macro.example", "192.0.2.8", Spf::Fail),
        ("via.example", "192.0.2.7", Spf::Pass),
        ("via.example", "192.0.2.8", Spf::Neutral),
        ("greets.example", "192.0.2.7", Spf::Pass),
        ("greets.example", "192.0.2.8", Spf::Fail),
        ("ptr.example", "192.0.2.7", Spf::Pass),
        ("ptrof.example", "192.0.2.7", Spf::Pass),
        ("ptr.example", "192.0.2.8", Spf::Fail),
        ("ptr.example", "192.0.2.9", Spf::Fail),
        ("ptr.example", "192.0.2.10", Spf::Fail),
        ("named.example", "192.0.2.7", Spf::Pass),
        ("named.example", "192.0.2.8", Spf::Pass),
        ("ten.example", "192.0.2.7", Spf::Pass),
        ("voids.example", "192.0.2.7", Spf::Pass),
    ] {
        assert_eq!(result(&egress, domain, address).await, expected, "{domain} {address}");
    }
}

async fn result(egress: &crate::Egress, domain: &str, address: &str) -> Spf {
    let mail_from = format!("postmaster@{domain}");
    let sending = Sending { mail_from: &mail_from, helo: "probe.ours.example", address: ip(address) };
    evaluate(egress.dns(), sending).await.unwrap()
}

#[tokio::test]
async fn records_that_cannot_be_used() {
    let egress = egress(ZONE.to_vec(), config()).await;
    for (domain, why) in [
        ("twice.example", "several"),
        ("late.example", "malformed"),
        ("two.example", "malformed"),
        ("open.example", "malformed"),
        ("eleven.example", "over 10 terms"),
        ("family.example", "what does not exist"),
        ("bad.example", "malformed"),
        ("odd.example", "malformed"),
        ("loop.example", "over 10 terms"),
        ("nowhere.example", "leads to no record"),
        ("void.example", "what does not exist"),
    ] {
        let Spf::PermError(said) = result(&egress, domain, "192.0.2.7").await else { panic!("{domain}") };
        assert!(said.contains(why), "{domain}: {said}");
    }
}
