use super::*;

/// What stands before the extension at the longest, and its digits.
fn split(text: &str) -> Option<(String, String)> {
    let chars: Vec<char> = text.chars().collect();
    let (starts, extension) = find(&chars)?;
    let number = crate::Number::new(crate::plan::Plan::by_code(&[4, 9])?.0, &[3, 0], extension);
    Some((chars[..*starts.iter().min()?].iter().collect(), number.extension()?.to_owned()))
}

#[test]
fn an_extension_is_found_by_its_name() {
    for name in [
        " ext. ",
        " x",
        "x",
        " EXT: ",
        " extn ",
        ", extension ",
        " extensión ",
        " EXTENSIO\u{301}N ",
        " anexo ",
        " доб. ",
        " int ",
        "#",
        "~",
        ";",
        ",,",
        ",",
        ";ext=",
        "\u{a0}ｅｘｔ ",
        " xt - ",
        "  ＃",
    ] {
        assert_eq!(split(&format!("030123{name}45")), Some(("030123".to_owned(), "45".to_owned())), "{name:?}");
    }
}

#[test]
fn a_hash_may_close_it() {
    assert_eq!(split("030 ext 45#"), Some(("030".to_owned(), "45".to_owned())));
    assert_eq!(split("030 - 45#"), Some(("030".to_owned(), "45".to_owned())));
    assert_eq!(split("030 - 4567890#"), None, "too long for what nothing names");
    assert_eq!(split("030;ext=45#"), None);
}

#[test]
fn the_vaguer_the_name_the_fewer_digits() {
    let digits = |count: usize| "7".repeat(count);
    for (name, most) in [("ext ", 20), (";ext=", 20), (";", 15), (",,", 15), ("x", 9), (",", 9)] {
        let found = |count| split(&format!("030{name}{}", digits(count))).is_some();
        assert!(found(most) && !found(most + 1), "{name:?}");
    }
}

#[test]
fn digits_of_any_script_become_ascii() {
    assert_eq!(split("030x４٥"), Some(("030".to_owned(), "45".to_owned())));
}

#[test]
fn without_a_name_there_is_none() {
    for text in ["", "030", "030 45", "ext", "030 ext", "030/45", "030 e 45", "030 tel 45"] {
        assert_eq!(split(text), None, "{text:?}");
    }
}
