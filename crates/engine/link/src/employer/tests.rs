use super::{fill_domains, find_common_words};
use crate::dict::NONE;
use crate::kind::Kind;
use crate::table::{Table, What};

fn table(rows: &[[&str; 2]]) -> Table {
    let mut table = Table::new(&[Some(Kind::Company), Some(Kind::Email)]);
    for row in rows {
        table.push(row.iter().copied());
    }
    table.close();
    table
}

fn domain(table: &Table, row: u32) -> u32 {
    let field = table.fields.iter().find(|field| field.what == What::Domain).expect("an e-mail has a domain");
    table.row(row)[field.slots.start]
}

#[test]
fn a_company_stands_for_its_site() {
    let mut table = table(&[["Norvat Foods", "a@norvat.example"], ["Norvat Foods Inc", ""], ["Else", ""]]);
    fill_domains(&mut table);
    assert_eq!(domain(&table, 1), domain(&table, 0));
    assert_eq!(domain(&table, 2), NONE);
}

#[test]
fn companies_of_one_name_with_a_site_each_stand_for_none() {
    let mut table = table(&[["Delta", "a@delta.example"], ["Delta", "b@delta.test"], ["Delta", ""]]);
    fill_domains(&mut table);
    assert_eq!(domain(&table, 2), NONE);
}

#[test]
fn a_trade_is_common_and_a_stem_is_not() {
    let names: Vec<String> = (0..12).flat_map(|n| vec![format!("Stem{n} Systems"); 4]).collect();
    let rows: Vec<[&str; 2]> = names.iter().map(|name| [name.as_str(), ""]).collect();
    let mut table = table(&rows);
    find_common_words(&mut table);
    let field = table.fields.iter().find(|field| field.what == What::Company).expect("there is a column");
    assert!(field.common.contains(b"systems".as_slice()));
    assert!(!field.common.contains(b"stem3".as_slice()));
}
