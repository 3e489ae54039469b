//! Any bytes as a Parquet file.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use plumb_base::Cells;
use plumb_table::columnar::Reader;

/// The reader opens files by name.
static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("plumb-fuzz-{}.parquet", std::process::id())));

fuzz_target!(|data: &[u8]| {
    std::fs::write(FILE.as_path(), data).expect("the temporary folder can be written");
    let Ok(mut reader) = Reader::open(&FILE) else { return };
    let _ = reader.sample();
    let mut cells = Cells::default();
    while let Ok(true) = reader.next(&mut cells) {
        assert!(cells.iter().all(|row| row.len() == reader.names().len()));
    }
});
