use std::sync::LazyLock;

use proptest::prelude::*;

use super::super::batch::{CleanRow, Value};
use super::super::flag::{Flag, Reason};
use super::super::mapping::MappedColumn;
use super::super::policy::PrivateClass;
use super::*;

#[path = "../../../examples/kernel_speed/list.rs"]
mod list;

static RULES: LazyLock<Arc<Rules>> = LazyLock::new(|| Arc::new(Rules::embedded()));

/// The columns of the list, and one that is only carried along.
fn headers() -> Vec<&'static str> {
    list::HEADERS.iter().copied().chain(["remark"]).collect()
}

fn mapping(headers: &[&str]) -> Mapping {
    let column =
        |(index, name): (usize, &&str)| MappedColumn { index, name: (*name).to_owned(), field: Field::from_code(name) };
    Mapping { width: headers.len(), columns: headers.iter().enumerate().map(column).collect() }
}

fn kernel(headers: &[&str]) -> Kernel {
    let default_country = "US".parse().ok();
    Kernel::new(RULES.clone(), &mapping(headers), Options { default_country, ..Options::default() })
}

/// All that can be asked of a row.
fn shown(row: CleanRow<'_>) -> String {
    let values: Vec<Option<&str>> = Value::ALL.iter().map(|value| row.get(*value)).collect();
    let changes: Vec<_> = row.changes().collect();
    format!(
        "{values:?} {changes:?} {:?} {:?} {} {:?} {:?} {:?} {}",
        row.flags(),
        row.reject(),
        row.key(),
        row.key_kind(),
        row.phone_type(),
        row.country(),
        row.dedupe_key()
    )
}

/// Rows of the list, of which some have odd cells, and some rows are ragged or empty.
fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let odd = prop::sample::select(vec![
        "",
        " ",
        "n/a",
        "\0",
        "İ",
        "ADA",
        "a@b@c",
        "日本",
        "+1 (",
        "\u{200b}x",
        "Ünïcode GmbH",
        "DE",
    ]);
    let row = (0..5_000u64, prop::collection::vec((0..15usize, odd), 0..4), 0..40u8).prop_map(|(n, odd, shape)| {
        let cells = list::rows(n, n + 1);
        let mut row: Vec<String> = cells.row(0).iter().map(str::to_owned).collect();
        row.push(format!("remark {}", n % 3));
        for (at, cell) in odd {
            row[at] = cell.to_owned();
        }
        match shape {
            0 => row.truncate(7),
            1 => row.iter_mut().for_each(String::clear),
            // Nothing to know the person by: the whole row is the key.
            2 => [0, 1, 2, 6, 7, 13].into_iter().for_each(|at| row[at].clear()),
            _ => {}
        }
        row
    });
    prop::collection::vec(row, 1..40)
}

fn batch<'r>(rows: impl IntoIterator<Item = &'r Vec<String>>) -> Cells {
    let mut cells = Cells::default();
    rows.into_iter().for_each(|row| cells.push_row(row.iter().map(String::as_str)));
    cells
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// However a list is cut into batches, and whatever was cleaned before with the same memory, the rows are the same.
    #[test]
    fn any_split_gives_the_same_rows(rows in rows(), size in 1..20usize) {
        let kernel = kernel(&headers());
        let (mut whole, mut piece) = (Cleaned::default(), Cleaned::default());
        kernel.clean(&batch(&rows), &mut whole);
        let whole: Vec<String> = whole.iter().map(shown).collect();
        let mut pieces = Vec::new();
        for rows in rows.chunks(size) {
            kernel.clean(&batch(rows), &mut piece);
            prop_assert_eq!(piece.rows(), rows.len());
            pieces.extend(piece.iter().map(shown));
        }
        prop_assert_eq!(&whole, &pieces);
        kernel.clean(&batch(rows.iter().rev()), &mut piece);
        let reversed: Vec<String> = piece.iter().rev().map(shown).collect();
        prop_assert_eq!(whole, reversed);
    }

    /// The columns may stand in any order, and threads may share the kernel.
    #[test]
    fn columns_may_stand_in_any_order(rows in rows(), turn in 0..15usize, threads in 1..4usize) {
        let mut turned = headers();
        turned.rotate_left(turn);
        turned.swap(0, 7);
        let move_cells = |row: &Vec<String>| {
            let mut row = row.clone();
            // A ragged row has no columns to speak of.
            if row.len() == turned.len() {
                row.rotate_left(turn);
                row.swap(0, 7);
            }
            row
        };
        let other: Vec<Vec<String>> = rows.iter().map(move_cells).collect();
        let mut out = Cleaned::default();
        kernel(&headers()).clean(&batch(&rows), &mut out);
        let wanted: Vec<String> = out.iter().map(shown).collect();
        let kernel = kernel(&turned);
        let found: Vec<String> = std::thread::scope(|scope| {
            let size = other.len().div_ceil(threads);
            let work: Vec<_> = other.chunks(size).map(|rows| {
                let kernel = &kernel;
                scope.spawn(move || {
                    let mut out = Cleaned::default();
                    kernel.clean(&batch(rows), &mut out);
                    out.iter().map(shown).collect::<Vec<_>>()
                })
            }).collect();
            work.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        prop_assert_eq!(wanted, found);
    }
}

#[test]
fn rows_that_differ_in_any_column_differ_in_their_hash() {
    let kernel = kernel(&["remark", "note", "city"]);
    let mut out = Cleaned::default();
    let mut cells = Cells::default();
    for row in [["a", "b", "c"], ["b", "a", "c"], ["a", "b", "d"], ["", "b", "c"], [" a ", "b", "c"]] {
        cells.push_row(row);
    }
    kernel.clean(&cells, &mut out);
    let mut keys: Vec<_> = out.iter().map(CleanRow::key).collect();
    assert_eq!(keys[0], keys[4], "blanks around a cell say nothing");
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[test]
fn classes_that_are_denied_are_left_out_and_said() {
    let headers = ["email", "phone", "Home street", "country", "first_name", "last_name", "company"];
    let mut mapping = mapping(&headers);
    mapping.columns[2].field = Some(Field::Street);
    let rows = [
        ["ada@gmail.com", "0151 23456789", "Musterweg 1", "DE", "Ada", "Example", "Example GmbH"],
        ["ada@example.com", "030 23125000", "", "DE", "Ada", "Example", "Example GmbH"],
    ];
    let mut cells = Cells::default();
    for row in &rows {
        cells.push_row(row.iter().copied());
    }
    let clean = |denied| {
        let mut out = Cleaned::default();
        Kernel::new(RULES.clone(), &mapping, Options { denied, ..Options::default() }).clean(&cells, &mut out);
        out
    };
    let taken = clean(PrivateClasses::default());
    let row = taken.row(0);
    assert!(row.has(Value::Email) && row.has(Value::Phone) && row.has(Value::Street));
    assert!([Flag::EmailFree, Flag::PhoneMobile, Flag::HomeAddress].iter().all(|flag| row.flags().contains(*flag)));
    assert!(!row.flags().contains(Flag::PolicyWithheld));
    let denied = clean(PrivateClasses::ALL);
    let row = denied.row(0);
    for (value, field) in [(Value::Email, Field::Email), (Value::Phone, Field::Phone), (Value::Street, Field::Street)] {
        assert!(!row.has(value));
        assert_eq!(row.reason(field), Some(Reason::Withheld));
    }
    assert!(!row.has(Value::EmailKey) && !row.has(Value::EmailDomain) && row.phone_type().is_none());
    assert!(row.flags().contains(Flag::PolicyWithheld));
    assert_eq!(row.dedupe_key(), "n:ada example|example");
    assert_eq!(shown(taken.row(1)), shown(denied.row(1)), "work addresses and landlines are of no private class");
    let only = clean(PrivateClasses::default().with(PrivateClass::Mobile));
    assert!(only.row(0).has(Value::Email) && !only.row(0).has(Value::Phone));
}

#[test]
fn keys_are_the_hash_of_their_words() {
    let kernel = kernel(&list::HEADERS);
    let mut out = Cleaned::default();
    kernel.clean(&list::rows(0, 2_000), &mut out);
    for row in out.iter() {
        let words = row.dedupe_key();
        match words.strip_prefix("r:") {
            Some(hash) => assert_eq!(hash, row.key().to_string()),
            None => assert_eq!(xxhash_rust::xxh3::xxh3_128(words.as_bytes()), row.key().0),
        }
        assert_eq!(words, row.lead().dedupe_key);
    }
}
