use super::{solid, words};

fn folded(text: &str) -> String {
    let mut out = String::new();
    words(text, &mut out);
    out
}

#[test]
fn one_way_of_writing() {
    assert_eq!(folded("  Müller-Lüdenscheidt, "), "muller ludenscheidt");
    assert_eq!(folded("O’Brien"), "obrien");
    assert_eq!(folded("Łukasz Straße"), "lukasz strasse");
    assert_eq!(folded("Наталья"), "natalia");
    assert_eq!(folded("Γιώργος"), "giorgos");
    assert_eq!(folded("田中"), "田中");
}

#[test]
fn the_fast_path_says_the_same() {
    let mut fast = String::new();
    solid("NE8-4SF ", &mut fast);
    assert_eq!(fast, "ne84sf");
    let mut slow = String::new();
    solid("NE8-4SF\u{a0}", &mut slow);
    assert_eq!(slow, fast);
}
