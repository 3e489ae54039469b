use super::*;

fn expanded(text: &str, address: &str) -> Option<String> {
    let values = Values {
        sender: "strong-bad@email.example.com",
        helo: "mail.example.org",
        domain: "email.example.com",
        address: address.parse().unwrap(),
        name: "mx.example.org",
    };
    expand(text, &values)
}

/// The examples of RFC 7208 §7.4, and a few of its rules.
#[test]
fn the_examples_of_the_standard() {
    for (text, expected) in [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{h}.%{p}", "mail.example.org.mx.example.org"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("100%%%_%-", "100% %20"),
    ] {
        assert_eq!(expanded(text, "192.0.2.3").as_deref(), Some(expected), "{text}");
    }
    assert_eq!(
        expanded("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01").unwrap(),
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
    );
}

#[test]
fn what_is_no_macro() {
    for text in ["%", "%(d)", "%{", "%{}", "%{x}", "%{d0}", "%{d2", "%{c}", "%{t}", "%{d*}", ""] {
        assert!(!is_well_formed(text), "{text}");
    }
    assert!(is_well_formed("%{d}") && is_well_formed("plain.example") && is_well_formed("%{L1R-+,/_=}"));
    assert!(needs_name("%{p2}.example") && !needs_name("%{d}.p.example"));
}

#[test]
fn a_long_name_loses_its_first_labels() {
    let long = format!("{}.end.example", ["abcdefghi"; 30].join("."));
    let name = expanded(&long, "192.0.2.3").unwrap();
    assert!(name.len() <= NAME_OCTETS_MAX && name.ends_with(".end.example") && name.starts_with("abcdefghi."));
}
