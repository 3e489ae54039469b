//! How a list's text is encoded: told by a byte order mark, else UTF-8 and, record by record, Windows-1252.

/// The name of a list in UTF-8 with records in Windows-1252.
pub(crate) const MIXED: &str = "mixed";

/// How the bytes are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// UTF-8, and Windows-1252 for the records that are not.
    Utf8,
    /// UTF-16, little end first, told by its mark.
    Utf16Le,
    /// UTF-16, big end first, told by its mark.
    Utf16Be,
}

impl Encoding {
    /// The encoding that the beginning of a file tells, and the length of its byte order mark.
    pub(crate) fn of(beginning: &[u8]) -> (Self, usize) {
        match beginning {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => (Self::Utf8, 0),
        }
    }

    /// A short ASCII text as it begins in this encoding.
    pub(crate) fn beginning(self, bytes: &[u8], chars: usize) -> String {
        match self {
            Self::Utf8 => bytes.iter().take(chars).map(|&byte| char::from(byte)).collect(),
            Self::Utf16Le | Self::Utf16Be => {
                let unit = |pair: &[u8]| match self {
                    Self::Utf16Le => u16::from_le_bytes([pair[0], pair[1]]),
                    _ => u16::from_be_bytes([pair[0], pair[1]]),
                };
                let units: Vec<u16> = bytes.chunks_exact(2).take(chars).map(unit).collect();
                String::from_utf16_lossy(&units)
            }
        }
    }
}

/// What was met while a list went by.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Met {
    /// Records that are no UTF-8.
    pub(crate) windows_1252: u64,
    /// Records with characters outside ASCII that are UTF-8.
    pub(crate) utf_8: u64,
}

impl Met {
    /// The name under which people and programs see a list's encoding.
    pub(crate) const fn name(self, encoding: Encoding) -> &'static str {
        match encoding {
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Utf8 if self.windows_1252 == 0 => "utf-8",
            Encoding::Utf8 if self.utf_8 == 0 => "windows-1252",
            Encoding::Utf8 => MIXED,
        }
    }
}
