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
    assert_eq!(ended(clean(&folder).arg("missing.csv").args(["-o", "other.csv"])).0, Some(4));
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

/// `plumb dnc`, with the lists in `lists`.
fn dnc(folder: &Folder, arguments: &[&str]) -> (Option<i32>, Output) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumb"));
    command.args(["dnc", "--json"]).args(arguments).args(["--dir", "lists"]);
    ended(command.current_dir(&folder.0).env_clear().stdin(Stdio::null()))
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn numbers_are_screened_with_lists_that_were_loaded_without_a_server() {
    let folder = Folder::new();
    let today = plumb_base::Clock::System.now().date_naive();
    let (before, today) = ((today - chrono::TimeDelta::days(3)).to_string(), today.to_string());
    let write = |name: &str, text: &str| std::fs::write(folder.0.join(name), text).expect("a file");
    write("full.txt", "202,5550101\n2025550102\n");
    write("changes.csv", "npa;number;what\n202;5550102;gone\n305;5550103;A\n");
    let load = |file: &'static str, date: &str, more: &[&str]| {
        let usual = ["load", file, "--holder", "Example Ltd", "--version-date", date, "--every-area-code"];
        dnc(&folder, &[&usual[..], more].concat())
    };
    let (code, output) = load("full.txt", &before, &[]);
    assert_eq!((code, &json(&output)["list"]["numbers"]), (Some(0), &2.into()));

    // A change file has to say of what, and which column has what.
    let (code, output) =
        load("changes.csv", &today, &["--changes-of", "2026-01-01", "--columns", "number=2,area=1,change=3"]);
    assert_eq!(code, Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let (code, output) = load("changes.csv", &today, &["--changes-of", &before]);
    assert_eq!(code, Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("added or deleted"));
    let columns = ["--columns", "number=2,area=1,change=3", "--delimiter", ";", "--header", "--deleted", "gone"];
    let (code, output) = load("changes.csv", &today, &[&["--changes-of", before.as_str()][..], &columns].concat());
    let loaded = json(&output);
    assert_eq!((code, &loaded["added"], &loaded["removed"]), (Some(0), &1.into(), &1.into()));
    let (code, output) = dnc(&folder, &["status"]);
    assert_eq!((code, &json(&output)["lists"][0]["version_date"]), (Some(0), &today.as_str().into()));

    let list = folder.list(b"Name,Phone\nAda L,+12025550101\nBob S,+12025550102\nCy T,+13055550103\n");
    let (code, output) = ended(clean(&folder).arg(&list).args(["-o", "out.csv", "--dnc", "lists", "--json"]));
    let counts = &json(&output)["dnc"]["numbers"];
    assert_eq!((code, &counts["listed"], &counts["clear"]), (Some(0), &2.into(), &1.into()));
    let (_, output) = ended(clean(&folder).arg(&list).args(["-o", "other.csv"]));
    assert!(String::from_utf8_lossy(&output.stderr).contains("Do-Not-Call: not configured"));
}

#[test]
fn a_faulty_configuration_does_not_keep_from_work_on_files() {
    let folder = Folder::new();
    let list = folder.list(b"Name,E-Mail\nAda L,ada@example.com\n");
    std::fs::write(folder.0.join("plumb.toml"), "no such thing").expect("a file");
    assert_eq!(ended(clean(&folder).arg(&list).args(["-o", "out.csv"]).env("PLUMB_NO_SUCH", "x")).0, Some(0));
}
