use std::fmt::Write as _;

use super::{DEDUPE_COLUMNS, MERGE_COLUMNS, Options, Summary, Threshold};
use crate::testing::{Folder, column};
use crate::{ListError, Place, Stop};

const LIST: &str = "id,First,Last,E-Mail,Phone,Company,Note\n\
    1,Robert,Quistbach,robert.quistbach@example.com,+44 7700 900123,Larchway Ltd,\"a, b\"\n\
    2,Nora,Velden,nora@example.org,,Larchway Ltd,\n\
    3,Bob,Quistbach,Robert.Quistbach@EXAMPLE.com,07700 900123,LARCHWAY LIMITED,second\n\
    4,Ida,Torholm,ida.torholm@example.net,,Ashgrove AG,\n";

/// Lists in a folder, and the options to compare them.
struct Work {
    folder: Folder,
    options: Options,
}

impl Work {
    fn new(lists: &[&[u8]]) -> Self {
        let folder = Folder::new();
        let inputs = lists.iter().zip(["a.csv", "b.csv"]).map(|(list, name)| {
            std::fs::write(folder.path().join(name), list).unwrap();
            Place::File(folder.path().join(name))
        });
        let output = Some(Place::File(folder.path().join("out.csv")));
        let options = Options::new(inputs.collect(), output, plumb_base::Timestamp::default());
        Self { folder, options }
    }

    fn run(&self) -> Result<Summary, ListError> {
        super::run(&self.options, &Stop::default(), &mut |_| {})
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8(std::fs::read(self.folder.path().join(name)).unwrap()).unwrap()
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

fn deduped(lists: &[&[u8]], change: impl FnOnce(&mut Options)) -> (String, Summary) {
    let mut work = Work::new(lists);
    change(&mut work.options);
    let summary = work.run().unwrap();
    (work.text("out.csv"), summary)
}

#[test]
fn every_row_and_column_stays_and_people_are_numbered() {
    let (output, summary) = deduped(&[LIST.as_bytes()], |_| {});
    let (before, after): (Vec<&str>, Vec<&str>) = (LIST.lines().collect(), output.lines().collect());
    assert_eq!(after.len(), before.len());
    for (before, after) in before.iter().zip(&after) {
        assert!(after.starts_with(&format!("{before},")), "{after}");
    }
    assert!(after[0].ends_with(&DEDUPE_COLUMNS[1..].join(",")));
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "2", "1", "3"]);
    assert_eq!(column(&output, "plumb_cluster_size"), ["2", "1", "2", "1"]);
    let evidence = column(&output, "plumb_duplicate_evidence");
    assert!(evidence[0].contains("email:same") && evidence[0].contains("first_name:variant"), "{evidence:?}");
    assert!(evidence[1].is_empty() && evidence[3].is_empty());
    let confidence: u8 = column(&output, "plumb_cluster_confidence")[2].parse().unwrap();
    assert!((75..=100).contains(&confidence));
    assert_eq!((summary.rows_all(), summary.people, summary.repeated(), summary.largest), (4, 3, 1, 2));
    assert_eq!(summary.json()["evidence"]["email"]["same"], 1);
}

#[test]
fn evidence_in_words_names_the_other_row() {
    let (output, _) = deduped(&[LIST.as_bytes()], |options| options.explain = true);
    let evidence = column(&output, "plumb_duplicate_evidence");
    assert!(evidence[0].starts_with("with row 4: ") && evidence[0].contains("same email"), "{evidence:?}");
    assert!(evidence[2].starts_with("with row 2: "));
}

#[test]
fn two_lists_become_one() {
    let second = "e-mail;Last;First;Birth date\n\
        NORA@example.org;Velden;Nora;1980-02-03\n\
        someone.else@example.com;Brandmoor;Uwe;\n";
    let (output, summary) = deduped(&[LIST.as_bytes(), second.as_bytes()], |_| {});
    assert_eq!(column(&output, "plumb_source_file"), ["a.csv", "a.csv", "a.csv", "a.csv", "b.csv", "b.csv"]);
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "2", "1", "3", "2", "4"]);
    assert!(output.starts_with("id,First,Last,E-Mail,Phone,Company,Note,Birth date,plumb_source_file,"));
    assert_eq!(column(&output, "E-Mail")[4], "NORA@example.org");
    assert_eq!(column(&output, "Birth date"), ["", "", "", "", "1980-02-03", ""]);
    assert_eq!(column(&output, "Note")[0], "a, b");
    assert_eq!((summary.rows.as_slice(), summary.in_both), (&[4, 2][..], 1));
}

#[test]
fn columns_of_other_names_meet_by_what_they_are_about() {
    let second = "Vorname,Nachname,Mailadresse\nNora,Velden,nora@example.org\n";
    let (output, _) = deduped(&[LIST.as_bytes(), second.as_bytes()], |_| {});
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "2", "1", "3", "2"]);
    assert_eq!(column(&output, "Nachname")[4], "Velden");
}

#[test]
fn an_earlier_answer_makes_place() {
    let (once, _) = deduped(&[LIST.as_bytes()], |_| {});
    let (twice, summary) = deduped(&[once.as_bytes()], |_| {});
    assert_eq!(once, twice);
    assert_eq!(summary.plan.replaced, DEDUPE_COLUMNS[1..]);
}

#[test]
fn pairs_and_the_merged_list() {
    let list = "First,Last,E-Mail,City,Updated at\n\
        Robert,Quistbach,robert.quistbach@example.com,Ulm,2025-01-01\n\
        Nora,Velden,nora@example.org,Bonn,2025-01-01\n\
        Robert,Quistbach,robert.quistbach@example.com,Kiel,2026-01-01\n";
    let mut work = Work::new(&[list.as_bytes()]);
    for (option, name) in [
        (&mut work.options.links, "links.csv"),
        (&mut work.options.review, "review.csv"),
        (&mut work.options.merge, "merged.csv"),
        (&mut work.options.list.report, "report.html"),
    ] {
        *option = Some(work.folder.path().join(name));
    }
    work.run().unwrap();
    let links = work.text("links.csv");
    assert_eq!((column(&links, "row_a"), column(&links, "row_b")), (vec!["2".to_owned()], vec!["4".to_owned()]));
    assert_eq!(column(&links, "decision"), ["same"]);
    assert!(column(&links, "evidence")[0].contains("email:same"));
    assert!(work.text("review.csv").starts_with("plumb_pair,plumb_confidence,plumb_row,"));
    let merged = work.text("merged.csv");
    assert!(merged.lines().next().unwrap().ends_with(&MERGE_COLUMNS.join(",")));
    assert_eq!(column(&merged, "City"), ["Kiel", "Bonn"], "the newest survives");
    assert_eq!(column(&merged, "plumb_merged_rows"), ["2 4", "3"]);
    assert!(column(&merged, "plumb_merged_from")[0].contains("City=4"));
    assert_eq!(column(&merged, "plumb_merged_differing"), ["City; Updated at", ""]);
    let report = work.text("report.html");
    assert!(report.contains("Who is twice in") && !report.contains("Quistbach") && !report.contains("robert.quist"));
    assert_eq!(work.folder.names(), ["a.csv", "links.csv", "merged.csv", "out.csv", "report.html", "review.csv"]);
}

#[test]
fn possible_pairs_are_named_and_left_apart() {
    let list = "First,Last,Town\n\
        Nora,Velden,Ulm\n\
        Robert,Quistbach,Ulm\n\
        Ida,Torholm,Bonn\n\
        Robert,Quistbach,\n\
        Ida,Velden,Kiel\n";
    let mut work = Work::new(&[list.as_bytes()]);
    (work.options.review, work.options.links) = (Some(work.path("review.csv")), Some(work.path("links.csv")));
    let summary = work.run().unwrap();
    assert_eq!((summary.people, summary.linkage.possible_pairs), (5, 1));
    let (output, review) = (work.text("out.csv"), work.text("review.csv"));
    assert_eq!(column(&output, "plumb_review"), ["", "4", "", "2", ""]);
    assert_eq!((column(&review, "plumb_row"), column(&review, "plumb_cluster_id")), (words("3 5"), words("2 4")));
    assert_eq!(
        (column(&review, "plumb_pair"), column(&review, "Town")),
        (words("1 1"), vec!["Ulm".to_owned(), String::new()])
    );
    assert_eq!(column(&review, "plumb_evidence")[0], "first_name:same last_name:same");
    assert_eq!(column(&work.text("links.csv"), "decision"), ["possible"]);
    (work.options.list.force, work.options.explain) = (true, true);
    work.run().unwrap();
    assert!(column(&work.text("out.csv"), "plumb_review")[1].starts_with("maybe cluster 4 ("));
    work.options.threshold = Threshold::read("20");
    assert_eq!(work.run().unwrap().people, 4, "less sure is enough");
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
fn a_short_list_is_a_part_of_something_larger() {
    let list = "Name,Town\nRobert Quistbach,Ulm\nRobert Quistbach,Ulm\nNora Velden,Ulm\nIda Torholm,Bonn\n";
    let (output, _) = deduped(&[list.as_bytes()], |_| {});
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "1", "2", "3"]);
}

#[test]
fn across_leaves_repetitions_in_one_list_apart() {
    let again = "First,Last,E-Mail\nNora,Velden,nora@example.org\n";
    let (output, summary) = deduped(&[LIST.as_bytes(), again.as_bytes()], |options| options.across = true);
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "2", "3", "4", "2"]);
    assert_eq!(summary.in_both, 1);
}

#[test]
fn what_the_kernel_reads_meets() {
    let list = "Name,Telefon,Firma,Website\n\
        Robert Quistbach,+49 30 231250-11,Larchway GmbH & Co. KG,https://www.larchway.example/de\n\
        Nora Velden,,,\n\
        R. Quistbach,030/23125011,larchway,larchway.example\n";
    let (output, _) = deduped(&[list.as_bytes()], |options| options.list.country = "DE".parse().ok());
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "2", "1"]);
    let evidence = column(&output, "plumb_duplicate_evidence").swap_remove(0);
    for same in ["phone:same", "company:same", "domain:same"] {
        assert!(evidence.contains(same), "{evidence}");
    }
}

#[test]
fn damaged_rows_stay_in_their_place_and_are_compared_with_nothing() {
    let list = b"First,Last,E-Mail\n\
        Robert,Quistbach,robert.quistbach@example.com\n\
        Robert,Quistbach\n\
        Robert,Quistbach,robert.quistbach@example.com,x,y\n\
        J\xfcrgen,Velden,j@example.com\n";
    let (output, summary) = deduped(&[list], |_| {});
    assert_eq!(column(&output, "plumb_review"), ["", "too_few_cells", "too_many_cells", ""]);
    assert_eq!(column(&output, "plumb_cluster_id"), ["1", "2", "3", "4"]);
    assert_eq!(column(&output, "E-Mail")[2], "robert.quistbach@example.com,x,y", "nothing is lost");
    assert_eq!(column(&output, "First")[3], "Jürgen");
    assert_eq!(summary.unreadable.iter().map(|(_, row, _)| *row).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn threads_change_nothing() {
    let mut list = String::from("Name,E-Mail,Phone\n");
    for n in 0..6_000_u32 {
        let person = n.wrapping_mul(2_654_435_761) % 4_000;
        writeln!(list, "Ada{person} Quist{person},p{person}@example.com,+4420794{person:05}").unwrap();
    }
    let (one, summary) = deduped(&[list.as_bytes()], |_| {});
    let (four, _) = deduped(&[list.as_bytes()], |options| options.list.threads = 4);
    assert!(one == four);
    assert!(summary.repeated() > 1_000);
}

#[test]
fn lists_with_next_to_nothing() {
    let (output, summary) =
        deduped(&[b"First,Last,E-Mail\n", b"Last,First\n\"Quist\nbach\",\"Ro \"\"Bob\"\" bert\"\r\n"], |_| {});
    assert_eq!((summary.rows.as_slice(), summary.people), (&[0, 1][..], 1));
    assert_eq!(
        (column(&output, "Last"), column(&output, "First")),
        (strings(&["Quist\nbach"]), strings(&["Ro \"Bob\" bert"]))
    );
    let (output, summary) = deduped(&[b"First,Last,E-Mail\n"], |options| options.list.threads = 3);
    assert_eq!((output.lines().count(), summary.rows_all()), (1, 0));
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn packed_lists_and_other_delimiters() {
    use std::io::Write as _;
    let mut packed = plumb_table::pack::Packer::new(Vec::new(), plumb_table::Packing::Gzip).unwrap();
    packed.write_all(LIST.replace(',', ";").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let (output, _) = deduped(&[&packed], |options| options.explain = true);
    let mut lines = output.lines();
    assert!(lines.next().unwrap().starts_with("id;First;Last;E-Mail;Phone;Company;Note;plumb_cluster_id;"));
    let line = lines.next().unwrap();
    assert!(
        line.starts_with("1;Robert;Quistbach;robert.quistbach@example.com;") && line.contains(";\"with row 4: "),
        "{line}"
    );
}

#[test]
fn parquet_keeps_its_types() {
    let mut work = Work::new(&[LIST.as_bytes()]);
    work.options.list.output = Some(Place::File(work.path("typed.parquet")));
    work.run().unwrap();
    work.options.inputs = vec![Place::File(work.path("typed.parquet"))];
    work.options.list.output = Some(Place::File(work.path("again.parquet")));
    let summary = work.run().unwrap();
    assert_eq!(summary.people, 3);
    let mut reader = plumb_table::columnar::Reader::open(&work.path("again.parquet")).unwrap();
    assert_eq!(reader.names().last().unwrap(), "plumb_review");
    let mut cells = plumb_base::Cells::default();
    assert!(reader.next(&mut cells).unwrap());
    assert_eq!((cells.rows(), cells.row(0).get(6)), (4, Some("a, b")));
}

#[test]
fn what_is_asked_wrongly_writes_nothing() {
    let usage = |change: &dyn Fn(&mut Work)| {
        let mut work = Work::new(&[LIST.as_bytes()]);
        change(&mut work);
        let before = work.folder.names();
        let error = work.run().unwrap_err();
        assert!(matches!(error, ListError::Usage(_)), "{error}");
        assert_eq!(work.folder.names(), before);
        error.to_string()
    };
    assert!(usage(&|work| work.options.list.output = Some(work.options.inputs[0].clone())).contains("named twice"));
    assert!(usage(&|work| work.options.links = Some(work.path("out.csv"))).contains("named twice"));
    assert!(usage(&|work| work.options.list.map = vec!["Nothing=email".to_owned()]).contains("there is no column"));
    assert!(usage(&|work| work.options.list.map = vec!["Last=surname".to_owned()]).contains("kinds are full_name"));
    assert!(usage(&|work| std::fs::write(work.path("out.csv"), "kept").unwrap()).contains("--force"));
    assert!(usage(&|work| work.options.merge = Some(work.path("m.parquet"))).contains("as CSV"));
    let blind = ["First=-", "Last=-", "E-Mail=-", "Phone=-", "Company=-"].map(str::to_owned);
    assert!(usage(&|work| work.options.list.map = blind.to_vec()).contains("--map"));
}

#[test]
fn a_stop_leaves_nothing() {
    let work = Work::new(&[LIST.as_bytes()]);
    let stop = Stop::default();
    stop.ask();
    assert!(matches!(super::run(&work.options, &stop, &mut |_| {}), Err(ListError::Stopped)));
    assert_eq!(work.folder.names(), ["a.csv"]);
}

#[test]
fn a_dry_run_writes_nothing_and_says_what_it_saw() {
    let work = Work::new(&[LIST.as_bytes()]);
    let trial = super::trial(&work.options, &Stop::default()).unwrap();
    assert_eq!((trial.rows, trial.people), (4, 3));
    let kinds: Vec<_> = trial.plan.columns.iter().map(|column| column.kind.unwrap_or("")).collect();
    assert_eq!(kinds, ["", "first_name", "last_name", "email", "phone", "company", ""]);
    assert_eq!(work.folder.names(), ["a.csv"]);
}

#[test]
fn thresholds_are_read_as_people_write_them() {
    let percent = |text| Threshold::read(text).map(Threshold::percent);
    assert_eq!((percent("90"), percent("90 %"), percent("99.5")), (Some(90.0), Some(90.0), Some(99.5)));
    assert_eq!(percent("0.9"), Some(90.0));
    assert_eq!((percent("0"), percent("100"), percent("-1"), percent("sure")), (None, None, None, None));
    assert_eq!(Threshold::read("50").map(Threshold::weight), Some(0));
    assert!(Threshold::read("90").map(Threshold::weight).unwrap() > 300);
}
