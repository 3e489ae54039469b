//! Writes the demo's list of contacts, and says how many rows it has of each kind.
//!
//! ```text
//! cargo run -p plumb-testworld --bin demo-leads -- demo/leads.csv
//! ```

use std::io::{self, Write};
use std::{env, fs};

use plumb_testworld::demo::list;

fn main() -> io::Result<()> {
    let path = env::args_os().nth(1).unwrap_or_else(|| "demo/leads.csv".into());
    fs::write(&path, list::leads_csv())?;
    let rows = list::rows();
    let mut out = io::stdout().lock();
    writeln!(out, "{:>5}  rows", rows.len())?;
    for (kind, count) in list::counts(&rows) {
        writeln!(out, "{count:>5}  {kind:?}")?;
    }
    Ok(())
}
