//! What cleaning costs, in processor time: `cargo run --release -p plumb-clean --example kernel_speed [rows [whole]]`.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use plumb_base::email::PlainAddress;
use plumb_base::{Cells, Email};
use plumb_clean::{Cleaned, Field, Flag, Kernel, MappedColumn, Mapping, Options, RejectReason, Rules};

mod list;

/// Rows in a batch.
const BATCH: u64 = 2_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let rows: u64 = args.next().map_or(Ok(200_000), |rows| rows.parse())?;
    let only_whole = args.next().is_some_and(|arg| arg == "whole");
    let batches: Vec<Cells> = (0..rows / BATCH).map(|n| list::rows(n * BATCH, (n + 1) * BATCH)).collect();
    let bytes: usize = batches.iter().map(Cells::bytes).sum();
    let start = processor_ns()?;
    let rules = Arc::new(Rules::embedded());
    let mut say = std::io::stdout().lock();
    writeln!(
        say,
        "{rows} rows, {} bytes of text each; rules made in {} us",
        bytes as u64 / rows,
        (processor_ns()? - start) / 1_000
    )?;

    let all: Vec<Field> = Field::ALL.to_vec();
    let whole = measure(&rules, &all, &batches)?;
    writeln!(say, "{:>8} ns a row in all: {} rows a second", whole, 1_000_000_000 / whole.max(1))?;
    if only_whole {
        return Ok(());
    }
    for without in [
        [Field::FirstName, Field::LastName, Field::FullName].as_slice(),
        &[Field::Title],
        &[Field::Company],
        &[Field::Website],
        &[Field::Email],
        &[Field::Phone],
        &[Field::Street],
        &[Field::City, Field::Region],
        &[Field::Postcode],
        &[Field::Country],
        &[Field::ProfileUrl],
    ] {
        let names: Vec<&str> = without.iter().map(|field| field.code()).collect();
        let fields: Vec<Field> = all.iter().copied().filter(|field| !without.contains(field)).collect();
        let less = whole.saturating_sub(measure(&rules, &fields, &batches)?);
        writeln!(say, "{less:>8} ns of them go for {}", names.join(", "))?;
    }
    syntax(&mut say, &batches)?;
    counts(&mut say, &rules, &batches)?;
    Ok(())
}

/// What the syntax of an address costs alone, read in place and into a value of its own.
fn syntax(say: &mut impl Write, batches: &[Cells]) -> Result<(), Box<dyn Error>> {
    let at = list::HEADERS.iter().position(|name| *name == Field::Email.code()).unwrap_or_default();
    let cells: Vec<&str> = batches.iter().flat_map(Cells::iter).filter_map(|row| row.get(at)).collect();
    let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
    let start = processor_ns()?;
    let plain = cells.iter().filter(|cell| std::hint::black_box(PlainAddress::read(cell)).is_some()).count();
    let middle = processor_ns()?;
    let parsed = cells.iter().filter(|cell| std::hint::black_box(Email::parse(cell)).is_ok()).count();
    let end = processor_ns()?;
    let each = |ns: u64| ns / cells.len().max(1) as u64;
    let (in_place, owned) = (each(middle - start), each(end - middle));
    writeln!(
        say,
        "{in_place:>8} ns an address for its syntax ({plain} are plain), {owned} as a value ({parsed} are good)"
    )?;
    Ok(())
}

/// The least time of five runs over the list, per row, with these fields mapped.
fn measure(rules: &Arc<Rules>, fields: &[Field], batches: &[Cells]) -> Result<u64, Box<dyn Error>> {
    let kernel = Kernel::new(rules.clone(), &mapping(fields), Options::default());
    let mut out = Cleaned::default();
    let rows: usize = batches.iter().map(Cells::rows).sum();
    let mut best = u64::MAX;
    for _ in 0..5 {
        let start = processor_ns()?;
        for batch in batches {
            kernel.clean(batch, &mut out);
            std::hint::black_box(&out);
        }
        best = best.min(processor_ns()? - start);
    }
    Ok(best / rows as u64)
}

fn mapping(fields: &[Field]) -> Mapping {
    let column = |(index, name): (usize, &&str)| {
        let field = Field::from_code(name).filter(|field| fields.contains(field));
        MappedColumn { index, name: (*name).to_owned(), field }
    };
    Mapping { width: list::HEADERS.len(), columns: list::HEADERS.iter().enumerate().map(column).collect() }
}

/// What became of the rows: a figure of speed says nothing if they were all refused.
fn counts(say: &mut impl Write, rules: &Arc<Rules>, batches: &[Cells]) -> Result<(), Box<dyn Error>> {
    let kernel = Kernel::new(rules.clone(), &mapping(&Field::ALL), Options::default());
    let mut out = Cleaned::default();
    let mut flags = vec![0u64; Flag::ALL.len()];
    let mut rejects = vec![0u64; RejectReason::ALL.len()];
    let (mut changed, mut keys) = (0u64, Vec::new());
    for batch in batches {
        kernel.clean(batch, &mut out);
        for row in out.iter() {
            row.flags().iter().for_each(|flag| flags[flag as usize] += 1);
            row.reject().into_iter().for_each(|reason| rejects[reason as usize] += 1);
            changed += row.changes().count() as u64;
            keys.push(row.key());
        }
    }
    let rows = keys.len();
    keys.sort_unstable();
    keys.dedup();
    writeln!(say, "{} different of {rows}; {changed} values changed", keys.len())?;
    let flags = Flag::ALL.iter().map(|flag| flag.code()).zip(flags);
    let rejects = RejectReason::ALL.iter().map(|reason| reason.code()).zip(rejects);
    for (code, count) in flags.chain(rejects).filter(|(_, count)| *count > 0) {
        writeln!(say, "{count:>8} {code}")?;
    }
    Ok(())
}

/// Processor time of this process, in nanoseconds: the first figure of the kernel's schedule statistics.
fn processor_ns() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}
