use std::io::{Read as _, Write as _};

use super::{MEMORY_BYTES_MAX, Spool};

#[test]
fn what_goes_in_comes_out_and_leaves_no_file() {
    let folder = crate::testing::Folder::new();
    for bytes in [0, 10, MEMORY_BYTES_MAX * 2 + 3] {
        let mut spool = Spool::new(folder.path());
        let piece: Vec<u8> = (0..1_000_003_usize).map(|n| (n % 251) as u8).collect();
        let mut left = bytes;
        let mut wanted = Vec::new();
        while left > 0 {
            let part = &piece[..left.min(piece.len())];
            spool.write_all(part).unwrap();
            wanted.extend_from_slice(part);
            left -= part.len();
        }
        assert_eq!(folder.names().len(), 0, "a spool has no name");
        let mut read = Vec::new();
        spool.read().unwrap().read_to_end(&mut read).unwrap();
        assert!(read == wanted);
    }
}
