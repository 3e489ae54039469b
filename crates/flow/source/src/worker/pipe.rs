//! The worker's end of the pipes: a file that asks for its next bytes when they are wanted.
//!
//! Each question has one answer. A worker that needs more of the file answers with that, whatever it was asked; so it
//! holds no more than it works on, however much comes out of a packed piece.

use std::io::{self, Error, ErrorKind, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use super::frame::{self, Word};

/// Both pipes. A copy is the same two.
#[derive(Clone)]
pub(super) struct Pipe(Arc<Mutex<Ends>>);

struct Ends {
    input: Box<dyn Read + Send>,
    output: Box<dyn Write + Send>,
    /// A question has no answer yet.
    owes: bool,
    /// The last piece of the file, and how much of it was read.
    piece: Vec<u8>,
    at: usize,
    /// The file's end was told.
    ended: bool,
    broken: Option<Broken>,
}

/// Why nothing more comes, although the file has not ended.
pub(super) enum Broken {
    /// Whoever asked has gone.
    Gone,
    /// The pipe failed, or what came makes no sense.
    Failed(Error),
}

impl Pipe {
    pub(super) fn new(input: impl Read + Send + 'static, output: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Ends {
            input: Box::new(input),
            output: Box::new(output),
            owes: false,
            piece: Vec::new(),
            at: 0,
            ended: false,
            broken: None,
        })))
    }

    /// The next question; none when no more will come.
    pub(super) fn question(&self) -> io::Result<Option<(Word, Vec<u8>)>> {
        self.ends().question()
    }

    /// Answers.
    pub(super) fn say(&self, word: Word, content: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let content = serde_json::to_vec(content)?;
        self.ends().answer(word, &content)
    }

    /// Whether the file's end was told.
    pub(super) fn has_ended(&self) -> bool {
        self.ends().ended
    }

    /// Why reading the file failed, if it was not the file.
    pub(super) fn broken(&self) -> Option<Broken> {
        self.ends().broken.take()
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ends {
    fn question(&mut self) -> io::Result<Option<(Word, Vec<u8>)>> {
        let question = frame::read(&mut *self.input)?;
        self.owes = true;
        Ok(question)
    }

    fn answer(&mut self, word: Word, content: &[u8]) -> io::Result<()> {
        self.owes = false;
        frame::write(&mut *self.output, word, content)
    }

    fn next_piece(&mut self) -> Result<(), Broken> {
        if self.owes {
            self.answer(Word::More, &[]).map_err(Broken::Failed)?;
        }
        match self.question().map_err(Broken::Failed)? {
            Some((Word::Piece, content)) => (self.piece, self.at) = (content, 0),
            Some((Word::End, _)) => self.ended = true,
            Some(_) => return Err(Broken::Failed(out_of_turn())),
            None => return Err(Broken::Gone),
        }
        Ok(())
    }
}

/// The bytes of the file.
impl Read for Pipe {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let mut ends = self.ends();
        while ends.at == ends.piece.len() && !ends.ended {
            if let Err(broken) = ends.next_piece() {
                ends.broken = Some(broken);
                return Err(ErrorKind::BrokenPipe.into());
            }
        }
        let bytes = (&ends.piece[ends.at..]).read(buf)?;
        ends.at += bytes;
        Ok(bytes)
    }
}

/// A question that nobody would ask now.
pub(super) fn out_of_turn() -> Error {
    Error::new(ErrorKind::InvalidData, "a question out of its turn")
}
