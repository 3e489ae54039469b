//! The second pass: the spool becomes the output, with the duplicates marked or left out.

use std::io::{self, Read, Write};
use std::path::Path;

use plumb_table::pack::Packer;
use plumb_table::write::push_cells;
use plumb_table::{Batch, Chunk, Dialect, Refusal, columnar};

use super::options::{FileFormat, Options, Place};
use super::plan::Plan;
use super::work::{RowEnd, is_typed, output_delimiter};
use super::{Progress, Sink, Step};
use crate::duplicates::Found;
use crate::error::{ListError, Stop};
use crate::spool::Spool;

/// Writes the output but for its name. Answers how many rows are in it.
pub(crate) fn second_pass(
    options: &Options,
    plan: &Plan,
    spool: Spool,
    found: &Found,
    output: &mut Sink,
    stop: &Stop,
    progress: &mut dyn FnMut(Progress),
) -> Result<u64, ListError> {
    let folder = options.spool_folder();
    let target = options.output.as_ref().map_or_else(|| "the output".to_owned(), Place::name);
    let failed = |error| ListError::io("cannot be written", Path::new(&target))(error);
    let mut blocks = Blocks {
        spool: spool.read().map_err(ListError::io("cannot hold the rows on their way", &folder))?,
        found,
        // The writer of typed columns leaves rows out itself: it has to step over those of the list too.
        leave_out: options.shape.only_keep && !is_typed(options, plan),
        delimiter: output_delimiter(options, plan),
        slots: 0,
        rows: 0,
        ends: Vec::new(),
        block: Vec::new(),
    };
    let mut next = |rows: &mut Vec<u8>| -> Result<Option<u64>, ListError> {
        stop.check()?;
        let more = blocks.next(rows).map_err(ListError::io("cannot hold the rows on their way", &folder))?;
        progress(Progress { step: Step::Writing, rows: blocks.rows, percent: None });
        Ok(more.then_some(blocks.rows))
    };
    let mut rows = Vec::new();
    let mut written = 0;
    match options.output_format() {
        FileFormat::Csv => {
            let mut packer = Packer::new(output, options.output_packing()).map_err(failed)?;
            packer.write_all(&header(options, plan)).map_err(failed)?;
            while let Some(sum) = next(&mut rows)? {
                packer.write_all(&rows).map_err(failed)?;
                written = sum;
            }
            packer.finish().and_then(io::Write::flush).map_err(failed)?;
        }
        FileFormat::Parquet => {
            let refused =
                |refusal: Refusal| ListError::Refused { file: target.clone(), refusal };
            let added: Vec<&str> = options.shape.added().collect();
            let only = options.shape.only_keep.then_some("plumb_keep");
            let mut writer = match options.input.path().filter(|_| is_typed(options, plan)) {
                Some(input) => columnar::Writer::beside(output, input, &added, only),
                None => columnar::Writer::of_text(output, &plan.names(), &added),
            }
            .map_err(refused)?;
            let (mut batch, width) = (Batch::default(), writer.text_columns());
            while next(&mut rows)?.is_some() {
                let mut chunk = Chunk::of(std::mem::take(&mut rows));
                batch.read(&mut chunk, Dialect::default(), width, "");
                written += writer.write(batch.cells()).map_err(refused)?;
            }
            writer.finish().map_err(refused)?;
        }
    }
    Ok(written)
}

fn header(options: &Options, plan: &Plan) -> Vec<u8> {
    let delimiter = output_delimiter(options, plan);
    let mut line = Vec::new();
    let own = plan.columns.iter().map(|column| column.name.as_str());
    if plan.header.is_empty() || plan.dialect.is_some_and(|dialect| dialect.quote != b'"') {
        push_cells(&mut line, own, delimiter);
    } else {
        line.extend_from_slice(plan.header.as_bytes());
    }
    for name in options.shape.added() {
        line.push(delimiter);
        line.extend_from_slice(name.as_bytes());
    }
    line.push(b'\n');
    line
}

/// The spool, block by block.
struct Blocks<'f> {
    spool: Box<dyn Read + Send>,
    found: &'f Found,
    leave_out: bool,
    delimiter: u8,
    slots: u64,
    rows: u64,
    ends: Vec<RowEnd>,
    block: Vec<u8>,
}

impl Blocks<'_> {
    /// Puts the next rows into `out`; `false` at the end.
    fn next(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        out.clear();
        let mut word = [0; 4];
        match self.spool.read(&mut word[..1])? {
            0 => return Ok(false),
            _ => self.spool.read_exact(&mut word[1..])?,
        }
        let rows = u32::from_le_bytes(word) as usize;
        self.spool.read_exact(&mut word)?;
        let bytes = u32::from_le_bytes(word) as usize;
        self.block.resize(rows * 8 + bytes, 0);
        self.spool.read_exact(&mut self.block)?;
        let (head, text) = self.block.split_at(rows * 8);
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        self.ends.clear();
        self.ends.extend(head.chunks_exact(8).map(|row| RowEnd { end: number(&row[..4]), tail: number(&row[4..]) }));

        // Rows that stay as they are go over in one piece, up to the next duplicate.
        let (mut copied, mut start) = (0, 0);
        for (at, row) in self.ends.iter().enumerate() {
            let end = row.end as usize;
            if self.found.is_duplicate(self.slots + at as u64) {
                if self.leave_out {
                    out.extend_from_slice(&text[copied..start]);
                } else {
                    let keep_at = end - row.tail as usize;
                    out.extend_from_slice(&text[copied..keep_at]);
                    push_duplicate(out, &text[keep_at..end], self.delimiter);
                    self.rows += 1;
                }
                copied = end;
            } else {
                self.rows += 1;
            }
            start = end;
        }
        out.extend_from_slice(&text[copied..]);
        self.slots += rows as u64;
        Ok(true)
    }
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
