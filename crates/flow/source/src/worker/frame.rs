//! What goes over the pipes: a length, a word, and that many bytes.

use std::io::{Error, ErrorKind, Read, Result, Write};

/// Longest frame, in bytes: a batch of the heaviest rows with all that is made of them.
pub(super) const FRAME_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Bytes before the content.
pub(super) const HEAD_BYTES: usize = 5;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// Look at the list that follows.
    Inspect,
    /// Read the rows of the list that follows.
    Rows,
    /// The next bytes of the file.
    Piece,
    /// The file's end.
    End,
    /// The batch was taken: the next one.
    Next,
    /// The worker's first word.
    Ready,
    /// It wants more of the file.
    More,
    /// What the list looks like.
    Sniffed,
    /// All of the list was looked at.
    Seen,
    /// Rows.
    Batch,
    /// The file is not taken.
    Refused,
    /// The stored list cannot be read on.
    Wrong,
}

impl Word {
    const ALL: [Self; 12] = [
        Self::Inspect,
        Self::Rows,
        Self::Piece,
        Self::End,
        Self::Next,
        Self::Ready,
        Self::More,
        Self::Sniffed,
        Self::Seen,
        Self::Batch,
        Self::Refused,
        Self::Wrong,
    ];
}

/// What comes before a frame's content.
pub(super) fn head(word: Word, bytes: usize) -> Result<[u8; HEAD_BYTES]> {
    let length = u32::try_from(bytes).ok().filter(|_| bytes <= FRAME_BYTES_MAX);
    let [a, b, c, d] = length.ok_or_else(|| Error::other("a frame over the limit"))?.to_le_bytes();
    Ok([a, b, c, d, word as u8])
}

/// The word and the number of bytes that a head announces.
pub(super) fn announced(head: [u8; HEAD_BYTES]) -> Result<(Word, usize)> {
    let [a, b, c, d, word] = head;
    let bytes = u32::from_le_bytes([a, b, c, d]) as usize;
    let word = Word::ALL.get(usize::from(word)).copied();
    match word {
        Some(word) if bytes <= FRAME_BYTES_MAX => Ok((word, bytes)),
        _ => Err(Error::new(ErrorKind::InvalidData, "what came is no frame")),
    }
}

/// Writes one frame.
pub(super) fn write(output: &mut dyn Write, word: Word, content: &[u8]) -> Result<()> {
    output.write_all(&head(word, content.len())?)?;
    output.write_all(content)?;
    output.flush()
}

/// Reads one frame; none at the end.
pub(super) fn read(input: &mut dyn Read) -> Result<Option<(Word, Vec<u8>)>> {
    let mut head = [0; HEAD_BYTES];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let (word, bytes) = announced(head)?;
    let mut content = vec![0; bytes];
    input.read_exact(&mut content)?;
    Ok(Some((word, content)))
}
