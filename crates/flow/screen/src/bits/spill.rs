//! Changes sorted by area code in bounded memory: what is over the budget waits on disk.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::domain::number::Number;
use crate::reader::Change;

/// Bytes of changes held in memory.
const HELD_BYTES_MAX: usize = 64 * 1024 * 1024;
const ENTRY_BYTES: usize = 4;

/// The changes of one file, by area code, each area's in the order in which they came.
pub(super) struct Spill {
    folder: PathBuf,
    areas: Vec<Vec<u32>>,
    held: usize,
    held_max: usize,
    on_disk: bool,
}

impl Spill {
    /// Spills into `folder`, which is made when it is needed.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, areas: vec![Vec::new(); 800], held: 0, held_max: HELD_BYTES_MAX / ENTRY_BYTES, on_disk: false }
    }

    #[cfg(test)]
    pub(super) fn holding(mut self, changes: usize) -> Self {
        self.held_max = changes;
        self
    }

    pub(super) fn push(&mut self, number: Number, change: Change) -> io::Result<()> {
        let Some(area) = self.areas.get_mut(usize::from(number.area() - 200)) else { return Ok(()) };
        area.push(number.bit() << 1 | u32::from(change == Change::Add));
        self.held += 1;
        if self.held >= self.held_max {
            self.write_out()?;
        }
        Ok(())
    }

    /// Whether there are changes of an area code.
    pub(super) fn has(&self, area: u16) -> bool {
        let held = self.areas.get(usize::from(area) - 200).is_some_and(|held| !held.is_empty());
        held || (self.on_disk && self.file(area).exists())
    }

    fn file(&self, area: u16) -> PathBuf {
        self.folder.join(format!("{area}.changes"))
    }

    fn write_out(&mut self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        self.on_disk = true;
        for area in 200..1000 {
            let held = std::mem::take(&mut self.areas[usize::from(area) - 200]);
            if held.is_empty() {
                continue;
            }
            let bytes: Vec<u8> = held.iter().flat_map(|entry| entry.to_le_bytes()).collect();
            OpenOptions::new().create(true).append(true).open(self.file(area))?.write_all(&bytes)?;
        }
        self.held = 0;
        Ok(())
    }

    /// Takes out the changes of an area code, as bit and kind.
    pub(super) fn take(&mut self, area: u16, mut each: impl FnMut(u32, Change)) -> io::Result<()> {
        let mut give = |entry: u32| each(entry >> 1, if entry & 1 == 1 { Change::Add } else { Change::Delete });
        if self.on_disk {
            let path = self.file(area);
            match File::open(&path) {
                Ok(file) => {
                    let mut file = io::BufReader::with_capacity(1 << 16, file);
                    let mut entry = [0; ENTRY_BYTES];
                    while read_entry(&mut file, &mut entry)? {
                        give(u32::from_le_bytes(entry));
                    }
                    fs::remove_file(path)?;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        for entry in std::mem::take(&mut self.areas[usize::from(area) - 200]) {
            give(entry);
        }
        Ok(())
    }

    /// Removes what is left on disk.
    pub(super) fn clear(self) -> io::Result<()> {
        if self.on_disk { fs::remove_dir_all(self.folder) } else { Ok(()) }
    }
}

fn read_entry(file: &mut impl io::Read, entry: &mut [u8; ENTRY_BYTES]) -> io::Result<bool> {
    match file.read_exact(entry) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
