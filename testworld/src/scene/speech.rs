//! What a server says, from the text of a scene.

use std::time::Duration;

use encoding_rs::{Encoding, UTF_8};

use crate::script::Doing;

/// Reads what is said at one turn.
pub(super) fn parse(text: &str) -> Result<Vec<Doing>, String> {
    let (mut doings, mut bare, mut encoding) = (Vec::new(), false, UTF_8);
    let mut spoken: Vec<(usize, &str)> = Vec::new();
    let mut rest = text;
    loop {
        let (words, directive, after) = match rest.split_once("[[") {
            Some((words, rest)) => {
                let (directive, after) = rest.split_once("]]").ok_or("[[ without ]]")?;
                (words, Some(directive), after)
            }
            None => (rest, None, ""),
        };
        if !words.is_empty() {
            spoken.push((doings.len(), words));
            doings.push(Doing::Say(Vec::new())); // filled below, when the encoding is known
        }
        let Some(directive) = directive else { break };
        let (verb, value) = directive.split_once(' ').unwrap_or((directive, ""));
        match verb {
            "bare" => bare = true,
            "as" => encoding = Encoding::for_label(value.as_bytes()).ok_or_else(|| format!("no encoding {value}"))?,
            "wait" => doings.push(Doing::Wait(Duration::from_millis(number(value)? as u64))),
            "hear" => doings.push(Doing::Hear),
            "tls" => doings.push(Doing::Tls),
            "silence" => doings.push(Doing::Silence),
            "close" => doings.push(Doing::Close),
            "reset" => doings.push(Doing::Reset),
            "flood" => {
                let (bytes, piece) = value.split_once(' ').ok_or("flood BYTES TEXT")?;
                doings.push(Doing::Flood { bytes: number(bytes)?, piece: octets(piece, UTF_8)? });
            }
            other => return Err(format!("no such thing to do: {other}")),
        }
        rest = after;
    }
    let last = spoken.last().map(|(at, _)| *at);
    for (at, words) in spoken {
        let mut bytes = octets(words, encoding)?;
        if Some(at) == last && !bare {
            bytes.extend_from_slice(b"\r\n");
        }
        doings[at] = Doing::Say(bytes);
    }
    Ok(doings)
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

/// The octets of a text with escapes.
fn octets(text: &str, encoding: &'static Encoding) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len() + 2);
    let mut rest = text;
    while let Some((words, escaped)) = rest.split_once('\\') {
        out.extend_from_slice(&encoding.encode(words).0);
        rest = if let Some(after) = escaped.strip_prefix('n') {
            out.extend_from_slice(b"\r\n");
            after
        } else if let Some(after) = escaped.strip_prefix('\\') {
            out.push(b'\\');
            after
        } else if let Some(after) = escaped.strip_prefix('x') {
            let octet = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).ok_or("\\xHH is one octet")?;
            out.push(octet);
            &after[2..]
        } else {
            return Err("an escape is \\n, \\\\ or \\xHH".to_owned());
        };
    }
    out.extend_from_slice(&encoding.encode(rest).0);
    Ok(out)
}
