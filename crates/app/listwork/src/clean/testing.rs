//! What tests of cleaning start from.

use super::{Options, Summary};
use crate::testing::Folder;
use crate::{ListError, Place, Stop};

impl Folder {
    /// Puts a list there and answers the options to clean it to `out.csv`.
    pub(crate) fn options(&self, list: &[u8]) -> Options {
        let input = self.path().join("in.csv");
        std::fs::write(&input, list).unwrap();
        let output = Some(Place::File(self.path().join("out.csv")));
        let mut options = Options::new(Place::File(input), output, plumb_base::Timestamp::default());
        options.list.force = true;
        options
    }

    pub(crate) fn output(&self) -> String {
        String::from_utf8(std::fs::read(self.path().join("out.csv")).unwrap()).unwrap()
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
