//! Packed files: any bytes behind the mark of gzip or zstd, and any bytes really packed.

#![no_main]

use std::io::Write as _;

use libfuzzer_sys::fuzz_target;
use plumb_fuzz::table;
use plumb_table::Packing;
use plumb_table::pack::Packer;

fuzz_target!(|data: &[u8]| {
    let _ = table::text(data);
    for packing in [Packing::Gzip, Packing::Zstd] {
        let mut packer = Packer::new(Vec::new(), packing).expect("memory can be written");
        packer.write_all(data).expect("memory can be written");
        let packed = packer.finish().expect("memory can be written");
        // What is packed twice is refused, and what is Parquet is read elsewhere.
        let plain = if Packing::of(data) == Packing::Plain { table::text(data) } else { None };
        assert!(table::text(&packed) == plain, "packed or not, a text is the same");
    }
});
