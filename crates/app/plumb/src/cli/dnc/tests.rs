use super::{columns, elements};

#[test]
fn columns_are_named_by_what_they_have() {
    let read = columns("area=1,number=2,change=3").unwrap();
    assert_eq!((read.area, read.number, read.change), (Some(1), 2, Some(3)));
    for (text, says) in [
        ("area=1", "number=1"),
        ("number", "WHAT=VALUE"),
        ("number=x", "not the number of a column"),
        ("number=0", "number=1"),
        ("number=1,area=0", "counted from 1"),
        ("telephone=1", "there are number, area, change"),
    ] {
        let error = columns(text).unwrap_err();
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn elements_are_named_by_what_they_have() {
    let read = elements("number=line,number=tel,area=region").unwrap();
    assert_eq!((read.number, read.area), (vec!["line".to_owned(), "tel".to_owned()], vec!["region".to_owned()]));
    assert!(elements("area=region").unwrap_err().contains("number=phone"));
}
