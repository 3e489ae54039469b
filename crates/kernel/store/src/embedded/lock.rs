//! One owner per data directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Seek, Write},
    path::Path,
};

use super::EmbeddedError;

/// Holds the exclusive `flock` on a data directory's lock file. The kernel lets go of it when the process ends,
/// however it ends; the file itself stays.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

impl Lock {
    /// Takes the lock on `dir` and writes our process id into it, for the one who is refused.
    pub(super) fn take(dir: &Path) -> Result<Self, EmbeddedError> {
        let path = dir.join("lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(EmbeddedError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Unreadable is as good as not written yet: the answer is the same without the number.
                let _ = file.read_to_string(&mut text);
                return Err(EmbeddedError::InUse { dir: dir.to_owned(), pid: text.trim().parse().ok() });
            }
            Err(TryLockError::Error(source)) => return Err(EmbeddedError::Io { doing: "lock", path, source }),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(EmbeddedError::io("write", &path))?;
        Ok(Self { file })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone is late: a child that another thread is just starting has the file open until it runs its
        // program. An error can only mean that the lock is gone.
        let _ = self.file.unlock();
    }
}
