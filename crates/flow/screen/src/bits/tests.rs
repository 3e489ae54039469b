use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::PathBuf;

use chrono::{NaiveDate, TimeDelta};
use plumb_base::Timestamp;
use proptest::prelude::*;

use super::load::stage;
use super::*;
use crate::domain::number::Number;
use crate::domain::registry::Registry;
use crate::domain::standing::Dnc;
use crate::reader::{Change, Columns, Form, Layout, ReadError};

/// A folder of its own, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let name = hex::encode(&plumb_base::random::bytes::<16>());
        Self(std::env::temp_dir().join(format!("plumb-screen-{name}")))
    }

    fn shelf(&self) -> Shelf {
        Shelf::at(&self.0)
    }

    fn names(&self, registry: &str) -> BTreeSet<String> {
        let entries = fs::read_dir(self.0.join(registry)).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Timestamp {
    date(text).and_hms_opt(12, 0, 0).unwrap().and_utc()
}

fn full(version: &str, day: &str) -> Load {
    Load {
        registry: Registry::Federal,
        kind: Kind::Full,
        version: version.to_owned(),
        holder: "Example".to_owned(),
        version_date: date(day),
        obtained_on: date(day),
        today: date("2026-12-31"),
        form: Form::default(),
        covers_all: true,
        accept_unusual: false,
    }
}

fn change(version: &str, day: &str, based_on: &str) -> Load {
    let columns = Columns { change: Some(2), ..Columns::default() };
    Load {
        kind: Kind::Change { based_on: date(based_on) },
        form: Form { layout: Layout::Columns(columns), every: None },
        ..full(version, day)
    }
}

fn load(shelf: &Shelf, asked: &Load, file: &str) -> Result<Loaded, LoadError> {
    shelf.load(asked, &mut Cursor::new(file.as_bytes().to_vec()), &Progress::default())
}

fn lines(numbers: impl Iterator<Item = String>) -> String {
    numbers.map(|line| line + "\n").collect()
}

fn listed(shelf: &Shelf, number: &str) -> bool {
    let library = shelf.open(None).unwrap();
    library.edition(Registry::Federal).unwrap().lists(Number::of_e164(number).unwrap()).unwrap()
}

#[test]
fn a_list_is_loaded_and_changed() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    assert!(shelf.open(None).unwrap().edition(Registry::Federal).is_none());
    let loaded = load(&shelf, &full("v1", "2026-10-01"), "2025550123\n2025550124\n2125550199\n2025550123\n").unwrap();
    assert_eq!((loaded.manifest.numbers, loaded.added, loaded.removed, loaded.without_effect), (3, 3, 0, 1));
    assert!(listed(&shelf, "+12025550123") && !listed(&shelf, "+12025550125") && !listed(&shelf, "+13105550123"));

    let changed = change("v2", "2026-10-08", "2026-10-01");
    let loaded = load(&shelf, &changed, "2025550125,a\n2025550123,d\n2025550199,d\n2025550124,add\n").unwrap();
    assert_eq!((loaded.manifest.numbers, loaded.added, loaded.removed, loaded.without_effect), (3, 1, 1, 2));
    assert!(!listed(&shelf, "+12025550123") && listed(&shelf, "+12025550125") && listed(&shelf, "+12125550199"));
}

#[test]
fn what_did_not_change_is_one_file_and_two_versions_stay() {
    use std::os::unix::fs::MetadataExt as _;
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n2125550199\n").unwrap();
    load(&shelf, &change("v2", "2026-10-02", "2026-10-01"), "2025550124,a\n").unwrap();
    let inode =
        |version: &str, area: &str| fs::metadata(folder.0.join("federal").join(version).join(area)).unwrap().ino();
    assert_eq!(inode("v1", "212.bits"), inode("v2", "212.bits"));
    assert_eq!(inode("v1", "202.bits"), inode("v2", "202.bits"), "what changed lies beside the file");
    let flips = fs::read(folder.0.join("federal/v2/flips")).unwrap();
    assert_eq!(flips, Number::of_e164("+12025550124").unwrap().bit().to_le_bytes());
    load(&shelf, &full("v3", "2026-10-03"), "2025550123\n2025550124\n2125550199\n").unwrap();
    assert_eq!(inode("v2", "212.bits"), inode("v3", "212.bits"), "a full list that says the same too");
    assert_ne!(inode("v2", "202.bits"), inode("v3", "202.bits"), "and what is different has a file of its own again");
    assert!(!folder.0.join("federal/v3/flips").exists());
    let names: Vec<_> = folder.names("federal").into_iter().collect();
    assert_eq!(names, ["current.json", "lock", "v2", "v3"]);
}

#[test]
fn many_changes_of_an_area_code_make_a_new_file() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n2125550199\n").unwrap();
    let many: String = lines((0..=flips::FLIPS_MAX).map(|n| format!("202{},a", 2_000_000 + n)));
    load(&shelf, &change("v2", "2026-10-02", "2026-10-01"), &many).unwrap();
    assert!(!folder.0.join("federal/v2/flips").exists());
    load(&shelf, &change("v3", "2026-10-03", "2026-10-02"), "2022000000,d\n2125550198,a\n").unwrap();
    load(&shelf, &change("v4", "2026-10-04", "2026-10-03"), "2022000000,a\n2125550197,a\n").unwrap();
    let manifest = shelf.manifest(Registry::Federal).unwrap().unwrap();
    assert_eq!((manifest.areas[&202].flips, manifest.areas[&212].flips), (0, 2), "flipped back is not flipped");
    assert_eq!(manifest.numbers, flips::FLIPS_MAX as u64 + 1 + 1 + 3);
    assert!(listed(&shelf, "+12022000000") && listed(&shelf, "+12125550197") && listed(&shelf, "+12125550199"));
    fs::write(folder.0.join("federal/v4/flips"), [0; 8]).unwrap();
    let library = shelf.open(None).unwrap();
    assert!(matches!(library.screen("+12125550199", None, at("2026-10-05")), Err(BitsError::Damaged(_))));
}

#[test]
fn a_change_of_another_version_is_refused() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    let refused = load(&shelf, &change("v1", "2026-10-08", "2026-10-01"), "2025550123,a\n");
    assert!(matches!(refused, Err(LoadError::NothingLoaded)), "{refused:?}");
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n").unwrap();
    let refused = load(&shelf, &change("v2", "2026-10-08", "2026-10-02"), "2025550124,a\n");
    assert!(matches!(refused, Err(LoadError::WrongBase { .. })), "{refused:?}");
    let lines = Form::default();
    let refused = load(&shelf, &Load { form: lines, ..change("v2", "2026-10-08", "2026-10-01") }, "2025550124\n");
    assert!(matches!(refused, Err(LoadError::Refused(ReadError::NoChange))), "{refused:?}");
    assert_eq!(shelf.manifest(Registry::Federal).unwrap().unwrap().version, "v1");
}

#[test]
fn unusual_lists_are_refused_unless_accepted() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    let list = |numbers: std::ops::Range<u32>| lines(numbers.map(|n| format!("202555{n:04}")));
    load(&shelf, &full("v1", "2026-10-01"), &list(0..1000)).unwrap();
    let less = load(&shelf, &full("v2", "2026-10-02"), &list(0..949));
    assert!(matches!(less, Err(LoadError::Difference { before: 1000, after: 949 })), "{less:?}");
    let more = load(&shelf, &full("v2", "2026-10-02"), &list(0..1051));
    assert!(matches!(more, Err(LoadError::Difference { .. })), "{more:?}");
    load(&shelf, &full("v3", "2026-10-02"), &list(0..950)).unwrap();
    load(&shelf, &Load { accept_unusual: true, ..full("v4", "2026-10-03") }, &list(0..10)).unwrap();

    let unknown = load(&shelf, &Load { accept_unusual: false, ..full("v5", "2026-10-03") }, "2005550123\n9995550123\n");
    assert!(matches!(&unknown, Err(LoadError::UnknownAreas(areas)) if *areas == [200, 999]), "{unknown:?}");
    assert!(unknown.unwrap_err().to_string().contains("200, 999"));
    assert_eq!(shelf.manifest(Registry::Federal).unwrap().unwrap().version, "v4");
    assert_eq!(folder.names("federal").len(), 4, "nothing of what was refused is left");
}

#[test]
fn dates_and_names_that_cannot_be_are_refused() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n").unwrap();
    let refused = |asked: &Load| load(&shelf, asked, "2025550123\n").unwrap_err();
    assert!(matches!(refused(&full("v2", "2027-01-02")), LoadError::Dates(_)), "in the future");
    assert!(matches!(refused(&full("v2", "2026-09-30")), LoadError::Dates(_)), "older than the one in force");
    for name in ["", "..", "a/b", "v 2", "v.2", &"x".repeat(65)] {
        assert!(matches!(refused(&full(name, "2026-10-02")), LoadError::Name(_)), "{name}");
    }
}

#[test]
fn a_load_that_is_killed_leaves_the_old_version_and_is_swept() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n").unwrap();
    let registry = folder.0.join("federal");
    let before = Manifest::current(&registry).unwrap();
    let next = full("v2", "2026-10-02");
    let mut file = Cursor::new(b"2025550123\n2125550199\n".to_vec());
    let accepted = Load { accept_unusual: true, ..next };

    // Killed when all is written and nothing renamed.
    let staged =
        stage(&registry, &registry.join("v2.partial"), &accepted, before.as_ref(), &mut file, &Progress::default());
    staged.unwrap();
    assert!(!listed(&shelf, "+12125550199"), "the old version is in force");
    // Killed between the two renames.
    fs::rename(registry.join("v2.partial"), registry.join("v2")).unwrap();
    fs::write(registry.join("current.json.partial"), "{").unwrap();
    assert!(!listed(&shelf, "+12125550199"), "still");
    assert_eq!(shelf.manifest(Registry::Federal).unwrap(), before);

    // Tried again, it goes through, and once more changes nothing.
    load(&shelf, &accepted, "2025550123\n2125550199\n").unwrap();
    assert!(listed(&shelf, "+12125550199"));
    let again = load(&shelf, &accepted, "no list at all").unwrap();
    assert_eq!((again.manifest.version.as_str(), again.added), ("v2", 0));
    assert_eq!(folder.names("federal").into_iter().collect::<Vec<_>>(), ["current.json", "lock", "v1", "v2"]);
}

#[test]
fn a_load_that_fails_half_way_leaves_nothing() {
    struct Failing(u64);
    impl std::io::Read for Failing {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.0 += 1;
            if self.0 > 3 {
                return Err(std::io::Error::other("the disk is gone"));
            }
            let lines = b"2025550123\n".repeat(into.len() / 11);
            into[..lines.len()].copy_from_slice(&lines);
            Ok(lines.len())
        }
    }
    impl std::io::Seek for Failing {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(0)
        }
    }
    let folder = Folder::new();
    let shelf = folder.shelf();
    let failed = shelf.load(&full("v1", "2026-10-01"), &mut Failing(0), &Progress::default()).unwrap_err();
    assert!(matches!(failed, LoadError::Io(_)) && !failed.is_final(), "{failed}");
    assert_eq!(folder.names("federal").into_iter().collect::<Vec<_>>(), ["lock"]);
}

#[test]
fn one_load_at_a_time() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    fs::create_dir_all(folder.0.join("federal")).unwrap();
    let lock = fs::File::create(folder.0.join("federal/lock")).unwrap();
    lock.lock().unwrap();
    let busy = load(&shelf, &full("v1", "2026-10-01"), "2025550123\n").unwrap_err();
    assert!(matches!(busy, LoadError::Busy) && !busy.is_final());
    lock.unlock().unwrap();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n").unwrap();
}

#[test]
fn a_damaged_file_is_an_error_and_no_answer() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n").unwrap();
    let path = folder.0.join("federal/v1/202.bits");
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let library = shelf.open(None).unwrap();
    assert!(matches!(library.screen("+12025550123", None, at("2026-10-02")), Err(BitsError::Damaged(_))));
    let changed = load(&shelf, &change("v2", "2026-10-02", "2026-10-01"), "2025550124,a\n");
    assert!(matches!(changed, Err(LoadError::Bits(BitsError::Damaged(_)))), "it is not built upon either");
    load(&shelf, &full("v2", "2026-10-02"), "2025550123\n").unwrap();
    assert!(listed(&shelf, "+12025550123") && !listed(&shelf, "+12025550199"), "a whole list is the way out");
    fs::write(folder.0.join("federal/current.json"), "{\"format\":1}").unwrap();
    assert!(matches!(shelf.open(None), Err(BitsError::Damaged(_))));
    load(&shelf, &full("v3", "2026-10-02"), "2025550124\n").unwrap();
    assert!(listed(&shelf, "+12025550124"));
}

#[test]
fn an_open_version_answers_while_others_are_loaded() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &full("v1", "2026-10-01"), "2025550123\n2125550199\n").unwrap();
    let old = shelf.open(None).unwrap();
    let ask = |library: &Library, number: &str| library.screen(number, None, at("2026-10-05")).map(|asked| asked.dnc);
    assert_eq!(ask(&old, "+12025550123").unwrap(), Dnc::Listed);
    load(&shelf, &change("v2", "2026-10-02", "2026-10-01"), "2025550123,d\n").unwrap();
    let new = shelf.open(Some(&old)).unwrap();
    assert_eq!((ask(&old, "+12025550123").unwrap(), ask(&new, "+12025550123").unwrap()), (Dnc::Listed, Dnc::Clear));
    assert_eq!(ask(&old, "+12125550199").unwrap(), Dnc::Listed, "read from disk only now");
    load(&shelf, &change("v3", "2026-10-03", "2026-10-02"), "2025550129,a\n").unwrap();
    let cold =
        Edition::new(old.edition(Registry::Federal).unwrap().manifest().clone(), folder.0.join("federal/v1"), None);
    let gone = cold.lists(Number::of_e164("+12125550199").unwrap());
    assert!(matches!(gone, Err(BitsError::Gone)), "two versions later the files are gone: {gone:?}");
}

#[test]
fn what_a_screening_says() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    let ask = |number: &str, region: Option<&str>, day: &str| {
        shelf.open(None).unwrap().screen(number, region, at(day)).unwrap()
    };
    assert_eq!(ask("+12025550123", None, "2026-10-05").dnc, Dnc::NotConfigured);
    let florida = Load { registry: Registry::Fl, ..full("s1", "2026-10-04") };
    load(&shelf, &florida, "3055550111\n").unwrap();
    assert_eq!(ask("+13055550112", None, "2026-10-05").dnc, Dnc::NotConfigured, "a state's list alone clears nobody");
    assert_eq!(ask("+13055550111", None, "2026-10-05").dnc, Dnc::Listed);

    load(&shelf, &Load { covers_all: false, ..full("v1", "2026-10-01") }, "2025550123\n3055550100\n2125550100\n")
        .unwrap();
    let clear = ask("+12025550124", None, "2026-10-05");
    assert_eq!((clear.dnc, clear.asked.as_slice()), (Dnc::Clear, [Registry::Federal].as_slice()));
    assert_eq!((clear.version_date, clear.missing.len()), (Some(date("2026-10-01")), 0));
    assert_eq!(
        ask("+14155550124", None, "2026-10-05").dnc,
        Dnc::NotScreened,
        "an area code that the list does not cover"
    );

    let both = ask("+12025550124", Some("Florida"), "2026-10-05");
    assert_eq!(both.asked, [Registry::Federal, Registry::Fl], "by address too");
    assert_eq!(both.version_date, Some(date("2026-10-01")), "the older of the two");
    assert_eq!(ask("+12125550199", Some("TX"), "2026-10-05").missing, [Registry::Tx]);

    assert_eq!(ask("+12025550124", None, "2026-11-01").dnc, Dnc::Clear, "the thirty-first day");
    let stale = ask("+12025550124", None, "2026-11-02");
    assert_eq!((stale.dnc, stale.valid_until.unwrap() < at("2026-11-02")), (Dnc::Stale, true));
    assert_eq!(ask("+12025550123", None, "2026-11-02").dnc, Dnc::Listed, "old lists still list");
    assert_eq!(ask("+13055550112", None, "2026-11-03").dnc, Dnc::Stale, "one of two is enough");

    for (number, dnc) in [
        ("+442079460123", Dnc::NotUs),
        ("+14165550123", Dnc::NotUs),
        ("+1202555", Dnc::NotScreened),
        ("+12005550123", Dnc::NotScreened),
        ("+11115550123", Dnc::NotScreened),
    ] {
        assert_eq!(ask(number, None, "2026-10-05").dnc, dnc, "{number}");
    }
    let entitled = shelf.open(None).unwrap().only(|registry| registry != Registry::Federal);
    assert_eq!(entitled.screen("+12025550124", None, at("2026-10-05")).unwrap().dnc, Dnc::NotConfigured);
}

#[test]
fn the_earlier_of_version_and_obtained_counts() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &Load { obtained_on: date("2026-10-20"), ..full("v1", "2026-10-01") }, "2025550123\n").unwrap();
    let ask = |day: &str| shelf.open(None).unwrap().screen("+12025550124", None, at(day)).unwrap().dnc;
    assert_eq!((ask("2026-11-01"), ask("2026-11-02")), (Dnc::Clear, Dnc::Stale));
}

#[test]
fn a_change_of_area_codes_that_are_not_covered_is_refused() {
    let folder = Folder::new();
    let shelf = folder.shelf();
    load(&shelf, &Load { covers_all: false, ..full("v1", "2026-10-01") }, "2025550123\n").unwrap();
    let refused = load(&shelf, &change("v2", "2026-10-02", "2026-10-01"), "4155550123,a\n");
    assert!(matches!(&refused, Err(LoadError::NotCovered(areas)) if *areas == [415]), "{refused:?}");
}

#[test]
fn what_does_not_fit_into_memory_waits_on_disk_in_its_order() {
    let folder = Folder::new();
    fs::create_dir_all(&folder.0).unwrap();
    let mut spill = spill::Spill::new(folder.0.join("changes")).holding(3);
    let number = |n: u32| Number::of_digits(format!("202555{n:04}").as_bytes().try_into().unwrap()).unwrap();
    let pushed: Vec<_> =
        (0..10).map(|n| (number(n % 4), if n % 3 == 0 { Change::Delete } else { Change::Add })).collect();
    for (number, change) in &pushed {
        spill.push(*number, *change).unwrap();
    }
    assert!(spill.has(202) && !spill.has(212));
    let mut taken = Vec::new();
    spill.take(202, |bit, change| taken.push((Number::of_bit(202, bit), change))).unwrap();
    assert_eq!(taken, pushed);
    spill.clear().unwrap();
    assert!(!folder.0.join("changes").exists());
}

fn some_numbers() -> impl Strategy<Value = BTreeSet<u32>> {
    // Few area codes and lines, so that lists overlap.
    proptest::collection::btree_set((0..3_u32, 0..12_u32).prop_map(|(area, line)| area * 12 + line), 1..20)
}

fn digits(n: u32) -> String {
    format!("{}555{:04}", ["202", "212", "305"][n as usize / 12], n % 12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_full_list_and_the_changes_that_lead_to_it_are_the_same(versions in proptest::collection::vec(some_numbers(), 2..5)) {
        let (by_change, at_once) = (Folder::new(), Folder::new());
        let day = |n: usize| (date("2026-10-01") + TimeDelta::days(n as i64)).to_string();
        let list = |numbers: &BTreeSet<u32>| numbers.iter().map(|n| digits(*n) + "\n").collect::<String>();
        load(&by_change.shelf(), &full("v0", &day(0)), &list(&versions[0])).unwrap();
        for (n, pair) in versions.windows(2).enumerate() {
            let mut file: String = pair[1].difference(&pair[0]).map(|n| digits(*n) + ",a\n").collect();
            file.extend(pair[0].difference(&pair[1]).map(|n| digits(*n) + ",d\n"));
            // A file of changes has at least one entry.
            file += &(digits(*pair[1].first().unwrap()) + ",a\n");
            load(&by_change.shelf(), &change(&format!("v{}", n + 1), &day(n + 1), &day(n)), &file).unwrap();
        }
        let last = versions.last().unwrap();
        load(&at_once.shelf(), &full("v0", &day(0)), &list(last)).unwrap();
        let manifest = |folder: &Folder| folder.shelf().manifest(Registry::Federal).unwrap().unwrap();
        let bits = |folder: &Folder| {
            manifest(folder).areas.into_iter().map(|(code, file)| (code, file.sha256, file.numbers)).collect::<Vec<_>>()
        };
        prop_assert_eq!(bits(&by_change), bits(&at_once), "the same bits, one by one");
        prop_assert_eq!(manifest(&by_change).numbers, last.len() as u64);
        for n in 0..36 {
            prop_assert_eq!(listed(&by_change.shelf(), &format!("+1{}", digits(n))), last.contains(&n));
        }
    }
}
