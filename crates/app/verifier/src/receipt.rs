//! Receipts for one entry.

use std::path::Path;

use plumb_log::receipt::verify_receipt;
use serde_json::json;

use crate::answer::Answer;
use crate::checkpoint::witnessed;
use crate::{Trust, read};

pub(crate) fn check(path: &Path, trust: &Trust) -> anyhow::Result<Answer> {
    let shown = match verify_receipt(&read(path)?, &trust.key, &trust.witnesses) {
        Ok(shown) => shown,
        Err(faults) => return Ok(Answer::bad(&faults)),
    };
    let signed = match witnessed(&shown.witnesses, trust) {
        Ok(lines) => lines,
        Err(fault) => return Ok(Answer::bad(&[fault])),
    };
    let leaf = &shown.leaf;
    let mut lines = vec![
        format!(
            "Good: `{}` ({}) of {} is entry {} of a log of {}.",
            leaf.action,
            leaf.outcome,
            leaf.t.format("%Y-%m-%d %H:%M:%S UTC"),
            shown.index,
            shown.checkpoint.size
        ),
        format!("Signed by {}", trust.key),
    ];
    lines.extend(signed);
    match &shown.record {
        Some(record) => lines.push(format!("What it says: {}", record.data)),
        None => lines.push("What it says is not in the receipt; the log commits to it.".to_owned()),
    }
    lines.push(
        "It shows that the operator stated this at that time and cannot unsay it, not that it is true.".to_owned(),
    );
    Ok(Answer::good(
        lines,
        json!({
            "index": shown.index, "size": shown.checkpoint.size, "type": leaf.action, "outcome": leaf.outcome,
            "at": leaf.t.to_rfc3339(), "data": shown.record.map(|record| record.data), "witnesses": shown.witnesses,
        }),
    ))
}
