//! A whole row.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_clean::Field;
use plumb_fuzz::cleaning;

fuzz_target!(|data: &[u8]| {
    let (home, row) = cleaning::row_of(data, &Field::ALL);
    cleaning::check(home, &row);
});
