use super::{Parts, Related, groups, related};

fn parts(whole: &str, first: &str, middle: &str, last: &str) -> [String; 3] {
    let mut parts = Parts::default();
    parts.read(whole, first, middle, last);
    [parts.first, parts.middle, parts.last]
}

#[test]
fn whole_names() {
    assert_eq!(parts("Dr. Edward Arthur Phipson", "", "", ""), ["edward", "arthur", "phipson"]);
    assert_eq!(parts("Phipson, Edward Arthur", "", "", ""), ["edward", "arthur", "phipson"]);
    assert_eq!(parts("Ludwig van Beethoven", "", "", ""), ["ludwig", "", "van beethoven"]);
    assert_eq!(parts("Thorp", "", "", ""), ["thorp", "", ""]);
    assert_eq!(parts("", "", "", ""), ["", "", ""]);
}

#[test]
fn parts_beside_a_whole_name() {
    assert_eq!(parts("edward arthur phipson", "edward", "", "phipson"), ["edward", "arthur", "phipson"]);
    assert_eq!(parts("", "Mary Jane", "", "O'Neil"), ["mary", "jane", "oneil"]);
}

#[test]
fn generations_are_told_apart() {
    let mut name = Parts::default();
    name.read("John Smith Jr.", "", "", "");
    assert_eq!((name.last.as_str(), name.generation), ("smith", 2));
    name.read("", "John", "", "Smith, Sr.");
    assert_eq!((name.last.as_str(), name.generation), ("smith", 1));
    name.read("John Smith, PhD", "", "", "");
    assert_eq!((name.last.as_str(), name.generation), ("smith", 0));
}

#[test]
fn nicknames_and_translations() {
    let how = |a: &str, b: &str| related(groups(a.as_bytes()), groups(b.as_bytes()));
    assert_eq!(how("bill", "william"), Related::Called);
    assert_eq!(how("bill", "will"), Related::Called);
    assert_eq!(how("john", "hans"), Related::Translated);
    assert_eq!(how("john", "robert"), Related::No);
    assert_eq!(how("zzyzx", "zzyzx"), Related::No);
}

#[test]
fn a_mailbox_tells_a_family_name_that_is_missing() {
    let last = |first: &str, local: &str| {
        let mut name = Parts::default();
        name.read("", first, "", "");
        name.complete(local);
        name.last
    };
    assert_eq!(last("Ada", "ada.lovelace2"), "lovelace");
    assert_eq!(last("Ada", "adalovelace"), "lovelace");
    assert_eq!(last("A.", "a.lovelace"), "lovelace");
    assert_eq!(last("A.", "alovelace"), "");
    assert_eq!(last("Ada", "grace.hopper"), "");
}

#[test]
fn a_letter_is_no_family_name() {
    assert_eq!(parts("Lovelace Ada K.", "", "", ""), ["ada", "k", "lovelace"]);
}
