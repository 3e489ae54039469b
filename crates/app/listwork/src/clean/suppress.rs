//! A file of addresses and domains that are not to be used, one a line.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use plumb_base::{Domain, Email};
use plumb_clean::{CleanRow, Value};
use xxhash_rust::xxh3::xxh3_128;

use crate::error::ListError;

/// Longest line: an address has at most 254 octets, a comment may follow.
const LINE_BYTES_MAX: u64 = 4096;

/// Addresses and domains that are not to be used, by hash: millions fit into memory.
#[derive(Default)]
pub(crate) struct Suppressed {
    addresses: HashSet<u128>,
    domains: HashSet<u128>,
}

impl Suppressed {
    /// Reads the file. A line that is neither address nor domain is an error: whoever is on it would be written to.
    pub(crate) fn read(path: &Path) -> Result<Self, ListError> {
        let io = || ListError::io("cannot be read", path);
        let mut lines = BufReader::new(File::open(path).map_err(ListError::unread(path))?);
        let (mut suppressed, mut line, mut number) = (Self::default(), Vec::new(), 0_u64);
        loop {
            line.clear();
            number += 1;
            if std::io::Read::take(&mut lines, LINE_BYTES_MAX).read_until(b'\n', &mut line).map_err(io())? == 0 {
                return Ok(suppressed);
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_start_matches('\u{feff}').trim().trim_matches(['"', ',', ';']);
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if let Ok(email) = Email::parse(text) {
                suppressed.addresses.insert(hash(&email.suppression_form()));
                suppressed.addresses.insert(hash(&email.suppression_base()));
            } else if let Ok(domain) = Domain::parse(text.trim_start_matches("*.").trim_start_matches('@')) {
                suppressed.domains.insert(hash(domain.as_str()));
            } else if number > 1 {
                return Err(ListError::Usage(format!(
                    "{}, line {number}: neither an address nor a domain; correct it or begin the line with #",
                    path.display()
                )));
            }
        }
    }

    pub(crate) fn has(&self, row: CleanRow<'_>) -> bool {
        if self.addresses.is_empty() && self.domains.is_empty() {
            return false;
        }
        let (Some(address), Some(mut domain)) = (row.get(Value::Email), row.get(Value::EmailDomain)) else {
            return false;
        };
        if let Ok(email) = Email::parse(address)
            && (self.addresses.contains(&hash(&email.suppression_form()))
                || self.addresses.contains(&hash(&email.suppression_base())))
        {
            return true;
        }
        while !self.domains.is_empty() {
            if self.domains.contains(&hash(domain)) {
                return true;
            }
            let Some((_, parent)) = domain.split_once('.') else { break };
            domain = parent;
        }
        false
    }
}

fn hash(text: &str) -> u128 {
    xxh3_128(text.as_bytes())
}
