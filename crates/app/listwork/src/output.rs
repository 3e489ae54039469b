//! A file that is there whole or not at all.
//!
//! It is written without a name, in the folder where it will lie, brought to the disk, and named in one step. Whatever
//! ends the program before, a power cut too, leaves nothing under the name, and what had the name before stays.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rustix::fs::{AtFlags, CWD, OFlags};

/// After so many bytes what was written is brought to the disk, while more is written: little is left to wait for at the end.
const SETTLE_BYTES: usize = 32 << 20;

/// A file on its way to its name.
pub struct Output {
    file: Arc<File>,
    /// What is being brought to the disk. Its error would not be told a second time.
    settling: Option<JoinHandle<io::Result<()>>>,
    /// Bytes since that began.
    unsettled: usize,
    path: PathBuf,
    /// The name that it has meanwhile, on file systems that know no file without one.
    aside: Option<Aside>,
    replace: bool,
}

/// Goes with its owner, unless it was renamed.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

impl Output {
    /// Begins a file that will lie at `path`; without `replace`, only where nothing lies there yet.
    pub fn create(path: &Path, replace: bool) -> io::Result<Self> {
        if !replace && path.symlink_metadata().is_ok() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is a file of that name"));
        }
        // A link stays a link: what it points to is replaced.
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        // A device or pipe would be replaced, not written to.
        if path.exists() && !path.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "that is no file; standard output is -"));
        }
        let mode = path.metadata().map_or(0o666, |old| old.mode() & 0o777);
        let mut options = OpenOptions::new();
        options.write(true).mode(mode);
        let flags = i32::try_from(OFlags::TMPFILE.bits()).unwrap_or_default();
        if let Ok(file) = options.clone().custom_flags(flags).open(folder(&path)) {
            return Ok(Self::of(file, path, None, replace));
        }
        let aside = beside(&path);
        let file = options.create_new(true).open(&aside)?;
        Ok(Self::of(file, path, Some(Aside(aside)), replace))
    }

    fn of(file: File, path: PathBuf, aside: Option<Aside>, replace: bool) -> Self {
        Self { file: Arc::new(file), settling: None, unsettled: 0, path, aside, replace }
    }

    /// Begins to bring what was written to the disk, unless that is still under way.
    fn settle(&mut self) -> io::Result<()> {
        if self.settling.as_ref().is_some_and(|settling| !settling.is_finished()) {
            return Ok(());
        }
        self.settled()?;
        self.unsettled = 0;
        let file = Arc::clone(&self.file);
        // Where no thread is to be had, the end waits for all.
        self.settling = thread::Builder::new().spawn(move || file.sync_data()).ok();
        Ok(())
    }

    /// Waits for what is under way to the disk.
    fn settled(&mut self) -> io::Result<()> {
        let Some(settling) = self.settling.take() else { return Ok(()) };
        settling.join().unwrap_or_else(|_| Err(io::Error::other("what was written was not brought to the disk")))
    }

    /// Brings it to the disk and gives it its name.
    pub fn finish(mut self) -> io::Result<()> {
        self.settled()?;
        self.file.sync_all()?;
        let aside = if let Some(aside) = self.aside.take() {
            aside
        } else {
            let open = PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()));
            // A name that is free is taken in one step; one that is not is taken over in one.
            let first = if self.replace { beside(&self.path) } else { self.path.clone() };
            rustix::fs::linkat(CWD, &open, CWD, &first, AtFlags::SYMLINK_FOLLOW)?;
            if !self.replace {
                return sync_folder(&self.path);
            }
            Aside(first)
        };
        if self.replace {
            std::fs::rename(&aside.0, &self.path)?;
            std::mem::forget(aside);
        } else {
            // Unlike a rename, this fails if somebody was faster.
            std::fs::hard_link(&aside.0, &self.path)?;
        }
        sync_folder(&self.path)
    }
}

impl Write for Output {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let written = (&*self.file).write(buf)?;
        self.unsettled += written;
        if self.unsettled >= SETTLE_BYTES {
            self.settle()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self.file).flush()
    }
}

/// The folder that a file lies in.
#[must_use]
pub fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn beside(path: &Path) -> PathBuf {
    let random = plumb_base::hex::encode(&plumb_base::random::bytes::<8>());
    folder(path).join(format!(".plumb-{random}.part"))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

#[cfg(test)]
mod tests;
