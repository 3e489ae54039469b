use proptest::prelude::*;

use super::push_cells;
use crate::{Batch, Chunk, Dialect};

proptest! {
    /// What is written is read as it was.
    #[test]
    fn there_and_back(cells in prop::collection::vec("[a,;\"\n\r ü]{0,6}", 1..5), tab in any::<bool>()) {
        let delimiter = if tab { b'\t' } else { b',' };
        let mut out = Vec::new();
        push_cells(&mut out, cells.iter().map(String::as_str), delimiter);
        out.push(b'\n');
        let mut batch = Batch::default();
        let dialect = Dialect { delimiter, ..Dialect::default() };
        batch.read(&mut Chunk::of(out), dialect, cells.len(), "");
        let read: Vec<Vec<&str>> = batch.cells().iter().map(|row| row.iter().collect()).collect();
        prop_assert_eq!(read, [cells]);
    }
}
