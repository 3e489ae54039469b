//! How a list's text is encoded, and turning it into UTF-8 as it comes.

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How the bytes are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, and Windows-1252 for the records that are not.
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Windows-1252, of which Latin-1 is a part, for the whole file: only when somebody says so.
    Windows1252,
}

impl Encoding {
    /// The encoding that the beginning of a file tells, and the length of its byte order mark.
    #[must_use]
    pub fn of(beginning: &[u8]) -> (Self, usize) {
        match beginning {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => (Self::Utf8, 0),
        }
    }

    /// The encoding of a name that people use for it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().replace('_', "-").as_str() {
            "utf-8" | "utf8" | "ascii" => Self::Utf8,
            "utf-16le" | "utf-16" | "utf16" | "utf16le" => Self::Utf16Le,
            "utf-16be" | "utf16be" => Self::Utf16Be,
            "windows-1252" | "cp1252" | "latin-1" | "latin1" | "iso-8859-1" | "iso-8859-15" => Self::Windows1252,
            _ => return None,
        })
    }

    /// The name under which people and programs see it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// Turns pieces of a file into UTF-8, wherever the pieces are cut.
pub(crate) struct Decoding(Decoder);

impl Decoding {
    /// What turns `encoding` into UTF-8; nothing for what is UTF-8 already, if mostly.
    pub(crate) fn of(encoding: Encoding) -> Option<Self> {
        Some(Self(match encoding {
            Encoding::Utf8 => return None,
            Encoding::Utf16Le => UTF_16LE.new_decoder_without_bom_handling(),
            Encoding::Utf16Be => UTF_16BE.new_decoder_without_bom_handling(),
            Encoding::Windows1252 => WINDOWS_1252.new_decoder_without_bom_handling(),
        }))
    }

    /// Adds the text of `piece` to `out`; `last` says that there is no more.
    pub(crate) fn push(&mut self, mut piece: &[u8], last: bool, out: &mut Vec<u8>) {
        let mut text = [0; 16 * 1024];
        loop {
            let (result, read, written, _) = self.0.decode_to_utf8(piece, &mut text, last);
            out.extend_from_slice(&text[..written]);
            piece = &piece[read..];
            if result == CoderResult::InputEmpty {
                return;
            }
        }
    }
}

/// A text of Windows-1252.
pub(crate) fn windows_1252(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}
