//! Texts of replies in whatever encoding they came. RFC 5321 §4.2 knows ASCII only and RFC 6531 UTF-8; servers write in
//! the encodings of their countries all the same, without a word on which.

use encoding_rs::Encoding;

use super::super::dictionary::words_known;

/// What is tried when a text is no UTF-8, the likeliest first: of two that make as much sense the first counts.
const TRIED: [&Encoding; 11] = [
    encoding_rs::WINDOWS_1252,
    encoding_rs::WINDOWS_1250,
    encoding_rs::ISO_8859_2,
    encoding_rs::WINDOWS_1251,
    encoding_rs::KOI8_U,
    encoding_rs::WINDOWS_1254,
    encoding_rs::WINDOWS_1253,
    encoding_rs::GB18030,
    encoding_rs::BIG5,
    encoding_rs::SHIFT_JIS,
    encoding_rs::EUC_KR,
];

/// The lines of one reply as text: UTF-8 where they are, and otherwise in the encoding in which the dictionary knows
/// most of them. Never fails: what fits no encoding is read as Western European, in which every octet is a character.
pub(super) fn decode(lines: &[Vec<u8>]) -> Vec<String> {
    // ISO-2022-JP is ASCII with escapes; nothing else that is text has an escape.
    if lines.iter().any(|line| line.contains(&0x1b)) {
        return in_encoding(lines, encoding_rs::ISO_2022_JP).unwrap_or_else(|| western(lines));
    }
    if let Some(texts) = lines.iter().map(|line| std::str::from_utf8(line).ok().map(str::to_owned)).collect() {
        return texts;
    }
    let mut best: Option<(usize, Vec<String>)> = None;
    for texts in TRIED.iter().filter_map(|encoding| in_encoding(lines, encoding)) {
        let known = words_known(&texts.join(" "));
        if best.as_ref().is_none_or(|(most, _)| known > *most) {
            best = Some((known, texts));
        }
    }
    best.map_or_else(|| western(lines), |(_, texts)| texts)
}

fn in_encoding(lines: &[Vec<u8>], encoding: &'static Encoding) -> Option<Vec<String>> {
    let text = |line: &Vec<u8>| encoding.decode_without_bom_handling_and_without_replacement(line).map(Into::into);
    lines.iter().map(text).collect()
}

fn western(lines: &[Vec<u8>]) -> Vec<String> {
    lines.iter().map(|line| line.iter().map(|octet| char::from(*octet)).collect()).collect()
}
