use super::guard;

#[test]
fn formulas_are_defused_and_numbers_kept() {
    for formula in ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "+", "+49 30 23125000"] {
        assert_eq!(guard(formula), format!("'{formula}"));
    }
    for plain in ["", "Ada", "+493023125000", "a=b", "1-2"] {
        assert_eq!(guard(plain), plain);
    }
}
