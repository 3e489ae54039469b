//! Addresses of places.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_clean::Field;
use plumb_fuzz::cleaning;

fuzz_target!(|data: &[u8]| {
    let fields = [Field::Street, Field::Postcode, Field::City, Field::Region, Field::Country];
    let (home, mut row) = cleaning::row_of(data, &fields);
    row[Field::Email as usize] = "ada@example.com".to_owned();
    cleaning::check(home, &row);
});
