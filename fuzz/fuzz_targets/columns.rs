//! What the columns of a list are taken to be about: the first line are their names, the others rows, cells behind tabs.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n').map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap_or_default();
    let sample: Vec<Vec<String>> = lines.collect();
    assert_eq!(plumb_link::propose(&names, &sample).len(), names.len());
    let proposal = plumb_clean::propose(&names, &sample);
    assert_eq!(proposal.columns.len(), names.len());
    let mut fields: Vec<_> = proposal.columns.iter().filter_map(|column| column.field).collect();
    fields.sort_unstable();
    assert!(fields.is_sorted_by(|a, b| a < b), "no field is proposed twice");
});
