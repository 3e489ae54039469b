use super::{Fit, digits, fit};

fn read(text: &str) -> String {
    digits(text).map(|digits| String::from_utf8(digits.to_vec()).unwrap()).unwrap_or_default()
}

#[test]
fn every_order() {
    for text in
        ["19151103", "1915-11-03", "3/11/1915", "03.11.1915", "1915-11-03T00:00:00Z", "Nov 3, 1915", "3 Nov 1915"]
    {
        let text = if text.contains(' ') { text.replace(' ', "-").replace(',', "") } else { text.to_owned() };
        assert_eq!(read(&text), "19151103", "{text}");
    }
    assert_eq!(read("11/23/1915"), "19151123");
    assert_eq!(read("1915"), "19150000");
    assert_eq!(read("1783-18-13"), "17831813");
    assert_eq!(read("unknown"), "");
}

#[test]
fn slips_and_parts() {
    assert_eq!(fit(b"17831013", b"17831018"), Fit::Slip);
    assert_eq!(fit(b"17831003", b"17830310"), Fit::Slip);
    assert_eq!(fit(b"17831003", b"17830000"), Fit::Part);
    assert_eq!(fit(b"17831003", b"17830725"), Fit::Part);
    assert_eq!(fit(b"17831003", b"19640725"), Fit::None);
}
