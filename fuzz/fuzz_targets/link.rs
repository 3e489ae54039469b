//! Which rows are one person. The first line says by letters what each column is about, the others are rows, cells
//! behind tabs.

#![no_main]

use std::num::NonZeroUsize;

use libfuzzer_sys::fuzz_target;
use plumb_link::{Kind, Linked, Linker, Options, Record, keys_of, propose, survivors};

const ROWS_MAX: usize = 12;

fn link(columns: &[Option<Kind>], rows: &[Vec<&str>]) -> Linked {
    let mut linker = Linker::new(columns, Options { population: Some(100_000), ..Options::default() });
    for row in rows {
        linker.push_row(row.iter().copied());
    }
    linker.run(NonZeroUsize::MIN)
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let kind = |byte: u8| Kind::ALL.get(usize::from(byte.wrapping_sub(b'a'))).copied();
    let columns: Vec<Option<Kind>> = first.bytes().take(16).map(kind).collect();
    let rows: Vec<Vec<&str>> = rest.split('\n').take(ROWS_MAX).map(|row| row.split('\t').collect()).collect();

    let linked = link(&columns, &rows);
    let count = rows.len() as u32;
    for a in 0..count {
        let smallest = linked.cluster[a as usize];
        assert!(smallest <= a && linked.cluster[smallest as usize] == smallest);
        assert!(linked.confidence[a as usize] <= 100);
        for b in 0..count {
            assert_eq!(linked.weight(a, b), linked.weight(b, a), "{a} and {b}");
            assert_eq!(linked.evidence(a, b), linked.evidence(b, a), "{a} and {b}");
        }
    }

    let turned: Vec<Vec<&str>> = rows.iter().rev().cloned().collect();
    let other = link(&columns, &turned);
    let at = |row: u32| other.cluster[(count - 1 - row) as usize];
    for (row, cluster) in linked.cluster.iter().enumerate() {
        assert_eq!(at(row as u32), at(*cluster), "another order of rows gives the same people");
    }

    for row in &rows {
        assert!(keys_of(&columns, row.iter().copied()).is_sorted_by(|a, b| a < b));
    }
    let record = |(row, values)| Record { values, verified: &[], at: 0, source_rank: 0, row };
    let records: Vec<Record<'_>> =
        rows.iter().enumerate().map(|(row, values)| record((row as u32, values.as_slice()))).collect();
    let turned: Vec<Record<'_>> = records.iter().rev().copied().collect();
    let rows_kept = |records: &[Record<'_>]| -> Vec<Option<u32>> {
        let kept = survivors(records).into_iter();
        kept.map(|survivor| survivor.map(|survivor| records[survivor.from].row)).collect()
    };
    assert_eq!(rows_kept(&records), rows_kept(&turned), "the order of records does not matter");

    let owned: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect();
    let _ = propose(&first.split('\t').collect::<Vec<_>>(), &owned);
});
