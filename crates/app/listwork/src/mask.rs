//! Personal values made unreadable for examples: of each word the first letter, and the look of the whole.

/// `Ada Lovelace` becomes `A… L…`, `ada.lovelace@example.com` becomes `a….l…@e….com`, `+49 30 23125` becomes `+4… 3… 2…`.
///
/// The last word after a dot stays where the text looks like an address: it names no person.
#[must_use]
pub fn mask(text: &str) -> String {
    const LONGEST: usize = 60;
    let ending = text.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| {
        text.contains(['@', '/', '.'])
            && (2..=6).contains(&ending.len())
            && ending.bytes().all(|b| b.is_ascii_alphabetic())
    });
    let (body, ending) = match ending {
        Some(ending) if !text.contains(' ') => (&text[..text.len() - ending.len()], ending),
        _ => (text, ""),
    };
    let (mut masked, mut in_word) = (String::new(), 0);
    for c in body.chars() {
        if c.is_alphanumeric() {
            in_word += 1;
            match in_word {
                1 => masked.push(c),
                2 => masked.push('…'),
                _ => {}
            }
        } else {
            in_word = 0;
            masked.push(if c.is_control() { ' ' } else { c });
        }
        if masked.len() > LONGEST {
            masked.push('…');
            return masked;
        }
    }
    masked.push_str(ending);
    masked
}

#[cfg(test)]
mod tests;
