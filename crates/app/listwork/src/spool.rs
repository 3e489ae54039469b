//! Bytes that wait on the disk for a second look: written once, read once, and gone when the program is, however it ends.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Cursor, Read, Seek as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// As many bytes stay in memory: a short list never touches the disk twice.
const MEMORY_BYTES_MAX: usize = 16 * 1024 * 1024;
const BUFFER_BYTES: usize = 1024 * 1024;

/// Opens a file in `dir` that has no name.
pub(crate) fn unnamed(dir: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    let flags = i32::try_from(OFlags::TMPFILE.bits()).unwrap_or_default();
    if let Ok(file) = options.clone().custom_flags(flags).open(dir) {
        return Ok(file);
    }
    // Some file systems have no files without names.
    let path = dir.join(format!(".plumb-{}.spool", plumb_base::hex::encode(&plumb_base::random::bytes::<8>())));
    let file = options.create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Takes bytes until they are read.
pub struct Spool {
    dir: PathBuf,
    memory: Vec<u8>,
    file: Option<File>,
}

impl Spool {
    /// An empty one, whose file lies in `dir` if it needs one.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), memory: Vec::new(), file: None }
    }

    /// Everything, from the beginning.
    pub fn read(mut self) -> io::Result<Box<dyn Read + Send>> {
        let Some(mut file) = self.file.take() else { return Ok(Box::new(Cursor::new(self.memory))) };
        file.write_all(&self.memory)?;
        file.rewind()?;
        drop(self.memory);
        Ok(Box::new(BufReader::with_capacity(BUFFER_BYTES, file)))
    }

    fn flush_to_file(&mut self) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(unnamed(&self.dir)?),
        };
        file.write_all(&self.memory)?;
        self.memory.clear();
        Ok(())
    }
}

impl Write for Spool {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let bytes_max = if self.file.is_some() { BUFFER_BYTES } else { MEMORY_BYTES_MAX };
        if self.memory.len() + buf.len() > bytes_max {
            self.flush_to_file()?;
            self.memory.shrink_to(BUFFER_BYTES);
        }
        self.memory.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
