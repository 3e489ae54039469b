//! The checked-in description of the API is the one that the program gives.

use serde_json::Value;

use crate::app::golden;

#[tokio::test]
async fn the_document_is_the_registers() {
    let mut document = plumb::server::openapi().await.expect("the routes are described");
    let read: Value = serde_json::from_str(&document).expect("the document is JSON");
    assert!(read["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "OpenAPI 3.1");
    document.push('\n');
    golden("docs/openapi.json", &document);
}
