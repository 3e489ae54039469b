//! A list is looked at as it comes in: judged by its beginning, then read through once, so that a row that never ends is
//! refused as soon as it is seen.

use plumb_table::{Asked, Batch, Chunk, Cutter, Fault, Input, Packing, Read, Refusal as Unreadable};

use super::frame::Word;
use super::message::{InspectTask, Seen, Sniffed};
use super::pipe::Pipe;
use super::serve::Stop;
use crate::cleaning::Cleaning;
use crate::domain::encoding::Met;
use crate::domain::refusal::Refusal;

pub(super) fn inspect(cleaning: &Cleaning, task: &InspectTask, pipe: &Pipe) -> Result<(), Stop> {
    let known = |cells: &[String]| cleaning.known(cells);
    let mut input = Input::open(pipe.clone(), None, Asked::default(), &known, Read::default())?;
    let layout = input.layout.clone();
    let width = layout.names.len();
    let proposal = (cleaning.propose)(&layout.names, &layout.sample);
    let delimiter = char::from(layout.dialect.delimiter);
    let mut sniffed = Some(Sniffed { delimiter, names: layout.names, sample: layout.sample, proposal });
    // Of a list so short that its end came first, all is told at once.
    if !pipe.has_ended() {
        pipe.say(Word::Sniffed, &sniffed.take())?;
    }
    let (mut cutter, mut chunk, mut batch) = (Cutter::new(layout.dialect), Chunk::default(), Batch::default());
    let (mut met, mut rows, mut lines, mut text_bytes) = (Met::default(), 0, u64::from(layout.lines_above), 0);
    while cutter.read(&mut input, &mut chunk).map_err(Unreadable::of_io)? {
        text_bytes += chunk.bytes() as u64;
        if input.packing != Packing::Plain && text_bytes > task.text_bytes_max {
            return Err(Refusal::TooLarge { bytes_max: task.text_bytes_max }.into());
        }
        batch.read(&mut chunk, layout.dialect, width, &layout.header);
        if let [record] = batch.records()
            && record.fault == Some(Fault::RecordTooLong)
        {
            return Err(Unreadable::RecordTooLong { row: lines + u64::from(record.number) }.into());
        }
        met.note(&batch);
        rows += batch.records().len() as u64;
        lines += u64::from(batch.lines());
    }
    if rows == 0 {
        return Err(Refusal::NoRows.into());
    }
    Ok(pipe.say(Word::Seen, &Seen { sniffed, rows, encoding: met.name(input.encoding).to_owned() })?)
}
