use super::*;

fn proposed(headers: &[&str], sample: &[&[&str]]) -> Vec<(String, Option<Field>)> {
    let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
    let sample: Vec<Vec<String>> = sample.iter().map(|row| row.iter().map(|c| (*c).to_owned()).collect()).collect();
    let proposal = propose(&headers, &sample);
    assert!(proposal.columns.iter().all(|column| column.reason.ends_with('.')));
    proposal.columns.into_iter().map(|column| (column.name, column.field)).collect()
}

/// Checks that exactly the named columns get exactly these fields.
fn expect(headers: &[&str], wanted: &[(&str, Field)]) {
    let taken: Vec<(String, Field)> =
        proposed(headers, &[]).into_iter().filter_map(|(name, field)| Some((name, field?))).collect();
    let wanted: Vec<(String, Field)> = wanted.iter().map(|(name, field)| ((*name).to_owned(), *field)).collect();
    assert_eq!(taken, wanted);
}

#[test]
fn hubspot() {
    expect(
        &[
            "Record ID",
            "First Name",
            "Last Name",
            "Email",
            "Phone Number",
            "Contact owner",
            "Company Name",
            "Job Title",
            "City",
            "Country/Region",
            "Lead Status",
            "Create Date",
            "Website URL",
            "Marketing contact status",
        ],
        &[
            ("First Name", Field::FirstName),
            ("Last Name", Field::LastName),
            ("Email", Field::Email),
            ("Phone Number", Field::Phone),
            ("Company Name", Field::Company),
            ("Job Title", Field::Title),
            ("City", Field::City),
            ("Country/Region", Field::Country),
            ("Create Date", Field::Date),
            ("Website URL", Field::Website),
        ],
    );
}

#[test]
fn salesforce() {
    expect(
        &[
            "Contact ID",
            "Salutation",
            "First Name",
            "Last Name",
            "Title",
            "Account Name",
            "Mailing Street",
            "Mailing City",
            "Mailing State/Province",
            "Mailing Zip/Postal Code",
            "Mailing Country",
            "Phone",
            "Mobile",
            "Fax",
            "Email",
            "Account Owner",
        ],
        &[
            ("First Name", Field::FirstName),
            ("Last Name", Field::LastName),
            ("Title", Field::Title),
            ("Account Name", Field::Company),
            ("Mailing Street", Field::Street),
            ("Mailing City", Field::City),
            ("Mailing State/Province", Field::Region),
            ("Mailing Zip/Postal Code", Field::Postcode),
            ("Mailing Country", Field::Country),
            ("Phone", Field::Phone),
            ("Mobile", Field::Phone),
            ("Email", Field::Email),
        ],
    );
}

#[test]
fn apollo() {
    expect(
        &[
            "First Name",
            "Last Name",
            "Title",
            "Company Name",
            "Email",
            "Email Status",
            "Primary Email Catch-all Status",
            "Email Confidence",
            "Work Direct Phone",
            "Mobile Phone",
            "Corporate Phone",
            "# Employees",
            "Industry",
            "Person Linkedin Url",
            "Website",
            "Company Linkedin Url",
            "City",
            "State",
            "Country",
            "Company Address",
            "Company City",
            "Company State",
            "Company Country",
            "Technologies",
        ],
        &[
            ("First Name", Field::FirstName),
            ("Last Name", Field::LastName),
            ("Title", Field::Title),
            ("Company Name", Field::Company),
            ("Email", Field::Email),
            ("Work Direct Phone", Field::Phone),
            ("Mobile Phone", Field::Phone),
            ("Corporate Phone", Field::Phone),
            ("Person Linkedin Url", Field::ProfileUrl),
            ("Website", Field::Website),
            ("City", Field::City),
            ("State", Field::Region),
            ("Country", Field::Country),
            ("Company Address", Field::Street),
        ],
    );
}

#[test]
fn linkedin_connections() {
    let taken = proposed(
        &["First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On"],
        &[
            &["Ada", "Example", "https://www.linkedin.com/in/ada-example", "", "Example Ltd", "CTO", "01 Jan 2026"],
            &["Ben", "Sample", "https://www.linkedin.com/in/ben-sample", "", "Sample Inc", "CFO", "02 Jan 2026"],
            &[
                "Cay",
                "Muster",
                "https://www.linkedin.com/in/cay-muster",
                "cay@example.com",
                "Muster AG",
                "COO",
                "03 Jan 2026",
            ],
        ],
    );
    let fields: Vec<Option<Field>> = taken.into_iter().map(|(_, field)| field).collect();
    assert_eq!(
        fields,
        [
            Some(Field::FirstName),
            Some(Field::LastName),
            Some(Field::ProfileUrl),
            Some(Field::Email),
            Some(Field::Company),
            Some(Field::Title),
            Some(Field::Date)
        ]
    );
}

#[test]
fn german() {
    expect(
        &[
            "Anrede",
            "Vorname",
            "Nachname",
            "Firma",
            "Funktion",
            "E-Mail-Adresse",
            "Telefon",
            "Straße + Hausnummer",
            "PLZ",
            "Ort",
            "Bundesland",
            "Land",
            "Webseite",
            "Notizen",
        ],
        &[
            ("Vorname", Field::FirstName),
            ("Nachname", Field::LastName),
            ("Firma", Field::Company),
            ("Funktion", Field::Title),
            ("E-Mail-Adresse", Field::Email),
            ("Telefon", Field::Phone),
            ("Straße + Hausnummer", Field::Street),
            ("PLZ", Field::Postcode),
            ("Ort", Field::City),
            ("Bundesland", Field::Region),
            ("Land", Field::Country),
            ("Webseite", Field::Website),
        ],
    );
}

#[test]
fn a_work_address_comes_before_a_private_one() {
    expect(&["Personal Email", "Work Email"], &[("Work Email", Field::Email)]);
}

#[test]
fn cells_speak_where_the_name_does_not() {
    let rows: &[&[&str]] = &[&["ada@example.com", "4711"], &["ben@example.org", "4712"], &["n/a", "4713"]];
    assert_eq!(
        proposed(&["Spalte 1", "Spalte 2"], rows),
        [("Spalte 1".to_owned(), Some(Field::Email)), ("Spalte 2".to_owned(), None)]
    );
}

#[test]
fn cells_overrule_a_name_that_is_plainly_wrong() {
    let rows: &[&[&str]] = &[&["ada@example.com"], &["ben@example.org"], &["cay@example.net"]];
    assert_eq!(proposed(&["Contact"], rows), [("Contact".to_owned(), Some(Field::Email))]);
    let pages: &[&[&str]] = &[
        &["https://www.linkedin.com/company/a"],
        &["https://www.linkedin.com/company/b"],
        &["https://www.linkedin.com/company/c"],
    ];
    assert_eq!(proposed(&["LinkedIn"], pages), [("LinkedIn".to_owned(), None)]);
}

#[test]
fn a_doubtful_column_says_so() {
    let headers = ["Email".to_owned()];
    let sample: Vec<Vec<String>> = ["yes", "no", "yes"].map(|cell| vec![cell.to_owned()]).to_vec();
    assert_eq!(propose(&headers, &sample).columns[0].confidence, Confidence::Low);
}

#[test]
fn the_owner_of_a_contact_is_not_the_contact() {
    let rows: &[&[&str]] = &[&["rep@example.com"], &["rep@example.com"], &["rep@example.com"]];
    assert_eq!(proposed(&["Contact owner"], rows), [("Contact owner".to_owned(), None)]);
}

#[test]
fn every_known_name_is_folded_and_stands_once() {
    let mut seen = std::collections::BTreeSet::new();
    for mut row in lists::rows(HEADERS) {
        let (field, rank, names) = (row.next().unwrap(), row.next().unwrap(), row.next().unwrap());
        assert!(Field::from_code(field).is_some(), "{field}");
        assert!(rank.parse::<usize>().is_ok());
        for name in names.split(' ') {
            let folded = fold::solid(name);
            assert!(!name.is_ascii() || folded == name, "{name}");
            assert!(seen.insert(folded), "{name} stands twice");
        }
    }
}

#[test]
fn special_categories_are_warned_of_and_never_taken() {
    let headers = ["Email", "Religion", "Notes", "SSN"].map(str::to_owned);
    let rows = [
        ["ada@example.com", "", "pregnant", ""],
        ["ben@example.com", "", "diabetes", ""],
        ["cy@example.com", "", "asthma", ""],
    ];
    let sample: Vec<Vec<String>> = rows.map(|row| row.map(str::to_owned).to_vec()).to_vec();
    let proposal = propose(&headers, &sample);
    let warnings: Vec<Option<Sensitive>> = proposal.columns.iter().map(|column| column.warning).collect();
    assert_eq!(warnings, [None, Some(Sensitive::Religion), Some(Sensitive::Health), Some(Sensitive::NationalId)]);
    assert!(proposal.columns.iter().all(|column| column.warning.is_none() || column.field.is_none()));
    assert!(proposal.columns[1].reason.contains("GDPR"));
}

#[test]
fn a_preset_says_what_its_columns_are() {
    let headers = [
        "Record ID",
        "First Name",
        "Last Name",
        "Email",
        "Phone Number",
        "Mobile Phone Number",
        "Contact owner",
        "Lead Status",
        "Associated Company",
        "Company Domain Name",
    ]
    .map(str::to_owned);
    let proposal = propose(&headers, &[]);
    assert_eq!(proposal.preset.as_ref().map(|preset| preset.name.as_str()), Some("HubSpot"));
    let field = |name: &str| proposal.columns.iter().find(|column| column.name == name).and_then(|column| column.field);
    assert_eq!(field("Mobile Phone Number"), Some(Field::Phone));
    assert_eq!(field("Phone Number"), Some(Field::Phone));
    let mobile = proposal.columns.iter().find(|column| column.name == "Mobile Phone Number").unwrap();
    assert_eq!(mobile.reason, "Asked where \"Phone Number\" has nothing usable.");
    assert_eq!(field("Associated Company"), Some(Field::Company));
    assert_eq!(field("Company Domain Name"), Some(Field::Website));
    assert_eq!(field("Contact owner"), None);
    assert!(proposal.mapping().check(&headers).is_ok());
    assert_eq!(propose_as(&headers, &[], None).preset, None);
}

/// Dates by name and by look; of several, the day of the last contact. A birthday is nobody's business.
#[test]
fn columns_of_dates() {
    expect(
        &["Email", "Create Date", "Last Activity Date", "Last Modified"],
        &[("Email", Field::Email), ("Last Activity Date", Field::Date)],
    );
    let dates = |name: &str| {
        let rows = [["ada@example.com", "20.11.2026"], ["grace@example.com", "3 Nov 2026"], ["x@example.com", ""]];
        proposed(&["Email", name], &rows.each_ref().map(<[&str; 2]>::as_slice))[1].1
    };
    assert_eq!(dates("Met at the fair"), Some(Field::Date));
    for name in ["Birthday", "Date of birth", "Geburtsdatum", "DOB", "Fecha de nacimiento"] {
        assert_eq!(dates(name), None, "{name}");
    }
    let rows = [["ada@example.com", "x"], ["grace@example.com", "y"], ["x@example.com", "z"]];
    let named = proposed(&["Email", "Date"], &rows.each_ref().map(<[&str; 2]>::as_slice));
    assert_eq!(named[1].1, None, "no cell of it is a date");
}
