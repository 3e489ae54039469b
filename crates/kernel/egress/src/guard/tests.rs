use std::net::IpAddr;

use super::{Guard, Refusal};

#[test]
fn every_kind_of_address_is_known() {
    use Refusal::{
        CloudMetadata, Documentation, Embedded, LinkLocal, Loopback, Multicast, Private, Reserved, SharedByCarrier,
        Unspecified,
    };
    let table: &[(&str, Option<Refusal>)] = &[
        ("0.0.0.0", Some(Unspecified)),
        ("0.1.2.3", Some(Unspecified)),
        ("1.1.1.1", None),
        ("9.255.255.255", None),
        ("10.0.0.0", Some(Private)),
        ("10.255.255.255", Some(Private)),
        ("11.0.0.0", None),
        ("100.63.255.255", None),
        ("100.64.0.0", Some(SharedByCarrier)),
        ("100.127.255.255", Some(SharedByCarrier)),
        ("100.128.0.0", None),
        ("127.0.0.1", Some(Loopback)),
        ("127.255.255.254", Some(Loopback)),
        ("168.63.129.16", Some(CloudMetadata)),
        ("169.254.169.254", Some(LinkLocal)),
        ("172.15.255.255", None),
        ("172.16.0.1", Some(Private)),
        ("172.31.255.255", Some(Private)),
        ("172.32.0.0", None),
        ("192.0.0.192", Some(Reserved)),
        ("192.0.2.7", Some(Documentation)),
        ("192.88.99.1", Some(Reserved)),
        ("192.167.255.255", None),
        ("192.168.1.1", Some(Private)),
        ("198.17.255.255", None),
        ("198.18.0.1", Some(Reserved)),
        ("198.19.255.255", Some(Reserved)),
        ("198.51.100.9", Some(Documentation)),
        ("203.0.113.255", Some(Documentation)),
        ("223.255.255.255", None),
        ("224.0.0.1", Some(Multicast)),
        ("239.255.255.255", Some(Multicast)),
        ("240.0.0.1", Some(Reserved)),
        ("255.255.255.255", Some(Reserved)),
        ("::", Some(Unspecified)),
        ("::1", Some(Loopback)),
        ("::127.0.0.1", Some(Embedded)),
        ("::ffff:127.0.0.1", Some(Embedded)),
        ("::ffff:1.1.1.1", Some(Embedded)),
        ("::ffff:0:10.0.0.1", Some(Embedded)),
        ("64:ff9b::10.0.0.1", Some(Embedded)),
        ("64:ff9b:1::10.0.0.1", Some(Embedded)),
        ("100::1", Some(Reserved)),
        ("2001::1", Some(Embedded)),
        ("2001:20::1", Some(Reserved)),
        ("2001:1ff::1", Some(Reserved)),
        ("2001:200::1", None),
        ("2001:db8::1", Some(Documentation)),
        ("2002:7f00:1::1", Some(Embedded)),
        ("2606:4700:4700::1111", None),
        ("3fff::1", Some(Documentation)),
        ("3fff:1000::1", None),
        ("4000::1", Some(Reserved)),
        ("5f00::1", Some(Reserved)),
        ("fc00::1", Some(Private)),
        ("fd00:ec2::254", Some(CloudMetadata)),
        ("fd12:3456::1", Some(Private)),
        ("fe80::1", Some(LinkLocal)),
        ("fec0::1", Some(LinkLocal)),
        ("ff02::1", Some(Multicast)),
    ];
    for (text, expected) in table {
        let address: IpAddr = text.parse().unwrap();
        assert_eq!(Guard::new(false).check(address).err(), *expected, "{text}");

        let let_through = matches!(expected, None | Some(Loopback | Private));
        assert_eq!(Guard::new(true).check(address).is_ok(), let_through, "{text} where private ones are allowed");
    }
}

#[test]
fn the_default_guard_lets_no_private_address_through() {
    assert_eq!(Guard::default().check("127.0.0.1".parse().unwrap()), Err(Refusal::Loopback));
}
