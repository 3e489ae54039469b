use super::*;

const KNOWN: [&str; 8] = ["email", "e-mail", "first name", "last name", "company", "phone", "title", "name"];

fn known(cells: &[String]) -> usize {
    cells.iter().filter(|cell| KNOWN.contains(&cell.trim().to_lowercase().as_str())).count()
}

fn all(bytes: &[u8]) -> Result<Sniffed, Refusal> {
    sniff(bytes, true, &known).map(|sniffed| sniffed.expect("the whole file is enough"))
}

#[test]
fn delimiters_are_found_by_evenness() {
    for (delimiter, text) in [
        (b',', "Name,Email\nAda,a@example.com\n\"Hopper; Grace\",g@example.com\n"),
        (b';', "Name;Email\nLovelace, Ada;a@example.com\nHopper, Grace;g@example.com\n"),
        (b'\t', "Name\tEmail\nLovelace, Ada\ta@example.com\n"),
        (b'|', "Name|Email\nAda;x|a@example.com\n"),
        (b';', "sep=;\r\nName;Email\r\nAda, x;a@example.com\r\n"),
    ] {
        let sniffed = all(text.as_bytes()).expect(text);
        assert_eq!(sniffed.dialect.delimiter, delimiter, "{text}");
        assert_eq!(sniffed.names, ["Name", "Email"], "{text}");
        assert_eq!(sniffed.sample[0][1], "a@example.com", "{text}");
    }
}

#[test]
fn one_column_of_addresses_is_a_list() {
    let sniffed = all(b"Email\na@example.com\nb@example.com\n").expect("a list");
    assert_eq!((sniffed.names.len(), sniffed.sample.len()), (1, 2));
    assert_eq!(all(b"a@example.com\nb@example.com\n").expect_err("no header").code(), "no_header");
}

#[test]
fn texts_that_are_no_lists() {
    let code = |text: &str| all(text.as_bytes()).expect_err(text).code();
    assert_eq!(code(""), "empty_file");
    assert_eq!(code("\n\r\n\n"), "empty_file");
    assert_eq!(code("Name,Email\n"), "no_rows");
    assert_eq!(code("Dear all\nplease find the list\nbelow\n"), "not_a_table");
    assert_eq!(code("Well, then\nit was, as said, so, and\nso on\nand on, and, on\nend\n"), "not_a_table");
    assert_eq!(code("Ada,a@example.com\nBob,b@example.com\n"), "no_header");
    assert_eq!(code("Person,,Org\nFirst name,Email,Company\nAda,a@example.com,Acme\n"), "two_headers");
    assert_eq!(code("{\"email\": \"a@example.com\"}"), "not_csv");
}

#[test]
fn five_thousand_columns() {
    let text = format!("{}\n{}\n", vec!["c"; 5_000].join(","), vec!["1"; 5_000].join(","));
    assert_eq!(all(text.as_bytes()).expect_err("wide"), Refusal::TooManyColumns { found: 5_000 });
}

#[test]
fn a_line_without_end_is_refused_with_the_longest_beginning() {
    let line = vec![b'x'; WINDOW_BYTES_MAX];
    assert!(sniff(&line[..WINDOW_BYTES], false, &known).expect("not yet").is_none());
    let refusal = sniff(&line, false, &known).expect_err("too long");
    assert_eq!(refusal, Refusal::RecordTooLong { row: 1 });
}

#[test]
fn marks_tell_the_encoding() {
    let text = "Name,Email\r\nZoë,z@example.com\r\n";
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let sniffed = all(&utf16).expect("a list");
    assert_eq!(sniffed.dialect.encoding, Encoding::Utf16Le);
    assert_eq!(sniffed.sample, [["Zoë", "z@example.com"]]);
    assert_eq!(all(&utf16[2..]).expect_err("no mark"), Refusal::Utf16WithoutMark);
    let sniffed = all(format!("\u{feff}{text}").as_bytes()).expect("a list");
    assert_eq!((sniffed.dialect.mark_bytes, sniffed.names[0].as_str()), (3, "Name"));
    let sniffed = all(b"Name,Email\r\nZo\xeb,z@example.com\r\n").expect("a list");
    assert_eq!(sniffed.sample[0][0], "Zoë");
}

#[test]
fn a_long_file_is_judged_by_its_beginning() {
    let mut text = b"Name,Email\n".to_vec();
    while text.len() < WINDOW_BYTES {
        text.extend_from_slice(b"Ada,a@example.com\n");
    }
    assert!(sniff(&text[..1000], false, &known).expect("more, please").is_none());
    let sniffed = sniff(&text, false, &known).expect("a list").expect("enough");
    assert_eq!(sniffed.sample.len(), SAMPLE_ROWS);
}
