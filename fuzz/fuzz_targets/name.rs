//! Names of people, in one cell or in parts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plumb_clean::Field;
use plumb_fuzz::cleaning;

fuzz_target!(|data: &[u8]| {
    let fields = [Field::FullName, Field::FirstName, Field::LastName, Field::Company, Field::Title];
    let (home, row) = cleaning::row_of(data, &fields);
    cleaning::check(home, &row);
});
