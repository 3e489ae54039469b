//! Replies of an SMTP server, read from bytes (RFC 5321 §4.2, RFC 2034, RFC 3463).

use std::fmt;

mod charset;

#[cfg(test)]
mod tests;

/// Longest line of a reply, in octets. RFC 5321 allows 512; some servers write more.
pub const LINE_OCTETS_MAX: usize = 4096;
/// Most lines of one reply.
pub const LINES_MAX: usize = 100;

/// An enhanced status code: class, subject, detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Enhanced(pub u8, pub u16, pub u16);

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// One complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The basic code, 200–599.
    pub code: u16,
    /// The enhanced code, when one stands at the start of the text and agrees with the basic code.
    pub enhanced: Option<Enhanced>,
    /// The text of each line, without codes.
    pub lines: Vec<String>,
}

impl Reply {
    /// The lines joined with blanks.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join(" ").trim().to_owned()
    }

    /// Whether the basic code says success (2xx).
    #[must_use]
    pub const fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// Whether the basic code says "not now" (4xx).
    #[must_use]
    pub const fn is_temporary(&self) -> bool {
        self.code / 100 == 4
    }

    /// Whether a line of an EHLO reply offers this extension.
    #[must_use]
    pub fn offers(&self, extension: &str) -> bool {
        self.lines
            .iter()
            .skip(1)
            .any(|line| line.split_ascii_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case(extension)))
    }
}

/// Why bytes are no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// A line over [`LINE_OCTETS_MAX`].
    #[error("a line of the reply is over {LINE_OCTETS_MAX} octets")]
    LineTooLong,
    /// Over [`LINES_MAX`] lines.
    #[error("the reply has over {LINES_MAX} lines")]
    TooManyLines,
    /// The lines of one reply carry different codes.
    #[error("the lines of the reply carry different codes")]
    CodesDisagree,
    /// No three digits at the start, or a code outside 200–599.
    #[error("a line does not start with a reply code")]
    NoCode,
}

/// Collects bytes until they make a reply. Bounded: neither a line nor a reply without end can fill memory.
#[derive(Debug, Default)]
pub struct ReplyReader {
    pending: Vec<u8>,
    code: Option<u16>,
    /// The text of each line so far, as it came.
    lines: Vec<Vec<u8>>,
}

impl ReplyReader {
    /// Takes bytes in. The result of [`ReplyReader::next_reply`] tells whether they were too many.
    pub fn push(&mut self, bytes: &[u8]) {
        self.pending.extend_from_slice(bytes);
    }

    /// Whether bytes are left that no reply has used up: before a command is sent there must be none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty() && self.lines.is_empty()
    }

    /// Forgets what came in clear text before TLS, so that nothing injected there is taken for an answer
    /// (RFC 3207 §6).
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The next complete reply, if there is one.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, ReplyError> {
        while let Some(end) = self.pending.iter().position(|b| *b == b'\n') {
            if end > LINE_OCTETS_MAX {
                return Err(ReplyError::LineTooLong);
            }
            let line: Vec<u8> = self.pending.drain(..=end).collect();
            if let Some(reply) = self.line(&line)? {
                return Ok(Some(reply));
            }
        }
        if self.pending.len() > LINE_OCTETS_MAX { Err(ReplyError::LineTooLong) } else { Ok(None) }
    }

    fn line(&mut self, line: &[u8]) -> Result<Option<Reply>, ReplyError> {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (Some(digits), rest) = (line.get(..3), line.get(3..).unwrap_or_default()) else {
            return Err(ReplyError::NoCode);
        };
        if !matches!(digits, [b'2'..=b'5', b'0'..=b'9', b'0'..=b'9']) {
            return Err(ReplyError::NoCode);
        }
        let code = digits.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
        if self.code.is_some_and(|first| first != code) {
            return Err(ReplyError::CodesDisagree);
        }
        let (last, text) = match rest {
            [] => (true, rest),
            [b' ', text @ ..] => (true, text),
            [b'-', text @ ..] => (false, text),
            _ => return Err(ReplyError::NoCode),
        };
        if self.lines.len() == LINES_MAX {
            return Err(ReplyError::TooManyLines);
        }
        self.code = Some(code);
        self.lines.push(text.to_vec());
        if !last {
            return Ok(None);
        }
        self.code = None;
        let mut lines = charset::decode(&std::mem::take(&mut self.lines));
        let enhanced = lines.first().and_then(|first| enhanced_at_start(first, code)).map(|(code, _)| code);
        if enhanced.is_some() {
            for line in &mut lines {
                // Servers repeat the code on every line; the text is what remains.
                if let Some((again, length)) = enhanced_at_start(line, code)
                    && Some(again) == enhanced
                {
                    *line = line.get(length..).unwrap_or_default().trim_start().to_owned();
                }
            }
        }
        Ok(Some(Reply { code, enhanced, lines }))
    }
}

/// The enhanced code at the start of a text (after a blank, `-` or `#`), with the octets it takes. Only one whose
/// class agrees with the basic code counts: a code elsewhere in the text may be a quotation.
fn enhanced_at_start(text: &str, basic: u16) -> Option<(Enhanced, usize)> {
    let start = text.len() - text.trim_start_matches([' ', '-', '#']).len();
    let word = text.get(start..)?.split([' ', ':', ',', ';', '-', '\t']).next()?;
    let mut numbers = word.split('.');
    let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let short = |text: &str| text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit());
    if numbers.next().is_some() || class.len() != 1 || !short(class) || !short(subject) || !short(detail) {
        return None;
    }
    let code = Enhanced(class.parse().ok()?, subject.parse().ok()?, detail.parse().ok()?);
    (u16::from(code.0) == basic / 100).then_some((code, start + word.len()))
}
