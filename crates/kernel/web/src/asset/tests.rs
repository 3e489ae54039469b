use crate::Settings;
use crate::product::World;

#[tokio::test]
async fn are_kept_for_ever_under_an_address_that_changes_with_them() {
    let world = World::new(Settings::default());
    for (url, media_type) in [
        (super::style_url(), "text/css; charset=utf-8"),
        (super::script_url(), "text/javascript; charset=utf-8"),
        (super::icon_url(), "image/svg+xml"),
    ] {
        let answer = world.get(url, "").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, media_type));
        assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(url.split_once("?v=").is_some_and(|(_, hash)| hash.len() == 16));
        assert!(answer.body.len() > 100);
    }
    let missing = world.get("/assets/other.css", "").await;
    assert_eq!((missing.status.as_u16(), missing.header("cache-control")), (404, "no-store"));
}

/// The policy forbids both, so neither would work: better to know now.
#[test]
fn hold_nothing_from_elsewhere() {
    for asset in super::ASSETS {
        let text = std::str::from_utf8(asset.bytes).unwrap();
        for wanted in ["url(", "@import", "innerHTML", "eval(", "document.write"] {
            assert!(!text.contains(wanted), "{} has {wanted}", asset.name);
        }
        assert!(!text.replace("http://www.w3.org/2000/svg", "").contains("http"), "{}", asset.name);
    }
}
