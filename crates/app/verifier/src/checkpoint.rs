//! Checkpoints: who signed, and when.

use std::path::Path;

use plumb_log::Fault;
use plumb_log::note::{Checkpoint, Note};
use serde_json::json;

use crate::answer::Answer;
use crate::{Trust, read};

pub(crate) fn check(path: &Path, trust: &Trust) -> anyhow::Result<Answer> {
    let text = read(path)?;
    let read = Note::parse(&text).and_then(|note| Checkpoint::verified(&note, &trust.key).map(|read| (note, read)));
    let (note, checkpoint) = match read {
        Ok(read) => read,
        Err(error) => return Ok(Answer::bad(&[Fault::Checkpoint(error)])),
    };
    let (witnesses, faults) = plumb_log::verify::witnessed(&note, &trust.witnesses);
    if !faults.is_empty() {
        return Ok(Answer::bad(&faults));
    }
    let signed = match witnessed(&witnesses, trust) {
        Ok(lines) => lines,
        Err(fault) => return Ok(Answer::bad(&[fault])),
    };
    let Checkpoint { origin, size, root } = &checkpoint;
    let mut lines =
        vec![format!("Good: {origin} has {size} entries with the root {root}."), format!("Signed by {}", trust.key)];
    lines.extend(signed);
    Ok(Answer::good(lines, json!({ "origin": origin.as_str(), "size": size, "root": root, "witnesses": witnesses })))
}

/// What is said of the witnesses, or that they are too few.
pub(crate) fn witnessed(signed: &[(String, u64)], trust: &Trust) -> Result<Vec<String>, Fault> {
    if signed.len() < trust.quorum {
        return Err(Fault::Unwitnessed { found: signed.len(), wanted: trust.quorum });
    }
    if signed.is_empty() {
        return Ok(vec![
            "Unwitnessed: nobody whom you trust has signed beside the log, so its operator could show others another one."
                .to_owned(),
        ]);
    }
    Ok(signed.iter().map(|(name, at)| format!("Witnessed by {name} at {at} (seconds after 1970).")).collect())
}
