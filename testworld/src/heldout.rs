//! Scenes that nobody tunes on: written from the standards and from how mail servers are known to speak, with what is
//! true settled before the verifier was ever asked. They are the gate of the verifier, not its examples: a scene that
//! it gets wrong is a fault of its rules, and is not to be answered with an entry in a dictionary.

use crate::scene::{Scene, SceneError, parse};

/// The files.
const FILES: [(&str, &str); 6] = [
    ("refusals", include_str!("heldout/refusals.scenes")),
    ("policy", include_str!("heldout/policy.scenes")),
    ("waiting", include_str!("heldout/waiting.scenes")),
    ("control", include_str!("heldout/control.scenes")),
    ("wire", include_str!("heldout/wire.scenes")),
    ("names", include_str!("heldout/names.scenes")),
];

/// All scenes.
pub fn scenes() -> Result<Vec<Scene>, SceneError> {
    let mut all = Vec::new();
    for (file, text) in FILES {
        let scenes = parse(text).map_err(|fault| SceneError { what: format!("{file}: {}", fault.what), ..fault })?;
        all.extend(scenes);
    }
    Ok(all)
}
