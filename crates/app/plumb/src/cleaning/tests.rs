use plumb_source::Wishes;

use super::*;

fn clean(columns: &[(&str, Option<&str>)], row: &[&str], denied: &[PrivateValue]) -> plumb_source::Cleaned {
    let column = |(index, (name, field)): (usize, &(&str, Option<&str>))| MappedColumn {
        index,
        name: (*name).to_owned(),
        field: field.map(str::to_owned),
    };
    let mapping = Mapping { width: columns.len(), columns: columns.iter().enumerate().map(column).collect() };
    let wishes = Wishes { country: "DE".parse().ok(), denied: denied.to_vec() };
    let mut rows = Cells::default();
    rows.push_row(row.iter().copied());
    let mut answers = (cleaning().clean)(&mapping, &rows, &wishes);
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

/// Whatever column of a field was taken, each cell of a denied class is named, so that it can go from the row as it came.
#[test]
fn every_cell_of_a_denied_class_is_named() {
    let columns = [
        ("Email", Some("email")),
        ("Email 2", Some("email")),
        ("Phone", Some("phone")),
        ("Mobile", Some("phone")),
        ("Home address", Some("street")),
        ("Note", None),
    ];
    let row = ["ada@example.com", "ada@gmail.com", "030 9018200", "0151 12345678", "Musterweg 1", "x"];
    let taken = clean(&columns, &row, &[]);
    assert_eq!(taken.withheld, [0; 0]);
    let denied = clean(&columns, &row, &PrivateValue::ALL);
    assert_eq!(denied.withheld, [1, 3, 4]);
    let CleanedRow::Lead(lead) = denied.row else { panic!("a lead") };
    assert_eq!((lead.email.as_deref(), lead.phone_e164.as_deref()), (Some("ada@example.com"), Some("+49309018200")));
    assert_eq!(lead.street, None);
    assert_eq!(lead.flags.iter().filter(|flag| *flag == "policy_withheld").count(), 1);
}

/// A lead has no date of its own, so none is offered.
#[test]
fn dates_are_carried_along() {
    let names = ["Email".to_owned(), "Last Contacted".to_owned(), "Allergies".to_owned()];
    let proposal = (cleaning().propose)(&names, &[]);
    let fields: Vec<Option<&str>> = proposal.columns.iter().map(|column| column.field.as_deref()).collect();
    assert_eq!(fields, [Some("email"), None, None]);
    assert_eq!(proposal.columns[2].warning.as_ref().map(|warning| warning.code.as_str()), Some("health"));
    assert!(cleaning().fields.iter().all(|field| field.code != "date"));
}
