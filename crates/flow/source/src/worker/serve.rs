//! The worker's side.

use std::io::{Error, ErrorKind, Read, Result, Write};

use plumb_jail::Closed;
use serde::Serialize;

use super::frame::{self, Word};
use super::inspection::Inspection;
use super::message::{Ready, RowsTask};
use super::rows::Rows;
use crate::cleaning::Cleaning;
use crate::domain::refusal::Refusal;

/// What the worker is at.
enum Work<'a> {
    Nothing,
    Inspection(Box<Inspection<'a>>),
    Rows(Box<Rows<'a>>),
}

/// What is answered to one question.
type Reply = Result<(Word, Vec<u8>)>;

/// Answers questions about one file until `input` ends.
///
/// `closed` is the evidence that the process was closed in before it read anything; none when it was told to stay open.
/// A file that is not taken is an answer; an error is a broken pipe, or a question that makes no sense.
pub fn serve(cleaning: &Cleaning, closed: Option<Closed>, input: &mut dyn Read, output: &mut dyn Write) -> Result<()> {
    let (word, content) = json(Word::Ready, &Ready { closed })?;
    frame::write(output, word, &content)?;
    let mut work = Work::Nothing;
    while let Some((word, content)) = frame::read(input)? {
        let (word, content) = answer(cleaning, &mut work, word, &content)?;
        frame::write(output, word, &content)?;
    }
    Ok(())
}

fn answer<'a>(cleaning: &'a Cleaning, work: &mut Work<'a>, word: Word, content: &[u8]) -> Reply {
    match (word, std::mem::replace(work, Work::Nothing)) {
        (Word::Inspect, Work::Nothing) => {
            *work = Work::Inspection(Box::new(Inspection::new(cleaning)));
            Ok(MORE)
        }
        (Word::Rows, Work::Nothing) => {
            let task: RowsTask = serde_json::from_slice(content)?;
            *work = Work::Rows(Box::new(Rows::new(cleaning, task)));
            Ok(MORE)
        }
        (Word::Piece, Work::Inspection(mut inspection)) => {
            let sniffed = match inspection.piece(content) {
                Ok(sniffed) => sniffed,
                Err(refusal) => return refused(&refusal),
            };
            *work = Work::Inspection(inspection);
            sniffed.map_or(Ok(MORE), |sniffed| json(Word::Sniffed, &sniffed))
        }
        (Word::End, Work::Inspection(inspection)) => match inspection.end() {
            Ok(seen) => json(Word::Seen, &seen),
            Err(refusal) => refused(&refusal),
        },
        (Word::Piece, Work::Rows(mut rows)) => match rows.piece(content) {
            Ok(()) => {
                *work = Work::Rows(rows);
                Ok(MORE)
            }
            Err(refusal) => refused(&refusal),
        },
        (Word::End, Work::Rows(mut rows)) => match rows.end() {
            Ok(Ok(())) => {
                *work = Work::Rows(rows);
                Ok(MORE)
            }
            Ok(Err(wrong)) => json(Word::Wrong, wrong),
            Err(refusal) => refused(&refusal),
        },
        (Word::Next, Work::Rows(mut rows)) => match rows.batch() {
            Ok(Some(batch)) => {
                *work = Work::Rows(rows);
                json(Word::Batch, &batch)
            }
            Ok(None) => {
                *work = Work::Rows(rows);
                Ok(MORE)
            }
            Err(wrong) => json(Word::Wrong, wrong),
        },
        _ => Err(Error::new(ErrorKind::InvalidData, "a question out of its turn")),
    }
}

/// It wants more of the file.
const MORE: (Word, Vec<u8>) = (Word::More, Vec::new());

fn json(word: Word, content: &(impl Serialize + ?Sized)) -> Reply {
    Ok((word, serde_json::to_vec(content)?))
}

fn refused(refusal: &Refusal) -> Reply {
    json(Word::Refused, &refusal.told())
}
