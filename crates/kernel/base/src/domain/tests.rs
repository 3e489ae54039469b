use super::*;

#[test]
fn public_suffix_vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/vectors/test_psl.txt");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: the public suffix vectors are not at {path}");
        return;
    };
    let mut checked = 0;
    for line in text.lines() {
        let Some(arguments) = line.strip_prefix("checkPublicSuffix(").and_then(|rest| rest.strip_suffix(");")) else {
            continue;
        };
        let (input, expected) = arguments.split_once(", ").unwrap();
        let unquoted = |s: &str| (s != "null").then(|| s.trim_matches('\'').to_owned());
        let (Some(input), expected) = (unquoted(input), unquoted(expected)) else { continue };
        let expected = expected.map(|name| Domain::parse(&name).unwrap().as_str().to_owned());
        let found = Domain::parse(&input).ok().and_then(|domain| domain.registrable().map(str::to_owned));
        assert_eq!(found, expected, "{line}");
        checked += 1;
    }
    assert!(checked > 70, "only {checked} checks were read");
}

#[test]
fn names_on_the_wire() {
    assert_eq!(Domain::parse("EXAMPLE.com.").unwrap().as_str(), "example.com");
    assert_eq!(Domain::parse("Straße.example").unwrap().as_str(), "xn--strae-oqa.example");
    assert_eq!(Domain::parse("."), Err(DomainError::Empty));
    for bad in ["a..example", "-a.example", "a-.example", "a_b.example", "a b.example", ".example", "münchen-.example"]
    {
        assert_eq!(Domain::parse(bad), Err(DomainError::Invalid), "{bad}");
    }
    assert_eq!(Domain::parse(&format!("{}.example", "a".repeat(64))), Err(DomainError::TooLong));
    assert_eq!(Domain::parse(&["abc"; 64].join(".")), Err(DomainError::TooLong));
}

#[test]
fn suffixes() {
    let known = |name: &str| Domain::parse(name).unwrap().has_known_suffix();
    assert!(known("example.com") && known("example.co.uk") && known("xn--hxajbheg2az3al.xn--qxam"));
    assert!(!known("mail.example") && !known("example.co-uk"));
}

#[test]
fn checking_is_parsing_without_a_copy() {
    for name in
        ["example.com", "EXAMPLE.com", "a-b.c", "a", "-a.com", "a-.com", "a..b", ".a", "a_b.com", "a b.com", "1.2.3.4"]
    {
        assert_eq!(check(name).is_ok(), Domain::parse(name).is_ok(), "{name}");
    }
    assert_eq!(check(&"a".repeat(64)), Err(DomainError::TooLong));
    assert_eq!(check("a."), Err(DomainError::Invalid));
    assert_eq!(check(""), Err(DomainError::Empty));
}
