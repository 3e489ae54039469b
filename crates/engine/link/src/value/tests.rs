use super::{Mailbox, company, domain, handle, is_blank, phone, street};

fn of(make: fn(&str, &mut String), cell: &str) -> String {
    let mut out = String::new();
    make(cell, &mut out);
    out
}

#[test]
fn mailboxes() {
    let read = |cell| Mailbox::read(cell).map(|mailbox| mailbox.key);
    assert_eq!(read("Ada <Ada.L+news@Example.COM>").as_deref(), Some("ada.l@example.com"));
    assert_eq!(read("a.d.a@gmail.com").as_deref(), Some("ada@gmail.com"));
    assert_eq!(read("ada at example"), None);
    let mailbox = Mailbox::read("ada@mail.example.co.uk").unwrap();
    assert_eq!((mailbox.local(), mailbox.org_domain()), ("ada", Some("example.co.uk")));
    assert_eq!(Mailbox::read("ada@gmx.de").unwrap().org_domain(), None);
}

#[test]
fn links() {
    assert_eq!(domain("https://www.example.com/about?x=1").as_deref(), Some("example.com"));
    assert_eq!(handle("https://www.linkedin.com/in/Ada-L/?x=1").as_deref(), Some("ada-l"));
    assert_eq!(handle("https://www.linkedin.com/company/acme/"), None);
}

#[test]
fn numbers_with_and_without_country() {
    assert_eq!(of(phone, "+44 20 7946 0958"), of(phone, "(020) 7946 0958"));
    assert_eq!(of(phone, "+1 217-555-0123 ext. 7"), of(phone, "217 555 0123"));
    assert_eq!(of(phone, "12"), "");
}

#[test]
fn companies_and_streets() {
    assert_eq!(of(company, "The Acme Tools, Inc."), "acme tools");
    assert_eq!(of(company, "Acme S.A."), "acme");
    assert_eq!(of(company, "AG"), "ag");
    let (mut name, mut number) = (String::new(), String::new());
    street("12b Stanley Street", &mut name, &mut number);
    assert_eq!((name.as_str(), number.as_str()), ("stanley st", "12b"));
}

#[test]
fn blanks() {
    assert!(["", " - ", "N/A", "null", "--"].iter().all(|cell| is_blank(cell)));
    assert!(!is_blank("Nan Smith"));
}
