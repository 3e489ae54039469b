//! The first pass: every row is cleaned and written to the spool as it will stand in the output, but for whether it is
//! a duplicate.

use std::io::Write as _;
use std::path::Path;

use plumb_table::input::Fingerprint;

use super::counts::Counts;
use super::lanes::in_turn;
use super::options::Options;
use super::work::{Block, Kept, ROW_END_BYTES, Worker};
use crate::duplicates::Keys;
use crate::error::{ListError, Stop};
use crate::place::State;
use crate::progress::{Progress, Step};
use crate::source::{Piece, Source};
use crate::spool::Spool;

/// What the first pass leaves.
pub(crate) struct Done {
    pub(crate) spool: Spool,
    pub(crate) keys: Keys,
    /// Rows in the spool.
    pub(crate) slots: u64,
    pub(crate) counts: Counts,
    pub(crate) fingerprint: Fingerprint,
    /// The list's state, which is not to change.
    pub(crate) state: Option<State>,
}

struct Collect<'a> {
    spool: Spool,
    keys: Keys,
    slots: u64,
    lines: u64,
    counts: Counts,
    folder: &'a Path,
}

impl Collect<'_> {
    /// Takes the next block of the list.
    fn block(&mut self, block: &Block) -> Result<(), ListError> {
        let io = || ListError::io("cannot hold the rows on their way", self.folder);
        self.counts.add(&block.counts, self.lines);
        for (key, rank, at) in &block.keys {
            self.keys.add(*key, *rank, self.slots + u64::from(*at)).map_err(io())?;
        }
        self.slots += block.ends.len() as u64;
        self.lines += u64::from(block.lines);
        let mut head = Vec::with_capacity(32 + block.ends.len() * ROW_END_BYTES);
        for number in [block.ends.len() as u32, block.text.len() as u32] {
            head.extend_from_slice(&number.to_le_bytes());
        }
        for number in [block.again.offset, block.again.bytes, block.again.hash] {
            head.extend_from_slice(&number.to_le_bytes());
        }
        for row in &block.ends {
            for number in [row.end, row.tail, row.raw_start, row.raw_len] {
                head.extend_from_slice(&number.to_le_bytes());
            }
        }
        self.spool.write_all(&head).map_err(io())?;
        self.spool.write_all(&block.text).map_err(io())
    }
}

/// Cleans every row into the spool, on as many threads as are asked for.
pub(crate) fn first_pass(
    options: &Options,
    worker: &Worker,
    mut source: Source,
    folder: &Path,
    stop: &Stop,
    progress: &mut dyn FnMut(Progress),
) -> Result<Done, ListError> {
    let mut collect = Collect {
        spool: Spool::new(folder),
        keys: Keys::new(folder),
        slots: 0,
        lines: 0,
        counts: Counts::default(),
        folder,
    };
    collect.lines = u64::from(source.layout.lines_above);
    in_turn(
        options.list.threads,
        |part: &mut Part| {
            let more = source.next(&mut part.piece)?;
            part.percent = source.percent();
            stop.check()?;
            Ok(more)
        },
        |kept: &mut Kept, part| worker.work(&mut part.piece, kept, &mut part.block),
        |part| {
            collect.block(&part.block)?;
            progress(Progress { step: Step::Cleaning, rows: collect.counts.rows, percent: part.percent });
            Ok(())
        },
    )?;
    let (fingerprint, state) = source.finish()?;
    let Collect { spool, keys, slots, counts, .. } = collect;
    Ok(Done { spool, keys, slots, counts, fingerprint, state })
}

/// A part of a list on its way.
#[derive(Default)]
struct Part {
    piece: Piece,
    block: Block,
    /// How much of the list was read with it.
    percent: Option<u8>,
}
