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
