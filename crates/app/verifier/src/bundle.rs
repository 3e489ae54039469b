//! Bundles: parts of one organisation's log, each by itself and as they follow one another.

use std::path::{Path, PathBuf};

use plumb_log::{Fault, Known, Verified, verify_bundle};
use serde_json::json;

use crate::answer::Answer;
use crate::read;

pub(crate) fn check(paths: &[PathBuf], key: Option<&str>, checkpoint: Option<&Path>) -> anyhow::Result<Answer> {
    let kept = checkpoint.map(read).transpose()?;
    let mut whole: Option<Verified> = None;
    for path in paths {
        // Only the first part has to lead back to the kept checkpoint: each next one is held to the part before.
        let known = Known { vkey: key, checkpoint: if whole.is_none() { kept.as_deref() } else { None } };
        let part = match verify_bundle(&read(path)?, known) {
            Ok(part) => part,
            Err(faults) => return Ok(Answer::bad(&faults).within(path.display())),
        };
        whole = Some(match whole {
            None => part,
            Some(before) => match joined(&before, part) {
                Ok(whole) => whole,
                Err(fault) => return Ok(Answer::bad(&[fault]).within(path.display())),
            },
        });
    }
    Ok(whole.map_or_else(|| Answer::good(Vec::new(), json!({})), |whole| shown(&whole)))
}

/// Two parts as one, when the second goes on where the first ends.
fn joined(before: &Verified, part: Verified) -> Result<Verified, Fault> {
    let goes_on = part.org == before.org
        && part.vkeys == before.vkeys
        && part.first_seq == before.first_seq.map(|first| first + before.entries)
        && part.first_link == before.last_link;
    if !goes_on {
        return Err(Fault::Gap { entry: 0 });
    }
    Ok(Verified {
        entries: before.entries + part.entries,
        disclosed: before.disclosed + part.disclosed,
        first_seq: before.first_seq,
        first_link: before.first_link,
        continues: before.continues,
        ..part
    })
}

fn shown(whole: &Verified) -> Answer {
    let size = whole.checkpoint.size;
    let mut lines = vec![
        format!("Good: {} entries in a log of {size}, without a gap, each in its place.", whole.entries),
        format!("Signed by {}", whole.vkeys.join(", ")),
    ];
    if !whole.key_was_known {
        lines.push("The key came with the bundle: give --key to check that it is the one you know.".to_owned());
    }
    lines.push(match whole.continues {
        Some(size) => format!("It continues the log of {size} entries that you kept."),
        None => "Unwitnessed: without a checkpoint that somebody kept, the operator could have rewritten history. \
                 Keep one with `plumb audit export --checkpoint FILE`."
            .to_owned(),
    });
    Answer::good(
        lines,
        json!({
            "size": size, "entries": whole.entries, "first_seq": whole.first_seq, "continues": whole.continues,
            "key_was_known": whole.key_was_known, "vkeys": whole.vkeys,
        }),
    )
}
