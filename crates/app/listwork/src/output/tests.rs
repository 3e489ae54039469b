use std::io::Write as _;

use super::Output;
use crate::testing::Folder;

#[test]
fn nothing_is_there_until_it_is_whole() {
    let folder = Folder::new();
    let path = folder.path().join("list.csv");
    let mut output = Output::create(&path, false).unwrap();
    output.write_all(b"half").unwrap();
    drop(output);
    assert_eq!(folder.names().len(), 0);
    let mut output = Output::create(&path, false).unwrap();
    output.write_all(b"whole").unwrap();
    assert!(!path.exists());
    output.finish().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"whole");
    assert_eq!(folder.names(), ["list.csv"]);
}

#[test]
fn a_file_is_replaced_only_when_asked_and_in_one_step() {
    let folder = Folder::new();
    let path = folder.path().join("list.csv");
    std::fs::write(&path, "old").unwrap();
    assert_eq!(Output::create(&path, false).err().unwrap().kind(), std::io::ErrorKind::AlreadyExists);
    let mut output = Output::create(&path, true).unwrap();
    output.write_all(b"new").unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"old");
    output.finish().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), b"new");
    assert_eq!(folder.names(), ["list.csv"]);
}

#[test]
fn what_is_no_file_is_not_replaced() {
    for path in ["/dev/null", "/tmp"] {
        let error = Output::create(std::path::Path::new(path), true).err().unwrap();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{path}");
    }
}

#[test]
fn who_is_faster_keeps_the_name() {
    let folder = Folder::new();
    let path = folder.path().join("list.csv");
    let output = Output::create(&path, false).unwrap();
    std::fs::write(&path, "faster").unwrap();
    assert_eq!(output.finish().err().unwrap().kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read(&path).unwrap(), b"faster");
    assert_eq!(folder.names(), ["list.csv"]);
}
