//! However a text comes and is divided, the rows are the same. Chunks are large, so that the bytes in question stand
//! behind a long run of others: at the end of a chunk, or at the limit of a record.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_base::limits::RECORD_BYTES_MAX;
use plumb_fuzz::table;
use plumb_table::Dialect;

const WIDTH: usize = 3;

fuzz_target!(|data: &[u8]| {
    let [shape, back, piece, tail @ ..] = data else { return };
    let mut dialect = Dialect { delimiter: [b',', b';'][usize::from(shape & 1)], ..Dialect::default() };
    if shape & 2 != 0 {
        dialect.quote = b'\'';
    }
    let bytes = if shape & 4 == 0 { 512 * 1024 } else { RECORD_BYTES_MAX } - usize::from(*back);
    let mut head = vec![b'x'; bytes];
    match (shape >> 3) & 3 {
        0 => {}
        1 => head[0] = dialect.quote,
        2 => head.iter_mut().step_by(60_000).for_each(|byte| *byte = b'\n'),
        _ => head.iter_mut().step_by(60_000).for_each(|byte| *byte = dialect.delimiter),
    }
    let whole = [head.as_slice(), tail].concat();
    let piece_bytes = usize::from(*piece) + 1;
    let (read, received) =
        (table::read(&whole, dialect, WIDTH, ""), table::receive(&head, tail, piece_bytes, dialect, WIDTH));
    assert!(read == received, "{} rows and {}", read.len(), received.len());
});
