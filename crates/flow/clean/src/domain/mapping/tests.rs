use super::*;

fn headers() -> Vec<String> {
    ["Name", "Firma", "E-Mail", "Notiz"].map(str::to_owned).to_vec()
}

fn column(index: usize, name: &str, field: Option<Field>) -> MappedColumn {
    MappedColumn { index, name: name.to_owned(), field }
}

#[test]
fn a_good_mapping_passes() {
    let columns = vec![column(2, "E-Mail", Some(Field::Email)), column(3, "Notiz", None)];
    assert_eq!(Mapping { width: 4, columns }.check(&headers()), Ok(()));
    let columns = vec![column(0, "Name", Some(Field::FullName)), column(1, "Firma", Some(Field::Company))];
    assert_eq!(Mapping { width: 4, columns }.check(&headers()), Ok(()));
}

#[test]
fn everything_wrong_is_named_in_words() {
    let columns = vec![
        column(0, "Name", Some(Field::FullName)),
        column(9, "Fax", Some(Field::Phone)),
        column(1, "Firma", Some(Field::FullName)),
        column(0, "Name", None),
    ];
    let errors = Mapping { width: 5, columns }.check(&headers()).unwrap_err();
    let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "the mapping is for 5 columns, but the list has 4",
            "the list has no column \"Fax\" at position 10",
            "the columns \"Name\" and \"Firma\" are both taken for full_name; choose one",
            "the column \"Name\" at position 1 is named twice",
        ]
    );
}

#[test]
fn a_mapping_must_identify_somebody() {
    let columns = vec![column(0, "Name", Some(Field::FullName))];
    assert_eq!(Mapping { width: 4, columns }.check(&headers()), Err(vec![MappingError::NoIdentity]));
}

#[test]
fn the_json_form_is_plain() {
    let json = serde_json::json!({
        "width": 2,
        "columns": [{"index": 0, "name": "E-Mail", "field": "email"}, {"index": 1, "name": "Notiz", "field": null}]
    });
    let mapping: Mapping = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(mapping.column(Field::Email).unwrap().index, 0);
    assert_eq!(serde_json::to_value(&mapping).unwrap(), json);
    assert!(serde_json::from_value::<Mapping>(serde_json::json!({"width": 1, "columns": [], "more": 1})).is_err());
}

#[test]
fn codes_match_json() {
    for (n, field) in Field::ALL.into_iter().enumerate() {
        assert_eq!(field as usize, n);
        assert_eq!(serde_json::to_value(field).unwrap(), field.code());
        assert_eq!(Field::from_code(field.code()), Some(field));
    }
}
