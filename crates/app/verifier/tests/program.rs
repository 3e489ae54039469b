//! The program as a stranger runs it: on the published example, and on what somebody made of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot run the program can only stop")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../engine/log/vectors").join(name)
}

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plumb-verify")).args(arguments).output().unwrap()
}

fn key() -> String {
    let bundle: Value = serde_json::from_str(&std::fs::read_to_string(vector("bundle.json")).unwrap()).unwrap();
    bundle["vkeys"][0].as_str().unwrap().to_owned()
}

/// A file with this content, for one test.
fn file(name: &str, content: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_published_example_is_good() {
    let (bundle, kept) = (vector("bundle.json"), vector("kept-checkpoint.txt"));
    let (bundle, kept) = (bundle.to_str().unwrap(), kept.to_str().unwrap());
    let good = verify(&["bundle", bundle, "--key", &key(), "--checkpoint", kept]);
    assert_eq!(good.status.code(), Some(0), "{good:?}");
    assert!(out(&good).contains("It continues the log of 3 entries that you kept."), "{}", out(&good));

    let alone = verify(&["bundle", bundle, "--json"]);
    let facts: Value = serde_json::from_str(&out(&alone)).unwrap();
    assert_eq!((&facts["good"], &facts["entries"], &facts["key_was_known"]), (&true.into(), &3.into(), &false.into()));

    let checkpoint = verify(&["checkpoint", kept, "--key", &key()]);
    assert!(checkpoint.status.success() && out(&checkpoint).contains("Unwitnessed"), "{checkpoint:?}");
}

#[test]
fn what_was_altered_is_named() {
    let text = std::fs::read_to_string(vector("bundle.json")).unwrap();
    let altered = file("altered.json", &text.replace("lead.edited", "lead.listed"));
    let bad = verify(&["bundle", &altered]);
    assert_eq!(bad.status.code(), Some(3));
    assert!(out(&bad).contains("FAULT") && out(&bad).contains("do not rely on it"), "{}", out(&bad));
    let facts: Value = serde_json::from_str(&out(&verify(&["bundle", &altered, "--json"]))).unwrap();
    assert_eq!(facts["good"], false);
    assert!(!facts["faults"].as_array().unwrap().is_empty());
}

/// A part that is given twice does not follow itself.
#[test]
fn parts_must_follow_one_another() {
    let bundle = vector("bundle.json");
    let bundle = bundle.to_str().unwrap();
    let twice = verify(&["bundle", bundle, bundle]);
    assert_eq!(twice.status.code(), Some(3));
    assert!(out(&twice).contains("gap"), "{}", out(&twice));
}

#[test]
fn too_few_witnesses_are_a_fault() {
    let kept = vector("kept-checkpoint.txt");
    let few = verify(&["checkpoint", kept.to_str().unwrap(), "--key", &key(), "--quorum", "1"]);
    assert_eq!(few.status.code(), Some(3));
    assert!(out(&few).contains("0 of the witnesses"), "{}", out(&few));
}

#[test]
fn what_cannot_be_read_is_said() {
    let missing = verify(&["bundle", "no-such-file.json"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no-such-file.json cannot be read"));
    assert_eq!(verify(&["receipt", "no-such-file.tlog-proof"]).status.code(), Some(2), "a receipt needs a key");
    let hostile = file("hostile.json", "{\"format\":\"\u{1b}[2J\"}");
    assert!(!out(&verify(&["bundle", &hostile])).contains('\u{1b}'));
}
