//! Cross-site request forgery: where a request came from, and the session's synchroniser token.
//!
//! Three nets: the cookie is SameSite=Lax (claim 88), the browser says where the request started
//! (`Sec-Fetch-Site`, else `Origin`), and the request repeats a secret that only our own pages hold.

use std::fmt;
use std::sync::Arc;

use http::request::Parts;
use http::{HeaderMap, HeaderName, header};
use maud::{Markup, html};
use subtle::ConstantTimeEq as _;

/// The header that carries the token of a request made by a script.
pub const CSRF_HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
/// The form field, and for uploads the query parameter, that carries the token.
pub const CSRF_FIELD: &str = "csrf";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A session's synchroniser token. Does not print.
#[derive(Clone)]
pub struct Csrf(Arc<str>);

impl Csrf {
    /// Wraps a session's token: at least 128 random bits as text that needs no escaping in a URL.
    #[must_use]
    pub fn new(token: impl Into<Arc<str>>) -> Self {
        Self(token.into())
    }

    pub(crate) fn none() -> Self {
        Self(Arc::from(""))
    }

    /// The token, for a URL (`?csrf=`) of an upload.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }

    /// The hidden field that every form with `method="post"` holds.
    #[must_use]
    pub fn field(&self) -> Markup {
        html! { input type="hidden" name=(CSRF_FIELD) value=(self.token()); }
    }

    /// Whether `presented` is this token, in a time that does not depend on where they differ. An empty
    /// token matches nothing.
    pub(crate) fn matches(&self, presented: &str) -> bool {
        !self.0.is_empty() && bool::from(self.0.as_bytes().ct_eq(presented.as_bytes()))
    }
}

impl fmt::Debug for Csrf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Csrf")
    }
}

/// Whether the browser says that this request started on our own pages, or nothing at all is said, as by a
/// program that is no browser. `Sec-Fetch-Site` cannot be set by a page's script; without it `Origin` must
/// name our own origin: `public_origin` when configured, else the host that was asked for.
pub(crate) fn same_origin(headers: &HeaderMap, public_origin: Option<&str>) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin" || site == "none";
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if let Some(ours) = public_origin {
        return origin.eq_ignore_ascii_case(ours);
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    match (origin.split_once("://"), host) {
        (Some((_, authority)), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// The token that the head of a request carries: the header's, or for an upload (`multipart/form-data`,
/// where it would cost reading the body to look for it) the query's.
pub(crate) fn token_in_head(parts: &Parts) -> Option<String> {
    if let Some(value) = parts.headers.get(CSRF_HEADER) {
        return value.to_str().ok().map(str::to_owned);
    }
    if !media_type_is(&parts.headers, "multipart/form-data") {
        return None;
    }
    field_in(parts.uri.query().unwrap_or_default().as_bytes())
}

/// The token in an `application/x-www-form-urlencoded` text.
pub(crate) fn field_in(form: &[u8]) -> Option<String> {
    crate::extract::form_pairs(form).into_iter().find(|(name, _)| name == CSRF_FIELD).map(|(_, value)| value)
}

/// Whether the body is of the media type `wanted`, whatever its parameters (RFC 9110, section 8.3.1).
pub(crate) fn media_type_is(headers: &HeaderMap, wanted: &str) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests;
