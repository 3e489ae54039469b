//! Random texts against rlibphonenumber, another implementation with the same metadata; and no text that stops us.
//!
//! Texts for it start with three digits: it takes an extension after two, which libphonenumber does not.

use std::str::FromStr as _;

use plumb_base::Country;
use plumb_phone::Kind;
use proptest::prelude::*;
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

const HOMES: [&str; 24] = [
    "US", "CA", "BS", "DE", "GB", "GG", "IM", "FR", "IT", "VA", "RU", "KZ", "AU", "CX", "BR", "AR", "MX", "CN", "JP",
    "FI", "CO", "MG", "SM", "NF",
];

fn kind(theirs: PhoneNumberType) -> Option<Kind> {
    Some(match theirs {
        PhoneNumberType::FixedLine => Kind::FixedLine,
        PhoneNumberType::Mobile => Kind::Mobile,
        PhoneNumberType::FixedLineOrMobile => Kind::FixedLineOrMobile,
        PhoneNumberType::TollFree => Kind::TollFree,
        PhoneNumberType::PremiumRate => Kind::PremiumRate,
        PhoneNumberType::SharedCost => Kind::SharedCost,
        PhoneNumberType::VoIP => Kind::Voip,
        PhoneNumberType::PersonalNumber => Kind::Personal,
        PhoneNumberType::Pager => Kind::Pager,
        PhoneNumberType::UAN => Kind::Uan,
        PhoneNumberType::VoiceMail => Kind::Voicemail,
        PhoneNumberType::Unknown => return None,
    })
}

/// E.164, kind, region and extension.
type Answer = Option<(String, Option<Kind>, Option<String>, Option<String>)>;

fn ours(text: &str, home: Option<&str>) -> Answer {
    let number = plumb_phone::read(text, home.and_then(|home| Country::from_str(home).ok())).ok()?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Some((number.e164().to_owned(), number.kind(), owned(number.region()), owned(number.extension())))
}

fn theirs(text: &str, home: Option<&str>) -> Answer {
    let number = PHONE_NUMBER_UTIL.parse(text, home.and_then(|home| Region::from_code(home).ok())).ok()?;
    let e164 = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned();
    let region = PHONE_NUMBER_UTIL.get_region_for_number(&number).map(|region| match region {
        Region::World => "001".to_owned(),
        country => format!("{country:?}"),
    });
    let extension = number.extension.clone().filter(|extension| !extension.is_empty());
    Some((e164, kind(PHONE_NUMBER_UTIL.get_number_type(&number)), region, extension))
}

fn home() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.9, prop::sample::select(&HOMES[..]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn digits_are_read_alike(text in "[+]?[0-9]{2,16}", home in home()) {
        prop_assert_eq!(ours(&text, home), theirs(&text, home));
    }

    #[test]
    fn punctuation_and_letters_are_read_alike(text in "[+(]?[0-9]{3,4}[-. /)(]{0,2}[0-9]{2,5}[-. ]?[0-9A-Zx#,]{2,8}", home in home()) {
        prop_assert_eq!(ours(&text, home), theirs(&text, home));
    }

    #[test]
    fn extensions_are_read_alike(
        text in "[+]?[0-9]{3}[0-9 -]{3,11}( |, |,|;)?(ext[.] ?|Extn|x|X |#|~|int|,,|;ext=|anexo ?)[0-9]{1,12}#?",
        home in home(),
    ) {
        prop_assert_eq!(ours(&text, home), theirs(&text, home));
    }

    #[test]
    fn no_text_stops_us(text in any::<String>(), home in home()) {
        let _ = ours(&text, home);
    }

    #[test]
    fn no_bytes_stop_us(bytes in prop::collection::vec(any::<u8>(), 0..300), home in home()) {
        let _ = ours(&String::from_utf8_lossy(&bytes), home);
    }

    #[test]
    fn nothing_near_a_number_stops_us(text in "[+＋0-9٣ ().,;:~/x#a-tel:ext=isubphone\u{301}\n-]{0,260}", home in home()) {
        let _ = ours(&text, home);
    }

    #[test]
    fn what_is_valid_reads_back_as_itself(text in "[+]?[0-9]{4,15}", home in home()) {
        if let Some((e164, Some(kind), region, _)) = ours(&text, home) {
            prop_assert_eq!(ours(&e164, None), Some((e164, Some(kind), region, None)));
        }
    }
}
