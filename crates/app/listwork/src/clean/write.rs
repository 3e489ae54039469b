//! The second pass: the spool becomes the output, with the duplicates marked or left out.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use plumb_table::pack::Packer;
use plumb_table::write::push_cells;
use plumb_table::{Batch, Chunk, Dialect, Refusal, columnar};
use xxhash_rust::xxh3::xxh3_64;

use super::lanes::in_turn;
use super::options::Options;
use super::plan::Plan;
use super::work::{Again, ROW_END_BYTES, is_typed, output_delimiter};
use crate::duplicates::Found;
use crate::error::{ListError, Stop};
use crate::place::FileFormat;
use crate::progress::{Progress, Step};
use crate::spool::Spool;
use crate::target::Target;

/// Writes the output but for its name. Answers how many rows are in it.
pub(crate) fn second_pass(
    options: &Options,
    plan: &Plan,
    spool: Spool,
    found: &Found,
    output: &mut Target,
    stop: &Stop,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, ListError> {
    let folder = options.list.spool_folder();
    let failed = output.failed();
    let list = match (plan.layout.rows_at, options.input.path()) {
        (Some(rows_at), Some(path)) => {
            Some((File::open(path).map_err(ListError::io("cannot be read", path))?, rows_at))
        }
        _ => None,
    };
    let join = Join {
        name: options.input.name(),
        list,
        found,
        // The writer of typed columns leaves rows out itself: it has to step over those of the list too.
        leave_out: options.shape.only_keep && !is_typed(options, plan),
        delimiter: output_delimiter(options, plan),
    };
    let mut spool = spool.read().map_err(ListError::io("cannot hold the rows on their way", &folder))?;
    let mut slots = 0;
    let next = |block: &mut Block| {
        stop.check()?;
        let more = block.read(&mut spool, slots);
        slots += block.slots;
        more.map_err(ListError::io("cannot hold the rows on their way", &folder))
    };
    let mut rows = 0;
    let mut joined = |block: &Block| {
        rows += block.rows;
        progress(Progress { step: Step::Writing, rows, percent: None });
        rows
    };
    let mut written = 0;
    match options.list.output_format() {
        FileFormat::Csv => {
            let mut packer = Packer::new(output.sink(), options.list.output_packing()).map_err(&failed)?;
            packer.write_all(&header(options, plan)).map_err(&failed)?;
            in_turn(
                options.list.threads,
                next,
                |chunk: &mut Vec<u8>, block| join.block(chunk, block),
                |block| {
                    written = joined(block);
                    packer.write_all(&block.text).map_err(&failed)
                },
            )?;
            packer.finish().and_then(io::Write::flush).map_err(failed)?;
        }
        FileFormat::Parquet => {
            let name = output.name();
            let refused = |refusal: Refusal| ListError::Refused { file: name.clone(), refusal };
            let added = options.added();
            let only = options.shape.only_keep.then_some("plumb_keep");
            let mut writer = match options.input.path().filter(|_| is_typed(options, plan)) {
                Some(input) => columnar::Writer::beside(output.sink(), input, &added, only),
                None => columnar::Writer::of_text(output.sink(), &plan.names(), &added),
            }
            .map_err(refused)?;
            let (mut batch, width) = (Batch::default(), writer.text_columns());
            in_turn(
                options.list.threads,
                next,
                |chunk: &mut Vec<u8>, block| join.block(chunk, block),
                |block| {
                    joined(block);
                    let mut chunk = Chunk::of(std::mem::take(&mut block.text));
                    batch.read(&mut chunk, Dialect::default(), width, "");
                    written += writer.write(batch.cells()).map_err(refused)?;
                    Ok(())
                },
            )?;
            writer.finish().map_err(refused)?;
        }
    }
    Ok(written)
}

fn header(options: &Options, plan: &Plan) -> Vec<u8> {
    let delimiter = output_delimiter(options, plan);
    let mut line = Vec::new();
    let own = plan.columns.iter().map(|column| column.name.as_str());
    let layout = &plan.layout;
    if layout.header.is_empty() || layout.dialect.is_some_and(|dialect| dialect.quote != b'"') {
        push_cells(&mut line, own, delimiter);
    } else {
        line.extend_from_slice(layout.header.as_bytes());
    }
    for name in options.added() {
        line.push(delimiter);
        line.extend_from_slice(name.as_bytes());
    }
    line.push(b'\n');
    line
}

/// A block of the spool on its way to the output.
#[derive(Default)]
struct Block {
    /// Rows in it, and in those before it.
    slots: u64,
    slots_before: u64,
    again: Again,
    spooled: Vec<u8>,
    /// Its rows as they are written, and how many they are.
    text: Vec<u8>,
    rows: u64,
}

impl Block {
    /// Takes the next block from the spool; `false` at the end.
    fn read(&mut self, spool: &mut impl Read, slots_before: u64) -> io::Result<bool> {
        self.slots = 0;
        let mut head = [0; 32];
        match spool.read(&mut head[..1])? {
            0 => return Ok(false),
            _ => spool.read_exact(&mut head[1..])?,
        }
        (self.slots, self.slots_before) = (number(&head[..4]), slots_before);
        let [offset, bytes, hash] = [8, 16, 24].map(|at| number(&head[at..at + 8]));
        self.again = Again { offset, bytes, hash };
        self.spooled.resize(self.slots as usize * ROW_END_BYTES + number(&head[4..8]) as usize, 0);
        spool.read_exact(&mut self.spooled)?;
        Ok(true)
    }
}

/// Joins the rows of blocks with what was decided about duplicates. Shared by threads.
struct Join<'f> {
    /// What people call the list.
    name: String,
    /// The list, where its rows are read once more, and where they begin in it.
    list: Option<(File, u64)>,
    found: &'f Found,
    leave_out: bool,
    delimiter: u8,
}

impl Join<'_> {
    /// Writes the rows of a block. `chunk` is room for a part of the list.
    fn block(&self, chunk: &mut Vec<u8>, block: &mut Block) -> Result<(), ListError> {
        self.again(block.again, chunk)?;
        let (ends, text) = block.spooled.split_at(block.slots as usize * ROW_END_BYTES);
        let out = &mut block.text;
        out.clear();
        block.rows = 0;
        let mut start = 0;
        for (at, row) in (block.slots_before..).zip(ends.chunks_exact(ROW_END_BYTES)) {
            let word = |at: usize| number(&row[at * 4..at * 4 + 4]) as usize;
            let (end, tail, raw_start, raw_len) = (word(0), word(1), word(2), word(3));
            let duplicate = self.found.is_duplicate(at);
            if !(duplicate && self.leave_out) {
                out.extend_from_slice(&chunk[raw_start..raw_start + raw_len]);
                if duplicate {
                    out.extend_from_slice(&text[start..end - tail]);
                    push_duplicate(out, &text[end - tail..end], self.delimiter);
                } else {
                    out.extend_from_slice(&text[start..end]);
                }
                block.rows += 1;
            }
            start = end;
        }
        Ok(())
    }

    /// Reads a part of the list once more.
    fn again(&self, Again { offset, bytes, hash }: Again, chunk: &mut Vec<u8>) -> Result<(), ListError> {
        let changed = || ListError::Changed { file: self.name.clone() };
        chunk.resize(bytes as usize, 0);
        let Some((list, rows_at)) = self.list.as_ref().filter(|_| bytes > 0) else { return Ok(()) };
        list.read_exact_at(chunk, rows_at + offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => changed(),
            _ => ListError::io("cannot be read", Path::new(&self.name))(error),
        })?;
        if xxh3_64(chunk) == hash { Ok(()) } else { Err(changed()) }
    }
}

/// A number of up to eight bytes, least first.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Rewrites `true,score,reasons` for a row that another one stands for.
fn push_duplicate(out: &mut Vec<u8>, tail: &[u8], delimiter: u8) {
    let tail = tail.strip_prefix(b"true").unwrap_or(tail);
    let tail = tail.strip_suffix(b"\n").unwrap_or(tail);
    let reasons = tail.iter().rposition(|byte| *byte == delimiter).map_or(tail.len(), |at| at + 1);
    out.extend_from_slice(b"false");
    out.extend_from_slice(&tail[..reasons]);
    out.extend_from_slice(b"duplicate");
    if reasons < tail.len() {
        out.push(b' ');
        out.extend_from_slice(&tail[reasons..]);
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::push_duplicate;

    #[test]
    fn a_duplicate_says_so_first() {
        let rewritten = |tail: &[u8], delimiter| {
            let mut out = Vec::new();
            push_duplicate(&mut out, tail, delimiter);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(rewritten(b"true,55,email_free no_org\n", b','), "false,55,duplicate email_free no_org\n");
        assert_eq!(rewritten(b"true;55;\n", b';'), "false;55;duplicate\n");
    }
}
