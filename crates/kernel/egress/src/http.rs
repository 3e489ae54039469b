//! HTTPS to registered destinations. No redirects, no proxies of the environment, bounded time and size; names
//! are resolved by this crate and every address passes the guard before it is connected to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, Url};
use serde::de::DeserializeOwned;

use crate::broker::Gate;
use crate::disclosure::CallContext;
use crate::dns::{AddressAnswer, Dns};
use crate::error::EgressError;
use crate::guard::Guard;
use crate::outgoing::{FieldClass, Outgoing};
use crate::trust;

#[cfg(test)]
mod tests;

/// Largest answer that is read, unless the request says otherwise.
pub const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Time for a whole call, unless the request says otherwise.
const CALL_WAIT: Duration = Duration::from_secs(30);
/// Time for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// How we name ourselves.
pub(crate) const USER_AGENT: &str = concat!("plumbline/", env!("CARGO_PKG_VERSION"));

/// Why a request brought no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// We refused, before a socket existed or at the address.
    #[error(transparent)]
    Egress(#[from] EgressError),
    /// The address of the request is not usable.
    #[error("the address cannot be used: {0}")]
    Address(&'static str),
    /// No connection: no such host, refused, no trust in the certificate.
    #[error("no connection to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// The innermost reason.
        reason: String,
    },
    /// Not in time.
    #[error("{host} did not answer in time")]
    Timeout {
        /// The host.
        host: String,
    },
    /// The answer is larger than what is read.
    #[error("the answer of {host} is over {bytes_max} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The bound.
        bytes_max: usize,
    },
    /// The connection broke, or what came is no HTTP.
    #[error("the answer of {host} broke off: {reason}")]
    Broken {
        /// The host.
        host: String,
        /// The innermost reason.
        reason: String,
    },
    /// The body is not the JSON that was expected.
    #[error("the answer is not the expected JSON: {0}")]
    Json(#[source] serde_json::Error),
}

impl HttpError {
    pub(crate) fn of(error: &reqwest::Error, host: &str) -> Self {
        let host = host.to_owned();
        if error.is_timeout() {
            return Self::Timeout { host };
        }
        if let Some(refused) = cause::<EgressError>(error) {
            return Self::Egress(refused.clone());
        }
        let reason = innermost(error);
        if error.is_connect() || error.is_dns() {
            Self::Connect { host, reason }
        } else {
            Self::Broken { host, reason }
        }
    }
}

/// The first error of type `E` among the causes.
fn cause<E: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The last cause: the outer ones repeat the address, which may hold values.
fn innermost(error: &reqwest::Error) -> String {
    let Some(mut inner) = std::error::Error::source(error) else { return "unknown".to_owned() };
    while let Some(deeper) = inner.source() {
        inner = deeper;
    }
    inner.to_string()
}

/// A request whose values say their class.
#[derive(Debug)]
pub struct HttpRequest<'a> {
    method: Method,
    url: &'a str,
    query: Vec<(&'static str, Outgoing<'a>)>,
    json: Option<Vec<(&'static str, Outgoing<'a>)>>,
    bearer: Option<Secret<'a>>,
    /// Credentials that a service wants in the query or, where there is one, in the body.
    secrets: Vec<(&'static str, Secret<'a>)>,
    answer_bytes_max: usize,
    within: Duration,
}

/// A credential: does not print.
struct Secret<'a>(&'a str);

impl std::fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

impl<'a> HttpRequest<'a> {
    /// A GET of `url`, which holds no values of anybody: those go in by [`HttpRequest::query`].
    #[must_use]
    pub fn get(url: &'a str) -> Self {
        Self {
            method: Method::GET,
            url,
            query: Vec::new(),
            json: None,
            bearer: None,
            secrets: Vec::new(),
            answer_bytes_max: ANSWER_BYTES_MAX,
            within: CALL_WAIT,
        }
    }

    /// A POST to `url` of a JSON object with these members.
    #[must_use]
    pub fn post_json(url: &'a str, members: Vec<(&'static str, Outgoing<'a>)>) -> Self {
        Self { method: Method::POST, json: Some(members), ..Self::get(url) }
    }

    /// Adds a parameter to the query.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: Outgoing<'a>) -> Self {
        self.query.push((name, value));
        self
    }

    /// Authorises the request with a token.
    #[must_use]
    pub fn bearer(mut self, token: &'a str) -> Self {
        self.bearer = Some(Secret(token));
        self
    }

    /// Authorises the request with a token under `name`, for services that take none in a header: as a member of the
    /// body where there is one, else in the query.
    #[must_use]
    pub fn secret(mut self, name: &'static str, token: &'a str) -> Self {
        self.secrets.push((name, Secret(token)));
        self
    }

    /// Bounds the size of the answer.
    #[must_use]
    pub fn answer_bytes_max(mut self, bytes: usize) -> Self {
        self.answer_bytes_max = bytes;
        self
    }

    /// Bounds the time of the whole call.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    fn classes(&self) -> Vec<FieldClass> {
        let members = self.json.iter().flatten();
        self.query.iter().chain(members).filter_map(|(_, value)| value.class()).collect()
    }

    fn body(&self) -> Option<String> {
        let members = self.json.as_ref()?.iter().map(|(name, value)| ((*name).to_owned(), value.json()));
        let secrets = self.secrets.iter().map(|(name, Secret(token))| ((*name).to_owned(), (*token).into()));
        Some(serde_json::Value::Object(members.chain(secrets).collect()).to_string())
    }
}

/// An answer, of whatever status.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The seconds that the far side asked us to wait, where it said so (`Retry-After` as a number).
    pub retry_after_secs: Option<u64>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// Reads the body as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(HttpError::Json)
    }
}

/// The client of [`crate::Egress::http`].
pub(crate) struct Http {
    client: Client,
    guard: Guard,
    gate: Arc<Gate>,
}

impl Http {
    pub(crate) fn new(guard: Guard, gate: Arc<Gate>, dns: Dns) -> Result<Self, EgressError> {
        #[expect(clippy::disallowed_methods, reason = "the one client for other companies' services")]
        let client = Client::builder()
            .tls_backend_preconfigured(trust::https(&[])?)
            .dns_resolver(GuardedNames { dns, guard })
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .user_agent(USER_AGENT)
            .connect_timeout(CONNECT_WAIT)
            .build()
            .map_err(|error| EgressError::Config(format!("the HTTP client cannot be set up: {error}")))?;
        Ok(Self { client, guard, gate })
    }

    pub(crate) async fn send(
        &self,
        ctx: &CallContext,
        destination: &str,
        request: HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpError> {
        let mut url = Url::parse(request.url).map_err(|_| HttpError::Address("not a URL"))?;
        let host = self.checked_host(&url)?;
        self.gate.disclose(ctx, destination, &host, &request.classes()).await?;

        if !request.query.is_empty() {
            let mut pairs = url.query_pairs_mut();
            for (name, value) in &request.query {
                pairs.append_pair(name, &value.wire());
            }
        }
        if request.json.is_none() && !request.secrets.is_empty() {
            let mut pairs = url.query_pairs_mut();
            for (name, Secret(token)) in &request.secrets {
                pairs.append_pair(name, token);
            }
        }
        let mut call = self.client.request(request.method.clone(), url).timeout(request.within);
        if let Some(body) = request.body() {
            call = call.header(CONTENT_TYPE, "application/json").body(body);
        }
        if let Some(Secret(token)) = &request.bearer {
            call = call.header(AUTHORIZATION, bearer_header(token).ok_or(HttpError::Address("the token is not text"))?);
        }
        let mut answer = call.send().await.map_err(|error| HttpError::of(&error, &host))?;
        let status = answer.status().as_u16();
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after_secs = retry_after.and_then(|text| text.trim().parse().ok());
        let body = read_body(&mut answer, request.answer_bytes_max, &host).await?;
        Ok(HttpAnswer { status, retry_after_secs, body })
    }

    /// The host of a URL that may be called: HTTPS, or HTTP to a loopback address where those are allowed (claim
    /// 103: nothing goes over the network in the clear). A literal address meets the guard here, since nothing
    /// resolves it later.
    fn checked_host(&self, url: &Url) -> Result<String, HttpError> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err(HttpError::Address("it holds a password"));
        }
        let host = url.host_str().ok_or(HttpError::Address("it has no host"))?;
        let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        if let Some(address) = literal {
            self.guard.check(address).map_err(|why| EgressError::AddressRefused { address, why })?;
        }
        let is_loopback = literal.is_some_and(|address| address.is_loopback());
        match url.scheme() {
            "https" => Ok(host.to_owned()),
            "http" if is_loopback => Ok(host.to_owned()),
            _ => Err(HttpError::Address("only HTTPS goes out")),
        }
    }
}

/// `Bearer` with a token that no log will show; `None` when a header cannot hold it.
pub(crate) fn bearer_header(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Reads a body of at most `bytes_max`.
pub(crate) async fn read_body(
    answer: &mut reqwest::Response,
    bytes_max: usize,
    host: &str,
) -> Result<Vec<u8>, HttpError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| HttpError::of(&error, host))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(HttpError::TooLarge { host: host.to_owned(), bytes_max });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Resolves the names of destinations; only addresses that pass the guard come out, and the client connects to
/// those and resolves nothing again.
struct GuardedNames {
    dns: Dns,
    guard: Guard,
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (dns, guard) = (self.dns.clone(), self.guard);
        Box::pin(async move {
            let answer = dns.addresses_for(None, name.as_str()).await?;
            let AddressAnswer::Addresses(addresses) = answer else {
                return Err(format!("no address: {answer:?}").into());
            };
            let mut refused = None;
            let mut passed = Vec::new();
            for address in addresses {
                match guard.check(address) {
                    Ok(()) => passed.push(SocketAddr::new(address, 0)),
                    Err(why) => refused = Some(EgressError::AddressRefused { address, why }),
                }
            }
            match refused {
                Some(refused) if passed.is_empty() => Err(refused.into()),
                _ => Ok(Box::new(passed.into_iter()) as Addrs),
            }
        })
    }
}
