use std::io::Cursor;
use std::path::PathBuf;

use chrono::NaiveDate;
use plumb_screen::bits::{Kind, Load, Progress, Shelf};
use plumb_screen::domain::registry::Registry;
use plumb_screen::reader::Form;

use crate::clean::testing::{cleaned, run};
use crate::clean::{DNC_COLUMNS, Shape};
use crate::testing::{Folder, column};
use crate::{ListError, Place};

const LIST: &str = "Name,Phone,State,Country\n\
    Ada L,+12025550101,,US\n\
    Bob S,(202) 555-0102,,US\n\
    Cy T,305-555-0103,FL,US\n\
    Di U,+442079460000,,GB\n\
    Ed V,+14165550105,,CA\n\
    Fay W,,,US\n";

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn load(folder: &Folder, registry: Registry, day: &str, numbers: &str) -> PathBuf {
    let dir = folder.path().join("dnc");
    let asked = Load {
        registry,
        kind: Kind::Full,
        version: format!("{registry}-{day}"),
        holder: "Example".to_owned(),
        version_date: date(day),
        obtained_on: date(day),
        today: date(day),
        form: Form::default(),
        covers_all: true,
        accept_unusual: false,
    };
    Shelf::at(&dir).load(&asked, &mut Cursor::new(numbers.as_bytes().to_vec()), &Progress::default()).unwrap();
    dir
}

fn at(day: &str) -> plumb_base::Timestamp {
    date(day).and_hms_opt(12, 0, 0).unwrap().and_utc()
}

#[test]
fn each_number_is_screened_and_says_by_which_version() {
    let folder = Folder::new();
    let dir = load(&folder, Registry::Federal, "2026-11-01", "2025550101\n3055559999\n");
    load(&folder, Registry::Fl, "2026-10-20", "3055550103\n");
    let (output, summary) = cleaned(LIST, |options| {
        (options.dnc, options.list.now) = (Some(dir.clone()), at("2026-11-05"));
    });
    assert_eq!(column(&output, "plumb_dnc"), ["listed", "clear", "listed", "not_us", "not_us", ""]);
    assert_eq!(
        column(&output, "plumb_dnc_version"),
        ["2026-11-01", "2026-11-01", "2026-10-20", "", "", ""],
        "the oldest of those that were asked"
    );
    assert!(column(&output, "plumb_keep").iter().all(|keep| keep != "no such"), "a list of calls, not of people");
    assert_eq!(summary.json()["dnc"]["numbers"]["listed"], 2);
    assert_eq!(summary.json()["dnc"]["lists"][0]["version_date"], "2026-11-01");
    assert!(summary.dnc_words()[0].contains("National Do Not Call Registry of 2026-11-01"));
}

#[test]
fn an_old_list_is_said_and_clears_nobody() {
    let folder = Folder::new();
    let dir = load(&folder, Registry::Federal, "2026-10-01", "2025550101\n");
    let screened = |day: &str| {
        let (output, summary) = cleaned(LIST, |options| {
            (options.dnc, options.list.now) = (Some(dir.clone()), at(day));
        });
        (column(&output, "plumb_dnc")[..3].join(" "), summary.dnc_words().join(" "))
    };
    let (standings, words) = screened("2026-11-01");
    assert_eq!(standings, "listed clear clear");
    assert!(words.contains("Florida list (1)"), "the state's own list is missing: {words}");
    let (standings, words) = screened("2026-11-02");
    assert_eq!(standings, "listed stale stale");
    assert!(words.contains("more than 31 days old since 2026-11-02"), "{words}");
}

#[test]
fn without_lists_it_says_not_configured() {
    let folder = Folder::new();
    let mut options = folder.options(LIST.as_bytes());
    options.list.report = Some(folder.path().join("report.html"));
    let summary = run(&options).unwrap();
    assert_eq!(summary.json()["dnc"]["state"], "not_configured");
    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert!(report.contains("Do-Not-Call: not configured"));
    assert!(DNC_COLUMNS.iter().all(|name| !folder.output().contains(name)));
    // A folder in which no list was ever loaded is no answer.
    options.dnc = Some(folder.path().join("none"));
    assert!(matches!(run(&options), Err(ListError::Usage(words)) if words.contains("no Do-Not-Call list")));
}

#[test]
fn a_damaged_list_ends_the_work_on_any_number_of_threads() {
    let folder = Folder::new();
    let dir = load(&folder, Registry::Federal, "2026-11-01", "2025550101\n");
    std::fs::write(dir.join("federal/federal-2026-11-01/202.bits"), vec![1; 1_000_000]).unwrap();
    for threads in [1, 3] {
        let mut options = folder.options(LIST.as_bytes());
        (options.dnc, options.list.now, options.list.threads) = (Some(dir.clone()), at("2026-11-05"), threads);
        let error = run(&options).unwrap_err();
        assert!(matches!(&error, ListError::Io { .. }) && error.to_string().contains("load the list again"), "{error}");
    }
    assert_eq!(folder.names(), ["dnc", "in.csv"]);
}

#[test]
fn the_columns_go_wherever_the_others_do() {
    let folder = Folder::new();
    let dir = load(&folder, Registry::Federal, "2026-11-01", "2025550101\n");
    let mut options = folder.options(LIST.as_bytes());
    (options.dnc, options.list.now) = (Some(dir), at("2026-11-05"));
    options.list.output = Some(Place::File(folder.path().join("out.parquet")));
    run(&options).unwrap();
    let mut reader = plumb_table::columnar::Reader::open(&folder.path().join("out.parquet")).unwrap();
    let at = reader.names().iter().position(|name| name == "plumb_dnc").unwrap();
    assert_eq!(reader.names()[at - 1], "plumb_phone_status");
    let mut cells = plumb_base::Cells::default();
    reader.next(&mut cells).unwrap();
    assert_eq!(cells.row(0).get(at), Some("listed"));

    options.list.output = Some(Place::File(folder.path().join("out.csv")));
    options.shape = Shape { only_keep: true, replace: true, guard_formulas: true };
    run(&options).unwrap();
    assert_eq!(column(&folder.output(), "plumb_dnc")[0], "listed");
    assert_eq!(column(&folder.output(), "Phone")[1], "+12025550102");
}
