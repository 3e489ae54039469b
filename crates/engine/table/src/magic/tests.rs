use super::*;

fn what(window: &[u8]) -> Option<&'static str> {
    match refuse_other_formats(window) {
        Err(Refusal::Format { what, .. }) => Some(what),
        _ => None,
    }
}

#[test]
fn other_formats_are_named() {
    let mut workbook = b"PK\x03\x04\x14\0\x06\0\x08\0".to_vec();
    workbook.extend_from_slice(b"[Content_Types].xml....xl/workbook.xml");
    assert_eq!(what(&workbook), Some("an Excel workbook (.xlsx)"));
    assert_eq!(what(b"PK\x03\x04 a letter.txt"), Some("a ZIP archive"));
    assert_eq!(what(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), Some("an old Office document such as an .xls workbook"));
    assert_eq!(what(b"\x1f\x8b\x08\0"), Some("a gzip archive"));
    assert_eq!(what(b"%PDF-1.7"), Some("a PDF document"));
    assert_eq!(what(b"\x7fELF\x02\x01"), Some("a program"));
    assert_eq!(what(b"MZ\x90\0\x03\0\0\0"), Some("a program"));
    assert_eq!(what(b"\x89PNG\r\n\x1a\n\0"), Some("a PNG image"));
    assert_eq!(what(b"{\"email\": \"a@example.com\"}"), Some("a JSON document"));
    assert_eq!(what(b"\xef\xbb\xbf [ {\"email\": 1} ]"), Some("a JSON document"));
    assert_eq!(what(b"\n<!DOCTYPE html><html>"), Some("a web page"));
    assert_eq!(what(b"<?xml version=\"1.0\"?>"), Some("an XML document"));
}

#[test]
fn lists_that_begin_oddly_are_lists() {
    assert!(refuse_other_formats(b"MZ,email\n1,a@example.com\n").is_ok());
    assert!(refuse_other_formats(b"[Name],[Email]\nAda,ada@example.com\n").is_ok());
    assert!(refuse_other_formats(b"PKW,email\n").is_ok());
}

#[test]
fn nul_bytes_are_told_apart() {
    let latin = "email,name\nada@example.com,Ada\n";
    let le: Vec<u8> = latin.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Vec<u8> = latin.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(matches!(refuse_nul_bytes(&le), Err(Refusal::Utf16WithoutMark)));
    assert!(matches!(refuse_nul_bytes(&be), Err(Refusal::Utf16WithoutMark)));
    assert!(matches!(refuse_nul_bytes(b"em\0il,name\na@example.com,Ada\n"), Err(Refusal::Binary)));
    assert!(matches!(refuse_nul_bytes(&[b'x', 0, 0, 0].repeat(100)), Err(Refusal::Binary)));
    let mut one = b"email,name\n".to_vec();
    one.extend(b"a@example.com,Ada\n".repeat(50));
    one.extend(b"b@exa\0mple.com,Bob\n");
    assert!(refuse_nul_bytes(&one).is_ok(), "one damaged row is that row's matter");
}
