//! Compiles `data/plans.txt`, the numbering plans of the world, into tables.

#[path = "build/automaton.rs"]
mod automaton;
#[path = "src/op.rs"]
mod op;
#[path = "build/pattern.rs"]
mod pattern;
#[path = "build/plans.rs"]
mod plans;
#[path = "build/tables.rs"]
mod tables;

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/op.rs");
    println!("cargo::rerun-if-changed=data/plans.txt");
    let (codes, plans) = plans::read(&fs::read_to_string("data/plans.txt")?);
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo gives OUT_DIR"))?;
    fs::write(Path::new(&out).join("tables.rs"), tables::write(&codes, &plans))
}
