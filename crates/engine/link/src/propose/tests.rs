use super::propose;
use crate::kind::Kind;

fn codes(headers: &[&str], rows: &[&[&str]]) -> Vec<&'static str> {
    let sample: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    propose(headers, &sample).into_iter().map(|kind| kind.map_or("", Kind::code)).collect()
}

#[test]
fn public_sets() {
    let febrl = [
        "rec_id",
        "given_name",
        "surname",
        "street_number",
        "address_1",
        "address_2",
        "suburb",
        "postcode",
        "state",
        "date_of_birth",
        "soc_sec_id",
    ];
    let found = [
        "",
        "first_name",
        "last_name",
        "street_number",
        "street",
        "building",
        "city",
        "postcode",
        "region",
        "birth_date",
        "person_id",
    ];
    assert_eq!(codes(&febrl, &[]), found);
    let historical = [
        "unique_id",
        "cluster",
        "full_name",
        "first_and_surname",
        "first_name",
        "surname",
        "dob",
        "birth_place",
        "postcode_fake",
        "gender",
        "occupation",
    ];
    let found = [
        "",
        "",
        "full_name",
        "full_name",
        "first_name",
        "last_name",
        "birth_date",
        "birth_place",
        "postcode",
        "gender",
        "occupation",
    ];
    assert_eq!(codes(&historical, &[]), found);
}

#[test]
fn exports_and_languages() {
    assert_eq!(
        codes(&["Vorname", "Nachname", "E-Mail", "Firma", "PLZ", "Ort"], &[]),
        ["first_name", "last_name", "email", "company", "postcode", "city"]
    );
    assert_eq!(codes(&["Nom", "Prénom", "Courriel", "Société"], &[]), ["last_name", "first_name", "email", "company"]);
    assert_eq!(
        codes(
            &[
                "First Name",
                "Last Name",
                "Company Name for Emails",
                "Person Linkedin Url",
                "Work Direct Phone",
                "# Employees"
            ],
            &[]
        ),
        ["first_name", "last_name", "company", "profile", "phone", ""]
    );
}

#[test]
fn cells_speak_where_names_do_not() {
    let rows: [&[&str]; 3] =
        [&["a@example.com", "+49 30 231250"], &["b@example.com", "+49 30 231251"], &["c@example.com", "+49 30 231252"]];
    assert_eq!(codes(&["foo", "bar"], &rows), ["email", "phone"]);
    // Called a phone, but full of something else.
    let rows: [&[&str]; 3] = [&["yes"], &["no"], &["yes"]];
    assert_eq!(codes(&["Phone"], &rows), [""]);
}
