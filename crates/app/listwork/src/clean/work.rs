//! The first pass: every row is cleaned and written to the spool as it will stand in the output, but for whether it is
//! a duplicate.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use plumb_base::Cells;
use plumb_base::cells::Row;
use plumb_clean::{CleanRow, Cleaned, Field, Kernel, RejectReason, Rules, Value};
use plumb_table::input::Fingerprint;
use plumb_table::{Batch, Dialect, Fault};
use xxhash_rust::xxh3::xxh3_64;

use super::codes::{EmailStatus, PhoneStatus};
use super::counts::{Counts, Tally};
use super::options::Options;
use super::plan::{Column, Plan};
use super::row::{Verdict, Writer};
use super::score::Scores;
use super::suppress::Suppressed;
use crate::duplicates::{Keys, Rank};
use crate::error::{ListError, Stop};
use crate::place::{FileFormat, State};
use crate::progress::{Progress, Step};
use crate::source::{Piece, Source};
use crate::spool::Spool;

/// Pieces of work that wait for each thread.
const QUEUE: usize = 2;
/// What the words of the added columns are made of.
const DELIMITERS_REFUSED: &[u8] = b" .+-_\"";
/// Bytes of a [`RowEnd`] in the spool.
pub(crate) const ROW_END_BYTES: usize = 16;

/// Where a row of a block ends, how many bytes before that its `plumb_keep` begins, and which bytes of the list's chunk
/// stand before it all: none if they are in the block already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RowEnd {
    pub(crate) end: u32,
    pub(crate) tail: u32,
    pub(crate) raw_start: u32,
    pub(crate) raw_len: u32,
}

/// The part of the list that a block's rows are from, to be read once more: what is not spooled need not be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Again {
    /// From the beginning of the rows.
    pub(crate) offset: u64,
    /// Nothing if the block has all that it needs.
    pub(crate) bytes: u64,
    /// XXH3 of them: they may have changed.
    pub(crate) hash: u64,
}

/// A piece of work, done.
#[derive(Default)]
pub(crate) struct Block {
    /// Rows as they will stand in the output.
    pub(crate) text: Vec<u8>,
    pub(crate) ends: Vec<RowEnd>,
    again: Again,
    /// Key and rank of the rows to keep, by their place in `ends`.
    keys: Vec<(u128, Rank, u32)>,
    pub(crate) counts: Counts,
    lines: u32,
}

/// What a thread keeps from one piece to the next.
#[derive(Default)]
pub(crate) struct Kept {
    batch: Batch,
    cleaned: Cleaned,
    tally: Tally,
}

/// A row as it stands in the list.
struct Stand<'a> {
    /// Its line, counted from the beginning of the piece.
    number: u64,
    fault: Option<Fault>,
    /// Its text and where that begins in the piece, if it can be copied.
    raw: Option<(usize, &'a [u8])>,
}

/// Turns pieces of a list into blocks. Shared by threads.
pub(crate) struct Worker {
    kernel: Kernel,
    scores: Scores,
    suppressed: Suppressed,
    writer: Writer,
    dialect: Dialect,
    header: String,
    /// The list's own text can be copied.
    verbatim: bool,
    /// Rows can be read a second time.
    rereadable: bool,
    /// Only the added columns are wanted: the list's own stay where they are.
    added_only: bool,
    mapped: Vec<(usize, Field)>,
}

impl Worker {
    pub(crate) fn new(options: &Options, plan: &Plan, rules: &Arc<Rules>) -> Result<Self, ListError> {
        let kernel_options =
            plumb_clean::Options { default_country: options.list.country, ..plumb_clean::Options::default() };
        let suppressed = options.suppress.as_deref().map(Suppressed::read).transpose()?.unwrap_or_default();
        let kernel = Kernel::new(Arc::clone(rules), &plan.mapping(), kernel_options);
        // A further column of a field stays as it is: what was found is in the first one's place.
        let of = |(at, column): (usize, &Column)| column.field.filter(|field| kernel.column(*field) == Some(at));
        let fields: Vec<Option<Field>> = plan.columns.iter().enumerate().map(of).collect();
        let mapped = fields.iter().enumerate().filter_map(|(at, field)| Some((at, (*field)?))).collect();
        let dialect = plan.layout.dialect.unwrap_or_default();
        let delimiter = output_delimiter(options, plan);
        if DELIMITERS_REFUSED.contains(&delimiter) {
            return Err(ListError::Usage(format!(
                "{:?} cannot stand between cells: numbers, domains and reasons have it in them",
                char::from(delimiter)
            )));
        }
        let from_text = plan.layout.dialect.is_some();
        Ok(Self {
            kernel,
            scores: Scores::new(),
            suppressed,
            writer: Writer { delimiter, shape: options.shape, fields },
            dialect,
            header: plan.layout.header.clone(),
            verbatim: from_text && dialect == Dialect { delimiter, ..Dialect::default() } && !options.shape.replace,
            rereadable: plan.layout.rows_at.is_some() && options.list.output_format() == FileFormat::Csv,
            added_only: is_typed(options, plan),
            mapped,
        })
    }

    /// Does a piece of work. What was in `block` goes.
    pub(crate) fn work(&self, piece: &mut Piece, kept: &mut Kept, block: &mut Block) {
        block.text.clear();
        block.ends.clear();
        block.keys.clear();
        block.counts = Counts::default();
        block.again = Again::default();
        let Kept { batch, cleaned, tally } = kept;
        match piece {
            Piece::Chunk(chunk) => {
                batch.read(chunk, self.dialect, self.writer.fields.len(), &self.header);
                self.kernel.clean(batch.cells(), cleaned);
                block.lines = batch.lines();
                block.counts.blank_lines = u64::from(batch.blank_lines());
                block.counts.windows_1252 = u64::from(batch.windows_1252());
                if let Some(offset) = batch.offset().filter(|_| self.rereadable && self.verbatim) {
                    let text = batch.text().as_bytes();
                    block.again = Again { offset, bytes: text.len() as u64, hash: xxh3_64(text) };
                }
                for (at, record) in batch.records().iter().enumerate() {
                    block.counts.formulas += u64::from(record.formulas);
                    let guarded = self.writer.shape.guard_formulas && record.formulas > 0;
                    let raw = (self.verbatim && record.verbatim && !guarded)
                        .then(|| (record.raw.start, &batch.text().as_bytes()[record.raw.clone()]));
                    let number = u64::from(record.number);
                    let stand = Stand { number, fault: record.fault, raw };
                    self.row(block, tally, (batch.cells().row(at), cleaned.row(at)), stand);
                }
            }
            Piece::Rows(cells) => {
                self.kernel.clean(cells, cleaned);
                block.lines = cells.rows() as u32;
                for at in 0..cells.rows() {
                    let fault = fault_of(cells, at);
                    let stand = Stand { number: at as u64 + 1, fault, raw: None };
                    self.row(block, tally, (cells.row(at), cleaned.row(at)), stand);
                }
            }
        }
        block.counts.take(tally);
    }

    fn row(
        &self,
        block: &mut Block,
        tally: &mut Tally,
        (row, clean): (Row<'_>, CleanRow<'_>),
        Stand { number, fault, raw }: Stand<'_>,
    ) {
        let counts = &mut block.counts;
        counts.rows += 1;
        let clean = fault.is_none().then_some(clean);
        let verdict = match clean {
            None => {
                if let Some(fault) = fault {
                    counts.faults[fault as usize] += 1;
                    if counts.unreadable.len() < 20 {
                        counts.unreadable.push((number, fault));
                    }
                }
                Verdict {
                    email: EmailStatus::Empty,
                    phone: PhoneStatus::Empty,
                    suppressed: false,
                    keep: false,
                    score: 0,
                    key: None,
                    fault,
                }
            }
            Some(clean) => {
                let suppressed = self.suppressed.has(clean);
                let email = if suppressed { EmailStatus::Suppressed } else { EmailStatus::of(clean) };
                let phone = PhoneStatus::of(clean);
                let readable = clean.reject().is_none_or(|reject| reject == RejectReason::NothingToIdentify);
                let score = self.scores.of(clean);
                counts.email[email as usize] += 1;
                counts.phone[phone as usize] += 1;
                counts.suppressed += u64::from(suppressed);
                counts.scores[usize::from(score / 10).min(9)] += 1;
                if let Some(reject) = clean.reject() {
                    counts.rejects[reject as usize] += 1;
                }
                let mut bits = clean.flags().bits();
                while bits != 0 {
                    counts.flags[bits.trailing_zeros() as usize] += 1;
                    bits &= bits - 1;
                }
                for &(column, field) in &self.mapped {
                    if let Some(reason) = clean.reason(field) {
                        let before = row.get(column).unwrap_or_default();
                        tally.change((field, reason), number, before, clean.field(field).unwrap_or_default());
                    }
                }
                if let Some(country) = clean.country() {
                    *counts.countries.entry(country).or_default() += 1;
                }
                let keep = clean.reject().is_none() && !suppressed;
                Verdict { email, phone, suppressed, keep, score, key: readable.then(|| clean.key().0), fault }
            }
        };
        if verdict.keep {
            counts.keepable += 1;
            let filled = clean.map_or(0, |clean| Field::ALL.iter().filter(|f| clean.has(Value::of(**f))).count() as u8);
            if let Some(key) = verdict.key {
                block.keys.push((key, Rank { score: verdict.score, filled }, block.ends.len() as u32));
            }
        } else if self.writer.shape.only_keep && !self.added_only {
            return;
        }
        let out = &mut block.text;
        let mut own = RowEnd::default();
        if !self.added_only {
            match raw {
                Some((start, raw)) if block.again.bytes > 0 => {
                    (own.raw_start, own.raw_len) = (start as u32, raw.len() as u32);
                }
                Some((_, raw)) => out.extend_from_slice(raw),
                None => self.writer.own_cells(out, row, clean, verdict.suppressed),
            }
            out.push(self.writer.delimiter);
        }
        let keep_at = self.writer.added_cells(out, clean, &verdict);
        block.ends.push(RowEnd { end: out.len() as u32, tail: (out.len() - keep_at) as u32, ..own });
    }
}

/// The delimiter of the output: the list's own.
pub(crate) fn output_delimiter(options: &Options, plan: &Plan) -> u8 {
    match (options.list.output_format(), plan.layout.dialect) {
        (FileFormat::Csv, Some(dialect)) => dialect.delimiter,
        _ => b',',
    }
}

/// Whether the output is Parquet with the columns of the input's types.
pub(crate) fn is_typed(options: &Options, plan: &Plan) -> bool {
    options.list.output_format() == FileFormat::Parquet && plan.layout.dialect.is_none() && !options.shape.replace
}

/// What a Parquet file can have that no list should.
fn fault_of(cells: &Cells, at: usize) -> Option<Fault> {
    let longest = cells.row(at).iter().map(str::len).max().unwrap_or(0);
    (longest > plumb_base::limits::FIELD_BYTES_MAX).then_some(Fault::FieldTooLong)
}

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
            worker.work(&mut piece, &mut kept, &mut block);
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
                let (piece, block) = lanes[taken % lanes.len()].take.recv().map_err(|_| ListError::Thread)?;
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
    take: Receiver<(Piece, Block)>,
}

impl Lane {
    fn start<'scope>(scope: &'scope std::thread::Scope<'scope, '_>, worker: &'scope Worker) -> Self {
        let (give, work) = sync_channel::<(Piece, Block)>(QUEUE);
        let (done, take) = sync_channel(QUEUE);
        scope.spawn(move || {
            let mut kept = Kept::default();
            while let Ok((mut piece, mut block)) = work.recv() {
                worker.work(&mut piece, &mut kept, &mut block);
                if done.send((piece, block)).is_err() {
                    return;
                }
            }
        });
        Self { give, take }
    }
}
