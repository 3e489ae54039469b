//! Recognising what is no CSV by its first bytes, whatever the name and the declared type say.

use super::refusal::Refusal;

const SAVE_AS: &str = "open it and save the sheet as CSV (UTF-8)";
const UNPACK: &str = "unpack it first";
const EXPORT: &str = "export the list as CSV";

/// First bytes that are unlike any text's.
const SIGNATURES: &[(&[u8], &str, &str)] = &[
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document such as an .xls workbook", SAVE_AS),
    (b"\x1f\x8b", "a gzip archive", UNPACK),
    (b"BZh91AY&SY", "a bzip2 archive", UNPACK),
    (b"\xfd7zXZ\x00", "an xz archive", UNPACK),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", UNPACK),
    (b"Rar!\x1a\x07", "a RAR archive", UNPACK),
    (b"%PDF-", "a PDF document", EXPORT),
    (b"%!PS", "a PostScript document", EXPORT),
    (b"\x7fELF", "a program", EXPORT),
    (b"\xcf\xfa\xed\xfe", "a program", EXPORT),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", EXPORT),
    (b"\xff\xd8\xff", "a JPEG image", EXPORT),
    (b"GIF87a", "a GIF image", EXPORT),
    (b"GIF89a", "a GIF image", EXPORT),
    (b"RIFF", "an image, sound or film", EXPORT),
    (b"SQLite format 3\0", "a SQLite database", EXPORT),
    (b"PAR1", "a Parquet file", EXPORT),
    (b"{\\rtf", "an RTF document", EXPORT),
    (b"BEGIN:VCARD", "a file of vCards", EXPORT),
];

/// Refuses a file whose beginning is that of another format, or has NUL bytes as no text has.
pub fn refuse_other_formats(window: &[u8]) -> Result<(), Refusal> {
    if window.starts_with(b"PK\x03\x04") || window.starts_with(b"PK\x05\x06") {
        return Err(zip(window));
    }
    // Two letters alone would also refuse a list whose first column is named MZ.
    if window.starts_with(b"MZ") && window.iter().take(64).any(|&byte| byte == 0) {
        return Err(Refusal::Format { what: "a program", advice: EXPORT });
    }
    for &(first, what, advice) in SIGNATURES {
        if window.starts_with(first) {
            return Err(Refusal::Format { what, advice });
        }
    }
    markup(window)
}

fn zip(window: &[u8]) -> Refusal {
    let holds = |name: &[u8]| window.windows(name.len()).any(|part| part == name);
    if holds(b"xl/") {
        return Refusal::Format { what: "an Excel workbook (.xlsx)", advice: SAVE_AS };
    }
    if holds(b"opendocument.spreadsheet") {
        return Refusal::Format { what: "an OpenDocument spreadsheet (.ods)", advice: SAVE_AS };
    }
    if holds(b"word/") {
        return Refusal::Format { what: "a Word document (.docx)", advice: EXPORT };
    }
    Refusal::Format { what: "a ZIP archive", advice: UNPACK }
}

/// Texts that are no tables: JSON, HTML, XML.
fn markup(window: &[u8]) -> Result<(), Refusal> {
    let text = window.strip_prefix(b"\xef\xbb\xbf").unwrap_or(window).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word));
    let what = match text {
        [b'{', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')) => "a JSON document",
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b']')) => "a JSON document",
        _ if begins(b"<!doctype html") || begins(b"<html") => "a web page",
        _ if begins(b"<?xml") => "an XML document",
        _ => return Ok(()),
    };
    Err(Refusal::Format { what, advice: EXPORT })
}

/// Refuses NUL bytes that are more than one damaged row: a text in UTF-16 without its mark, or no text.
/// `window` is known not to begin with a byte order mark of UTF-16.
pub fn refuse_nul_bytes(window: &[u8]) -> Result<(), Refusal> {
    let nul = window.iter().map(|&byte| usize::from(byte == 0)).sum::<usize>();
    if nul == 0 {
        return Ok(());
    }
    let even = window.iter().step_by(2).filter(|&&byte| byte == 0).count();
    let lopsided = even.max(nul - even) * 10 >= nul * 9;
    // Latin text in UTF-16 is every other byte a NUL.
    if lopsided && nul * 3 >= window.len() {
        return Err(Refusal::Utf16WithoutMark);
    }
    let first_line = window.iter().position(|&byte| byte == b'\n').unwrap_or(window.len());
    if nul * 64 >= window.len() || window[..first_line].contains(&0) { Err(Refusal::Binary) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
