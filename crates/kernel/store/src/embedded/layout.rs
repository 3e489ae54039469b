//! The files of an embedded server, and who may touch them.
//!
//! ```text
//! <data_dir>/lock                              ours; the owner's process id
//! <data_dir>/secrets/postgres-admin-password   ours alone, 0600
//! <data_dir>/postgres/                         ours, so that no name in it can be swapped under root
//!     <major>/  log/  socket/                  the server's user's, 0700
//!     start.log                                what the server said before it opened its log
//! ```

use std::{
    env, fs,
    io::{self, ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use super::{EmbeddedError, account::Account};

/// A socket's path must fit into `sockaddr_un` with its end: 108 bytes on Linux, 104 on macOS and the BSDs.
const SOCKET_PATH_BYTES_MAX: usize = 103;
/// The name that the server gives to its socket, from the port.
pub(super) const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// Where everything of one data directory is.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Without symbolic links: `/proc` shows working directories so.
    pub(super) data_dir: PathBuf,
    pub(super) postgres: PathBuf,
    pub(super) logs: PathBuf,
    pub(super) start_log: PathBuf,
    pub(super) socket_dir: PathBuf,
    pub(super) password_file: PathBuf,
    /// Names this directory's server in its processes' titles.
    pub(super) server_name: String,
}

/// A cluster that is there already.
#[derive(Clone, Debug)]
pub(super) struct Existing {
    pub(super) dir: PathBuf,
    pub(super) major: u16,
    pub(super) owner_uid: u32,
}

impl Layout {
    /// Makes the data directory when it is missing, and says where everything in it is.
    pub(super) fn make(data_dir: &Path) -> Result<Self, EmbeddedError> {
        if !data_dir.is_dir() {
            if let Some(parent) = data_dir.parent() {
                fs::create_dir_all(parent).map_err(EmbeddedError::io("create", parent))?;
            }
            // The server's user must get through root's directory, but need not see what is in it.
            let mode = if rustix::process::geteuid().is_root() { 0o711 } else { 0o700 };
            make_dir(data_dir, mode)?;
        }
        let data_dir = data_dir.canonicalize().map_err(EmbeddedError::io("enter", data_dir))?;
        if data_dir.to_str().is_none() {
            let source = io::Error::new(ErrorKind::InvalidInput, "its path is not UTF-8");
            return Err(EmbeddedError::Io { doing: "use", path: data_dir, source });
        }
        Ok(Self::of(data_dir))
    }

    pub(super) fn of(data_dir: PathBuf) -> Self {
        let digest = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
        let server_name = format!("plumb-{}", hex(&digest[..8]));
        let postgres = data_dir.join("postgres");
        Self {
            logs: postgres.join("log"),
            start_log: postgres.join("start.log"),
            socket_dir: socket_dir(&postgres, &server_name),
            password_file: data_dir.join("secrets/postgres-admin-password"),
            server_name,
            postgres,
            data_dir,
        }
    }

    pub(super) fn cluster(&self, major: u16) -> PathBuf {
        self.postgres.join(major.to_string())
    }

    /// The cluster to serve: after an upgrade beside the old one, the newest.
    pub(super) fn existing(&self) -> Result<Option<Existing>, EmbeddedError> {
        let entries = match fs::read_dir(&self.postgres) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(EmbeddedError::Io { doing: "read", path: self.postgres.clone(), source }),
        };
        let newest = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u16>().ok()).max();
        let Some(major) = newest else { return Ok(None) };
        let dir = self.cluster(major);
        let owner_uid = fs::metadata(&dir).map_err(EmbeddedError::io("read", &dir))?.uid();
        Ok(Some(Existing { dir, major, owner_uid }))
    }

    /// Makes the directories that are missing, and sees that the server's user can come to them.
    pub(super) fn prepare_for(&self, account: &Account, program: &Path) -> Result<(), EmbeddedError> {
        if !self.postgres.is_dir() {
            make_dir(&self.postgres, if account.is_other() { 0o711 } else { 0o700 })?;
        }
        own_dir(&self.logs, account)?;
        own_dir(&self.socket_dir, account)?;
        self.probe(account, program)
    }

    /// Runs the server program as the server's user from inside the directory: the kernel's own answer.
    fn probe(&self, account: &Account, program: &Path) -> Result<(), EmbeddedError> {
        let run = |dir: &Path| account.command(program).arg("--version").current_dir(dir).output();
        if let Err(error) = run(Path::new("/")) {
            let dir = program.parent().unwrap_or(program).to_owned();
            let problem = format!("user `{}` cannot run them: {error}", account.name);
            return Err(EmbeddedError::BinariesUnusable { dir, problem });
        }
        match run(&self.postgres) {
            Ok(_) => Ok(()),
            Err(_) => Err(EmbeddedError::Unreachable {
                dir: self.postgres.clone(),
                closed: first_closed(&self.postgres),
                user: account.name.clone(),
            }),
        }
    }

    /// The administrator's password: read, or, when there is no cluster yet, made.
    pub(super) fn password(&self, has_cluster: bool) -> Result<String, EmbeddedError> {
        let path = &self.password_file;
        match fs::metadata(path) {
            Ok(meta) if meta.mode() & 0o077 != 0 => Err(EmbeddedError::Permissions {
                path: path.clone(),
                problem: format!("can be read by others (mode {:04o})", meta.mode() & 0o777),
                remedy: format!("chmod 0600 {}", path.display()),
            }),
            Ok(_) => {
                let text = fs::read_to_string(path).map_err(EmbeddedError::io("read", path))?;
                match text.trim() {
                    "" => Err(EmbeddedError::PasswordMissing { path: path.clone() }),
                    password => Ok(password.to_owned()),
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound && has_cluster => {
                Err(EmbeddedError::PasswordMissing { path: path.clone() })
            }
            Err(error) if error.kind() == ErrorKind::NotFound => self.make_password(),
            Err(source) => Err(EmbeddedError::Io { doing: "read", path: path.clone(), source }),
        }
    }

    /// On disk, under its name, before any cluster is made with it.
    fn make_password(&self) -> Result<String, EmbeddedError> {
        let password = hex(&plumb_base::random::bytes::<32>());
        let dir = self.password_file.parent().unwrap_or(&self.data_dir);
        if !dir.is_dir() {
            make_dir(dir, 0o700)?;
        }
        let aside = self.password_file.with_extension("new");
        remove_file(&aside)?;
        write_new(&aside, password.as_bytes(), None).map_err(EmbeddedError::io("write", &aside))?;
        rename_durably(&aside, &self.password_file)?;
        sync_dir(&self.data_dir)?;
        Ok(password)
    }
}

impl Existing {
    /// Whether a cluster that is there has the owner and the mode that the server insists on, before it does.
    pub(super) fn check(&self, account: &Account) -> Result<(), EmbeddedError> {
        let dir = &self.dir;
        let wrong =
            |problem: String, remedy: String| Err(EmbeddedError::Permissions { path: dir.clone(), problem, remedy });
        if self.owner_uid != account.uid {
            let Account { name, gid, .. } = account;
            let problem = format!("belongs to user id {}, and `{name}` runs PostgreSQL", self.owner_uid);
            return wrong(problem, format!("chown -R {name}:{gid} {}", dir.display()));
        }
        let mode = fs::metadata(dir).map_err(EmbeddedError::io("read", dir))?.mode() & 0o777;
        if mode & 0o027 != 0 {
            let problem = format!("is open to other users (mode {mode:04o}), and holds the database");
            return wrong(problem, format!("chmod 0700 {}", dir.display()));
        }
        if !dir.join("PG_VERSION").is_file() {
            let problem = "has no PG_VERSION, so it is not a whole database cluster".to_owned();
            return wrong(problem, "restore it from the backup, or move it away to begin anew".to_owned());
        }
        Ok(())
    }
}

/// Beside the data when the path is short enough, else in the place for such things, under a name of its own.
fn socket_dir(postgres: &Path, server_name: &str) -> PathBuf {
    let beside = postgres.join("socket");
    if fits(&beside) {
        return beside;
    }
    let runtime = if rustix::process::geteuid().is_root() {
        Some(PathBuf::from("/run"))
    } else {
        env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from)
    };
    runtime
        .filter(|dir| dir.is_absolute() && dir.is_dir())
        .map(|dir| dir.join(server_name))
        .filter(|dir| fits(dir))
        .unwrap_or_else(|| Path::new("/tmp").join(server_name))
}

fn fits(socket_dir: &Path) -> bool {
    socket_dir.as_os_str().len() + 1 + SOCKET_NAME.len() <= SOCKET_PATH_BYTES_MAX
}

/// A directory with exactly this mode, whatever the umask; not yet there.
pub(super) fn make_dir(path: &Path, mode: u32) -> Result<(), EmbeddedError> {
    fs::DirBuilder::new()
        .mode(mode)
        .create(path)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(mode)))
        .map_err(EmbeddedError::io("create", path))
}

/// A directory of the server's user alone. One that is there is taken only when it is that already, or is still
/// ours from a start that was cut short: in `/tmp` anyone can make a directory of any name.
pub(super) fn own_dir(path: &Path, account: &Account) -> Result<(), EmbeddedError> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other.map_err(EmbeddedError::io("create", path))?,
    }
    let meta = fs::symlink_metadata(path).map_err(EmbeddedError::io("read", path))?;
    let us = rustix::process::geteuid().as_raw();
    if !meta.is_dir() || meta.mode() & 0o077 != 0 || (meta.uid() != account.uid && meta.uid() != us) {
        return Err(EmbeddedError::Permissions {
            path: path.to_owned(),
            problem: format!("is not a directory of user `{}` alone", account.name),
            remedy: format!("move it away, or chown {0} and chmod 0700 it", account.name),
        });
    }
    if meta.uid() != account.uid {
        lchown(path, Some(account.uid), Some(account.gid)).map_err(EmbeddedError::io("give away", path))?;
    }
    Ok(())
}

/// Writes a 0600 file that must not be there yet, gives it to `owner` if one is named, and syncs it.
pub(super) fn write_new(path: &Path, content: &[u8], owner: Option<&Account>) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    if let Some(account) = owner {
        std::os::unix::fs::fchown(&file, Some(account.uid), Some(account.gid))?;
    }
    file.write_all(content)?;
    file.sync_all()
}

/// Removes a file that may be gone already.
pub(super) fn remove_file(path: &Path) -> Result<(), EmbeddedError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(EmbeddedError::io("remove", path)(error)),
        _ => Ok(()),
    }
}

/// A rename that is still true after a power loss: the name lives in the directory, which is synced too.
pub(super) fn rename_durably(from: &Path, to: &Path) -> Result<(), EmbeddedError> {
    fs::rename(from, to).map_err(EmbeddedError::io("rename", from))?;
    to.parent().map_or(Ok(()), sync_dir)
}

pub(super) fn sync_dir(path: &Path) -> Result<(), EmbeddedError> {
    fs::File::open(path).and_then(|dir| dir.sync_all()).map_err(EmbeddedError::io("sync", path))
}

/// The first directory on the way down that others may not pass.
fn first_closed(path: &Path) -> Option<PathBuf> {
    let mut way: Vec<&Path> = path.ancestors().collect();
    way.reverse();
    way.into_iter().find(|dir| fs::metadata(dir).is_ok_and(|meta| meta.mode() & 0o001 == 0)).map(Path::to_owned)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}"); // a String takes whatever is written
        out
    })
}
