//! Server-sent events, as the HTML standard (§9.2.6) reads them.

use reqwest::Response;

use super::OwnServerError;
use crate::http::HttpError;

/// Largest event that is read.
const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// The kind; `message` when the server gave none.
    pub kind: String,
    /// The data, its lines joined by line feeds.
    pub data: String,
    /// The last id that the stream gave: where to go on after a break.
    pub id: Option<String>,
}

/// A stream of events.
#[derive(Debug)]
pub struct Events {
    answer: Response,
    host: String,
    parser: Parser,
}

impl Events {
    pub(super) fn new(answer: Response, host: String) -> Self {
        Self { answer, host, parser: Parser::default() }
    }

    /// The next event; `None` when the server ended the stream. Comments, which keep the connection alive, are
    /// passed over.
    pub async fn next(&mut self) -> Result<Option<Event>, OwnServerError> {
        loop {
            if let Some(event) = self.parser.event() {
                return Ok(Some(event));
            }
            if self.parser.bytes() > EVENT_BYTES_MAX {
                return Err(HttpError::TooLarge { host: self.host.clone(), bytes_max: EVENT_BYTES_MAX }.into());
            }
            let chunk = self.answer.chunk().await.map_err(|error| HttpError::of(&error, &self.host))?;
            match chunk {
                Some(chunk) => self.parser.push(&chunk),
                None => return Ok(None),
            }
        }
    }
}

/// Bytes in, events out.
#[derive(Debug, Default)]
pub(super) struct Parser {
    bytes: Vec<u8>,
    kind: String,
    data: Vec<String>,
    data_bytes: usize,
    id: Option<String>,
}

impl Parser {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes held for an event that is not complete.
    fn bytes(&self) -> usize {
        self.bytes.len() + self.data_bytes
    }

    /// The next complete event.
    pub(super) fn event(&mut self) -> Option<Event> {
        while let Some(line) = self.line() {
            if line.is_empty() {
                let kind = std::mem::take(&mut self.kind);
                self.data_bytes = 0;
                if self.data.is_empty() {
                    continue;
                }
                let data = std::mem::take(&mut self.data).join("\n");
                let kind = if kind.is_empty() { "message".to_owned() } else { kind };
                return Some(Event { kind, data, id: self.id.clone() });
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut self.kind),
                "data" => {
                    self.data_bytes += value.len() + 1;
                    self.data.push(value.to_owned());
                }
                "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
                // A comment begins with the colon; other fields are to be passed over.
                _ => {}
            }
        }
        None
    }

    /// The next whole line, without its end: a line feed, with or without a carriage return before it.
    fn line(&mut self) -> Option<String> {
        let end = self.bytes.iter().position(|byte| *byte == b'\n')?;
        let rest = self.bytes.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.bytes, rest);
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        Some(String::from_utf8_lossy(&line).into_owned())
    }
}
