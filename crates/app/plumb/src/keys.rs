//! The file of the master key.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use plumb_vault::Keys;

/// Reads the master key, or makes one on the first run. The file is its owner's alone.
pub fn load_or_create(path: &Path) -> anyhow::Result<Keys> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let mode = fs::metadata(path)?.mode();
            if mode & 0o077 != 0 {
                bail!(
                    "the master key {} can be read by others (mode {:o}): chmod 600 it",
                    path.display(),
                    mode & 0o777
                );
            }
            Keys::from_text(&text)
                .with_context(|| format!("{} does not hold a master key; restore it from your backup", path.display()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => create(path),
        Err(error) => Err(error).with_context(|| format!("the master key {} cannot be read", path.display())),
    }
}

fn create(path: &Path) -> anyhow::Result<Keys> {
    let keys = Keys::generate();
    let named = || format!("the master key {} cannot be written", path.display());
    // Written aside, synced, then given its name: a crash leaves no half key, and no key is ever overwritten.
    let aside = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside).with_context(named)?;
    file.write_all(keys.to_text().as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .with_context(named)?;
    let linked = fs::hard_link(&aside, path);
    fs::remove_file(&aside).with_context(named)?;
    match linked {
        Ok(()) => Ok(keys),
        // Another process was quicker: its key counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => load_or_create(path),
        Err(error) => Err(error).with_context(named),
    }
}

#[cfg(test)]
mod tests;
