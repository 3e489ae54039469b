//! The style sheet and the script of the server's own pages, built into the binary.

use std::sync::LazyLock;

use axum::handler::Handler as _;
use axum::response::{IntoResponse as _, Response};
use http::header;
use sha2::{Digest as _, Sha256};

use crate::extract::Path;
use crate::problem::Problem;
use crate::route::{Access, RateRule, Route};

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const ASSETS: [Asset; 3] = [
    Asset { name: "plumb.css", media_type: "text/css; charset=utf-8", bytes: include_bytes!("../assets/plumb.css") },
    Asset {
        name: "plumb.js",
        media_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../assets/plumb.js"),
    },
    Asset { name: "plumb.svg", media_type: "image/svg+xml", bytes: include_bytes!("../assets/plumb.svg") },
];

static URLS: LazyLock<[String; ASSETS.len()]> = LazyLock::new(|| {
    ASSETS.map(|asset| {
        let digest = Sha256::digest(asset.bytes);
        let version = u64::from_be_bytes(std::array::from_fn(|i| digest[i]));
        format!("/assets/{}?v={version:016x}", asset.name)
    })
});

pub(crate) fn style_url() -> &'static str {
    &URLS[0]
}

pub(crate) fn script_url() -> &'static str {
    &URLS[1]
}

pub(crate) fn icon_url() -> &'static str {
    &URLS[2]
}

/// `GET /assets/{name}`. The address changes with the content, so the content may be kept for ever.
pub(crate) fn route() -> Route {
    let access = Access::Public {
        reason: "The look of the pages is the same for everyone, the sign-in page among them.",
        limit: RateRule::STATIC,
    };
    Route::get("/assets/{name}", access, answer.with_state(())).page().cacheable()
}

async fn answer(Path(name): Path<String>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or_else(Problem::not_found)?;
    let headers =
        [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests;
