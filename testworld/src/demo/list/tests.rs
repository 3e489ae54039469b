use std::collections::{BTreeMap, BTreeSet};

use plumb_base::Email;

use super::{COLUMNS, COMPANY, EMAIL, FIRST, HEADER, Kind, LAST, LINKEDIN, PHONE, Row, counts, leads_csv, rows};
use crate::demo::{Truth, demo_opt_outs, truth};

fn of_kind(rows: &[Row], kind: Kind) -> Vec<&Row> {
    rows.iter().filter(|row| row.kind == kind).collect()
}

#[test]
fn the_committed_list_is_what_the_generator_writes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../demo/leads.csv");
    let committed = std::fs::read(path).expect("demo/leads.csv");
    assert!(committed == leads_csv(), "run: cargo run -p plumb-testworld --bin demo-leads -- demo/leads.csv");
}

#[test]
fn there_are_enough_rows_of_every_kind() {
    let rows = rows();
    assert!(rows.len() >= 2400, "{}", rows.len());
    let counts = counts(&rows);
    assert_eq!(counts.len(), 22, "{counts:?}");
    assert!(counts.values().all(|count| *count >= 10), "{counts:?}");
    assert!(rows.iter().all(|row| row.cells.len() == COLUMNS || matches!(row.kind, Kind::Ragged | Kind::Empty)));
}

#[test]
fn exact_duplicates_have_their_original() {
    let rows = rows();
    let originals: BTreeSet<_> = of_kind(&rows, Kind::Contact).iter().map(|row| row.cells.clone()).collect();
    assert!(of_kind(&rows, Kind::ExactDuplicate).iter().all(|row| originals.contains(&row.cells)));
}

#[test]
fn near_duplicates_keep_the_key_of_an_address_and_differ_elsewhere() {
    let rows = rows();
    let originals = of_kind(&rows, Kind::Contact);
    let keys: BTreeSet<_> =
        originals.iter().map(|row| Email::parse(&row.email()).expect("well written").key()).collect();
    let cells: BTreeSet<_> = originals.iter().map(|row| &row.cells).collect();
    let near = of_kind(&rows, Kind::NearDuplicate);
    assert!(near.iter().all(|row| Email::parse(&row.email()).is_ok_and(|email| keys.contains(&email.key()))));
    let changed = near.iter().filter(|row| !cells.contains(&row.cells)).count();
    assert!(changed * 100 >= near.len() * 98, "{changed} of {}", near.len());
}

#[test]
fn some_rows_are_not_utf8_and_some_were_read_wrongly() {
    let rows = rows();
    let broken = of_kind(&rows, Kind::BrokenEncoding);
    let not_utf8 = broken.iter().filter(|row| row.cells.iter().any(|cell| std::str::from_utf8(cell).is_err())).count();
    assert_eq!(not_utf8, 15);
    let mojibake = broken
        .iter()
        .filter(|row| {
            row.cells[..=LAST]
                .iter()
                .any(|cell| cell.starts_with(b"\xc3\x83") || String::from_utf8_lossy(cell).contains('Ã'))
        })
        .count();
    assert_eq!(mojibake, 30);
    assert!(std::str::from_utf8(&leads_csv()).is_err());
}

#[test]
fn invalid_addresses_are_invalid() {
    let rows = rows();
    let taken: Vec<_> = of_kind(&rows, Kind::InvalidAddress)
        .into_iter()
        .map(Row::email)
        .filter(|text| Email::parse(text).is_ok())
        .collect();
    assert!(taken.is_empty(), "{taken:?}");
}

#[test]
fn well_written_addresses_are_valid_and_lie_in_the_demo() {
    let rows = rows();
    let mut truths = BTreeMap::new();
    for row in
        rows.iter().filter(|row| matches!(row.kind, Kind::Contact | Kind::FreeMail | Kind::Role | Kind::NonLatin))
    {
        let email = Email::parse(&row.email()).unwrap_or_else(|error| panic!("{}: {error}", row.email()));
        assert!(crate::demo::site(email.domain().as_str()).is_some(), "{}", row.email());
        *truths.entry(format!("{:?}", truth(&email.expose()))).or_insert(0) += 1;
    }
    assert!(truths["Deliverable"] > 1000 && truths["Undeliverable"] > 80 && truths["NotKnowable"] > 150, "{truths:?}");
}

#[test]
fn misspelt_domains_do_not_exist() {
    let rows = rows();
    for row in of_kind(&rows, Kind::MisspeltDomain) {
        assert!(row.email().rsplit('.').next() == Some("test"), "{}", row.email());
        assert_eq!(truth(&row.email()), Truth::Undeliverable);
    }
}

#[test]
fn colleagues_share_a_switchboard() {
    let rows = rows();
    let at = |row: &&Row| row.cells[COMPANY] == b"Lanternworks Ltd" && !row.cells[PHONE].is_empty();
    let digits = |row: &Row| -> String { row.text(PHONE).chars().filter(char::is_ascii_digit).collect() };
    let mut ends: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for row in of_kind(&rows, Kind::Contact).into_iter().filter(at).filter(|row| !row.text(PHONE).contains("ext")) {
        let number = digits(row);
        let end = number[number.len().saturating_sub(7)..].to_owned();
        ends.entry(end).or_default().insert([row.cells[FIRST].as_slice(), &row.cells[LAST]].concat());
    }
    assert!(ends.values().any(|names| names.len() > 5), "{ends:?}");
}

#[test]
fn everybody_who_opted_out_is_in_the_list() {
    let rows = rows();
    let listed: BTreeSet<_> = of_kind(&rows, Kind::OptedOut)
        .iter()
        .map(|row| Email::parse(row.email().trim().trim_matches(['<', '>'])).expect("an address").suppression_base())
        .collect();
    assert_eq!(listed, demo_opt_outs().map(str::to_owned).into());
}

#[test]
fn the_file_begins_like_an_export() {
    let file = leads_csv();
    let first = file.split(|byte| *byte == b'\n').next().expect("a line");
    assert_eq!(first, format!("\u{feff}{}\r", HEADER.join(";")).as_bytes());
    assert_eq!(HEADER[EMAIL], "E-Mail");
}

#[test]
fn a_profile_belongs_to_the_person_of_its_row() {
    let rows = rows();
    let plain = rows.iter().filter(|row| matches!(row.kind, Kind::Contact | Kind::FreeMail | Kind::NonLatin));
    let mut seen = 0;
    for row in plain.filter(|row| !row.cells[LINKEDIN].is_empty()) {
        let local = row.email().split('@').next().unwrap_or_default().to_owned();
        let handle = row.text(LINKEDIN).replace('-', "");
        let last: String = local.rsplit(['.', '_']).next().unwrap_or_default().chars().skip(1).collect();
        assert!(handle.contains(&last), "{handle} for {local}");
        seen += 1;
    }
    assert!(seen > 300, "{seen}");
}

#[test]
fn every_company_is_in_the_list() {
    let rows = rows();
    for company in crate::demo::companies() {
        let here =
            rows.iter().filter(|row| row.cells.len() == COLUMNS && row.cells[COMPANY] == company.name.as_bytes());
        assert!(here.count() >= 3, "{}", company.domain);
    }
}
