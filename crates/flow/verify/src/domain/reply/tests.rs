use proptest::prelude::*;

use super::super::dictionary::look_up;
use super::super::wording::Asked;
use super::*;

fn read(bytes: &[u8]) -> Result<Option<Reply>, ReplyError> {
    let mut reader = ReplyReader::default();
    reader.push(bytes);
    reader.next_reply()
}

fn one(bytes: &[u8]) -> Reply {
    read(bytes).unwrap().unwrap()
}

#[test]
fn lines_are_joined_and_codes_taken_off() {
    let reply = one(b"550-5.1.1 The account that you tried\r\n550-5.1.1 to reach\r\n550 5.1.1 is unknown\r\n");
    assert_eq!((reply.code, reply.enhanced), (550, Some(Enhanced(5, 1, 1))));
    assert_eq!(reply.text(), "The account that you tried to reach is unknown");
}

#[test]
fn where_an_enhanced_code_counts() {
    let cases: [(&[u8], Option<Enhanced>); 9] = [
        (b"550 5.1.1 no\r\n", Some(Enhanced(5, 1, 1))),
        (b"550 #5.1.0 no\r\n", Some(Enhanced(5, 1, 0))),
        (b"550 5.1.10: no\r\n", Some(Enhanced(5, 1, 10))),
        (b"550 5.7.511\r\n", Some(Enhanced(5, 7, 511))),
        // The class must agree with the basic code.
        (b"450 5.1.1 no\r\n", None),
        // Only at the start: this one is a quotation.
        (b"550 see 5.1.1 in the manual\r\n", None),
        // An IP address is no code.
        (b"550 5.1.1.1 is listed\r\n", None),
        (b"550 5.1 no\r\n", None),
        (b"550\r\n", None),
    ];
    for (bytes, expected) in cases {
        assert_eq!(one(bytes).enhanced, expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_reply_comes_in_pieces() {
    let mut reader = ReplyReader::default();
    for byte in b"250-one\r\n250 two\r" {
        reader.push(&[*byte]);
        assert_eq!(reader.next_reply(), Ok(None));
    }
    reader.push(b"\n220 left");
    assert_eq!(reader.next_reply().unwrap().unwrap().lines, ["one", "two"]);
    assert!(!reader.is_empty(), "what follows is seen");
}

#[test]
fn bounds() {
    assert_eq!(read(&[b'2'; LINE_OCTETS_MAX + 1]), Err(ReplyError::LineTooLong));
    let mut long = b"250 ".to_vec();
    long.extend([b'x'; LINE_OCTETS_MAX]);
    long.extend(b"\r\n");
    assert_eq!(read(&long), Err(ReplyError::LineTooLong));
    assert_eq!(read(&b"250-x\r\n".repeat(LINES_MAX + 1)), Err(ReplyError::TooManyLines));
    assert_eq!(read(b"250-x\r\n550 y\r\n"), Err(ReplyError::CodesDisagree));
    for bad in [b"hello\r\n".as_slice(), b"\r\n", b"25\r\n", b"999 x\r\n", b"150 x\r\n", b"2500 x\r\n"] {
        assert_eq!(read(bad), Err(ReplyError::NoCode), "{}", String::from_utf8_lossy(bad));
    }
}

#[test]
fn extensions_are_whole_words_after_the_greeting() {
    let reply = one(b"250-starttls.example\r\n250-STARTTLS\r\n250-SIZE 100\r\n250 XSMTPUTF8\r\n");
    assert!(reply.offers("starttls") && reply.offers("SIZE"));
    assert!(!reply.offers("SMTPUTF8") && !reply.offers("starttls.example"));
}

#[test]
fn text_that_is_not_utf8_is_read_as_latin_1() {
    assert_eq!(one(b"550 Empf\xe4nger unbekannt\r\n").text(), "Empfänger unbekannt");
}

proptest! {
    #[test]
    fn any_bytes_in_any_pieces_give_the_same(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'2'), Just(b'5'), Just(b'0'), Just(b'-'), Just(b' '), any::<u8>()], 0..400), cut in 0usize..400) {
        let whole = read(&bytes);
        let mut reader = ReplyReader::default();
        let cut = cut.min(bytes.len());
        reader.push(&bytes[..cut]);
        let pieces = match reader.next_reply() {
            Ok(None) => { reader.push(&bytes[cut..]); reader.next_reply() }
            early => early,
        };
        prop_assert_eq!(whole, pieces);
    }
}

#[test]
fn texts_in_the_encodings_of_their_countries() {
    for (encoding, text) in [
        (encoding_rs::WINDOWS_1252, "Empfänger unbekannt"),
        (encoding_rs::WINDOWS_1252, "Boîte aux lettres désactivée"),
        (encoding_rs::ISO_8859_2, "Użytkownik nie został znaleziony"),
        (encoding_rs::WINDOWS_1250, "Schránka příjemce nebyla nalezena, neznámý uživatel"),
        (encoding_rs::WINDOWS_1251, "Пользователь не найден"),
        (encoding_rs::KOI8_U, "Почтовый ящик не найден"),
        (encoding_rs::WINDOWS_1254, "Kullanıcı bulunamadı, geçersiz alıcı"),
        (encoding_rs::WINDOWS_1253, "Ο χρήστης δεν υπάρχει"),
        (encoding_rs::GB18030, "该用户不存在"),
        (encoding_rs::BIG5, "找不到使用者"),
        (encoding_rs::SHIFT_JIS, "ユーザーは存在しません"),
        (encoding_rs::EUC_KR, "존재하지 않는 사용자"),
        (encoding_rs::ISO_2022_JP, "宛先が見つかりません"),
    ] {
        let (bytes, _, lossy) = encoding.encode(text);
        assert!(!lossy, "{text}");
        let mut reader = ReplyReader::default();
        reader.push(b"550 ");
        reader.push(&bytes);
        reader.push(b"\r\n");
        let reply = reader.next_reply().unwrap().unwrap();
        assert!(
            look_up(&reply.text(), &Asked::default()).says_unknown()
                || look_up(&reply.text(), &Asked::default()).says_disabled(),
            "{} as {}: {}",
            text,
            encoding.name(),
            reply.text()
        );
    }
}
