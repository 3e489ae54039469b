use std::sync::LazyLock;

use super::*;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::embedded);

/// What the tests look at of one cell.
#[derive(Default)]
struct Seen {
    email: Option<String>,
    flags: Vec<Flag>,
    others: String,
    suggestion: Option<String>,
}

fn cell_of(text: &str, first_name: &str) -> Seen {
    let (mut buffer, mut scratch) = (String::new(), Scratch::default());
    scratch.domains.clear();
    let mut draft = Draft::new(&mut buffer);
    draft.put(Value::FirstName, first_name);
    read(&RULES, &mut scratch, &mut draft, text);
    let some = |value| Some(draft.get(value).to_owned()).filter(|text| !text.is_empty());
    let (email, others, suggestion) = (some(Value::Email), some(Value::EmailOthers), some(Value::EmailSuggestion));
    Seen { email, others: others.unwrap_or_default(), suggestion, flags: draft.record.flags.iter().collect() }
}

fn cell(text: &str) -> Seen {
    cell_of(text, "Per")
}

fn address(text: &str) -> Option<String> {
    cell(text).email
}

/// The quick reader writes what the other one does.
#[test]
fn plain_addresses_come_out_the_same_either_way() {
    for text in
        ["ada@example.com", "Ada.Example+x@GMail.com", "a.d.a@googlemail.com", "INFO@EXAMPLE.COM", "+x@example.com"]
    {
        let values = |write: &dyn Fn(&mut Draft<'_>)| {
            let mut buffer = String::new();
            let mut draft = Draft::new(&mut buffer);
            write(&mut draft);
            [Value::Email, Value::EmailKey, Value::EmailDomain].map(|value| draft.get(value).to_owned())
        };
        let plain = PlainAddress::read(text).unwrap();
        let quick = values(&|draft| write_plain(draft, plain));
        let close = values(&|draft| assert!(write_found(draft, text).is_some()));
        assert_eq!(quick, close, "{text}");
    }
}

#[test]
fn the_address_is_found_in_what_stands_around_it() {
    for text in [
        "ada@example.com",
        "mailto:ada@example.com",
        "MAILTO:ada@example.com?subject=Hi",
        "<ada@example.com>",
        "Ada Example <ada@example.com>",
        "\"Example, Ada\" <ada@example.com>",
        "ada@example.com.",
        "ada@example.com,",
        "'ada@example.com'",
        "(ada@EXAMPLE.com)",
        "E-Mail: ada@example.com",
    ] {
        assert_eq!(address(text).as_deref(), Some("ada@example.com"), "{text}");
    }
}

#[test]
fn what_is_no_address_is_flagged() {
    for text in [
        "ada@",
        "ada.example.com",
        "@example.com",
        "ada@@example.com",
        "ada(at)example.com",
        "ada@localhost",
        "ada..b@example.com",
    ] {
        let cell = cell(text);
        assert!(cell.email.is_none(), "{text}");
        assert_eq!(cell.flags, [Flag::EmailInvalid], "{text}");
    }
}

#[test]
fn of_several_the_first_good_one_is_kept() {
    let several = cell("broken@; ada@example.com, ben@example.com / Ada@example.com");
    assert_eq!(several.email.unwrap(), "ada@example.com");
    assert_eq!(several.others, "ben@example.com");
    assert!(several.flags.contains(&Flag::EmailSeveral));
}

#[test]
fn apostrophes_and_slashes_in_a_local_part_stay() {
    assert_eq!(address("o'brien@example.com").as_deref(), Some("o'brien@example.com"));
    assert_eq!(address("a/b@example.com").as_deref(), Some("a/b@example.com"));
}

#[test]
fn flags_tell_what_kind_of_mailbox_it_is() {
    let cases: [(&str, &[Flag]); 8] = [
        ("ada@example.com", &[]),
        ("info@example.com", &[Flag::EmailRole]),
        ("per@example.com", &[]),
        ("ada.example@gmail.com", &[Flag::EmailFree]),
        ("ada@mailinator.com", &[Flag::EmailDisposable]),
        ("ada+news@example.com", &[Flag::EmailAlias]),
        ("jörg@example.com", &[Flag::EmailInternational]),
        ("ada@gmial.com", &[Flag::EmailDisposable, Flag::EmailTypo]),
    ];
    for (text, flags) in cases {
        assert_eq!(cell(text).flags, flags, "{text}");
    }
}

#[test]
fn a_role_word_that_is_the_persons_name_is_no_role() {
    assert_eq!(cell_of("admin@example.com", "").flags, [Flag::EmailRole]);
    assert_eq!(cell_of("admin@example.com", "Admin").flags, []);
}

#[test]
fn slips_are_pointed_out_and_never_corrected() {
    let cases = [
        ("ada@gmial.com", Some("ada@gmail.com")),
        ("ada@gmail.con", Some("ada@gmail.com")),
        ("ada@hotmial.com", Some("ada@hotmail.com")),
        ("ada@yaho.com", Some("ada@yahoo.com")),
        ("ada@outlok.com", Some("ada@outlook.com")),
        ("ada@corp-mail.con", Some("ada@corp-mail.com")),
        ("ada@gmail.com", None),
        ("ada@ymail.com", None),
        ("ada@example.com", None),
    ];
    for (text, wanted) in cases {
        let cell = cell(text);
        assert_eq!(cell.suggestion.as_deref(), wanted, "{text}");
        assert_eq!(cell.email.unwrap(), text);
    }
}
