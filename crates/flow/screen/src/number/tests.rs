use super::*;

#[test]
fn numbers_are_read_as_people_type_them() {
    assert_eq!(typed("(202) 555-0123").as_deref(), Some("+12025550123"));
    assert_eq!(typed(" +49 30 23125-000").as_deref(), Some("+493023125000"));
    for text in ["", "202", "+", "+1 202", "+0 123 456 789", "ada@example.com", "+49 30 x"] {
        assert_eq!(typed(text), None, "{text}");
    }
}
