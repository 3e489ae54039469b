use std::sync::{Arc, LazyLock};

use plumb_base::{Cells, Country};
use proptest::prelude::*;

use super::super::batch::Cleaned;
use super::super::columns::propose;
use super::super::kernel::Options;
use super::super::lead::{CleanLead, merge};
use super::super::mapping::{MappedColumn, Mapping};
use super::super::policy::PrivateClasses;
use super::super::rules::Rules;
use super::*;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::embedded()));

/// Every field in its order.
fn all_fields() -> Mapping {
    let column = |(index, field): (usize, Field)| MappedColumn { index, name: field.code().into(), field: Some(field) };
    Mapping { width: Field::ALL.len(), columns: Field::ALL.into_iter().enumerate().map(column).collect() }
}

/// A row of all fields, of which these are filled.
fn row<'a>(filled: &[(Field, &'a str)]) -> Vec<&'a str> {
    let mut row = vec![""; Field::ALL.len()];
    for (field, text) in filled {
        row[*field as usize] = text;
    }
    row
}

/// What the tests look at of one row.
#[derive(Debug)]
struct Seen {
    lead: CleanLead,
    flags: Vec<Flag>,
    reject: Option<RejectReason>,
    changes: Vec<(Field, Reason)>,
}

fn clean_with(options: Options, record: &[&str]) -> Seen {
    let mut cells = Cells::default();
    cells.push_row(record.iter().copied());
    let mut out = Cleaned::default();
    Kernel::new(RULES.clone(), &all_fields(), options).clean(&cells, &mut out);
    let row = out.row(0);
    Seen {
        lead: row.lead(),
        flags: row.flags().iter().collect(),
        reject: row.reject(),
        changes: row.changes().collect(),
    }
}

fn clean_row(record: &[&str], default_country: Option<Country>) -> Seen {
    clean_with(Options { default_country, ..Options::default() }, record)
}

fn clean(filled: &[(Field, &str)]) -> Seen {
    clean_row(&row(filled), None)
}

/// The row that a clean lead would be written as.
fn written(lead: &CleanLead) -> Vec<String> {
    let value = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut row = [
        &lead.email,
        &lead.phone_e164,
        &lead.first_name,
        &lead.last_name,
        &lead.full_name,
        &lead.title,
        &lead.company,
        &lead.website,
        &lead.street,
        &lead.city,
        &lead.region,
        &lead.postcode,
    ]
    .map(value)
    .to_vec();
    row.push(lead.country.map(|country| country.to_string()).unwrap_or_default());
    row.push(value(&lead.linkedin));
    row
}

#[test]
fn a_whole_row() {
    let cleaned = clean(&[
        (Field::Email, "Ada Example <Ada.Example+crm@Mail.EXAMPLE.com>"),
        (Field::Phone, "030 23125 000"),
        (Field::FirstName, "DR. ADA"),
        (Field::LastName, "EXAMPLE"),
        (Field::Title, " Head  of Sales"),
        (Field::Company, "Example GmbH"),
        (Field::Website, "www.example.com/?utm=1"),
        (Field::Postcode, "D-10115"),
        (Field::City, "n/a"),
        (Field::Country, "Deutschland"),
        (Field::ProfileUrl, "https://www.linkedin.com/in/Ada-Example/"),
    ]);
    let lead = &cleaned.lead;
    assert_eq!(cleaned.reject, None);
    assert_eq!(cleaned.flags, [Flag::Placeholder, Flag::EmailAlias]);
    assert_eq!(
        written(lead),
        [
            "Ada.Example+crm@mail.example.com",
            "+493023125000",
            "Ada",
            "Example",
            "Ada Example",
            "Head of Sales",
            "Example GmbH",
            "https://www.example.com",
            "",
            "",
            "",
            "10115",
            "DE",
            "ada-example"
        ]
    );
    assert_eq!(lead.email_key.as_deref(), Some("ada.example@mail.example.com"));
    assert_eq!(lead.email_domain.as_deref(), Some("mail.example.com"));
    assert_eq!(lead.org_domain.as_deref(), Some("example.com"));
    assert_eq!(lead.company_key.as_deref(), Some("example"));
    assert_eq!(lead.dedupe_key, "e:ada.example@mail.example.com");
    assert_eq!(
        cleaned.changes,
        [
            (Field::Email, Reason::EmailTaken),
            (Field::Phone, Reason::PhoneForm),
            (Field::FirstName, Reason::NameParts),
            (Field::LastName, Reason::NameCase),
            (Field::FullName, Reason::NameFilled),
            (Field::Title, Reason::Tidied),
            (Field::Website, Reason::WebsiteForm),
            (Field::City, Reason::Placeholder),
            (Field::Postcode, Reason::PostcodeForm),
            (Field::Country, Reason::CountryCode),
            (Field::ProfileUrl, Reason::ProfileHandle),
        ]
    );
}

#[test]
fn rejects() {
    let reject = |record: &[&str]| clean_row(record, None).reject;
    assert_eq!(reject(&row(&[])), Some(RejectReason::EmptyRow));
    assert_eq!(reject(&["  ", "\t"]), Some(RejectReason::EmptyRow));
    assert_eq!(reject(&["ada@example.com"]), Some(RejectReason::RaggedRow));
    assert_eq!(reject(&row(&[(Field::Email, "ada@example.com"), (Field::City, "a\0b")])), Some(RejectReason::NulByte));
    let long = "x".repeat(FIELD_BYTES_MAX + 1);
    assert_eq!(
        reject(&row(&[(Field::Email, "ada@example.com"), (Field::City, &long)])),
        Some(RejectReason::FieldTooLong)
    );
    assert_eq!(reject(&row(&[(Field::FullName, "Ada Example")])), Some(RejectReason::NothingToIdentify));
    assert_eq!(reject(&row(&[(Field::Company, "Example Ltd")])), Some(RejectReason::NothingToIdentify));
    assert_eq!(reject(&row(&[(Field::Email, "ada@")])), Some(RejectReason::NothingToIdentify));
}

#[test]
fn a_bad_address_does_not_cost_the_row_its_person() {
    let cleaned = clean(&[(Field::Email, "ada@"), (Field::FullName, "Ada Example"), (Field::Company, "Example Ltd")]);
    assert_eq!(cleaned.reject, None);
    assert_eq!(cleaned.flags, [Flag::EmailInvalid]);
    assert_eq!(cleaned.changes[0], (Field::Email, Reason::EmailRefused));
    assert_eq!(cleaned.lead.dedupe_key, "n:ada example|example");
}

#[test]
fn forms_of_one_mailbox_have_one_key() {
    let key = |email| clean(&[(Field::Email, email)]).lead.dedupe_key;
    for email in ["Ada.Example@gmail.com", "adaexample+news@gmail.com", "ada.exam.ple@GMAIL.com"] {
        assert_eq!(key(email), "e:adaexample@gmail.com", "{email}");
    }
    assert_eq!(key("ADA+x@example.com"), key("ada@example.com"));
    assert_ne!(key("ada.b@example.com"), key("adab@example.com"), "dots count elsewhere");
}

#[test]
fn keys_from_the_strongest_thing_there_is() {
    let key = |filled: &[(Field, &str)]| clean(filled).lead.dedupe_key;
    let person = [(Field::FirstName, "Ada"), (Field::LastName, "Example")];
    let with = |more: &[(Field, &'static str)]| key(&[person.as_slice(), more].concat());
    assert_eq!(with(&[(Field::Email, "ada@example.com"), (Field::ProfileUrl, "ada-example")]), "e:ada@example.com");
    assert_eq!(with(&[(Field::Email, "info@example.com")]), "e:info@example.com|ada example");
    assert_eq!(key(&[(Field::Email, "info@example.com")]), "e:info@example.com");
    assert_eq!(with(&[(Field::ProfileUrl, "ada-example")]), "l:ada-example");
    assert_eq!(with(&[(Field::Phone, "+493023125000")]), "p:+493023125000|ada example");
    assert_eq!(with(&[(Field::Website, "example.com"), (Field::Company, "Muster AG")]), "n:ada example|example.com");
    assert_eq!(with(&[(Field::Company, "Muster AG")]), "n:ada example|muster");
    assert!(with(&[(Field::City, "Berlin")]).starts_with("r:"));
    assert!(key(&[(Field::Phone, "+493023125000")]).starts_with("r:"), "a switchboard alone is nobody");
}

/// The real failure on lists of businesses: same company, therefore same person.
#[test]
fn colleagues_never_meet_in_a_key() {
    let shared = [
        (Field::Phone, "+493023125000"),
        (Field::Company, "Example GmbH"),
        (Field::Website, "example.com"),
        (Field::Street, "Musterweg 1"),
    ];
    let colleagues: [&[(Field, &str)]; 9] = [
        &[(Field::FirstName, "Ada"), (Field::LastName, "Example")],
        &[(Field::FirstName, "Ida"), (Field::LastName, "Example")],
        &[(Field::FirstName, "Ada"), (Field::LastName, "Muster")],
        &[(Field::FirstName, "A."), (Field::LastName, "Example"), (Field::Title, "CFO")],
        &[(Field::FirstName, "A."), (Field::LastName, "Example"), (Field::Title, "CTO")],
        &[(Field::FirstName, "Ben"), (Field::Title, "Sales")],
        &[(Field::FirstName, "Ben"), (Field::Title, "Support")],
        &[(Field::Title, "Reception")],
        &[(Field::Title, "Accounting")],
    ];
    for email in ["", "info@example.com"] {
        let mut keys = Vec::new();
        for colleague in colleagues {
            // A function's mailbox with half a name is as far as the row goes.
            if !email.is_empty()
                && !colleague
                    .iter()
                    .any(|(field, text)| *field == Field::FirstName && text.len() == 3 && *text != "Ben")
            {
                continue;
            }
            keys.push(clean(&[shared.as_slice(), colleague, &[(Field::Email, email)]].concat()).lead.dedupe_key);
        }
        let count = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), count, "{keys:?}");
    }
}

#[test]
fn free_and_social_domains_are_no_companys() {
    let lead = clean(&[(Field::Email, "ada@gmail.com"), (Field::Website, "https://www.linkedin.com/company/example")]);
    assert_eq!(lead.lead.org_domain, None);
    assert_eq!(lead.flags, [Flag::EmailFree, Flag::NoOrganisation, Flag::WebsiteNotOwn]);
}

#[test]
fn the_rows_country_comes_before_the_default() {
    let default = "US".parse().ok();
    let cleaned = clean_row(&row(&[(Field::Phone, "030 23125 000"), (Field::Country, "Germany")]), default);
    assert_eq!(cleaned.lead.phone_e164.as_deref(), Some("+493023125000"));
    let cleaned = clean_row(&row(&[(Field::Phone, "202 555 0123")]), default);
    assert_eq!(cleaned.lead.phone_e164.as_deref(), Some("+12025550123"));
}

#[test]
fn debug_output_of_a_row_has_nobody_in_it() {
    let cleaned = clean(&[(Field::Email, "ada@gmial.com; ben@example.com"), (Field::FullName, "ADA EXAMPLE")]);
    let shown = format!("{cleaned:?}").to_lowercase();
    assert!(!shown.contains("ada") && !shown.contains("ben@"), "{shown}");
}

/// Cells as lists have them: clean, dirty, and hostile.
fn cell() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "ada.example+x@gmail.com",
        "INFO@EXAMPLE.COM",
        "Ada <ada@example.com>; ben@example.org",
        "mailto:o'brien@example.co.uk?x=1",
        "+49 (0)30 23125000",
        "0049 30 23125000 / 0151 23456789",
        "(202) 555-0123 x12",
        "1.2E+10",
        "+12011234567",
        "2134",
        "D-10115",
        "ADA",
        "VAN DER BERG",
        "mcdonald",
        "o’neil-SMITH",
        "DR. J.P.",
        "Example, Dr. Ada B. PhD",
        "王小明",
        "JP",
        "NG",
        "İSTANBUL",
        "straße",
        "Example GmbH & Co. KG",
        "AB Exempel",
        "N/A",
        "-",
        "NA",
        "Deutschland",
        "USA",
        "Na",
        "MÃ¼ller",
        "e\u{301}a\u{200b} \u{a0}b",
        "https://www.linkedin.com/in/Ada-%C3%96/",
        "www.example.com/a)?q",
        "http://münchen.example/x",
        "head of sales",
        "Dr. N/A",
        "Test Example",
        "Example, MBA",
        "",
        " ",
    ])
    .prop_map(str::to_owned);
    prop_oneof![6 => known, 2 => "\\PC{0,24}", 1 => any::<String>(), 1 => "[a-zA-Z0-9@.+<> ,;:'\"()/%-]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Never panics, and gives the same answer for the same row.
    #[test]
    fn any_row_has_one_answer(cells in prop::collection::vec(cell(), 0..16), country in prop::sample::select(vec!["", "US", "DE", "ZZ"])) {
        let record: Vec<&str> = cells.iter().map(String::as_str).collect();
        let one = clean_row(&record, country.parse().ok());
        let other = clean_row(&record, country.parse().ok());
        prop_assert_eq!(&one.lead, &other.lead);
        prop_assert_eq!(&one.flags, &other.flags);
        prop_assert!(one.flags.is_sorted());
        prop_assert!(!one.lead.dedupe_key.is_empty() || one.reject.is_some());
    }

    /// Cleaning what is clean changes nothing.
    #[test]
    fn clean_rows_stay(cells in prop::collection::vec(cell(), 14), country in prop::sample::select(vec!["", "US", "DE"])) {
        let country = country.parse().ok();
        let record: Vec<&str> = cells.iter().map(String::as_str).collect();
        let once = clean_row(&record, country);
        let row = written(&once.lead);
        let record: Vec<&str> = row.iter().map(String::as_str).collect();
        let twice = clean_row(&record, country);
        if twice.reject != Some(RejectReason::EmptyRow) && once.reject != Some(RejectReason::NulByte) {
            prop_assert_eq!(written(&twice.lead), row);
            prop_assert_eq!(&twice.lead.email_key, &once.lead.email_key);
            prop_assert_eq!(&twice.lead.company_key, &once.lead.company_key);
            prop_assert_eq!(&twice.lead.org_domain, &once.lead.org_domain);
            if !once.lead.dedupe_key.starts_with("r:") {
                prop_assert_eq!(&twice.lead.dedupe_key, &once.lead.dedupe_key);
            }
            prop_assert!(twice.changes.is_empty(), "{:?}", twice.changes);
        }
    }

    /// Merging a row into itself fills nothing.
    #[test]
    fn merging_with_itself_is_nothing(cells in prop::collection::vec(cell(), 14)) {
        let record: Vec<&str> = cells.iter().map(String::as_str).collect();
        let lead = clean_row(&record, None).lead;
        let mut kept = lead.clone();
        prop_assert!(merge(&mut kept, &lead).is_empty());
        prop_assert_eq!(kept, lead);
    }
}

/// A placeholder beside a name leaves no trace in the whole name, whatever letters it was made of.
#[test]
fn a_placeholder_is_no_part_of_the_whole_name() {
    let cleaned = clean(&[(Field::FirstName, "ADA"), (Field::LastName, "NA"), (Field::Email, "ada@example.com")]);
    assert_eq!((cleaned.lead.last_name, cleaned.lead.full_name.as_deref()), (None, Some("Ada")));
    assert_eq!(cleaned.flags, [Flag::Placeholder]);
}

/// Several columns of numbers or addresses: the best that is usable counts, and each row by itself.
#[test]
fn further_columns_are_asked_where_the_first_has_nothing_usable() {
    let names = ["Vorname", "Nachname", "Mobil", "Telefon", "Firma", "E-Mail", "Secondary Email", "Personal Email"];
    let names: Vec<String> = names.map(str::to_owned).to_vec();
    let rows = [
        ["Ada", "Example", "0151 12345678", "030 9018200", "", "ada@example.com", "ada2@example.com", ""],
        ["Bo", "Example", "0151 12345678", "", "", "none", "bo@example.com", ""],
        ["Cy", "Example", "0151 12345678", "12", "", "not an address", "nor this", ""],
        ["Di", "Example", "1", "2", "Sample AG", "", "di at example", "di@example.com"],
        ["Ed", "Example", "", "", "Sample AG", "", "", "ed@example.com"],
    ];
    let sample: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
    let mapping = propose(&names, &sample).mapping();
    assert_eq!(mapping.check(&names), Ok(()));
    let fields: Vec<Option<Field>> = mapping.columns.iter().map(|column| column.field).collect();
    assert_eq!(fields[2..4], [Some(Field::Phone); 2]);
    assert_eq!(fields[5..], [Some(Field::Email), Some(Field::Email), None], "a private address is nobody's business");

    let options = Options { default_country: Some("DE".parse().unwrap()), ..Options::default() };
    let kernel = Kernel::new(Arc::new(Rules::embedded()), &mapping, options);
    let (mut cells, mut out) = (Cells::default(), Cleaned::default());
    for row in &rows {
        cells.push_row(row.iter().copied());
    }
    kernel.clean(&cells, &mut out);
    let got: Vec<_> = out.iter().map(|row| (row.get(Value::Phone), row.get(Value::Email))).collect();
    assert_eq!(
        got,
        [
            (Some("+49309018200"), Some("ada@example.com")),
            (Some("+4915112345678"), Some("bo@example.com")),
            (Some("+4915112345678"), None),
            (None, None),
            (None, None),
        ]
    );
    assert!(!out.row(2).flags().contains(Flag::PhoneInvalid), "the one that is used is good");
    assert!(out.row(3).flags().contains(Flag::PhoneInvalid) && out.row(3).flags().contains(Flag::EmailInvalid));
    assert_eq!(out.row(1).reason(Field::Phone), Some(Reason::PhoneForm));
    assert_eq!(out.row(1).reason(Field::Email), None, "taken as it stands in its own column");

    // Where mobile numbers are not taken, the other column is asked.
    let denied = PrivateClasses::default().with(PrivateClass::Mobile);
    let swapped = Mapping {
        columns: mapping.columns.iter().filter(|column| column.name != "Telefon").cloned().collect(),
        ..mapping.clone()
    };
    for (mapping, phone) in [(&mapping, Some("+49309018200")), (&swapped, None)] {
        let kernel = Kernel::new(Arc::new(Rules::embedded()), mapping, Options { denied, ..options });
        kernel.clean(&cells, &mut out);
        assert_eq!(out.row(0).get(Value::Phone), phone);
    }
}

/// A date is written in ISO 8601; which of day and month stands first, the list must show.
#[test]
fn dates() {
    let read = |cell: &str, order| {
        let options = Options { date_order: order, ..Options::default() };
        let kernel = Kernel::new(Arc::new(Rules::embedded()), &all_fields(), options);
        let mut cells = Cells::default();
        cells.push_row(row(&[(Field::Email, "ada@example.com"), (Field::Date, cell)]));
        let mut out = Cleaned::default();
        kernel.clean(&cells, &mut out);
        let row = out.row(0);
        assert_eq!(row.reject(), None);
        let flags: Vec<&str> = row.flags().iter().map(Flag::code).filter(|code| code.starts_with("date")).collect();
        (row.get(Value::Date).unwrap_or_default().to_owned(), flags.join(" "), row.reason(Field::Date))
    };
    let (day, month) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
    let form = Some(Reason::DateForm);
    for (cell, order, wanted) in [
        ("2026-11-20", None, ("2026-11-20", "", None)),
        ("2026-11-20T08:30:00Z", None, ("2026-11-20", "", form)),
        ("20 nov. 2026", None, ("2026-11-20", "", form)),
        ("20/11/2026", None, ("2026-11-20", "", form)),
        ("03/04/2026", None, ("", "date_ambiguous", Some(Reason::DateRefused))),
        ("03/04/2026", day, ("2026-04-03", "", form)),
        ("03/04/2026", month, ("2026-03-04", "", form)),
        ("20/11/2026", month, ("2026-11-20", "date_order", form)),
        ("20.11.2026", month, ("2026-11-20", "", form)),
        ("soon", None, ("", "date_invalid", Some(Reason::DateRefused))),
        ("n/a", None, ("", "", Some(Reason::Placeholder))),
        ("", None, ("", "", None)),
    ] {
        let (date, flags, reason) = read(cell, order);
        assert_eq!((date.as_str(), flags.as_str(), reason), wanted, "{cell} {order:?}");
    }
}
