use super::*;

fn name(first: &str, last: &str, full: &str) -> Option<NameKey> {
    NameKey::of(first, last, full, "")
}

#[test]
fn complete_names() {
    for (first, last, full, complete) in [
        ("Ada", "Example", "", true),
        ("J.", "Example", "", false),
        ("J", "Example", "", false),
        ("Ada", "", "Ada", false),
        ("", "Example", "Example", false),
        ("", "", "Иван Иванов", true),
        ("", "", "王小明", true),
        ("王", "小明", "", true),
    ] {
        assert_eq!(name(first, last, full).unwrap().complete, complete, "{first} {last} {full}");
    }
    assert!(name("", "", "").is_none());
}

#[test]
fn accents_case_and_marks_do_not_matter() {
    let key = |first, last| name(first, last, "").unwrap().text;
    assert_eq!(key("JÖRG", "O'Brien"), key("Jorg", "O’BRIEN"));
    assert_ne!(key("Ada", "Example"), key("Ida", "Example"));
}
