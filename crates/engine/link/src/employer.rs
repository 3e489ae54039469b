//! Which site belongs to which company: where rows name both, a row that names the company alone means that site too.

use crate::dict::NONE;
use crate::table::{Table, What};

/// Of a hundred rows that name a company and a site, how many must name the same one.
const AGREED: usize = 70;

/// Companions that make a word one of many companies.
const COMPANIONS: usize = 8;

/// Finds the words that say what companies do and not which one it is: they stand beside many others. A companion must be
/// met often, because slips make new ones.
pub(crate) fn find_common_words(table: &mut Table) {
    let Some(field) = table.fields.iter_mut().find(|field| field.what == What::Company) else { return };
    let mut beside: Vec<(&[u8], &[u8], u64)> = Vec::new();
    for id in field.dict.ids() {
        let count = u64::from(field.dict.count(id));
        let words: Vec<&[u8]> = field.dict.text(id).split(|b| *b == b' ').collect();
        for word in &words {
            beside.extend(words.iter().filter(|other| *other != word).map(|other| (*word, *other, count)));
        }
    }
    beside.sort_unstable();
    let mut common = std::collections::HashSet::new();
    for of_word in beside.chunk_by(|a, b| a.0 == b.0) {
        let all: u64 = of_word.iter().map(|(_, _, count)| count).sum();
        let often = (all / 500).max(3);
        let companions = of_word.chunk_by(|a, b| a.1 == b.1).map(|same| same.iter().map(|(_, _, n)| n).sum::<u64>());
        if companions.filter(|count| *count >= often).count() > COMPANIONS {
            common.insert(of_word[0].0.to_vec());
        }
    }
    field.common = common;
}

/// Fills in the employer's domain of rows that name a company and nothing that tells its domain.
pub(crate) fn fill_domains(table: &mut Table) {
    let slots = |table: &Table, what: What| {
        table.fields.iter().position(|field| field.what == what).map(|at| (at, table.fields[at].slots.clone()))
    };
    let (Some((_, companies)), Some((domain, domains))) = (slots(table, What::Company), slots(table, What::Domain))
    else {
        return;
    };
    let mut both: Vec<u64> = Vec::new();
    for row in 0..table.rows() {
        let cells = table.row(row);
        let named = |slots: &std::ops::Range<usize>| cells[slots.clone()].iter().copied().find(|id| *id != NONE);
        if let (Some(company), Some(domain)) = (named(&companies), named(&domains)) {
            both.push(u64::from(company) << 32 | u64::from(domain));
        }
    }
    both.sort_unstable();
    let mut of_company =
        vec![NONE; table.fields.iter().find(|f| f.what == What::Company).map_or(0, |f| f.dict.len()) + 1];
    for rows in both.chunk_by(|a, b| a >> 32 == b >> 32) {
        let most = rows.chunk_by(|a, b| a == b).max_by_key(|same| same.len());
        if let Some(most) = most.filter(|most| most.len() * 100 >= rows.len() * AGREED) {
            of_company[(most[0] >> 32) as usize] = most[0] as u32;
        }
    }
    for row in 0..table.rows() {
        let cells = table.row(row);
        if cells[domains.clone()].iter().any(|id| *id != NONE) {
            continue;
        }
        let found = cells[companies.clone()].iter().map(|id| of_company[*id as usize]).find(|id| *id != NONE);
        if let Some(id) = found {
            table.fill(row, domain, id);
        }
    }
}

#[cfg(test)]
mod tests;
