//! What tests of this crate start from.

use std::path::{Path, PathBuf};

use super::{Options, Place, Summary};
use crate::{ListError, Stop};

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

    /// Puts a list there and answers the options to clean it to `out.csv`.
    pub(crate) fn options(&self, list: &[u8]) -> Options {
        let input = self.0.join("in.csv");
        std::fs::write(&input, list).unwrap();
        let output = Some(Place::File(self.0.join("out.csv")));
        let mut options = Options::new(Place::File(input), output, plumb_base::Timestamp::default());
        options.force = true;
        options
    }

    pub(crate) fn output(&self) -> String {
        String::from_utf8(std::fs::read(self.0.join("out.csv")).unwrap()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn run(options: &Options) -> Result<Summary, ListError> {
    super::run(options, &Stop::default(), &mut |_| {})
}

/// Cleans a list with the options changed; the output and the summary.
pub(crate) fn cleaned(list: impl AsRef<[u8]>, change: impl FnOnce(&mut Options)) -> (String, Summary) {
    let folder = Folder::new();
    let mut options = folder.options(list.as_ref());
    change(&mut options);
    let summary = run(&options).unwrap();
    (folder.output(), summary)
}

/// The cells of a column of an output.
pub(crate) fn column(output: &str, name: &str) -> Vec<String> {
    let mut batch = plumb_table::Batch::default();
    batch.read(&mut plumb_table::Chunk::of(output.into()), plumb_table::Dialect::default(), 512, "");
    let mut rows = batch.cells().iter();
    let at = rows.next().unwrap().iter().position(|cell| cell == name).unwrap();
    rows.map(|row| row.get(at).unwrap_or("(no such cell)").to_owned()).collect()
}
