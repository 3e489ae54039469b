//! E-mail addresses.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_base::domain::check;
use plumb_base::email::PlainAddress;
use plumb_base::{Domain, Email};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(address) = Email::parse_rfc(&text) {
        let again = Email::parse_rfc(&address.expose());
        assert!(again.is_ok_and(|again| again == address), "an address reads back as itself");
    }
    if let Ok(domain) = Domain::parse(&text) {
        assert_eq!(Domain::parse(domain.as_str()).as_ref(), Ok(&domain));
        assert!(domain.registrable().is_none_or(|name| domain.as_str().ends_with(name)));
    }
    let plain = PlainAddress::read(&text);
    let Ok(email) = Email::parse(&text) else {
        assert!(plain.is_none(), "what is plain is an address");
        return;
    };
    if let Some(plain) = plain {
        assert_eq!((plain.local(), plain.has_plus()), (email.local(), email.local().contains('+')));
        assert_eq!(plain.domain().to_ascii_lowercase(), email.domain().as_str());
    }
    assert!(email.local().len() <= 64 && email.expose().len() <= 254);
    assert!(check(email.domain().as_str()).is_ok() && !email.expose().contains(['\r', '\n', ' ', '<', '>']));
    assert!(Email::parse(&email.expose()).is_ok_and(|again| again == email), "an address reads back as itself");
    assert!(Email::parse_rfc(&email.expose()).is_ok(), "what a list may hold can be mailed");
    // Who opted out stays opted out, in the form that is remembered too.
    for form in [email.suppression_form(), email.suppression_base(), email.key()] {
        let Ok(remembered) = Email::parse(&form) else { continue };
        assert_eq!(remembered.suppression_base(), email.suppression_base(), "by {form:?}");
        assert_eq!(remembered.key().split('@').next(), email.key().split('@').next(), "by {form:?}");
    }
});
