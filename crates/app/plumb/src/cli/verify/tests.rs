use super::*;

fn addresses(list: &str) -> Vec<String> {
    let list = List::of_bytes(list.as_bytes().to_vec()).unwrap();
    list.addresses().unwrap().map(Result::unwrap).collect()
}

#[test]
fn an_address_on_each_line() {
    assert_eq!(addresses("ada@a.example\r\n\r\nbob@b.example"), ["ada@a.example", "bob@b.example"]);
    assert_eq!(addresses("E-Mail\nada@a.example\n"), ["ada@a.example"], "a name is no address");
    assert_eq!(addresses("not an address\nada@a.example\n"), ["not an address", "ada@a.example"]);
    assert_eq!(addresses("\u{feff}email\nada@a.example\n"), ["ada@a.example"]);
    assert_eq!(addresses("\"a b\"@a.example\n\"ada@a.example\"\n"), ["\"a b\"@a.example", "ada@a.example"]);
    assert_eq!(
        addresses("ada@a.example\na,b@a.example\nbob@b.example\n"),
        ["ada@a.example", "a,b@a.example", "bob@b.example"],
        "a comma in one of them makes no table"
    );
    assert_eq!(addresses(""), Vec::<String>::new());
}

#[test]
fn the_column_of_addresses() {
    assert_eq!(
        addresses("Name,E-Mail\nAda,ada@a.example\nBob,\n\"Lovelace, A\",x@a.example\n"),
        ["ada@a.example", "x@a.example"]
    );
    assert_eq!(addresses("id;adresse;mail\n1;Am Markt 1;ada@a.example\n"), ["ada@a.example"]);
    assert_eq!(
        addresses("a\tcontact\tnote\n1\tada@a.example\tsee b@c\n2\tbob@b.example\t\n"),
        ["ada@a.example", "bob@b.example"]
    );
    assert_eq!(addresses("ada@a.example,Ada\nbob@b.example,Bob\n"), ["ada@a.example", "bob@b.example"], "no header");
    assert_eq!(addresses("address,email\nx@y 1,ada@a.example\n"), ["ada@a.example"]);
    assert_eq!(addresses("email,x\nnonsense,1\n,2\n"), ["nonsense"], "what is no address is said to be none");
}

#[test]
fn what_cannot_be_a_list_is_refused() {
    assert!(List::of_bytes(vec![0xff, 0xfe, b'a', 0]).is_err());
    assert!(List::of_bytes(b"PK\x03\x04".to_vec()).is_err());
}

#[test]
fn a_packed_list_is_unpacked() {
    let packed = |text: &str| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    };
    let list = |bytes: Vec<u8>| -> Vec<String> {
        List::of_bytes(bytes).unwrap().addresses().unwrap().map(Result::unwrap).collect()
    };
    let whole = packed("\u{feff}name;email\nAda;ada@a.example\nBob;bob@b.example\n");
    assert_eq!(list(whole.clone()), ["ada@a.example", "bob@b.example"]);
    assert_eq!(list([packed("ada@a.example\n"), packed("bob@b.example\n")].concat()).len(), 2, "one after the other");
    assert!(List::of_bytes(whole[..whole.len() - 12].to_vec()).is_err(), "cut off");
    assert!(List::of_bytes(b"\x1f\x8bno such thing".to_vec()).is_err());
}

#[test]
fn lines_are_bounded() {
    let list = format!("{}\nada@a.example\n", "x".repeat(1_000_000));
    let read = addresses(&list);
    assert_eq!(read.len(), 2);
    assert!(read[0].len() <= 16 * 1024);
}

#[test]
fn durations() {
    assert_eq!(duration("30"), Ok(Duration::from_secs(30)));
    assert_eq!(duration("30s"), Ok(Duration::from_secs(30)));
    assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
    assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
    for wrong in ["", "s", "3x", "-1s", "1h30", "99999999999999999h", "10000d"] {
        assert!(duration(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn nobody_is_asked_in_an_invented_name() {
    let resolver = Some("127.0.0.1:5353".parse().unwrap());
    let mut public = Config { resolver, ..Config::default() };
    assert!(!name_the_asker(&mut public).unwrap());
    let mut one = Config { helo: "mx.a.example".to_owned(), ..Config::default() };
    assert!(name_the_asker(&mut one).is_err(), "half a name");
    let mut half = Config { allow_private: true, ..Config::default() };
    assert!(!name_the_asker(&mut half).unwrap(), "the system's resolver knows everybody's servers");
    let mut private = Config { allow_private: true, resolver, ..Config::default() };
    assert!(name_the_asker(&mut private).unwrap());
    assert_eq!((private.helo.as_str(), private.mail_from.as_str()), (HELO_PRIVATE, MAIL_FROM_PRIVATE));
    let mut named = Config { helo: "mx.a.example".to_owned(), mail_from: "no address".to_owned(), ..Config::default() };
    assert!(name_the_asker(&mut named).is_err());
}

#[test]
fn what_is_asked_about() {
    let of = |given: &[&str]| what(&given.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    assert!(matches!(of(&["ada@a.example"]).unwrap(), What::Addresses(one) if one.len() == 1));
    assert!(matches!(of(&["ada@a.example", "list.csv"]).unwrap(), What::Addresses(two) if two.len() == 2));
    assert!(matches!(of(&["nonsense"]).unwrap(), What::Addresses(_)), "said to be no address");
    let code = |given: &str| super::super::exit_code(&of(&[given]).err().unwrap());
    assert_eq!(code("no-such-list.csv"), 4);
    assert_eq!(code("./no/such/list"), 4);
    assert_eq!(code(env!("CARGO_MANIFEST_DIR")), 1, "a folder");
}
