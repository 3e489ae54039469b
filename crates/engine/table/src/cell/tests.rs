use super::{is_email, is_formula, is_value};

#[test]
fn addresses_and_values() {
    assert!(is_email(" ada@example.com "));
    assert!(!is_email("@example.com") && !is_email("ada@example") && !is_email("ada b@example.com"));
    assert!(is_value("2024-01-31") && is_value("+49 30 1") && is_value("www.example.com"));
    assert!(!is_value("First name") && !is_value(""));
}

#[test]
fn formulas_but_not_numbers_with_a_sign() {
    for cell in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|'x'!A1", "\t=1", "=HYPERLINK(\"http://x\")"] {
        assert!(is_formula(cell.as_bytes()), "{cell:?}");
    }
    for cell in ["", "=", "@", "+49 30 23125-0", "-5", "+1 (217) 555-0100 ext 5", "- none -", "a=b", "-12,5"] {
        assert!(!is_formula(cell.as_bytes()), "{cell:?}");
    }
}
