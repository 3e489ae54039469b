use http::{HeaderMap, HeaderName, HeaderValue};

use super::{Csrf, same_origin};

fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
    pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
}

#[test]
fn an_empty_token_matches_nothing() {
    assert!(!Csrf::none().matches(""));
    assert!(!Csrf::new("abc").matches(""));
    assert!(!Csrf::new("abc").matches("abcd"));
    assert!(Csrf::new("abc").matches("abc"));
}

#[test]
fn a_token_does_not_print() {
    assert_eq!(format!("{:?}", Csrf::new("secret")), "Csrf");
}

#[test]
fn what_the_browser_says_comes_before_what_the_page_could_choose() {
    let host = ("host", "plumb.example.com");
    assert!(same_origin(&headers(&[host]), None), "no browser");
    assert!(same_origin(&headers(&[host, ("sec-fetch-site", "none")]), None), "typed by the person");
    let lies = [host, ("sec-fetch-site", "cross-site"), ("origin", "https://plumb.example.com")];
    assert!(!same_origin(&headers(&lies), None));
}

#[test]
fn the_origin_is_the_configured_one_or_the_host() {
    let host = ("host", "10.0.0.5:8080");
    let asked = headers(&[host, ("origin", "https://plumb.example.com")]);
    assert!(!same_origin(&asked, None));
    assert!(same_origin(&asked, Some("https://plumb.example.com")));
    assert!(!same_origin(&asked, Some("http://plumb.example.com")), "the scheme belongs to it");
    assert!(same_origin(&headers(&[host, ("origin", "http://10.0.0.5:8080")]), None));
    assert!(!same_origin(&headers(&[host, ("origin", "http://10.0.0.5:8081")]), None));
}
