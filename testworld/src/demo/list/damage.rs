//! What happens to rows on their way through people and programs: duplicates and broken text.

use super::{CITY, COMPANY, EMAIL, FIRST, Kind, LAST, LINKEDIN, Maker, NOTES, PHONE, Row, TITLE};

const EXACT: usize = 130;
const NEAR: usize = 240;
const TWINS: usize = 70;

/// Duplicates of rows that are in the list already.
pub(super) fn duplicates(maker: &mut Maker, rows: &[Row]) -> Vec<Row> {
    let contacts: Vec<&Row> = rows.iter().filter(|row| row.kind == Kind::Contact).collect();
    let mut out = Vec::with_capacity(EXACT + NEAR + TWINS);
    for _ in 0..EXACT {
        let row = maker.rng.pick(&contacts).clone();
        out.push(Row { kind: Kind::ExactDuplicate, ..row });
    }
    for number in 0..NEAR {
        let row = maker.rng.pick(&contacts).clone();
        out.push(near(maker, number, Row { kind: Kind::NearDuplicate, ..row }));
    }
    for _ in 0..TWINS {
        let mut row = maker.rng.pick(&contacts).clone();
        row.kind = Kind::TwinWithoutEmail;
        row.put(EMAIL, "");
        if maker.rng.chance(50) {
            row.put(TITLE, "");
        }
        out.push(row);
    }
    out
}

/// The same person, written differently.
fn near(maker: &mut Maker, number: usize, mut row: Row) -> Row {
    let email = row.text(EMAIL);
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    match number % 8 {
        0 => row.put(EMAIL, &email.to_uppercase()),
        1 => row.put(EMAIL, &format!("{local}+{}@{domain}", maker.rng.pick(&["news", "crm", "fair2024"]))),
        2 => {
            row.put(EMAIL, &format!("  {email} "));
            let first = format!(" {}\u{a0}", row.text(FIRST));
            row.put(FIRST, &first);
            let company = row.text(COMPANY).replacen(' ', "  ", 1);
            row.put(COMPANY, &company);
        }
        3 => {
            // Both names in one cell, the last first.
            let both = format!("{}, {}", row.text(LAST), row.text(FIRST));
            row.put(FIRST, "");
            row.put(LAST, &both);
        }
        4 => {
            let (first, last) = (row.text(FIRST), row.text(LAST));
            row.put(FIRST, &last.to_uppercase());
            row.put(LAST, &first);
        }
        5 => {
            row.put(PHONE, "");
            row.put(TITLE, "");
            row.put(LINKEDIN, "");
            row.put(NOTES, "from old CRM");
        }
        6 => {
            let initial: String = row.text(FIRST).chars().take(1).collect();
            row.put(FIRST, &format!("{initial}."));
            row.put(CITY, "");
        }
        _ => {
            let mut letters = email.chars();
            let capital: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
            row.put(EMAIL, &format!("{capital}{}", letters.as_str()));
            let company = row.text(COMPANY).replace(['.', ','], "").to_uppercase();
            row.put(COMPANY, &company);
        }
    }
    row
}

/// Rows whose text went through the wrong encoding.
pub(super) fn damaged(maker: &mut Maker) -> Vec<Row> {
    const MOJIBAKE: usize = 30;
    const NOT_UTF8: usize = 15;
    let mut out = Vec::with_capacity(MOJIBAKE + NOT_UTF8);
    while out.len() < MOJIBAKE + NOT_UTF8 {
        let mut row = maker.contact(Kind::BrokenEncoding);
        let names = row.text(FIRST) + &row.text(LAST);
        if names.is_ascii() || !names.chars().all(|letter| u32::from(letter) < 0x100) {
            continue; // nothing that could break this way
        }
        for column in [FIRST, LAST, CITY] {
            let text = row.text(column);
            row.cells[column] = if out.len() < MOJIBAKE { mojibake(&text).into_bytes() } else { latin1(&text) };
        }
        out.push(row);
    }
    out
}

/// UTF-8 taken for Windows-1252: `ü` becomes `Ã¼`.
fn mojibake(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            // Of the second bytes of Latin letters, these are not the same in Windows-1252.
            0x89 => '‰',
            0x84 => '„',
            0x85 => '…',
            0x96 => '–',
            0x9c => 'œ',
            0x9f => 'Ÿ',
            0x81 => '\u{81}',
            _ => char::from(byte),
        })
        .collect()
}

/// The text in one byte for each letter, which is not UTF-8 once a letter is not ASCII.
fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}
