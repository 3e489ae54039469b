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
        ("", None),
    ];
    for (cell, wanted) in cases {
        let mut url = String::new();
        let host = website(cell, &mut url);
        assert_eq!(host.is_some().then_some(url.as_str()), wanted, "{cell}");
        if let Some(host) = host {
            assert!(Domain::parse(&url[host.clone()]).is_ok(), "{cell}");
            let mut again = String::new();
            assert_eq!(website(&url, &mut again), Some(host));
            assert_eq!(again, url);
        }
    }
}

#[test]
fn the_site_of_a_known_domain_is_read_as_any() {
    let sites = [
        ("https://www.example.com/", "example.com", true),
        ("http://example.com", "example.com", true),
        ("example.com//", "example.com", true),
        ("www.example.com", "example.com", true),
        ("www.example.com", "www.example.com", false),
        ("https://example.com/about", "example.com", false),
        ("https://example.com:8080/", "example.com", false),
        ("https://example.community/", "example.com", false),
        ("https://www.Example.com/", "example.com", false),
        ("https://example.a1-2", "example.a1-2", true),
        ("https://example.1-2", "example.1-2", false),
        ("https://example.c", "example.c", false),
        ("https://example.com", "", false),
    ];
    for (cell, domain, short) in sites {
        let site = site_of(cell, domain);
        assert_eq!(site.is_some(), short, "{cell}");
        if let Some((scheme, host)) = site {
            let mut url = String::new();
            assert_eq!(website(cell, &mut url).map(|host| url[host].to_owned()).as_deref(), Some(host));
            assert_eq!(url, format!("{scheme}{host}"));
        }
    }
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
        let mut handle = String::new();
        linkedin_handle(cell, &mut handle);
        assert_eq!(handle, wanted.unwrap_or_default(), "{cell}");
        if plain_profile(cell).is_some() {
            assert_eq!(any_handle(cell).as_deref(), wanted, "{cell}: the quick reader is the other one");
        }
    }
}
