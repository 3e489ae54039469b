//! Telephone numbers, and the same texts in rlibphonenumber where both claim to read them alike.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_base::Country;
use rlibphonenumber::enums::Region;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

const HOMES: [&str; 16] =
    ["", "US", "CA", "BS", "DE", "GB", "IM", "FR", "IT", "RU", "KZ", "AU", "BR", "AR", "MX", "CN"];

fuzz_target!(|data: &[u8]| {
    let [home, text @ ..] = data else { return };
    let home = HOMES[usize::from(*home) % HOMES.len()];
    let text = String::from_utf8_lossy(text);
    let number = plumb_phone::read(&text, home.parse::<Country>().ok());
    if let Ok(number) = &number {
        let digits = number.e164().strip_prefix('+').expect("E.164 begins with a plus");
        assert!(digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() <= 20);
        assert_eq!(digits, [number.code(), number.national()].concat());
        assert!(number.extension().is_none_or(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())));
        if number.is_valid() {
            let again = plumb_phone::read(number.e164(), None).expect("a valid number reads back");
            assert_eq!((again.e164(), again.kind(), again.region()), (number.e164(), number.kind(), number.region()));
        }
    }
    if is_claimed(&text) {
        let theirs = PHONE_NUMBER_UTIL.parse(&text, Region::from_code(home).ok()).ok();
        let e164 = |theirs| PHONE_NUMBER_UTIL.format(theirs, PhoneNumberFormat::E164).into_owned();
        assert_eq!(number.as_ref().ok().map(|number| number.e164().to_owned()), theirs.as_ref().map(e164));
        let extension =
            theirs.as_ref().and_then(|theirs| theirs.extension.as_deref()).filter(|digits| !digits.is_empty());
        assert_eq!(number.as_ref().ok().and_then(|number| number.extension()), extension);
    }
});

/// Three digits at the start, as the peer takes an extension after two, and then digits and the usual signs. Not a long run
/// of zeros: the peer loses count of those that lead.
fn is_claimed(text: &str) -> bool {
    let rest = text.strip_prefix(['+', '(']).unwrap_or(text);
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    rest.len() <= 40
        && rest.bytes().take(3).filter(u8::is_ascii_digit).count() == 3
        && rest.bytes().all(|byte| byte.is_ascii_digit() || b" -.()/".contains(&byte))
        && rest.ends_with(|c: char| c.is_ascii_digit())
        && !digits.contains("000000")
}
