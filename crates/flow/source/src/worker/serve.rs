//! The worker's side.

use std::io::{Read, Result, Write};

use plumb_jail::Closed;

use super::frame::Word;
use super::inspection::inspect;
use super::message::Ready;
use super::pipe::{Broken, Pipe, out_of_turn};
use super::rows::read_rows;
use crate::cleaning::Cleaning;
use crate::domain::refusal::Refusal;

/// Why a list is not looked at to its end.
pub(super) enum Stop {
    /// The file is not taken.
    Refused(Refusal),
    /// The stored list cannot be read on, in words.
    Wrong(&'static str),
    /// The answer could not be given.
    Pipe(std::io::Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<plumb_table::Refusal> for Stop {
    fn from(unreadable: plumb_table::Refusal) -> Self {
        Self::Refused(unreadable.into())
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Pipe(error)
    }
}

/// Answers questions about one file until `input` ends.
///
/// `closed` is the evidence that the process was closed in before it read anything; none when it was told to stay open.
/// A file that is not taken is an answer; an error is a broken pipe, or a question that makes no sense.
pub fn serve(
    cleaning: &Cleaning,
    closed: Option<Closed>,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> Result<()> {
    let pipe = Pipe::new(input, output);
    pipe.say(Word::Ready, &Ready { closed })?;
    let Some((word, content)) = pipe.question()? else { return Ok(()) };
    let done = match word {
        Word::Inspect => inspect(cleaning, &serde_json::from_slice(&content)?, &pipe),
        Word::Rows => read_rows(cleaning, &serde_json::from_slice(&content)?, &pipe),
        _ => return Err(out_of_turn()),
    };
    // A file that breaks off in the middle may look like a bad one.
    match pipe.broken() {
        Some(Broken::Gone) => return Ok(()),
        Some(Broken::Failed(error)) => return Err(error),
        None => {}
    }
    match done {
        Ok(()) => {}
        Err(Stop::Refused(refusal)) => pipe.say(Word::Refused, &refusal.told())?,
        Err(Stop::Wrong(why)) => pipe.say(Word::Wrong, why)?,
        Err(Stop::Pipe(error)) => return Err(error),
    }
    match pipe.question()? {
        None => Ok(()),
        Some(_) => Err(out_of_turn()),
    }
}
