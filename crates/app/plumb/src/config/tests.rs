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
fn the_public_url_has_no_slash_at_its_end() {
    let config = Config { public_url: Some("https://leads.example.com/".to_owned()), ..Config::default() };
    assert_eq!(config.public_url(), "https://leads.example.com");
}
