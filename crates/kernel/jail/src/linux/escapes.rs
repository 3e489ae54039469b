//! Each way out, tried.

use std::fs::File;
use std::io::Error;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::process::Command;

use crate::JailError;

/// One way out: what it would be able to do, and the attempt.
type Escape = (&'static str, fn() -> Result<(), Error>);

const ESCAPES: [Escape; 8] = [
    ("read a file", || File::open("/etc/passwd").map(drop)),
    ("list a folder", || std::fs::read_dir("/").map(drop)),
    ("write a file", || File::create(std::env::temp_dir().join("plumb-jail")).map(drop)),
    ("start a program", || Command::new("/bin/true").spawn().map(drop)),
    ("make a thread", || std::thread::Builder::new().spawn(|| ()).map(drop)),
    ("use TCP", || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map(drop)),
    ("use UDP", || UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).map(drop)),
    ("use a Unix socket", || UnixDatagram::unbound().map(drop)),
];

/// The names of all of them, when all were refused.
pub(super) fn try_all() -> Result<Vec<String>, JailError> {
    let mut refused = Vec::with_capacity(ESCAPES.len());
    for (what, attempt) in ESCAPES {
        match attempt() {
            // A file that is missing was not refused.
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => refused.push(what.to_owned()),
            Ok(()) | Err(_) => return Err(JailError::Open(what.to_owned())),
        }
    }
    Ok(refused)
}
