use super::{Asked, Dialect, Layout, WINDOW_BYTES, WINDOW_BYTES_MAX, sniff};

fn layout(text: &str) -> Layout {
    sniff(text.as_bytes(), true, Asked::default(), &|_| 0).unwrap().unwrap()
}

#[test]
fn delimiters_and_quotes_are_found_out() {
    for delimiter in [',', ';', '\t', '|'] {
        let text = format!("Name{delimiter}Mail\n\"a, b; c\"{delimiter}x@example.com\nd{delimiter}y@example.com\n");
        let layout = layout(&text);
        assert_eq!(layout.dialect, Dialect { delimiter: delimiter as u8, quote: b'"' });
        assert_eq!(layout.names, ["Name", "Mail"]);
        assert_eq!(layout.sample[0], ["a, b; c", "x@example.com"]);
        assert_eq!(&text[layout.bytes_above..][..2], "\"a");
    }
    let layout = layout("'Name';'Mail'\n'a;b';'x@example.com'\n");
    assert_eq!(layout.dialect, Dialect { delimiter: b';', quote: b'\'' });
    assert_eq!(layout.sample, [["a;b", "x@example.com"]]);
}

#[test]
fn what_stands_above_the_rows_is_counted() {
    let text = "sep=;\r\n\r\nName;Mail\r\na;b\r\n";
    let layout = layout(text);
    assert_eq!((layout.lines_above, &text[layout.bytes_above..]), (3, "a;b\r\n"));
    assert_eq!(layout.header, "Name;Mail");
}

/// A byte that is half a character would cut the text where no character ends.
#[test]
fn a_first_line_that_names_no_delimiter_is_a_row() {
    for named in [&b"\x80"[..], b"\"", b"x", b"\r", b"\n"] {
        let text = [b"sep=", named, b"\nName,Mail\n\xe9\x87,x@example.com\n"].concat();
        let layout = sniff(&text, true, Asked::default(), &|_| 0);
        let named_one =
            |layout: &Option<Layout>| layout.as_ref().is_some_and(|layout| layout.dialect == Dialect::default());
        assert!(layout.is_err() || layout.is_ok_and(|layout| named_one(&layout)), "{named:?}");
    }
    assert_eq!(layout("sep=^\nName^Mail\na^x@example.com\n").names, ["Name", "Mail"]);
}

#[test]
fn without_a_header_columns_have_numbers() {
    let asked = Asked { no_header: true, ..Asked::default() };
    let layout = sniff(b"Ada,ada@example.com\n", true, asked, &|_| 0).unwrap().unwrap();
    assert_eq!((layout.names.as_slice(), layout.bytes_above), (&["Column 1".to_owned(), "Column 2".to_owned()][..], 0));
    assert_eq!(layout.sample.len(), 1);
}

#[test]
fn what_is_no_list_is_refused() {
    let refusal = |text: &str| sniff(text.as_bytes(), true, Asked::default(), &|_| 0).unwrap_err().code();
    assert_eq!(refusal("\n\n"), "empty_file");
    assert_eq!(refusal("Ada,ada@example.com\nBob,bob@example.com\n"), "no_header");
    assert_eq!(refusal("Dear reader\nthis is a letter\n"), "not_a_table");
    assert_eq!(refusal(&format!("{}\n", vec!["x"; 600].join(","))), "too_many_columns");
    assert_eq!(refusal("\"Name,Mail\na,b\n"), "not_a_table");
    assert_eq!(refusal("Well, then\nit was, as said, so, and\nso on\nand on, and, on\nend\n"), "not_a_table");
    assert!(matches!(sniff(b"a,b\n", false, Asked::default(), &|_| 0), Ok(None)), "a longer beginning is asked for");
}

#[test]
fn a_header_alone_is_a_list_without_rows() {
    assert_eq!(layout("Name,E-Mail\n").sample.len(), 0);
}

#[test]
fn a_title_above_the_header_is_told() {
    let known = |cells: &[String]| cells.iter().filter(|cell| ["Name", "Mail"].contains(&cell.as_str())).count();
    let refusal = sniff(b"sep=,\n\nPeople,\nName,Mail\na,a@example.com\n", true, Asked::default(), &known).unwrap_err();
    assert!(refusal.to_string().starts_with("rows 3 and 4 both look like headers"), "{refusal}");
}

#[test]
fn one_column_of_addresses_is_a_list() {
    assert_eq!(layout("Contact\na@example.com\nb@example.com\n").sample.len(), 2);
    let refusal = sniff(b"a@example.com\nb@example.com\n", true, Asked::default(), &|_| 0).unwrap_err();
    assert_eq!(refusal.code(), "no_header");
}

#[test]
fn a_line_without_end_is_refused_with_the_longest_beginning() {
    let line = vec![b'x'; WINDOW_BYTES_MAX];
    assert!(sniff(&line[..WINDOW_BYTES], false, Asked::default(), &|_| 0).unwrap().is_none());
    let refusal = sniff(&line, false, Asked::default(), &|_| 0).unwrap_err();
    assert_eq!(refusal.code(), "row_too_long");
    assert!(refusal.to_string().starts_with("row 1 goes on"), "{refusal}");
}

#[test]
fn a_long_file_is_judged_by_its_beginning() {
    let mut text = b"Name,Email\n".to_vec();
    while text.len() < WINDOW_BYTES {
        text.extend_from_slice(b"Ada,a@example.com\n");
    }
    let layout = sniff(&text, false, Asked::default(), &|_| 0).unwrap().unwrap();
    assert_eq!(layout.sample.len(), 200);
}
