//! Which site belongs to which company: where rows name both, a row that names the company alone means that site too.

use crate::dict::NONE;
use crate::table::{Table, What};

/// Of a hundred rows that name a company and a site, how many must name the same one.
const AGREED: usize = 70;

/// Fills in the employer's domain of rows that name a company and nothing that tells its domain.
pub(crate) fn fill_domains(table: &mut Table) {
    let slots = |table: &Table, what: What| {
        table.fields.iter().position(|field| field.what == what).map(|at| (at, table.fields[at].slots.clone()))
    };
    let (Some((_, companies)), Some((domain, domains))) = (slots(table, What::Company), slots(table, What::Domain)) else {
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
    let mut of_company = vec![NONE; table.fields.iter().find(|f| f.what == What::Company).map_or(0, |f| f.dict.len()) + 1];
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
