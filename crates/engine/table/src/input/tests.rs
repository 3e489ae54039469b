use std::io::{Cursor, Read as _, Write as _};

use super::{Input, Read};
use crate::pack::Packer;
use crate::{Asked, Encoding, Packing, Refusal};

const LIST: &str = "Name;E-Mail\nJürgen;j@example.com\n";

fn open(bytes: Vec<u8>, encoding: Option<Encoding>) -> Result<Input, Refusal> {
    Input::open(Cursor::new(bytes), encoding, Asked::default(), &|_| 0, Read::default())
}

fn below(bytes: Vec<u8>) -> String {
    let mut text = String::new();
    open(bytes, None).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn packed(bytes: &[u8], packing: Packing) -> Vec<u8> {
    let mut packer = Packer::new(Vec::new(), packing).unwrap();
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn whatever_it_is_wrapped_in_the_text_is_the_same() {
    let marked = |text: Vec<u8>, mark: &[u8]| [mark, &text].concat();
    let le: Vec<u8> = LIST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = LIST.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        LIST.as_bytes().to_vec(),
        marked(LIST.into(), b"\xef\xbb\xbf"),
        marked(le, b"\xff\xfe"),
        marked(be, b"\xfe\xff"),
    ] {
        for packing in [Packing::Plain, Packing::Gzip, Packing::Zstd] {
            let bytes = packed(&bytes, packing);
            let hash = xxhash_rust::xxh3::xxh3_128(&bytes);
            let mut input = open(bytes.clone(), None).unwrap();
            assert_eq!((input.packing, input.layout.names.len()), (packing, 2));
            let mut text = String::new();
            input.read_to_string(&mut text).unwrap();
            assert_eq!(text, "Jürgen;j@example.com\n");
            let found = input.fingerprint().unwrap();
            assert_eq!((found.bytes, found.hash), (bytes.len() as u64, hash));
        }
    }
    let two = [packed(LIST.as_bytes(), Packing::Gzip), packed(b"b;b@example.com\n", Packing::Gzip)].concat();
    assert_eq!(below(two), "Jürgen;j@example.com\nb;b@example.com\n", "of two members");
}

#[test]
fn a_bomb_is_refused_before_it_goes_off() {
    for packing in [Packing::Gzip, Packing::Zstd] {
        let row = [b"a".repeat(65_000).as_slice(), b";a@example.com\n"].concat();
        let mut packer = Packer::new(Vec::new(), packing).unwrap();
        packer.write_all(b"Name;E-Mail\n").unwrap();
        for _ in 0..400 {
            packer.write_all(&row).unwrap();
        }
        let mut input = open(packer.finish().unwrap(), None).unwrap();
        let error = std::io::copy(&mut input, &mut std::io::sink()).unwrap_err();
        assert_eq!(Refusal::of_io(error).code(), "bomb");
    }
}

#[test]
fn a_packed_file_that_breaks_off_is_an_error() {
    for packing in [Packing::Gzip, Packing::Zstd] {
        let rows: Vec<u8> =
            (0..200_000_u32).flat_map(|n| format!("{};{n}@example.com\n", n ^ 0x5555).into_bytes()).collect();
        let bytes = packed(&[b"Name;E-Mail\n", rows.as_slice()].concat(), packing);
        let mut input = open(bytes[..bytes.len() - 1000].to_vec(), None).unwrap();
        let error = std::io::copy(&mut input, &mut std::io::sink()).unwrap_err();
        assert_eq!(Refusal::of_io(error).code(), "packed_file_damaged");
    }
}

#[test]
fn what_is_no_list_is_refused() {
    let code = |bytes: &[u8]| open(bytes.to_vec(), None).err().unwrap().code();
    assert_eq!(code(b""), "empty_file");
    assert_eq!(code(b"MZ\x90\0\x03\0\0\0"), "not_a_list");
    assert_eq!(code(b"PK\x03\x04 xl/workbook.xml"), "not_a_list");
    assert_eq!(code(&packed(b"\x7fELF\x02", Packing::Gzip)), "not_a_list");
    let le: Vec<u8> = LIST.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(code(&le), "utf16_without_mark");
    assert_eq!(open(le, Some(Encoding::Utf16Le)).unwrap().layout.names, ["Name", "E-Mail"]);
}
