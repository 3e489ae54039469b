use super::*;

/// What the tests look at of one cell.
struct Seen {
    e164: Option<String>,
    kind: Option<PhoneType>,
    flags: Vec<Flag>,
    extension: Option<String>,
    others: String,
}

fn cell(text: &str, country: &str) -> Seen {
    let mut buffer = String::new();
    let mut draft = Draft::new(&mut buffer);
    read(&mut draft, text, Kinds::of(text), country.parse().ok());
    let some = |value| Some(draft.get(value).to_owned()).filter(|text| !text.is_empty());
    Seen {
        e164: some(Value::Phone),
        kind: draft.record.phone_type,
        flags: draft.record.flags.iter().collect(),
        extension: some(Value::PhoneExtension),
        others: some(Value::PhoneOthers).unwrap_or_default(),
    }
}

#[test]
fn numbers_by_country() {
    let cases = [
        ("(202) 555-0123", "US", "+12025550123"),
        ("1-202-555-0123", "US", "+12025550123"),
        ("2025550123.0", "US", "+12025550123"),
        ("+1 202.555.0123", "", "+12025550123"),
        ("030 23125 000", "DE", "+493023125000"),
        ("030/23125000", "DE", "+493023125000"),
        ("+49 (0) 30 23125 000", "", "+493023125000"),
        ("0049 30 23125000", "", "+493023125000"),
        ("0049 30 23125000", "DE", "+493023125000"),
        ("'+493023125000", "", "+493023125000"),
        ("Tel.: 030 23125 000", "DE", "+493023125000"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("01 23 45 67 89", "FR", "+33123456789"),
        ("02 1234 5678", "IT", "+390212345678"),
        ("+390212345678", "US", "+390212345678"),
        ("1-800-FLOWERS", "US", "+18003569377"),
    ];
    for (text, country, wanted) in cases {
        let read = cell(text, country);
        assert_eq!(read.e164.as_deref(), Some(wanted), "{text} in {country}");
        assert!(!read.flags.contains(&Flag::PhonePossible), "{text} in {country}");
    }
}

#[test]
fn kinds() {
    let cases = [
        ("+4915123456789", PhoneType::Mobile, Some(Flag::PhoneMobile)),
        ("+493023125000", PhoneType::FixedLine, None),
        ("+12025550123", PhoneType::FixedLineOrMobile, None),
        ("+18005550199", PhoneType::TollFree, Some(Flag::PhoneTollFree)),
        ("+449098790123", PhoneType::PremiumRate, Some(Flag::PhonePremium)),
    ];
    for (text, kind, flag) in cases {
        let read = cell(text, "");
        assert_eq!(read.kind, Some(kind), "{text}");
        assert_eq!(read.flags.first().copied(), flag, "{text}");
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
    }
}

#[test]
fn a_country_is_never_guessed() {
    let read = cell("(202) 555-0123", "");
    assert_eq!((read.e164, read.flags), (None, vec![Flag::PhoneNoCountry]));
}

#[test]
fn damage_and_nonsense_are_flagged() {
    for (text, flag) in [
        ("1.20256E+10", Flag::PhoneDamaged),
        ("4,93023E+12", Flag::PhoneDamaged),
        ("call me", Flag::PhoneInvalid),
        ("ada@example.com", Flag::PhoneInvalid),
        ("+49", Flag::PhoneInvalid),
        ("123", Flag::PhoneInvalid),
        ("on request, see contract 2024-17 page 4", Flag::PhoneInvalid),
    ] {
        let read = cell(text, "DE");
        assert_eq!((read.e164, read.flags), (None, vec![flag]), "{text}");
    }
}

#[test]
fn a_range_not_in_use_is_possible_only() {
    let read = cell("+12011234567", "");
    assert_eq!(read.e164.as_deref(), Some("+12011234567"));
    assert_eq!((read.kind, read.flags), (None, vec![Flag::PhonePossible]));
}

#[test]
fn several_numbers_and_extensions() {
    let read = cell("+49 30 23125000 / +49 151 23456789", "");
    assert_eq!(read.e164.as_deref(), Some("+493023125000"));
    assert_eq!(read.others, "+4915123456789");
    assert_eq!(read.flags, [Flag::PhoneSeveral]);
    let read = cell("(202) 555-0123 ext. 42", "US");
    assert_eq!((read.e164.as_deref(), read.extension.as_deref()), (Some("+12025550123"), Some("42")));
    assert_eq!(read.flags, [Flag::PhoneExtension]);
}

/// A slash behind an area code is a part of the number, with or without blanks; behind a number it begins another.
#[test]
fn slashes() {
    for (text, country, first, others) in [
        ("030 / 901820-0", "DE", "+49309018200", ""),
        ("030/9018200", "DE", "+49309018200", ""),
        ("+49 (0) 30 / 9018200", "DE", "+49309018200", ""),
        ("+43 (0) 5574 / 12345", "AT", "+43557412345", ""),
        ("0221 / 12 34 56 oder 0171 / 1234567", "DE", "+49221123456", "+491711234567"),
        ("030 9018200 / 0151 12345678", "DE", "+49309018200", "+4915112345678"),
        ("030/9018200 / 0151/12345678 / 030/9018299", "DE", "+49309018200", "+4915112345678 +49309018299"),
        ("030 9018200 / -15", "DE", "+49309018200", ""),
        ("030 9018200 und 0151 12345678 or 030 9018299", "DE", "+49309018200", "+4915112345678 +49309018299"),
        ("01 70 18 99 00 ou 06 12 34 56 78", "FR", "+33170189900", "+33612345678"),
        ("+49 30 23125000/+49 151 23456789", "", "+493023125000", "+4915123456789"),
    ] {
        let read = cell(text, country);
        assert_eq!((read.e164.as_deref(), read.others.as_str()), (Some(first), others), "{text}");
    }
}

/// Numbers as people write them in many countries.
#[test]
fn numbers_of_many_countries() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    for line in include_str!("unseen.txt").lines().filter(|line| !line.starts_with('#')) {
        let [country, text, wanted] =
            <[&str; 3]>::try_from(line.split('|').map(str::trim).collect::<Vec<_>>()).unwrap();
        let found = cell(text, country).e164.unwrap_or("-".to_owned());
        count += 1;
        if found != wanted {
            wrong.push(format!("{country} {text}: {found}, not {wanted}"));
        }
    }
    assert!(count > 30, "{count}");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}
