use crate::plan::Plan;

fn digits(text: &str) -> Vec<u8> {
    text.bytes().map(|b| b - b'0').collect()
}

/// What is left after the national prefix of a country, and the first group of it.
fn home(country: &str, text: &str) -> Option<(String, Option<String>)> {
    let plan = Plan::of(country.parse().unwrap()).unwrap();
    let digits = digits(text);
    let found = plan.prefix.find(&digits)?;
    let text = |digits: &[u8]| digits.iter().map(|digit| char::from(b'0' + digit)).collect::<String>();
    Some((text(&digits[found.end..]), found.group(0, &digits).map(text)))
}

#[test]
fn a_prefix_of_digits_stands_first() {
    assert_eq!(home("DE", "030123"), Some(("30123".to_owned(), None)));
    assert_eq!(home("HU", "061234"), Some(("1234".to_owned(), None)));
    assert_eq!(home("HU", "0"), None);
    assert_eq!(home("DE", "30"), None);
    assert_eq!(home("ES", "030"), None, "Spain has none");
}

#[test]
fn the_first_way_that_matches_is_taken() {
    // A carrier's code, if enough digits follow it.
    assert_eq!(home("BR", "015119876543"), Some(("15119876543".to_owned(), None)));
    assert_eq!(home("BR", "01511987654321"), Some((String::new(), Some("15".to_owned()))));
    assert_eq!(home("KR", "08123"), Some(("23".to_owned(), Some("81".to_owned()))));
    assert_eq!(home("KR", "0223"), Some(("223".to_owned(), None)));
}

#[test]
fn an_end_is_an_end() {
    // Seven digits get an area code, and eight do not.
    assert_eq!(home("BB", "2345678"), Some((String::new(), Some("2345678".to_owned()))));
    assert_eq!(home("BB", "23456789"), None);
    assert_eq!(home("BB", "12345678"), Some(("2345678".to_owned(), None)));
}

#[test]
fn nothing_starts_with_nothing() {
    assert_eq!(home("DE", ""), None);
    assert_eq!(home("AR", ""), None);
}
