//! `plumb clean` from outside: exit codes, and what is left when it is stopped.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A folder that is gone after the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = plumb_base::hex::encode(&plumb_base::random::bytes::<8>());
        let path = std::env::temp_dir().join(format!("plumb-clean-{name}"));
        std::fs::create_dir(&path).expect("a folder");
        Self(path)
    }

    fn list(&self, text: &[u8]) -> PathBuf {
        let path = self.0.join("list.csv");
        std::fs::write(&path, text).expect("a list");
        path
    }

    fn names(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.0)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The program, without anything that a server or a database would need.
fn clean(folder: &Folder) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.arg("clean").current_dir(&folder.0).env_clear().stdin(Stdio::null());
    command
}

fn ended(command: &mut Command) -> (Option<i32>, Output) {
    let output = command.output().expect("it runs");
    (output.status.code(), output)
}

#[test]
fn exit_codes_tell_what_happened() {
    let folder = Folder::new();
    let good = folder.list(b"Name,E-Mail\nAda L,ada@example.com\n");
    assert_eq!(ended(clean(&folder).arg(&good).args(["-o", "out.csv"])).0, Some(0));
    assert_eq!(ended(clean(&folder).arg(&good).args(["-o", "out.csv"])).0, Some(2), "it is there already");
    assert_eq!(ended(clean(&folder).arg("missing.csv").args(["-o", "other.csv"])).0, Some(1));
    let (code, output) = ended(clean(&folder).arg(&good).args(["--dry-run", "--json"]));
    let plan: serde_json::Value = serde_json::from_slice(&output.stdout).expect("as it should be");
    assert_eq!((code, &plan["columns"][1]["field"]), (Some(0), &"email".into()));
    let ragged = folder.list(b"Name,E-Mail\nAda L,ada@example.com\nBob\n");
    let (code, output) = ended(clean(&folder).arg(&ragged).args(["-o", "out.csv", "--force", "--json"]));
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).expect("as it should be");
    assert_eq!((code, &summary["rows_unreadable"]), (Some(3), &1.into()));
    assert_eq!(folder.names(), ["list.csv", "out.csv"]);
}

/// Starts it on standard input and gives it more than it can hold without working, but no end.
fn begun(folder: &Folder) -> Child {
    let mut command = clean(folder);
    command.args(["-", "-o", "out.csv"]).stdin(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let row = b"Ada Lovelace,ada@example.com,some words to make the row longer\n";
    let input = child.stdin.as_mut().expect("a pipe");
    input.write_all(b"Name,E-Mail,Note\n").expect("it reads");
    input.write_all(&row.repeat(100_000)).expect("it reads");
    child
}

#[test]
fn killed_in_the_middle_it_leaves_nothing() {
    let folder = Folder::new();
    let mut child = begun(&folder);
    child.kill().expect("as it should be");
    child.wait().expect("as it should be");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn interrupted_it_says_so_and_leaves_nothing() {
    let folder = Folder::new();
    let mut child = begun(&folder);
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("as it should be");
    // The rest of the list wakes it, should it wait for more.
    drop(child.stdin.take());
    let mut said = String::new();
    child.stderr.take().expect("as it should be").read_to_string(&mut said).expect("as it should be");
    assert_eq!(child.wait().expect("as it should be").code(), Some(1), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(folder.names(), Vec::<String>::new());
}

#[test]
fn standard_input_to_standard_output() {
    let folder = Folder::new();
    let list = folder.list(b"Name;E-Mail\nAda L;ada@example.com\n");
    let stdin = std::fs::File::open(Path::new(&list)).expect("as it should be");
    let (code, output) = ended(clean(&folder).args(["-", "-o", "-"]).stdin(stdin));
    assert_eq!(code, Some(0));
    assert!(
        String::from_utf8(output.stdout)
            .expect("as it should be")
            .contains("\nAda L;ada@example.com;ada@example.com;ok;")
    );
}
