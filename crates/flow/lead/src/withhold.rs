//! Rows as they came may name people beside the lead itself: a second address, one that was edited away since, a
//! note. Whoever of them opted out is not shown either (claim 171).

use plumb_base::Email;
use plumb_store::{OrgTx, StoreError};
use plumb_vault::Tokens;
use serde_json::Value;

use crate::upsert::suppressed;

/// What stands in place of a cell that names somebody who opted out.
pub const WITHHELD: &str = "(withheld: this person opted out)";

/// Replaces each text in `rows` that holds the address of somebody who opted out. A row is an object or array of
/// texts; what lies deeper is not looked at.
pub async fn withhold_opted_out<'a>(
    tx: &mut OrgTx,
    rows: impl Iterator<Item = &'a mut Value>,
    tokens: &Tokens,
) -> Result<(), StoreError> {
    let (mut cells, mut emails) = (Vec::new(), Vec::new());
    for cell in rows.flat_map(cells_of) {
        let before = emails.len();
        emails.extend(cell.as_str().into_iter().flat_map(addresses).map(Some));
        if emails.len() > before {
            cells.push((cell, before..emails.len()));
        }
    }
    let suppressed = suppressed(tx, &emails, tokens).await?;
    for (cell, its_own) in cells {
        if suppressed[its_own].contains(&true) {
            *cell = WITHHELD.into();
        }
    }
    Ok(())
}

fn cells_of(row: &mut Value) -> Box<dyn Iterator<Item = &mut Value> + Send + '_> {
    match row {
        Value::Object(cells) => Box::new(cells.values_mut()),
        Value::Array(cells) => Box::new(cells.iter_mut()),
        _ => Box::new(std::iter::empty()),
    }
}

/// The addresses in a text, also where it is a list of them, a link, or a name with an address in brackets.
fn addresses(text: &str) -> impl Iterator<Item = Email> + '_ {
    let is_between = |c: char| c.is_whitespace() || c.is_control() || ",;:<>()[]\"|\\/".contains(c);
    text.split(is_between).filter_map(|piece| {
        let (local, rest) = piece.rsplit_once('@')?;
        let domain_end = rest.find(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"-.".contains(c));
        let domain = rest[..domain_end.unwrap_or(rest.len())].trim_end_matches('.');
        Email::parse(&format!("{}@{domain}", local.trim_start_matches(['.', '\'']))).ok()
    })
}

#[cfg(test)]
mod tests;
