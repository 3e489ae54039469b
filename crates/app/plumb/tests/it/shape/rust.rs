//! Just enough of Rust's grammar to tell code from comments and literals.

/// A source, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Source {
    /// The code, with literals emptied and comments gone; lines stay where they were.
    pub(super) code: String,
    /// What stands in its string literals, escapes as written.
    pub(super) strings: Vec<String>,
}

/// Takes `text` apart.
pub(super) fn parse(text: &str) -> Source {
    let mut source = Source::default();
    let chars: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let next = chars.get(at + 1).copied().unwrap_or('\n');
        match chars[at] {
            '/' if next == '/' => at = until(&chars, at, |rest| rest[0] == '\n'),
            '/' if next == '*' => {
                let end = block_comment(&chars, at);
                source.code.extend(chars[at..end].iter().filter(|c| **c == '\n'));
                at = end;
            }
            'r' if is_raw(&chars, at) => at = raw_string(&chars, at, &mut source),
            '"' => at = string(&chars, at, &mut source),
            '\'' => at = character(&chars, at, &mut source),
            c => {
                source.code.push(c);
                at += 1;
            }
        }
    }
    source
}

fn until(chars: &[char], from: usize, stop: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| stop(&chars[at..])).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at + 1 < chars.len() {
        match (chars[at], chars[at + 1]) {
            ('/', '*') => (depth, at) = (depth + 1, at + 2),
            ('*', '/') => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    chars.len()
}

fn is_raw(chars: &[char], at: usize) -> bool {
    let begins_word = at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') || chars[at - 1] == 'b';
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    begins_word && chars.get(at + 1 + hashes) == Some(&'"')
}

fn raw_string(chars: &[char], at: usize, source: &mut Source) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let begin = at + 2 + hashes;
    let closes = |rest: &[char]| rest[0] == '"' && rest.len() > hashes && rest[1..=hashes].iter().all(|c| *c == '#');
    let end = until(chars, begin, closes);
    keep(&chars[begin..end], source);
    (end + 1 + hashes).min(chars.len())
}

fn string(chars: &[char], at: usize, source: &mut Source) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != '"' {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    let end = end.min(chars.len());
    keep(&chars[at + 1..end], source);
    (end + 1).min(chars.len())
}

fn keep(inner: &[char], source: &mut Source) {
    source.code.push('"');
    source.code.extend(inner.iter().filter(|c| **c == '\n'));
    source.code.push('"');
    source.strings.push(inner.iter().collect());
}

/// A character literal; a lifetime is code.
fn character(chars: &[char], at: usize, source: &mut Source) -> usize {
    let end = match chars.get(at + 1) {
        Some('\\') => Some(until(chars, at + 3, |rest| rest[0] == '\'')),
        Some(_) if chars.get(at + 2) == Some(&'\'') => Some(at + 2),
        _ => None,
    };
    if let Some(end) = end {
        source.code.push_str("''");
        (end + 1).min(chars.len())
    } else {
        source.code.push('\'');
        at + 1
    }
}

#[test]
fn code_and_literals_are_told_apart() {
    let source =
        parse("a(\"x \\\" // y\") /* b /* c */ \" */ d('\"', '\\'', r#\"raw \" end\"#) // \"e\nfn f<'a>(g: &'a str)");
    assert_eq!(source.code, "a(\"\")  d('', '', \"\") \nfn f<'a>(g: &'a str)");
    assert_eq!(source.strings, ["x \\\" // y", "raw \" end"]);
    assert_eq!(parse("\"one\ntwo\" three").code, "\"\n\" three", "lines stay where they were");
}
