use super::{Config, parsed};

fn from(text: &str) -> Result<Config, toml::de::Error> {
    text.parse::<toml::Table>().unwrap().try_into()
}

#[test]
fn a_key_that_nobody_knows_is_an_error() {
    assert!(from("lisen = '127.0.0.1:1'").unwrap_err().to_string().contains("lisen"));
    assert_eq!(from("listen = '127.0.0.1:1'").unwrap().listen.port(), 1);
}

#[test]
fn values_of_the_environment_have_types() {
    assert_eq!(parsed("8".to_owned()), toml::Value::from(8));
    assert_eq!(parsed("true".to_owned()), toml::Value::from(true));
    assert_eq!(parsed("['10.0.0.0/8']".to_owned()).as_array().unwrap().len(), 1);
    assert_eq!(parsed("a b".to_owned()), toml::Value::from("a b"));
}

#[test]
fn the_way_to_mail_servers_is_the_operators() {
    let config = from(
        r#"
        smtp_sources = [{ address = "192.0.2.1", helo = "probe.example.com" }, { address = "2001:db8::1" }]
        smtp_proxy = { address = "127.0.0.1:1080", login = { name = "us", password = "hush-hush" } }
        smtp_manners = { domain_burst = 5 }
        public_addresses = ["192.0.2.9"]
        blocklists = ["bl.example"]
        port_test = "192.0.2.25"
        regions_allowed = ["eu", "us"]
        "#,
    )
    .unwrap();
    assert!(!format!("{config:?}").contains("hush-hush"));
    let egress = crate::server::egress_config(&config);
    assert_eq!(egress.smtp_sources[0].helo.as_deref(), Some("probe.example.com"));
    assert_eq!(egress.smtp_proxy.unwrap().login, Some(("us".to_owned(), "hush-hush".to_owned())));
    let manners = egress.smtp_manners.unwrap();
    assert_eq!(manners, plumb_egress::Manners { domain_burst: 5, ..plumb_egress::Manners::strict() });
    assert_eq!(egress.regions_allowed, [plumb_egress::Region::Eu, plumb_egress::Region::Us]);
    let identity = crate::server::probe_identity(&config);
    assert_eq!((identity.addresses.len(), identity.blocklists.len()), (1, 1));
    assert!(identity.port_test.is_some());
    assert!(from("smtp_proxy = { adress = '127.0.0.1:1' }").is_err());
    assert!(from("regions_allowed = ['recipient']").is_err());
}

#[test]
fn the_public_url_has_no_slash_at_its_end() {
    let config = Config { public_url: Some("https://leads.example.com/".to_owned()), ..Config::default() };
    assert_eq!(config.public_url(), "https://leads.example.com");
}

#[test]
fn what_would_switch_a_protection_off_is_refused() {
    let with = |url: &str, proxies: &[&str]| Config {
        public_url: Some(url.to_owned()),
        trusted_proxies: proxies.iter().map(|&network| network.to_owned()).collect(),
        ..Config::default()
    };
    for url in [
        "leads.example.com",
        "https://",
        "https://leads.example.com/plumb",
        "ftp://leads.example.com",
        "https://a@leads.example.com",
    ] {
        assert!(with(url, &[]).check_origins().is_err(), "{url}");
    }
    for everybody in ["0.0.0.0/0", "::/0 "] {
        assert!(with("https://leads.example.com", &["10.0.0.0/8", everybody]).check_origins().is_err(), "{everybody}");
    }
    with("https://leads.example.com:8443/", &["10.0.0.0/8"]).check_origins().unwrap();
    Config::default().check_origins().unwrap();
}

#[test]
fn others_are_not_served_in_the_clear() {
    let on = |listen: &str, url: Option<&str>| Config {
        listen: listen.parse().unwrap(),
        public_url: url.map(str::to_owned),
        ..Config::default()
    };
    for (listen, url) in [
        ("0.0.0.0:8080", None),
        ("192.0.2.1:80", Some("http://leads.example.com")),
        ("[::]:8080", None),
        ("0.0.0.0:8080", Some("http://localhost.example.com")),
    ] {
        assert!(on(listen, url).check_transport().is_err(), "{listen} {url:?}");
    }
    for (listen, url) in [
        ("127.0.0.1:8080", None),
        ("[::1]:8080", None),
        ("0.0.0.0:8080", Some("https://leads.example.com")),
        ("0.0.0.0:8080", Some("http://localhost:8080")),
    ] {
        on(listen, url).check_transport().unwrap();
    }
    let tls = Config { tls_certificate: Some("chain.pem".into()), ..on("0.0.0.0:443", None) };
    tls.check_transport().unwrap();
}
