use proptest::prelude::*;

use super::*;
use crate::odd;

fn home(country: &str) -> Option<&'static Plan> {
    Plan::of(country.parse().unwrap())
}

#[test]
fn plain_numbers_are_read_at_once() {
    for text in ["030 123456", "+49 (0) 30/123456", "'030-12 34 56", "Tel: 030.123456 ", "(030) [12] 34*56"] {
        let number = read(text, home("DE")).unwrap().unwrap();
        assert_eq!(number.e164(), "+4930123456", "{text}");
    }
}

#[test]
fn the_rest_is_left_for_a_closer_look() {
    for text in
        ["", "abc", "030 123456 x7", "030 123456#", "０30", "tel:030;phone-context=+49", "030,12", "030~12", "0+30"]
    {
        assert!(read(text, home("DE")).is_none(), "{text}");
    }
    assert!(read(&"1".repeat(DIGITS_MAX + 1), home("DE")).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_closer_look_sees_the_same(
        text in "['a+( ]{0,2}[+]{0,2}[0-9(]{1,4}[-. )/*]{0,2}[0-9]{0,14}[-,:_\"+x;~ ]{0,2}[0-9]{0,2}",
        country in prop::sample::select(&["US", "DE", "GB", "BR", "AR", "JP", "ZZ"][..]),
    ) {
        if let Some(plain) = read(&text, home(country)) {
            prop_assert_eq!(plain, odd::read(&text, home(country)));
        }
    }
}
