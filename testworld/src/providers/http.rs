//! As much of HTTP/1.1 as an API client speaks: one request for each connection.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Call, Mood, State, Vendor, hunter, neverbounce, zerobounce};
use crate::smtp::ACCEPT_PAUSE;

/// Largest head and largest body that are read, in bytes.
const HEAD_BYTES_MAX: u64 = 64 * 1024;
const BODY_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// How long a connection may stay without a request.
const IDLE: Duration = Duration::from_mins(1);

/// A request, its parameters taken from the query and, for JSON, from the body.
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Value,
    /// The token of an `Authorization: Bearer`, or of `X-API-KEY`.
    pub(super) token: Option<String>,
}

impl Asked {
    /// A parameter, wherever it stands.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let in_query = self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        in_query.or_else(|| match self.body.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        })
    }
}

/// An answer: status, extra header lines, body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: "Content-Type: application/json\r\n".to_owned(), body: body.to_string() }
    }

    pub(super) fn with_header(mut self, line: &str) -> Self {
        self.headers.push_str(line);
        self.headers.push_str("\r\n");
        self
    }

    fn html(status: u16) -> Self {
        let body = "<!DOCTYPE html><html><head><title>Sorry</title></head><body>We are improving things.</body></html>";
        Self { status, headers: "Content-Type: text/html\r\n".to_owned(), body: body.to_owned() }
    }
}

pub(super) async fn serve(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let state = Arc::clone(&state);
        connections.spawn(async move {
            if let Err(error) = connection(stream, &state).await {
                tracing::debug!(%error, "a call of a provider ended early");
            }
        });
    }
}

async fn connection(stream: TcpStream, state: &State) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let Ok(asked) = timeout(IDLE, read(&mut stream)).await else { return Ok(()) };
    let Some(asked) = asked? else { return Ok(()) };
    let vendor = vendor_of(&asked.path);
    let mood = {
        let mut inner = state.lock();
        inner.calls.push(Call { vendor, path: asked.path.clone(), emails: emails(&asked) });
        inner.mood(vendor)
    };
    let mut cut = false;
    let answer = match mood {
        Mood::HangsUp => return Ok(()),
        Mood::Silent => {
            // Until the client gives up.
            let mut ignored = [0; 256];
            while stream.read(&mut ignored).await? > 0 {}
            return Ok(());
        }
        Mood::Html => Answer::html(200),
        Mood::HtmlError => Answer::html(502),
        other => {
            cut = other == Mood::CutOff;
            match vendor {
                Vendor::NeverBounce => neverbounce::answer(&asked, state, other),
                Vendor::ZeroBounce => zerobounce::answer(&asked, state, other),
                Vendor::Hunter => hunter::answer(&asked, state, other),
            }
        }
    };
    // The length is that of the whole: who gets half of it can tell.
    let head = format!(
        "HTTP/1.1 {} {}\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n",
        answer.status,
        phrase(answer.status),
        answer.headers,
        answer.body.len()
    );
    let body = answer.body.as_bytes();
    let sent = if cut { &body[..body.len() / 2] } else { body };
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(sent).await?;
    stream.shutdown().await
}

fn vendor_of(path: &str) -> Vendor {
    if path.starts_with("/v4") {
        Vendor::NeverBounce
    } else if path.starts_with("/v2/email-verifier") || path.starts_with("/v2/account") {
        Vendor::Hunter
    } else {
        Vendor::ZeroBounce
    }
}

/// The addresses of a call, in a list of NeverBounce too.
fn emails(asked: &Asked) -> Vec<String> {
    match asked.body.get("input").and_then(Value::as_array) {
        Some(rows) => rows.iter().filter_map(neverbounce::email_of).collect(),
        None => asked.get("email").into_iter().collect(),
    }
}

fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "As It Is",
    }
}

/// Reads a request; `None` when the client went away before it.
async fn read(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Asked>> {
    let mut head = String::new();
    {
        let mut bounded = (&mut *stream).take(HEAD_BYTES_MAX);
        while !head.ends_with("\r\n\r\n") {
            if bounded.read_line(&mut head).await? == 0 {
                return Ok(None);
            }
        }
    }
    let header = |name: &str| {
        head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let length: u64 = header("content-length").and_then(|value| value.parse().ok()).unwrap_or_default();
    if length > BODY_BYTES_MAX {
        return Ok(None);
    }
    let mut body = vec![0; length as usize];
    stream.read_exact(&mut body).await?;
    let target = head.split_whitespace().nth(1).unwrap_or("/");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (decoded(k), decoded(v)));
    let bearer = header("authorization").and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    Ok(Some(Asked {
        path: path.to_owned(),
        query: query.collect(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        token: bearer.or_else(|| header("x-api-key")),
    }))
}

/// A value of a query (application/x-www-form-urlencoded).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = (*first == b'%').then(|| after.get(..2)).flatten();
        let octet = hex.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        let (octet, after) = match octet {
            Some(octet) => (octet, &after[2..]),
            None => (if *first == b'+' { b' ' } else { *first }, after),
        };
        bytes.push(octet);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
