use super::*;

const ASKED: Asked<'_> = Asked { target: "ada@firm.example", mail_from: "probe@ours.example", helo: "mx.ours.example" };

fn plain(text: &str) -> String {
    fold(text, &Asked::default()).text
}

#[test]
fn one_spelling() {
    assert_eq!(plain("  Empfänger \t UNBEKANNT "), "empfanger unbekannt");
    assert_eq!(plain("N\u{2019}existe"), "n'existe");
    assert_eq!(plain("Użytkownik, kullanıcı, straße, bøker"), "uzytkownik, kullanici, strasse, boker");
    assert_eq!(plain("a <ada@firm.example> b"), "a b", "addresses say nothing by their letters");
}

#[test]
fn whose_address_it_is() {
    let mentions = |text: &str| fold(text, &ASKED).mentions.iter().map(|(_, ours)| *ours).collect::<Vec<_>>();
    assert_eq!(mentions("<ADA@firm.example>: unknown"), [false]);
    assert_eq!(mentions("<probe@ours.example>: unknown"), [true]);
    assert_eq!(mentions("who is mx.ours.example?"), [true]);
    assert_eq!(mentions("domain ours.example not found"), [true]);
    assert_eq!(mentions("<bob@firm.example> unknown"), [] as [bool; 0]);
    let own = Asked { target: "ada@ours.example", ..ASKED };
    assert_eq!(fold("ours.example has no ada", &own).mentions, [], "our own domain asks about itself");
}

#[test]
fn addresses_and_codes_in_the_text() {
    for text in [
        "[192.0.2.7] refused",
        "see https://bl.example/?ip=192.0.2.7",
        "(2001:db8::7)",
        "IPv6:2001:db8::7",
        "from 192.0.2.7.",
    ] {
        assert!(fold(text, &Asked::default()).names_an_ip, "{text}");
    }
    for text in ["version 1.2.3", "5.1.1 unknown", "12:30 later", "a :: b"] {
        assert!(!fold(text, &Asked::default()).names_an_ip, "{text}");
    }
    assert_eq!(fold("host said: 554 5.7.1 no (#4.2.1) 5.1", &Asked::default()).codes, [(5, 7), (4, 2)]);
}
