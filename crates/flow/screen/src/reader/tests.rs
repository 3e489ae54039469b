use std::io::{Cursor, Write as _};

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

type Entry = (String, Change);

fn entries(file: &[u8], form: &Form, must_tell: bool) -> Result<(Vec<Entry>, Counts), ReadError> {
    let mut entries = Vec::new();
    let counts = read(&mut Cursor::new(file), form, must_tell, &Progress::default(), &mut |number, change| {
        entries.push((number.e164(), change));
        Ok(())
    })?;
    Ok((entries, counts))
}

fn numbers(file: &[u8]) -> Vec<String> {
    let (entries, _) = entries(file, &Form::default(), false).unwrap();
    entries.into_iter().map(|(number, _)| number).collect()
}

const BOTH: [&str; 2] = ["+12025550123", "+12125550199"];

#[test]
fn plain_lists_are_read_whatever_their_ends_of_line() {
    for file in [
        "2025550123\n2125550199\n",
        "2025550123\r\n2125550199\r\n",
        "202,5550123\n212,5550199",
        "\u{feff}2025550123\n\n2125550199",
        "PHONE\n(202) 555-0123\n+1 212 555 0199\n",
    ] {
        assert_eq!(numbers(file.as_bytes()), BOTH, "{file}");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn packed_lists_are_read_with_every_file_in_them() {
    assert_eq!(numbers(&gzip(b"2025550123\n2125550199\n")), BOTH);
    assert_eq!(numbers(&[gzip(b"2025550123\n"), gzip(b"2125550199\n")].concat()), BOTH, "gzip after gzip");
    assert_eq!(numbers(&zipped(&[("202.txt", b"202,5550123\n"), ("212.txt", b"212,5550199\n")])), BOTH);
}

#[test]
fn columns_are_read_as_mapped() {
    let columns = |columns: Columns| Form { layout: Layout::Columns(columns), every: None };
    let form = columns(Columns { number: 2, area: Some(1), change: Some(3), ..Columns::default() });
    let file = b"202,5550123,A\n\"212\",\"5550199\",\"Deleted\"\n";
    let expected = vec![(BOTH[0].to_owned(), Change::Add), (BOTH[1].to_owned(), Change::Delete)];
    assert_eq!(entries(file, &form, true).unwrap().0, expected);

    let form = columns(Columns {
        delimiter: '|',
        header: true,
        number: 3,
        change: Some(1),
        added: vec!["NEU".to_owned()],
        deleted: vec!["WEG".to_owned()],
        ..Columns::default()
    });
    let file = b"was|day|number\nneu|2026-01-01|202-555-0123\nWEG|2026-01-02|(212) 555-0199\n";
    assert_eq!(entries(file, &form, true).unwrap().0, expected);
}

#[test]
fn xml_is_read_by_attribute_and_by_text() {
    let expected = vec![(BOTH[0].to_owned(), Change::Add), (BOTH[1].to_owned(), Change::Delete)];
    for file in [
        r#"<?xml version="1.0"?><list><!-- a > b --><ac val="202"><ph val="5550123" change="add"/></ac>
           <ac val="212"><ph val="5550199" change="DELETE"/></ac></list>"#,
        "<l:list xmlns:l='x'><l:add><l:phone>2025550123</l:phone></l:add>
         <l:delete><l:phone> 212-555-0199 </l:phone></l:delete></l:list>",
        "<list><AC>202</AC><add><ph>5550123</ph></add><AC>212</AC><deleted><ph>5550199</ph></deleted></list>",
    ] {
        assert_eq!(entries(file.as_bytes(), &Form::default(), true).unwrap().0, expected, "{file}");
    }
}

#[test]
fn a_change_file_has_to_say_what_changed() {
    for file in ["2025550123\n", "<list><phone>2025550123</phone></list>"] {
        let read = entries(file.as_bytes(), &Form::default(), true);
        assert!(matches!(read, Err(ReadError::NoChange)), "{file}");
        let every = Form { every: Some(Change::Delete), ..Form::default() };
        assert_eq!(entries(file.as_bytes(), &every, true).unwrap().0, [(BOTH[0].to_owned(), Change::Delete)]);
    }
}

#[test]
fn one_bad_line_in_a_thousand_is_counted_and_more_are_refused() {
    let list = |bad: usize| {
        let good = (0..2_000).map(|n| format!("202555{n:04}\n")).collect::<Vec<_>>().concat();
        good + &"1112223333\n".repeat(bad)
    };
    let (read, counts) = entries(list(2).as_bytes(), &Form::default(), false).unwrap();
    assert_eq!((read.len(), counts.entries, counts.malformed), (2_000, 2_002, 2));
    assert_eq!(counts.first_malformed, [2001, 2002]);
    let refused = entries(list(3).as_bytes(), &Form::default(), false).unwrap_err();
    assert!(matches!(refused, ReadError::Malformed { malformed: 3, entries: 2_003, .. }), "{refused}");
}

#[test]
fn hostile_files_are_refused() {
    let of = |file: &[u8]| entries(file, &Form::default(), false).unwrap_err();
    assert!(matches!(of(b""), ReadError::Empty));
    assert!(matches!(of(b"number\n\n"), ReadError::Empty));
    assert!(matches!(of(&zipped(&[])), ReadError::Empty));
    assert!(matches!(of(&vec![b'2'; 1 << 20]), ReadError::TooLong(_)), "a line without an end");
    assert!(matches!(of(&[b"<list ".to_vec(), vec![b'x'; 1 << 20]].concat()), ReadError::TooLong(_)));
    assert!(matches!(of(b"<!DOCTYPE l [<!ENTITY a 'aa'>]><l>&a;</l>"), ReadError::Xml(_)));
    assert!(matches!(of(b"<list><!-- never ends"), ReadError::Xml(_)));
    assert!(matches!(of(b"<list><phone>2025550123"), ReadError::Xml(_)));
    assert!(matches!(of(&b"<add>".repeat(100)), ReadError::Xml(_)), "nested without end");
    assert!(matches!(of(&gzip(b"2025550123\n")[..15]), ReadError::Packed), "cut off");
    assert!(matches!(of(b"PK\x03\x04 and no zip"), ReadError::Packed));
    let mut many = zipped(&[("a", b"2025550123\n")]);
    let end = many.len() - 22;
    many[end + 10..end + 12].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(matches!(of(&many), ReadError::Bomb(_)), "more files than a zip of a list has");
    let binary: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert!(matches!(of(&binary), ReadError::Malformed { .. } | ReadError::TooLong(_)));
}

#[test]
fn a_packed_file_gives_no_more_than_its_bound() {
    let mut left = 10;
    let mut bounded = unpack::bounded(Cursor::new(vec![b'1'; 11]), &mut left);
    let refused: ReadError = io::Read::read_to_end(&mut bounded, &mut Vec::new()).unwrap_err().into();
    assert!(matches!(refused, ReadError::Bomb(_)));
}

#[test]
fn reading_stops_when_told_to() {
    let progress = Progress::default();
    progress.stop();
    for file in [b"2025550123\n".to_vec(), gzip(b"2025550123\n"), zipped(&[("a", b"2025550123\n")])] {
        let read = read(&mut Cursor::new(file), &Form::default(), false, &progress, &mut |_, _| Ok(()));
        assert!(matches!(read, Err(ReadError::Stopped)), "{read:?}");
    }
}

#[test]
fn columns_that_cannot_be_are_named() {
    assert_eq!(Columns::default().fault(), None);
    assert!(Columns { number: 0, ..Columns::default() }.fault().is_some());
    assert!(Columns { area: Some(101), ..Columns::default() }.fault().is_some());
    for delimiter in ['"', '\n', '7', '…'] {
        assert!(Columns { delimiter, ..Columns::default() }.fault().is_some());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(file in proptest::collection::vec(any::<u8>(), 0..400), xml in any::<bool>()) {
        let file = if xml { [b"<l>".to_vec(), file].concat() } else { file };
        let columns = Columns { area: Some(2), change: Some(3), ..Columns::default() };
        for layout in [Layout::Lines, Layout::Columns(columns), Layout::Xml(Names::default())] {
            let _ = entries(&file, &Form { layout, every: None }, false);
        }
    }

    #[test]
    fn tags_in_any_order_do_not_panic(pieces in proptest::collection::vec(
        prop_oneof!["<!--", "-->", "<ph>", "</ph>", "<add>", "</add>", "<ac val=\"202\"", "/>", ">", "5550123", "<ph val='2025550123'/>", "="], 0..40)) {
        let _ = entries(format!("<l>{}", pieces.concat()).as_bytes(), &Form::default(), false);
    }
}
