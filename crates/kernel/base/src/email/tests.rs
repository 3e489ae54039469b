use super::*;

/// The isemail set, as (id, category, address): control characters are written as U+2400 and up.
fn isemail() -> Option<Vec<(u32, String, String)>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/vectors/isemail-tests.xml");
    let Ok(xml) = std::fs::read_to_string(path) else {
        println!("skipped: the isemail set is not at {path}");
        return None;
    };
    let between = |text: &str, open: &str, close: &str| {
        let start = text.find(open)? + open.len();
        let end = text[start..].find(close)? + start;
        Some(text[start..end].to_owned())
    };
    let tests = xml
        .split("<test id=\"")
        .skip(1)
        .map(|test| {
            let id = test[..test.find('"').unwrap()].parse().unwrap();
            let category = between(test, "<category>", "</category>").unwrap();
            let address = between(test, "<address>", "</address>").unwrap_or_default();
            (id, category, unescape(&address))
        })
        .collect();
    Some(tests)
}

fn unescape(xml: &str) -> String {
    let mut out = String::new();
    let mut rest = xml;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let end = at + rest[at..].find(';').unwrap();
        match &rest[at + 1..end] {
            "amp" => out.push('&'),
            "lt" => out.push('<'),
            "gt" => out.push('>'),
            "quot" => out.push('"'),
            number => {
                let code = number.strip_prefix("#x").map_or_else(
                    || number.strip_prefix('#').unwrap().parse().unwrap(),
                    |hex| u32::from_str_radix(hex, 16).unwrap(),
                );
                out.push(char::from_u32(code).unwrap());
            }
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out.chars()
        .map(|c| if ('\u{2400}'..='\u{241f}').contains(&c) { char::from_u32(c as u32 - 0x2400).unwrap() } else { c })
        .collect()
}

#[test]
fn isemail_in_rfc_mode() {
    let Some(tests) = isemail() else { return };
    assert_eq!(tests.len(), 164);
    let wrong: Vec<_> = tests
        .iter()
        .filter(|(_, category, address)| {
            let mailable =
                ["ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN", "ISEMAIL_RFC5321"].contains(&category.as_str());
            Email::parse_rfc(address).is_ok() != mailable
        })
        .collect();
    assert!(wrong.is_empty(), "{} of 164 differ: {wrong:#?}", wrong.len());
}

#[test]
fn isemail_in_list_mode() {
    let Some(tests) = isemail() else { return };
    for (id, category, address) in tests {
        let parsed = Email::parse(&address);
        match category.as_str() {
            "ISEMAIL_RFC5321" => assert_eq!(parsed, Err(EmailError::NotListable), "{id}: {address:?}"),
            // A single label is valid mail and no lead.
            _ if id == 5 => assert_eq!(parsed, Err(EmailError::NotListable)),
            "ISEMAIL_VALID_CATEGORY" | "ISEMAIL_DNSWARN" => assert!(parsed.is_ok(), "{id}: {address:?} {parsed:?}"),
            // The blanks around these two are no part of the address.
            _ if id == 157 || id == 158 => assert!(parsed.is_ok(), "{id}: {address:?}"),
            _ => assert!(!matches!(parsed, Ok(_) | Err(EmailError::NotListable)), "{id}: {address:?} {parsed:?}"),
        }
    }
}

#[test]
fn international_addresses() {
    let email = Email::parse("пётр@пример.example").unwrap();
    assert!(email.is_international());
    assert_eq!(email.domain().as_str(), "xn--e1afmkfd.example");
    assert_eq!(Email::parse("jo\u{308}rg@example.com").unwrap(), Email::parse("j\u{f6}rg@example.com").unwrap(), "NFC");
    assert!(!Email::parse("ada@müller.example").unwrap().is_international(), "only the local part asks for SMTPUTF8");
    for bad in [
        "a\u{200b}b@example.com",
        "a\u{a0}b@example.com",
        "a\u{202e}b@example.com",
        "ada@exa\u{ad}_mple.com",
        "a\u{85}@example.com",
    ] {
        assert!(Email::parse(bad).is_err(), "{bad:?}");
    }
}

#[test]
fn length_limits_count_octets() {
    let local = "ä".repeat(32);
    assert!(Email::parse(&format!("{local}@example.com")).is_ok());
    assert_eq!(Email::parse(&format!("{local}a@example.com")), Err(EmailError::TooLong));
}

#[test]
fn forms_for_comparing() {
    let email = Email::parse("Ada.Lovelace+news@GMail.com").unwrap();
    assert_eq!(email.key(), "adalovelace@gmail.com");
    assert_eq!(email.suppression_form(), "ada.lovelace+news@gmail.com");
    assert_eq!(email.suppression_base(), "adalovelace@gmail.com");
    assert_eq!(Email::parse("AdaLove.lace@googlemail.com").unwrap().suppression_base(), "adalovelace@gmail.com");
    assert_eq!(Email::parse("A.b+c@example.com").unwrap().suppression_base(), "a.b@example.com");
    assert_eq!(email.expose(), "Ada.Lovelace+news@gmail.com");
    assert_eq!(Email::parse("+tag@example.com").unwrap().key(), "+tag@example.com");
    assert_eq!(Email::parse("a.b@example.com").unwrap().key(), "a.b@example.com", "dots count elsewhere");
}

#[test]
fn what_rfc_mode_tells() {
    let quoted = Email::parse_rfc("\"a@b c\"@example.com").unwrap();
    assert!(quoted.is_quoted());
    assert_eq!(quoted.local(), "\"a@b c\"");
    let literal = Email::parse_rfc("ada@[IPv6:2001:db8::1]").unwrap();
    assert!(matches!(literal.host(), Host::Literal(_)));
    assert_eq!(literal.expose(), "ada@[IPv6:2001:db8::1]");
    assert!(Email::parse_rfc("test@io").unwrap().is_tld_only());
    assert!(Email::parse_rfc("test@255.255.255.255").unwrap().has_numeric_tld());
}

#[test]
fn debug_hides_the_local_part() {
    for shown in [
        format!("{:?}", Email::parse("ada@example.com").unwrap()),
        format!("{:?}", Email::parse_rfc("ada@example.com").unwrap()),
    ] {
        assert!(!shown.contains("ada"), "{shown}");
    }
}

/// Both readers agree on every text of up to seven of these characters.
#[test]
fn plain_addresses_are_those_that_the_close_look_takes() {
    const ALPHABET: [char; 7] = ['a', 'B', '1', '.', '-', '+', '@'];
    let mut texts = vec![String::new()];
    let mut taken = 0;
    for _ in 0..7 {
        texts = texts.iter().flat_map(|text| ALPHABET.iter().map(move |c| format!("{text}{c}"))).collect();
        for text in &texts {
            let close = Email::parse_closely(text).ok();
            let plain = PlainAddress::read(text);
            assert_eq!(plain.is_some(), close.is_some(), "{text}");
            if let (Some(plain), Some(close)) = (plain, close) {
                taken += 1;
                assert_eq!(plain.local(), close.local(), "{text}");
                assert_eq!(plain.domain().to_ascii_lowercase(), close.domain().as_str(), "{text}");
                assert_eq!(plain.is_lower(), *text == text.to_lowercase(), "{text}");
                assert_eq!(plain.has_plus(), plain.local().contains('+'), "{text}");
            }
        }
    }
    assert!(taken > 1_000, "{taken}");
}

#[test]
fn plain_addresses_have_the_limits_of_all() {
    for (local, label) in [(64, 63), (65, 10), (10, 64), (64, 189)] {
        let text = format!("{}@{}.example", "a".repeat(local), "b".repeat(label));
        assert_eq!(PlainAddress::read(&text).is_some(), Email::parse_closely(&text).is_ok(), "{local} {label}");
    }
    let long = format!("{}@{}.{}.{}.example", "a".repeat(64), "b".repeat(63), "b".repeat(63), "b".repeat(60));
    assert_eq!(PlainAddress::read(&long).is_some(), Email::parse_closely(&long).is_ok(), "{}", long.len());
}

/// What is remembered of an address finds it again, whatever becomes of its marks in small letters.
#[test]
fn forms_in_small_letters_are_composed() {
    let email = Email::parse("tjo\u{310}\u{130}\u{334}b@example.com").unwrap();
    for form in [email.suppression_form(), email.suppression_base(), email.key()] {
        let remembered = Email::parse(&form).unwrap();
        assert_eq!(remembered.suppression_form(), email.suppression_form(), "{form:?}");
        assert_eq!(remembered.key(), email.key(), "{form:?}");
    }
}

/// Composing a character can make one of it that must not stand in an address.
#[test]
fn what_is_composed_is_checked() {
    for text in ["a\u{37e}b@example.com", "\u{1fef}a\u{37e}@example.com"] {
        assert_eq!(Email::parse(text), Err(EmailError::LocalPart), "{text:?}");
        assert!(Email::parse_rfc(text).is_err(), "{text:?}");
    }
    let composed = Email::parse_rfc("u\u{308}ber@example.com").unwrap();
    assert_eq!(composed, Email::parse_rfc("\u{fc}ber@example.com").unwrap());
}
