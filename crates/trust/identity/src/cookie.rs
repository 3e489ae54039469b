//! The cookies: the session's, and the one that carries a sign-in link's token from its URL to its button.
//!
//! `__Host-` binds a cookie to this host, to `/` and to `Secure` (claim 88). Browsers take `Secure` on
//! `http://localhost` and `http://127.0.0.1` too, since those are trustworthy without TLS.

use http::{HeaderMap, HeaderValue, header};

/// The session's cookie.
pub(crate) const SESSION: &str = "__Host-plumb_s";
/// The cookie of a sign-in link that was opened and not yet confirmed.
pub(crate) const PENDING: &str = "__Host-plumb_p";

/// The value of the request's cookie `name`.
pub(crate) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// `Set-Cookie` that keeps `value` for `seconds`. `value` is one of our secrets.
pub(crate) fn set(name: &str, value: &str, seconds: i64) -> HeaderValue {
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Lax");
    #[expect(clippy::expect_used, reason = "names are ours and values are base64url")]
    HeaderValue::from_str(&text).expect("a cookie of visible ASCII")
}

/// `Set-Cookie` that removes the cookie.
pub(crate) fn clear(name: &str) -> HeaderValue {
    set(name, "", 0)
}
