//! Where the server's programs are. Nothing is downloaded.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::EmbeddedError;

/// The oldest major version whose features the schema uses.
const MAJOR_MIN: u16 = 15;

/// A directory with `postgres` and `initdb` of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The `bin` directory.
    pub dir: PathBuf,
    /// The major version, which data directories are bound to.
    pub major: u16,
    /// The whole version as the server says it, such as `15.18`.
    pub version: String,
}

impl Binaries {
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Asks the server program itself: a directory's name proves nothing.
    fn in_dir(dir: &Path) -> Result<Self, EmbeddedError> {
        let unusable = |problem: String| EmbeddedError::BinariesUnusable { dir: dir.to_owned(), problem };
        for name in ["postgres", "initdb"] {
            if !dir.join(name).is_file() {
                return Err(unusable(format!("there is no {name}; give the directory that holds it")));
            }
        }
        let output = Command::new(dir.join("postgres"))
            .arg("--version")
            .env_clear()
            .current_dir("/")
            .output()
            .map_err(|error| unusable(error.to_string()))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let Some((major, version)) = parse_version(&text) else {
            return Err(unusable(format!(
                "`postgres --version` said {:?}; install PostgreSQL again",
                format!("{text}{}", String::from_utf8_lossy(&output.stderr)).trim()
            )));
        };
        if major < MAJOR_MIN {
            return Err(unusable(format!("they are version {version}, and {MAJOR_MIN} or newer is needed")));
        }
        Ok(Self { dir: dir.to_owned(), major, version })
    }
}

/// The programs that a new data directory would be made with: `PLUMB_PG_BIN` when set, else those shipped beside
/// this executable, else the distribution's newest, else Homebrew's.
///
/// # Errors
/// [`EmbeddedError::NoBinaries`], or [`EmbeddedError::BinariesUnusable`] for a `PLUMB_PG_BIN` without usable programs.
pub fn find_binaries() -> Result<Binaries, EmbeddedError> {
    all()?.into_iter().next().ok_or(EmbeddedError::NoBinaries)
}

/// The programs for a cluster that is there already (`data` is its directory and major version), or for a new one.
pub(super) fn choose(data: Option<(&Path, u16)>) -> Result<Binaries, EmbeddedError> {
    pick(all()?, data)
}

pub(super) fn pick(found: Vec<Binaries>, data: Option<(&Path, u16)>) -> Result<Binaries, EmbeddedError> {
    let words = found.iter().map(|b| b.version.as_str()).collect::<Vec<_>>().join(", ");
    let mut found = found.into_iter();
    match data {
        None => found.next().ok_or(EmbeddedError::NoBinaries),
        Some((dir, major)) => found.find(|binaries| binaries.major == major).ok_or_else(|| EmbeddedError::OtherMajor {
            dir: dir.to_owned(),
            data: major,
            found: if words.is_empty() { "no usable version".to_owned() } else { words },
        }),
    }
}

/// All usable programs in order of preference.
fn all() -> Result<Vec<Binaries>, EmbeddedError> {
    if let Some(dir) = env::var_os("PLUMB_PG_BIN").filter(|dir| !dir.is_empty()) {
        return Binaries::in_dir(Path::new(&dir)).map(|binaries| vec![binaries]);
    }
    let mut dirs = Vec::new();
    if let Some(beside) = env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("postgres/bin"))) {
        dirs.push(beside);
    }
    dirs.extend(versioned("/usr/lib/postgresql", ""));
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        dirs.extend(versioned(homebrew, "postgresql@"));
    }
    Ok(dirs.iter().filter_map(|dir| Binaries::in_dir(dir).ok()).collect())
}

/// `<parent>/<prefix><major>/bin`, the highest major first.
fn versioned(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u16, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; a `19beta1` is of major 19.
pub(super) fn parse_version(line: &str) -> Option<(u16, String)> {
    let version = line.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((digits.parse().ok()?, version.to_owned()))
}
