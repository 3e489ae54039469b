use proptest::prelude::*;

use super::*;

#[test]
fn times_in_many_words() {
    for (text, seconds) in [
        ("Greylisted, please try again in 300 seconds", 300),
        ("try again in 5 minutes", 300),
        ("Greylisting in action, please come back in 00:04:59", 299),
        ("please retry after 04:59", 299),
        ("Retry in 1 hour 30 minutes", 5400),
        ("retry in 1h, 30m", 5400),
        ("retry in 90s.", 90),
        ("retry in 300s", 300),
        ("wait 15 mins (or call)", 900),
        ("bitte in 5 Minuten erneut versuchen", 300),
        ("réessayez dans 2 heures", 7200),
        ("inténtelo en 60 segundos", 60),
        ("riprovare fra 10 minuti", 600),
        ("tente daqui a 1 hora", 3600),
        ("over 2 uur", 7200),
        ("za 3 godziny", 10_800),
        ("через 20 минут", 1200),
        ("через 1 час", 3600),
        ("спробуйте за 7 хвилин", 420),
        ("zkuste za 30 sekund", 30),
        ("om 2 timmar", 7200),
        ("om 2 timer", 7200),
        ("yritä 10 minuutin kuluttua", 600),
        ("5 dakika sonra", 300),
        ("5分後に", 300),
        ("请300秒后重试", 300),
        ("5분 후에", 300),
        ("1시간 후에", 3600),
        ("10 perc múlva", 600),
        ("σε 5 λεπτά", 300),
        ("at most 1 second", 5),
        ("in 900 hours", 86_400),
        ("limit of 10 per 60 seconds, come back in 10 minutes", 600),
    ] {
        assert_eq!(retry_after(text), Some(Duration::from_secs(seconds)), "{text}");
    }
}

#[test]
fn no_time_is_made_up() {
    for text in [
        "4.7.1 Greylisted",
        "try again later",
        "see https://example.com/300",
        "2001:db8::12:34",
        "error 451 at 192.0.2.7",
        "id 12:34:56:78",
        "0 seconds",
        "ref 77 mx5",
        "",
    ] {
        assert_eq!(retry_after(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(text in "[ -~0-9:äж分秒 ]{0,60}") {
        if let Some(wait) = retry_after(&text) {
            prop_assert!(BELIEVED_SECS.contains(&wait.as_secs()));
        }
    }
}
