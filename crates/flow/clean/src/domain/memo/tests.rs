use super::*;

#[test]
fn answers_are_those_of_the_text() {
    let mut memo = Memo::<usize>::default();
    for batch in 0..3 {
        memo.clear();
        // Five times as many texts as slots, so that they push each other out.
        for n in (0..5 * SLOTS).chain(0..5 * SLOTS) {
            let text = format!("text {n}");
            assert_eq!(memo.get(&text, |_| n + batch), n + batch);
        }
    }
}

#[test]
fn texts_of_any_length_have_their_own_answers() {
    let mut memo = Memo::<usize>::default();
    for _ in 0..2 {
        for len in 0..3 * TEXT_OCTETS_MAX {
            assert_eq!(memo.get(&"x".repeat(len), |_| len), len);
        }
    }
}

#[test]
fn places_have_their_own_answers() {
    let mut memo = Memo::<u16, 16>::default();
    for n in (0..100).chain(0..100) {
        assert_eq!(memo.get_at(n % 7, "example.com", |_| n % 7), n % 7);
    }
}

#[test]
fn a_repeated_question_is_asked_once() {
    let mut memo = Memo::<u8>::default();
    memo.clear();
    let mut asked = 0;
    for _ in 0..10 {
        memo.get("example.com", |_| {
            asked += 1;
            7
        });
    }
    assert_eq!(asked, 1);
}
