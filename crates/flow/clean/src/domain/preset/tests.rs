use super::super::columns::propose;
use super::*;

fn preset(headers: &[&str]) -> Option<String> {
    let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    Preset::of(&headers).map(|preset| preset.code)
}

#[test]
fn exports_are_recognised() {
    let cases: [(&str, &[&str]); 6] = [
        ("hubspot", &["Record ID", "First Name", "Last Name", "Email", "Contact owner", "Lead Status", "Create Date"]),
        (
            "apollo",
            &[
                "First Name",
                "Last Name",
                "Title",
                "Company Name",
                "Email",
                "Email Status",
                "Seniority",
                "Departments",
                "Person Linkedin Url",
            ],
        ),
        (
            "clay",
            &["First Name", "Last Name", "Full Name", "Job Title", "Location", "Company Domain", "LinkedIn Profile"],
        ),
        ("salesforce", &["Contact ID", "First Name", "Last Name", "Account Name", "Mailing City", "Email", "Phone"]),
        (
            "salesforce",
            &["Id", "FirstName", "LastName", "AccountId", "MailingStreet", "MailingPostalCode", "Email", "OwnerId"],
        ),
        (
            "instantly",
            &[
                "email",
                "first_name",
                "last_name",
                "company_name",
                "personalization",
                "lead_status",
                "lt_interest_status",
            ],
        ),
    ];
    for (wanted, headers) in cases {
        assert_eq!(preset(headers).as_deref(), Some(wanted), "{headers:?}");
    }
    assert_eq!(preset(&["First Name", "Last Name", "Email", "Company", "Phone"]), None);
    assert_eq!(preset(&[]), None);
}

#[test]
fn every_preset_reads_back_folded() {
    let mut count = 0;
    for rule in rules() {
        count += 1;
        assert!(rule.least >= 1 && rule.least <= rule.some.len());
        for header in rule.all.iter().chain(&rule.some) {
            assert_eq!(fold::solid(header), *header);
        }
        assert!(rule.preset.fields.iter().any(|(field, _)| *field == Field::Email));
        for name in rule.preset.fields.iter().flat_map(|(_, names)| names) {
            assert_eq!(fold::solid(name), *name);
        }
        assert_eq!(Preset::from_code(&rule.preset.code).map(|preset| preset.name), Some(rule.preset.name));
    }
    assert_eq!(count, lists::rows(PRESETS).count());
    assert_eq!(count, 5);
}

/// Header rows of each product: the product is recognised, and each column is taken for what it is.
#[test]
fn headers_of_each_product() {
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    for line in include_str!("headers.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split(" | ");
        let code = cells.next().unwrap();
        seen.insert(code);
        let (names, wanted): (Vec<String>, Vec<&str>) = cells
            .map(|cell| cell.split_once('=').unwrap_or((cell, "-")))
            .map(|(name, field)| (name.to_owned(), field))
            .unzip();
        let proposal = propose(&names, &[]);
        let found = proposal.preset.as_ref().map_or("-", |preset| preset.code.as_str());
        if found != code {
            wrong.push(format!("{code}: taken for {found}"));
        }
        for (column, wanted) in proposal.columns.iter().zip(wanted) {
            let field = column.field.map_or("-", Field::code);
            if field != wanted {
                wrong.push(format!("{code}, {}: {field}, not {wanted}", column.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen.len(), rules().count(), "each has a header row");
}
