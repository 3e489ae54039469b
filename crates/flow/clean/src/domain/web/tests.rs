use super::*;

#[test]
fn websites() {
    let cases = [
        ("example.com", Some("https://example.com")),
        ("WWW.Example.com/", Some("https://www.example.com")),
        ("http://example.com:8080/Path/?utm=1#x", Some("http://example.com/Path")),
        ("https://bücher.example/", Some("https://xn--bcher-kva.example")),
        ("(example.co.uk)", Some("https://example.co.uk")),
        ("Acme GmbH", None),
        ("acme", None),
        ("ada@example.com", None),
        ("ftp://example.com", None),
        ("192.0.2.1", None),
        ("co.uk", None),
        ("", None),
    ];
    for (cell, wanted) in cases {
        let url = website(cell).map(|site| site.url);
        assert_eq!(url.as_deref(), wanted, "{cell}");
        if let Some(url) = url {
            assert_eq!(website(&url).unwrap().url, url);
        }
    }
}

#[test]
fn shared_hosts_name_nobody() {
    assert!(SHARED_HOSTS.is_sorted());
    let own = |host| own_domain(&Domain::parse(host).unwrap()).map(str::to_owned);
    assert_eq!(own("www.shop.example.co.uk").as_deref(), Some("example.co.uk"));
    assert_eq!(own("www.linkedin.com"), None);
    assert_eq!(own("de-de.facebook.com"), None);
}

#[test]
fn linkedin_handles() {
    let cases = [
        ("https://www.linkedin.com/in/Ada-Example-1a2b/?trk=people", Some("ada-example-1a2b")),
        ("http://de.linkedin.com/in/ada-example", Some("ada-example")),
        ("linkedin.com/in/j%C3%B6rg-example/de", Some("jörg-example")),
        ("https://linkedin.com/pub/ada-example/12/345", Some("ada-example")),
        ("in/ada-example", Some("ada-example")),
        ("ada-example", Some("ada-example")),
        ("https://www.linkedin.com/company/example", None),
        ("https://www.linkedin.com/sales/lead/ACwAAA", None),
        ("https://example.com/in/ada", None),
        ("Ada Example", None),
        ("linkedin.com/in/", None),
        ("linkedin.com/in/%ZZ", None),
    ];
    for (cell, wanted) in cases {
        assert_eq!(linkedin_handle(cell).as_deref(), wanted, "{cell}");
    }
}
