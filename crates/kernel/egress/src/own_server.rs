//! The command line's way to the server that it belongs to. The operator gave the address, so private networks
//! are fine; plain HTTP is for this machine only.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap};
use reqwest::{Body, Client, Method, RequestBuilder, Response, Url, multipart};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use crate::error::EgressError;
use crate::http::{HttpError, USER_AGENT, bearer_header, read_body};
use crate::trust;

mod events;

#[cfg(test)]
mod tests;

pub use events::{Event, Events};

/// Largest JSON answer that is read.
const JSON_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Longest silence of the server within an answer; its event streams speak more often than that.
const SILENCE_MAX: Duration = Duration::from_secs(90);
/// Time for a connection.
const CONNECT_WAIT: Duration = Duration::from_secs(10);

/// Why the server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum OwnServerError {
    /// The base address cannot be used.
    #[error("the server's address {0}")]
    Address(&'static str),
    /// The key or a certificate cannot be used.
    #[error("{0}")]
    Credential(&'static str),
    /// No answer, or a broken one.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// The server said no, and why (RFC 9457).
    #[error("{title}{}", detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default())]
    Problem {
        /// The status.
        status: u16,
        /// The kind of problem, in a few words.
        title: String,
        /// What happened, and what to do.
        detail: Option<String>,
        /// The whole document, where the answer was one.
        document: Option<serde_json::Value>,
    },
}

/// A client of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OwnServer {
    client: Client,
    base: Url,
    host: String,
}

impl OwnServer {
    /// A client of the server at `base`, acting with the API key `key`. `authority_pem` holds further authorities
    /// to trust, for a server with a certificate of the operator's own.
    ///
    /// # Errors
    /// [`OwnServerError::Address`] when `base` is not `https://` and not `http://` on a loopback address or
    /// `localhost`; [`OwnServerError::Credential`].
    pub fn new(base: &str, key: Option<&str>, authority_pem: Option<&[u8]>) -> Result<Self, OwnServerError> {
        let mut base = Url::parse(base).map_err(|_| OwnServerError::Address("is not a URL"))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(OwnServerError::Address("must not hold a password"));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        let host = base.host_str().ok_or(OwnServerError::Address("has no host"))?.to_owned();
        let literal: Option<IpAddr> = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
        let is_this_machine = host == "localhost" || literal.is_some_and(|address| address.is_loopback());
        match base.scheme() {
            "https" => {}
            "http" if is_this_machine => {}
            "http" => return Err(OwnServerError::Address("must be https:// unless it is this machine's")),
            _ => return Err(OwnServerError::Address("must begin with https://")),
        }
        let authorities: Vec<CertificateDer<'static>> = authority_pem
            .map(|pem| CertificateDer::pem_slice_iter(pem).collect())
            .transpose()
            .map_err(|_| OwnServerError::Credential("the authorities are not certificates in PEM"))?
            .unwrap_or_default();
        let mut headers = HeaderMap::new();
        if let Some(key) = key {
            let value = bearer_header(key).ok_or(OwnServerError::Credential("the API key is not plain text"))?;
            headers.insert(AUTHORIZATION, value);
        }
        #[expect(clippy::disallowed_methods, reason = "the one client for the command line's own server")]
        let client = Client::builder()
            .tls_backend_preconfigured(trust::https(&authorities).map_err(HttpError::Egress)?)
            // Whatever the machine's files say, `localhost` is this machine: the key goes there in the clear.
            .resolve_to_addrs(
                "localhost",
                &[SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0), SocketAddr::new(Ipv6Addr::LOCALHOST.into(), 0)],
            )
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .user_agent(USER_AGENT)
            .default_headers(headers)
            .connect_timeout(CONNECT_WAIT)
            .read_timeout(SILENCE_MAX)
            .build()
            .map_err(|error| HttpError::Egress(EgressError::Config(error.to_string())))?;
        Ok(Self { client, base, host })
    }

    /// GET of a JSON document. `path` is below the base, such as `api/v1/leads?limit=10`.
    pub async fn get_json<T: DeserializeOwned>(&self, path: &str) -> Result<T, OwnServerError> {
        self.json(self.request(Method::GET, path)?).await
    }

    /// POST of a JSON document, for one in return.
    pub async fn post_json<B: Serialize + Sync + ?Sized, T: DeserializeOwned>(
        &self,
        path: &str,
        body: &B,
    ) -> Result<T, OwnServerError> {
        self.json(self.request(Method::POST, path)?.json(body)).await
    }

    /// DELETE; the answer has no body.
    pub async fn delete(&self, path: &str) -> Result<(), OwnServerError> {
        self.send(self.request(Method::DELETE, path)?).await.map(drop)
    }

    /// POST of a form with text `fields`, then one file part named `file`, streamed as it is read. `bytes` is the
    /// file's length, where it is known.
    pub async fn upload_multipart<T: DeserializeOwned>(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        file_name: &str,
        file: impl AsyncRead + Send + 'static,
        bytes: Option<u64>,
    ) -> Result<T, OwnServerError> {
        let mut form = multipart::Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let body = Body::wrap_stream(ReaderStream::with_capacity(file, 64 * 1024));
        let part = match bytes {
            Some(bytes) => multipart::Part::stream_with_length(body, bytes),
            None => multipart::Part::stream(body),
        };
        let form = form.part("file", part.file_name(file_name.to_owned()));
        self.json(self.request(Method::POST, path)?.multipart(form)).await
    }

    /// GET of a body of any length, piece by piece.
    pub async fn stream(&self, path: &str) -> Result<Download, OwnServerError> {
        let answer = self.send(self.request(Method::GET, path)?).await?;
        Ok(Download { bytes_total: answer.content_length(), answer, host: self.host.clone() })
    }

    /// Follows a stream of server-sent events; after `last_event_id`, when a former stream broke off there.
    pub async fn events(&self, path: &str, last_event_id: Option<&str>) -> Result<Events, OwnServerError> {
        let mut request = self.request(Method::GET, path)?.header(ACCEPT, "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        Ok(Events::new(self.send(request).await?, self.host.clone()))
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, OwnServerError> {
        let url = self
            .base
            .join(path.trim_start_matches('/'))
            .map_err(|_| OwnServerError::Address("does not take this path"))?;
        // A path such as `https://elsewhere.example/` would carry the key away.
        if url.origin() != self.base.origin() {
            return Err(OwnServerError::Address("is not the one of this path"));
        }
        Ok(self.client.request(method, url))
    }

    async fn json<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, OwnServerError> {
        let mut answer = self.send(request).await?;
        let body = read_body(&mut answer, JSON_BYTES_MAX, &self.host).await?;
        // An answer without a body reads as `null`, for callers that expect nothing.
        let body = if body.is_empty() { b"null".as_slice() } else { &body };
        Ok(serde_json::from_slice(body).map_err(HttpError::Json)?)
    }

    /// Sends, and turns every status but success into a problem.
    async fn send(&self, request: RequestBuilder) -> Result<Response, OwnServerError> {
        let mut answer = request.send().await.map_err(|error| HttpError::of(&error, &self.host))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let body = read_body(&mut answer, JSON_BYTES_MAX, &self.host).await?;
        let document: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
        let known: Problem =
            document.clone().and_then(|document| serde_json::from_value(document).ok()).unwrap_or_default();
        Err(OwnServerError::Problem {
            status: status.as_u16(),
            title: known.title.unwrap_or_else(|| status.to_string()),
            detail: known.detail,
            document,
        })
    }
}

/// What is read of a problem document.
#[derive(Default, Deserialize)]
struct Problem {
    title: Option<String>,
    detail: Option<String>,
}

/// A body on its way in.
#[derive(Debug)]
pub struct Download {
    /// Its length, where the server said.
    pub bytes_total: Option<u64>,
    answer: Response,
    host: String,
}

impl Download {
    /// The next piece; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, OwnServerError> {
        Ok(self.answer.chunk().await.map_err(|error| HttpError::of(&error, &self.host))?)
    }
}
