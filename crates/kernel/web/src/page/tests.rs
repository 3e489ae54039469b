use maud::html;

use super::{Chrome, Tone, badge, empty, layout, live, notice, number, progress, safe_next, upload};
use crate::Csrf;

#[test]
fn a_page_has_a_title_a_language_a_way_past_the_head_and_nothing_inline() {
    let text = [
        layout("A & B", &Chrome::plain(), html! { h1 { "A" } }).into_string(),
        progress("Rows", "rows", 3, Some(10)).into_string(),
        progress("Rows", "rows", 0, None).into_string(),
        live("/api/v1/x/events", badge(Tone::Good, "verified")).into_string(),
        empty("No leads", "Bring in a list.", Some(("Import", "/imports"))).into_string(),
        notice(Tone::Bad, "That is no list.").into_string(),
        upload("/imports", &Csrf::new("t"), "List", ".csv", "Upload", html! {}).into_string(),
    ]
    .concat();
    assert!(text.contains("<title>A &amp; B · Plumbline</title>"));
    assert!(text.contains("<html lang=\"en\">"));
    assert!(text.contains("href=\"#content\"") && text.contains("<main id=\"content\""));
    for inline in ["style=", "<style", " on", "javascript:"] {
        let attribute = inline == " on" && !text.contains(" onclick") && !text.contains(" onload");
        assert!(attribute || !text.contains(inline), "{inline}");
    }
    assert!(text.contains("<script src=\"/assets/plumb.js?v="));
    assert!(text.contains("action=\"/imports?csrf=t\"") && text.contains("multipart/form-data"));
}

#[test]
fn a_bar_without_a_total_has_no_value() {
    assert!(
        progress("Rows", "rows", 0, None)
            .into_string()
            .contains("<progress id=\"rows\" data-progress=\"rows\"></progress>")
    );
    assert!(progress("Rows", "rows", 1, Some(0)).into_string().contains("max=\"1\""));
}

#[test]
fn a_number_has_its_thousands_apart() {
    assert_eq!([0, 12, 123, 1234, 1_234_567].map(number), ["0", "12", "123", "1,234", "1,234,567"]);
}

#[test]
fn next_stays_on_this_installation() {
    for good in ["/", "/leads", "/leads?sort=a&b=%2F", "/a//b"] {
        assert_eq!(safe_next(good), Some(good));
    }
    let long = format!("/{}", "a".repeat(3000));
    for bad in [
        "",
        "leads",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a\r\nb",
        "/a\\b",
        "javascript:x",
        &long,
    ] {
        assert_eq!(safe_next(bad), None, "{bad:?}");
    }
}
