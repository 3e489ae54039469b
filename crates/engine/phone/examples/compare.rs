//! Compares with answers of libphonenumber, from the standard input (`data/oracle.py`), and prints what differs.

use std::io::{self, BufRead as _, Write as _};

#[path = "../tests/answer/mod.rs"]
mod answer;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let (mut lines, mut differ) = (0, 0);
    for line in io::stdin().lock().lines() {
        let line = line?;
        lines += 1;
        if let Err(difference) = answer::check(&line) {
            differ += 1;
            writeln!(out, "{difference}")?;
        }
    }
    writeln!(out, "{lines} numbers, {differ} differences")
}
