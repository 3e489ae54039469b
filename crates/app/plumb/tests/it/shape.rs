//! The shape of the code, by its manifests and its text: who may name whom, which table is whose, what may not be
//! written anywhere. Each clause is a function from text to faults, and is shown to fail on planted text.

mod edges;
mod licences;
mod rust;
mod tables;
mod words;

use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, MetadataCommand};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3);
    root.expect("the crate lies three folders below the root").to_path_buf()
}

/// What cargo knows about the workspace on Linux.
fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(["--offline".to_owned(), "--filter-platform".to_owned(), "x86_64-unknown-linux-gnu".to_owned()])
        .exec()
        .expect("cargo describes the workspace")
}

/// A file of ours.
struct Text {
    /// Below the root, with slashes.
    path: String,
    text: String,
}

impl Text {
    #[cfg(test)]
    fn planted(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// The crate that it belongs to, by its folder: `store` of `crates/kernel/store/src/lib.rs`.
    fn krate(&self) -> &str {
        let mut parts = self.path.split('/');
        match parts.next() {
            Some("crates") => parts.nth(1).unwrap_or_default(),
            Some(first) => first,
            None => "",
        }
    }

    /// Whether only tests compile it.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name == "tests.rs"
            || name == "testing.rs"
            || self.path.split('/').any(|part| part == "tests" || part == "benches")
    }
}

/// Every file of the workspace whose name ends with `suffix`, built ones and other trees left out.
fn files(suffix: &str) -> Vec<Text> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of ours can be read") {
            let entry = entry.expect("an entry can be read");
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let kind = entry.file_type().expect("an entry has a type");
            if kind.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if kind.is_file() && name.ends_with(suffix) {
                let text = std::fs::read_to_string(&path).expect("a file of ours is UTF-8");
                let path = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                found.push(Text { path, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(suffix == ".snap" || !found.is_empty(), "the tree was found");
    found
}

/// Fails with every fault, one a line.
fn none(faults: &[String]) {
    assert!(faults.is_empty(), "{} fault(s):\n  {}", faults.len(), faults.join("\n  "));
}

#[test]
fn crates_depend_downwards_only() {
    let metadata = metadata();
    let members = edges::members(&metadata);
    none(&edges::faults(&members));
}

#[test]
fn what_reaches_outwards_is_fenced_in() {
    let rules = licences::Rules::parse(&std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml"));
    none(&licences::fence_faults(&rules, &licences::dependencies(&metadata())));
}

#[test]
fn every_dependency_has_a_licence_that_we_take() {
    let rules = licences::Rules::parse(&std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml"));
    let dependencies = licences::dependencies(&metadata());
    assert!(dependencies.len() > 100, "the graph was walked: {} crates", dependencies.len());
    none(&licences::licence_faults(&rules, &dependencies));
}

#[test]
fn every_table_is_one_crates() {
    none(&tables::faults(&tables::OWNERS, &tables::READERS, &files(".sql"), &files(".rs")));
}

#[test]
fn every_migration_is_in_the_program() {
    let known: Vec<&str> = plumb_store::MIGRATIONS.iter().map(|(name, _)| *name).collect();
    none(&tables::migration_faults(&known, &files(".sql")));
}

#[test]
fn the_text_keeps_the_rules_of_the_house() {
    let faults: Vec<String> = files(".rs").iter().flat_map(words::faults).collect();
    none(&faults);
}

#[test]
fn every_snapshot_is_somebodys() {
    none(&words::snapshot_faults(&files(".snap"), &files(".rs")));
}
