//! The operating system's user that the server runs as. PostgreSQL refuses root, so root hands over.

use std::{
    ffi::OsStr,
    fs,
    os::unix::process::CommandExt,
    process::{Command, Stdio},
};

use super::EmbeddedError;

/// Whom root hands over to, in order of preference.
const SERVER_USERS: [&str; 2] = ["plumb", "postgres"];

/// A user that the system knows by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// The server's user: ourselves, or, when we are root, the owner of the cluster that is there, else the first
    /// of the known server users that exists.
    pub(super) fn for_server(cluster_owner: Option<u32>) -> Result<Self, EmbeddedError> {
        let us = rustix::process::geteuid();
        let uid = if us.is_root() { cluster_owner.filter(|uid| *uid != 0) } else { Some(us.as_raw()) };
        match uid {
            Some(uid) => {
                look_up(&uid.to_string(), |account| account.uid == uid).ok_or(EmbeddedError::NoAccount { uid })
            }
            None => SERVER_USERS
                .into_iter()
                .find_map(|name| look_up(name, |account| account.name == name && account.uid != 0))
                .ok_or(EmbeddedError::NoServerUser),
        }
    }

    /// Whether we are root and the server is somebody else.
    pub(super) fn is_other(&self) -> bool {
        rustix::process::geteuid().as_raw() != self.uid
    }

    /// A program to run as this user: nothing of our environment or terminal goes with it, and its process group
    /// is its own, so that Ctrl-C reaches us alone and we end it in order.
    pub(super) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C")
            .current_dir("/")
            .stdin(Stdio::null())
            .process_group(0);
        if self.is_other() {
            // With a uid given to root's Command, std also clears the supplementary groups.
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

/// Finds a user in `/etc/passwd`, else by `getent` in whatever directory service the system asks.
fn look_up(key: &str, wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    let local = fs::read("/etc/passwd").unwrap_or_default();
    find(&local, &wanted).or_else(|| {
        let output = Command::new("getent").args(["passwd", key]).stdin(Stdio::null()).output().ok()?;
        find(&output.stdout, &wanted)
    })
}

pub(super) fn find(passwd: &[u8], wanted: impl Fn(&Account) -> bool) -> Option<Account> {
    String::from_utf8_lossy(passwd)
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?.to_owned();
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            Some(Account { name, uid, gid })
        })
        .find(wanted)
}
