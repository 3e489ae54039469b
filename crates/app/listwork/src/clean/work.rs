//! Rows, cleaned and written as they will stand in the output, but for whether they are duplicates.

use std::sync::Arc;

use plumb_base::Cells;
use plumb_base::cells::Row;
use plumb_clean::{CleanRow, Cleaned, Field, Kernel, PrivateClass, RejectReason, Rules, Value};
use plumb_table::{Batch, Dialect, Fault};
use xxhash_rust::xxh3::xxh3_64;

use super::codes::{EmailStatus, PhoneStatus};
use super::counts::{Counts, Tally};
use super::dnc::{DncList, Lists};
use super::options::Options;
use super::plan::{Column, Plan};
use super::row::{Verdict, Writer};
use super::score::Scores;
use super::suppress::Suppressed;
use crate::duplicates::Rank;
use crate::error::ListError;
use crate::place::FileFormat;
use crate::source::Piece;

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
    pub(crate) again: Again,
    /// Key and rank of the rows to keep, by their place in `ends`.
    pub(crate) keys: Vec<(u128, Rank, u32)>,
    pub(crate) counts: Counts,
    pub(crate) lines: u32,
}

/// What a thread keeps from one piece to the next.
#[derive(Default)]
pub(crate) struct Kept {
    batch: Batch,
    cleaned: Cleaned,
    addresses: Cleaned,
    tally: Tally,
}

/// A row as it stands in the list.
struct Stand<'a> {
    row: Row<'a>,
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
    /// Reads addresses alone, those too that are not wanted: whoever must not be written to is not to be kept for another
    /// value.
    addresses: Option<Kernel>,
    dnc: Option<Lists>,
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
        let kernel_options = plumb_clean::Options {
            default_country: options.list.country,
            denied: options.denied,
            date_order: plan.date_order,
        };
        let suppressed = options.suppress.as_deref().map(Suppressed::read).transpose()?.unwrap_or_default();
        let mapping = plan.mapping();
        let kernel = Kernel::new(Arc::clone(rules), &mapping, kernel_options);
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
        let denies = options.suppress.is_some() && options.denied.contains(PrivateClass::PersonalEmail);
        let addresses = denies.then(|| {
            let mut mapping = mapping.clone();
            mapping.columns.retain(|column| column.field == Some(Field::Email));
            Kernel::new(Arc::clone(rules), &mapping, plumb_clean::Options::default())
        });
        let dnc = options.dnc.as_deref().map(|folder| Lists::open(folder, options.list.now)).transpose()?;
        let from_text = plan.layout.dialect.is_some();
        Ok(Self {
            kernel,
            scores: Scores::new(),
            suppressed,
            addresses,
            writer: Writer { delimiter, shape: options.shape, dnc: dnc.is_some(), fields },
            dnc,
            dialect,
            header: plan.layout.header.clone(),
            verbatim: from_text && dialect == Dialect { delimiter, ..Dialect::default() } && !options.shape.replace,
            rereadable: plan.layout.rows_at.is_some() && options.list.output_format() == FileFormat::Csv,
            added_only: is_typed(options, plan),
            mapped,
        })
    }

    /// The Do-Not-Call lists that numbers are screened against; nothing if they are not.
    pub(crate) fn dnc(&self) -> Option<Vec<DncList>> {
        self.dnc.as_ref().map(Lists::known)
    }

    /// Does a piece of work. What was in `block` goes.
    ///
    /// # Errors
    /// When a Do-Not-Call list cannot be read.
    pub(crate) fn work(&self, piece: &mut Piece, kept: &mut Kept, block: &mut Block) -> Result<(), ListError> {
        block.text.clear();
        block.ends.clear();
        block.keys.clear();
        block.counts = Counts::default();
        block.again = Again::default();
        let Kept { batch, cleaned, addresses, tally } = kept;
        match piece {
            Piece::Chunk(chunk) => {
                batch.read(chunk, self.dialect, self.writer.fields.len(), &self.header);
                self.clean(batch.cells(), cleaned, addresses);
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
                    let stand = Stand { row: batch.cells().row(at), number, fault: record.fault, raw };
                    self.row(block, tally, &stand, self.clean_row(cleaned, addresses, at))?;
                }
            }
            Piece::Rows(cells) => {
                self.clean(cells, cleaned, addresses);
                block.lines = cells.rows() as u32;
                for at in 0..cells.rows() {
                    let stand =
                        Stand { row: cells.row(at), number: at as u64 + 1, fault: fault_of(cells, at), raw: None };
                    self.row(block, tally, &stand, self.clean_row(cleaned, addresses, at))?;
                }
            }
        }
        block.counts.take(tally);
        Ok(())
    }

    fn clean(&self, cells: &Cells, cleaned: &mut Cleaned, addresses: &mut Cleaned) {
        self.kernel.clean(cells, cleaned);
        if let Some(kernel) = &self.addresses {
            kernel.clean(cells, addresses);
        }
    }

    /// A row as it is to be taken, and whether it must not be written to.
    fn clean_row<'c>(&self, cleaned: &'c Cleaned, addresses: &'c Cleaned, at: usize) -> (CleanRow<'c>, bool) {
        let row = cleaned.row(at);
        let address = if self.addresses.is_some() { addresses.row(at) } else { row };
        (row, self.suppressed.has(address))
    }

    fn row(
        &self,
        block: &mut Block,
        tally: &mut Tally,
        stand: &Stand<'_>,
        (clean, suppressed): (CleanRow<'_>, bool),
    ) -> Result<(), ListError> {
        let counts = &mut block.counts;
        counts.rows += 1;
        let (clean, verdict) = match stand.fault {
            Some(fault) => {
                counts.faults[fault as usize] += 1;
                if counts.unreadable.len() < 20 {
                    counts.unreadable.push((stand.number, fault));
                }
                (None, Verdict::of_fault(fault))
            }
            None => (Some(clean), self.verdict(counts, tally, stand, clean, suppressed)?),
        };
        if verdict.keep {
            counts.keepable += 1;
            let filled = clean.map_or(0, |clean| Field::ALL.iter().filter(|f| clean.has(Value::of(**f))).count() as u8);
            if let Some(key) = verdict.key {
                block.keys.push((key, Rank { score: verdict.score, filled }, block.ends.len() as u32));
            }
        } else if self.writer.shape.only_keep && !self.added_only {
            return Ok(());
        }
        let out = &mut block.text;
        let mut own = RowEnd::default();
        if !self.added_only {
            match stand.raw {
                Some((start, raw)) if block.again.bytes > 0 => {
                    (own.raw_start, own.raw_len) = (start as u32, raw.len() as u32);
                }
                Some((_, raw)) => out.extend_from_slice(raw),
                None => self.writer.own_cells(out, stand.row, clean, verdict.suppressed),
            }
            out.push(self.writer.delimiter);
        }
        let keep_at = self.writer.added_cells(out, clean, &verdict);
        block.ends.push(RowEnd { end: out.len() as u32, tail: (out.len() - keep_at) as u32, ..own });
        Ok(())
    }

    /// What the added columns of a row say that could be read; it is counted.
    fn verdict(
        &self,
        counts: &mut Counts,
        tally: &mut Tally,
        stand: &Stand<'_>,
        clean: CleanRow<'_>,
        suppressed: bool,
    ) -> Result<Verdict, ListError> {
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
            if let Some(reason) = clean.reason(field)
                && !tally.counts((field, reason))
            {
                let before = stand.row.get(column).unwrap_or_default();
                tally.change((field, reason), stand.number, before, clean.field(field).unwrap_or_default());
            }
        }
        if let Some(country) = clean.country() {
            *counts.countries.entry(country).or_default() += 1;
        }
        let dnc = self.dnc.as_ref().map_or(Ok(None), |lists| lists.screen(clean, counts))?;
        let keep = clean.reject().is_none() && !suppressed;
        Ok(Verdict { email, phone, dnc, suppressed, keep, score, key: readable.then(|| clean.key().0), fault: None })
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
