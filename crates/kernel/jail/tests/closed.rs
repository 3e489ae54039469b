//! claim 127: a process that closed itself in keeps what it was handed and can do nothing else.
//!
//! Without the harness of tests: the process under test is this one, started again.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is what the parent reads")]

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};

use plumb_jail::Limits;

const LIMITS: Limits = Limits { memory_bytes_max: 512 << 20, cpu_s_max: 20 };

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("child") => child(),
        Some("hungry") => hungry(),
        Some("sabotaged") => sabotaged(),
        // Whatever else the runner of tests passes is for the harness that is not there.
        _ => parent(),
    }
}

/// Reads all that it is handed and answers with the evidence.
fn child() {
    let closed = plumb_jail::close(LIMITS).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(i32::from(plumb_jail::EXIT_NOT_CLOSED));
    });
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("what it was handed can be read");
    println!("{} {}", text.len(), closed.refused.join("|"));
}

/// Asks for more memory than it may have.
fn hungry() {
    plumb_jail::close(LIMITS).expect("closed");
    let mut all: Vec<Vec<u8>> = Vec::new();
    while all.len() < 100 {
        all.push(vec![1; 16 << 20]);
    }
    println!("{}", all.len());
}

/// Holds a connection that nobody meant to hand on.
fn sabotaged() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it listens");
    #[expect(clippy::disallowed_methods, reason = "the way out under test")]
    let mut way_out = std::net::TcpStream::connect(address).expect("a connection to itself");
    plumb_jail::close(LIMITS).expect("closed");
    println!("{:?}", way_out.write_all(b"everything").map_err(|error| error.kind()));
}

fn run(role: &str) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.arg(role).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A child that ended before it read leaves a closed pipe, which is no fault of ours.
    let _ = stdin.write_all(b"a stranger's file");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

fn parent() {
    let (well, said) = run("child");
    if !well && said.contains("cannot close a file worker in") {
        println!("skipped: {said}");
        println!("0 passed, 0 failed, 1 skipped");
        return;
    }
    assert!(well, "{said}");
    for escape in ["read a file", "write a file", "start a program", "make a thread", "TCP", "UDP", "Unix socket"] {
        assert!(said.contains(escape), "{escape} was tried and refused: {said}");
    }
    assert!(said.starts_with("17 "), "what it was handed was read: {said}");
    let (well, said) = run("hungry");
    assert!(!well, "its memory is bounded: {said}");
    let (_, said) = run("sabotaged");
    assert_eq!(said, "Err(PermissionDenied)\n", "a connection that was left open is of no use");
    println!("3 passed, 0 failed");
}
