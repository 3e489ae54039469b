//! What tests of this crate start from.

use std::path::{Path, PathBuf};

/// A folder that is gone after the test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = plumb_base::hex::encode(&plumb_base::random::bytes::<8>());
        let path = std::env::temp_dir().join(format!("plumb-listwork-{name}"));
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The names of the files in it.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The cells of a column of an output.
pub(crate) fn column(output: &str, name: &str) -> Vec<String> {
    let mut batch = plumb_table::Batch::default();
    batch.read(&mut plumb_table::Chunk::of(output.into()), plumb_table::Dialect::default(), 512, "");
    let mut rows = batch.cells().iter();
    let at = rows.next().unwrap().iter().position(|cell| cell == name).unwrap();
    rows.map(|row| row.get(at).unwrap_or("(no such cell)").to_owned()).collect()
}
