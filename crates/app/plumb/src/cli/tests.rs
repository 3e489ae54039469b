use super::visible;

#[test]
fn a_terminal_is_told_nothing_by_a_list() {
    let shown = visible("Name\u{1b}]0;owned\u{7} \u{9b}2J\r\nnext\tline");
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    assert_eq!(shown.lines().count(), 2);
    assert_eq!(visible("Zoë\n{}"), "Zoë\n{}");
}
