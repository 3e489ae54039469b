use super::{ENTRIES_MAX, Keys, PARTITIONS, Rank};
use crate::testing::Folder;

const fn rank(score: u8, filled: u8) -> Rank {
    Rank { score, filled }
}

#[test]
fn the_best_row_stays_then_the_fullest_then_the_first() {
    let folder = Folder::new();
    let rows = [(7, rank(50, 3)), (7, rank(60, 1)), (7, rank(60, 2)), (7, rank(60, 2)), (8, rank(1, 1))];
    for order in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]] {
        let mut keys = Keys::new(folder.path());
        for row in order {
            keys.add(rows[row].0, rows[row].1, row as u64).unwrap();
        }
        let found = keys.find(5, 2).unwrap();
        let duplicates: Vec<bool> = (0..5).map(|row| found.is_duplicate(row)).collect();
        assert_eq!(duplicates, [true, true, false, true, false]);
        assert_eq!((found.clusters, found.duplicates, found.largest), (1, 3, 4));
    }
}

#[test]
fn more_keys_than_fit_into_memory() {
    let folder = Folder::new();
    let count = (ENTRIES_MAX * PARTITIONS * 2) as u64;
    let mut keys = Keys::new(folder.path());
    for row in 0..count {
        // Each key twice, half of the list apart; spread over the partitions.
        let key =
            u128::from((row % (count / 2)).wrapping_mul(0x9e37_79b9_7f4a_7c15)) << 64 | u128::from(row % (count / 2));
        keys.add(key, rank(1, 1), row).unwrap();
    }
    assert!(keys.file_len > 0, "it went to the disk");
    let found = keys.find(count, 2).unwrap();
    assert_eq!((found.clusters, found.duplicates, found.largest), (count / 2, count / 2, 2));
    assert!((0..count).all(|row| found.is_duplicate(row) == (row >= count / 2)));
}
