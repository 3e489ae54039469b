//! Any bytes as a list: opened, judged and read; what was read is written and read back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_fuzz::table;
use plumb_table::{Dialect, write};

fuzz_target!(|data: &[u8]| {
    let Some((layout, text)) = table::text(data) else { return };
    let width = layout.names.len();
    let distinct: std::collections::HashSet<&String> = layout.names.iter().collect();
    assert_eq!(distinct.len(), width, "no two names are alike");
    assert!(layout.sample.iter().all(|row| row.len() == width));
    let rows = table::read(&text, layout.dialect, width, &layout.header);

    let good: Vec<&Vec<String>> = rows.iter().filter(|(_, fault)| fault.is_none()).map(|(cells, _)| cells).collect();
    let mut written = Vec::new();
    for cells in &good {
        write::push_cells(&mut written, cells.iter().map(String::as_str), b',');
        written.push(b'\n');
    }
    let again = table::read(&written, Dialect::default(), width, "");
    assert!(again.iter().all(|(_, fault)| fault.is_none()));
    assert!(again.iter().map(|(cells, _)| cells).eq(good), "what is written reads back");
});
