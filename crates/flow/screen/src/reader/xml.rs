//! Numbers in elements of XML, as text or as an attribute.
//!
//! A reader of tags and not of documents: it knows no entities and refuses document types, so that a file cannot make
//! it read another or grow. Names are compared without their prefix and in any case.

use std::io::BufRead;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Change, Counts, ReadError, Sink};
use crate::domain::number::Number;

/// Longest tag.
const TAG_BYTES_MAX: usize = 4096;
/// Text of an element that can still be a number.
const TEXT_BYTES_MAX: usize = 64;
/// Attributes that can hold a number or area code.
const VALUES: [&str; 4] = ["val", "value", "number", "code"];
/// Attributes that can say what became of a number.
const CHANGES: [&str; 4] = ["change", "action", "status", "type"];
const ADDED: [&str; 5] = ["add", "added", "adds", "a", "insert"];
const DELETED: [&str; 8] = ["delete", "deleted", "deletes", "remove", "removed", "del", "d", "drop"];

/// The names of elements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Names {
    /// Those that hold a number, or the last seven digits of one.
    pub number: Vec<String>,
    /// Those that hold an area code, around the numbers or before them.
    pub area: Vec<String>,
}

impl Default for Names {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            number: words(&["ph", "phone", "phonenumber", "phone_number", "number", "telephone", "tel"]),
            area: words(&["ac", "area", "areacode", "area_code", "npa"]),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Number,
    Area,
}

struct Reading<'a> {
    names: &'a Names,
    every: Option<Change>,
    must_tell: bool,
    area: Vec<u8>,
    /// Elements around us that say what became of their numbers.
    within: Vec<(Vec<u8>, Change)>,
    open: Option<(Role, Option<Change>)>,
    text: Vec<u8>,
}

pub(super) fn read(
    input: &mut dyn BufRead,
    names: &Names,
    (every, must_tell): (Option<Change>, bool),
    counts: &mut Counts,
    sink: &mut Sink<'_>,
) -> Result<(), ReadError> {
    let mut reading =
        Reading { names, every, must_tell, area: Vec::new(), within: Vec::new(), open: None, text: Vec::new() };
    let mut tag = Vec::new();
    loop {
        reading.text.clear();
        if !until(input, b'<', TEXT_BYTES_MAX, &mut reading.text, false)? {
            return if reading.open.is_some() || !reading.within.is_empty() {
                Err(ReadError::Xml("it ends within an element"))
            } else {
                Ok(())
            };
        }
        tag.clear();
        if !until(input, b'>', TAG_BYTES_MAX, &mut tag, true)? {
            return Err(ReadError::Xml("it ends within a tag"));
        }
        if tag.starts_with(b"!--") {
            if !tag[3..].ends_with(b"--") {
                let tail = [tag[tag.len() - 2], tag[tag.len() - 1]];
                skip_comment(input, if tag.len() < 5 { [b' '; 2] } else { tail }, b'>')?;
            }
            continue;
        }
        match tag.first() {
            Some(b'?') => {}
            Some(b'!') => return Err(ReadError::Xml("document types and CDATA are not read")),
            Some(b'/') => reading.end(&tag[1..], counts, sink)?,
            _ => reading.start(&tag, counts, sink)?,
        }
    }
}

impl Reading<'_> {
    fn start(&mut self, tag: &[u8], counts: &mut Counts, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let closed = tag.ends_with(b"/");
        let tag = tag.strip_suffix(b"/").unwrap_or(tag);
        let name = local(tag.split(u8::is_ascii_whitespace).next().unwrap_or_default());
        let role = self.role(name);
        let change = attribute(tag, &CHANGES).and_then(self::change);
        if let Some(role) = role {
            let value = attribute(tag, &VALUES).map(<[u8]>::to_vec);
            match value {
                Some(value) => self.value(role, &value, change, counts, sink)?,
                None if !closed => self.open = Some((role, change)),
                None => {}
            }
        }
        // An area code may stand around its numbers, and either may say what became of them.
        if role != Some(Role::Number) && !closed {
            let said = change.or_else(|| self::change(name));
            if let Some(said) = said {
                if self.within.len() >= 64 {
                    return Err(ReadError::Xml("its elements are nested too deeply"));
                }
                self.within.push((name.to_ascii_lowercase(), said));
            }
        }
        Ok(())
    }

    fn end(&mut self, tag: &[u8], counts: &mut Counts, sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let name = local(tag.trim_ascii());
        if let Some((role, change)) = self.open
            && self.role(name) == Some(role)
        {
            self.open = None;
            let text = std::mem::take(&mut self.text);
            self.value(role, &text, change, counts, sink)?;
        }
        if self.within.last().is_some_and(|(open, _)| open.eq_ignore_ascii_case(name)) {
            self.within.pop();
        }
        Ok(())
    }

    fn role(&self, name: &[u8]) -> Option<Role> {
        let is = |names: &[String]| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
        if is(&self.names.number) {
            return Some(Role::Number);
        }
        is(&self.names.area).then_some(Role::Area)
    }

    fn value(
        &mut self,
        role: Role,
        value: &[u8],
        change: Option<Change>,
        counts: &mut Counts,
        sink: &mut Sink<'_>,
    ) -> Result<(), ReadError> {
        let value = value.trim_ascii();
        if role == Role::Area {
            self.area.clear();
            self.area.extend_from_slice(&value[..value.len().min(3)]);
            return Ok(());
        }
        counts.entries += 1;
        let whole = if value.len() <= 8 { [self.area.as_slice(), value].concat() } else { value.to_vec() };
        let said = change.or_else(|| self.within.last().map(|(_, change)| *change)).or(self.every);
        if said.is_none() && self.must_tell {
            return Err(ReadError::NoChange);
        }
        match Number::read(&whole) {
            Some(number) => sink(number, said.unwrap_or(Change::Add))?,
            None => counts.malformed(counts.entries),
        }
        Ok(())
    }
}

fn local(name: &[u8]) -> &[u8] {
    memchr::memchr(b':', name).map_or(name, |at| &name[at + 1..])
}

fn change(word: &[u8]) -> Option<Change> {
    let is = |words: &[&str]| words.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word));
    if is(&ADDED) {
        return Some(Change::Add);
    }
    is(&DELETED).then_some(Change::Delete)
}

/// The value of the first of these attributes that the tag has.
fn attribute<'t>(tag: &'t [u8], names: &[&str]) -> Option<&'t [u8]> {
    let mut rest = tag;
    while let Some(equals) = memchr::memchr(b'=', rest) {
        let name = rest[..equals].trim_ascii().rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        let after = rest[equals + 1..].trim_ascii_start();
        let quote = *after.first().filter(|quote| matches!(quote, b'"' | b'\''))?;
        let end = memchr::memchr(quote, &after[1..])?;
        if names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(local(name))) {
            return Some(&after[1..=end]);
        }
        rest = &after[end + 2..];
    }
    None
}

/// Skips to the end of a comment, of which the last bytes were `tail` and then `next`.
fn skip_comment(input: &mut dyn BufRead, mut tail: [u8; 2], next: u8) -> Result<(), ReadError> {
    tail = [tail[1], next];
    loop {
        let bytes = input.fill_buf()?;
        let read = bytes.len();
        if read == 0 {
            return Err(ReadError::Xml("it ends within a comment"));
        }
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'>' && tail == *b"--" {
                input.consume(at + 1);
                return Ok(());
            }
            tail = [tail[1], *byte];
        }
        input.consume(read);
    }
}

/// Reads up to `end`, which is taken and not kept. Text over `bytes_max` is left out, or refused when it has to be
/// `whole`. False when the input ends before.
fn until(
    input: &mut dyn BufRead,
    end: u8,
    bytes_max: usize,
    into: &mut Vec<u8>,
    whole: bool,
) -> Result<bool, ReadError> {
    loop {
        let bytes = input.fill_buf()?;
        if bytes.is_empty() {
            return Ok(false);
        }
        let found = memchr::memchr(end, bytes);
        let read = found.unwrap_or(bytes.len());
        let room = bytes_max.saturating_sub(into.len());
        if whole && read > room {
            return Err(ReadError::TooLong(bytes_max));
        }
        into.extend_from_slice(&bytes[..read.min(room)]);
        input.consume(found.map_or(read, |at| at + 1));
        if found.is_some() {
            return Ok(true);
        }
    }
}
