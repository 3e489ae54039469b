//! The first pass: every row is cleaned and written to the spool as it will stand in the output, but for whether it is
//! a duplicate.

use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use plumb_table::input::Fingerprint;

use super::counts::Counts;
use super::options::Options;
use super::work::{Block, Kept, ROW_END_BYTES, Worker};
use crate::duplicates::Keys;
use crate::error::{ListError, Stop};
use crate::place::State;
use crate::progress::{Progress, Step};
use crate::source::{Piece, Source};
use crate::spool::Spool;

/// Pieces of work that wait for each thread.
const QUEUE: usize = 2;

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

/// Cleans every row into the spool, on as many threads as are asked for. The result does not depend on their number:
/// pieces are handed out and taken back in turn.
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
    let mut said = |collect: &Collect<'_>, source: &Source| {
        progress(Progress { step: Step::Cleaning, rows: collect.counts.rows, percent: source.percent() });
    };
    collect.lines = u64::from(source.layout.lines_above);
    if options.list.threads <= 1 {
        let (mut piece, mut kept, mut block) = (Piece::default(), Kept::default(), Block::default());
        while source.next(&mut piece)? {
            stop.check()?;
            worker.work(&mut piece, &mut kept, &mut block)?;
            collect.block(&block)?;
            said(&collect, &source);
        }
    } else {
        std::thread::scope(|scope| {
            let lanes: Vec<Lane> = (0..options.list.threads).map(|_| Lane::start(scope, worker)).collect();
            let (mut given, mut taken) = (0, 0);
            let mut spare = Vec::new();
            let mut more = true;
            while more || taken < given {
                if more && given - taken < lanes.len() * QUEUE {
                    let (mut piece, block) = spare.pop().unwrap_or_default();
                    more = source.next(&mut piece)?;
                    if more {
                        stop.check()?;
                        lanes[given % lanes.len()].give.send((piece, block)).map_err(|_| ListError::Thread)?;
                        given += 1;
                    }
                    continue;
                }
                let (piece, block) = lanes[taken % lanes.len()].take.recv().map_err(|_| ListError::Thread)??;
                taken += 1;
                collect.block(&block)?;
                said(&collect, &source);
                spare.push((piece, block));
            }
            Ok::<_, ListError>(())
        })?;
    }
    let (fingerprint, state) = source.finish()?;
    let Collect { spool, keys, slots, counts, .. } = collect;
    Ok(Done { spool, keys, slots, counts, fingerprint, state })
}

/// A thread with its way in and its way out.
struct Lane {
    give: SyncSender<(Piece, Block)>,
    take: Receiver<Result<(Piece, Block), ListError>>,
}

impl Lane {
    fn start<'scope>(scope: &'scope std::thread::Scope<'scope, '_>, worker: &'scope Worker) -> Self {
        let (give, work) = sync_channel::<(Piece, Block)>(QUEUE);
        let (done, take) = sync_channel(QUEUE);
        scope.spawn(move || {
            let mut kept = Kept::default();
            while let Ok((mut piece, mut block)) = work.recv() {
                let worked = worker.work(&mut piece, &mut kept, &mut block);
                if done.send(worked.map(|()| (piece, block))).is_err() {
                    return;
                }
            }
        });
        Self { give, take }
    }
}
