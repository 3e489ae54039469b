use std::fmt::Write as _;

use plumb_clean::{DateOrder, PrivateClass, PrivateClasses};
use plumb_table::columnar::{Reader, Writer};

use super::testing::{cleaned, run};
use super::{PLUMB_COLUMNS, Shape};
use crate::testing::{Folder, column};
use crate::{FileFormat, ListError, Place, Stop};

const LIST: &str = "First,Last,E-Mail,Phone,Country,Note\n\
    Ada,Lovelace,ada@example.com,+442079460000,GB,\"a, b\"\n\
    ADA,LOVELACE, ADA@example.com ,,GB,second\n\
    Bob,Stone,bob@,,,\n\
    ,,info@example.org,020 7946 0001,,\n\
    ,,,,,nobody\n";

#[test]
fn every_row_and_column_stays_and_columns_are_added() {
    let (output, summary) = cleaned(LIST, |_| {});
    let (before, after): (Vec<&str>, Vec<&str>) = (LIST.lines().collect(), output.lines().collect());
    assert_eq!(after.len(), before.len());
    for (before, after) in before.iter().zip(&after) {
        assert!(after.starts_with(&format!("{before},")), "{after}");
    }
    assert!(after[0].ends_with(&PLUMB_COLUMNS.join(",")));
    assert_eq!(column(&output, "plumb_keep"), ["true", "false", "false", "true", "false"]);
    assert_eq!(column(&output, "plumb_email_status"), ["ok", "ok", "invalid", "role", "empty"]);
    assert_eq!(column(&output, "plumb_email")[1], "ADA@example.com");
    let clusters = column(&output, "plumb_cluster_id");
    assert!(clusters[0] == clusters[1] && clusters[0] != clusters[2] && clusters[0].len() == 32);
    assert!(column(&output, "plumb_reasons")[1].starts_with("duplicate"));
    assert!(column(&output, "plumb_reasons")[3].contains("phone_no_country"));
    assert_eq!((summary.counts.rows, summary.rows_kept, summary.duplicates), (5, 2, 1));
}

#[test]
fn the_shorter_forms() {
    let shape = Shape { only_keep: true, replace: true, guard_formulas: false };
    let (output, summary) = cleaned(LIST, |options| options.shape = shape);
    assert_eq!(column(&output, "E-Mail"), ["ada@example.com", "info@example.org"]);
    assert_eq!(column(&output, "Note"), ["a, b", ""]);
    assert!(!output.contains("plumb_email,") && output.contains("plumb_email_status"));
    assert_eq!(summary.rows_written, 2);
}

#[test]
fn threads_and_the_order_of_duplicates_change_nothing() {
    let mut list = String::from("E-Mail,Name,Phone\n");
    for n in 0..40_000_u32 {
        let person = n.wrapping_mul(2_654_435_761) % 30_000;
        let phone = if n % 3 == 0 { "+442079460000" } else { "" };
        let _ = writeln!(list, "p{person}@example.com,\"Name, {person}\",{phone}");
    }
    let (one, _) = cleaned(&list, |_| {});
    let (three, _) = cleaned(&list, |options| options.list.threads = 3);
    assert!(one == three);
    let reversed: Vec<&str> = list.lines().skip(1).collect();
    let reversed = format!("E-Mail,Name,Phone\n{}\n", reversed.into_iter().rev().collect::<Vec<_>>().join("\n"));
    let (reversed, _) = cleaned(&reversed, |options| options.list.threads = 2);
    let ids = |output: &str| {
        let kept = column(output, "plumb_keep").into_iter().zip(column(output, "plumb_cluster_id"));
        kept.filter(|(keep, _)| keep == "true").map(|(_, id)| id).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&one), ids(&reversed));
}

#[test]
fn broken_rows_stay_in_their_place_and_say_why() {
    let list =
        b"Name,E-Mail,City\nAda,ada@example.com,Paris\nBob\nCy,cy@example.com,Rome,x,y\nDi,d\0i@example.com,Oslo\n\
        Name,E-Mail,City\n\"Ed,ed@example.com,Kiel\nJ\xfcrgen,j@example.com,K\xf6ln\nFay,fay@example.com,Bern,,\n";
    let (output, summary) = cleaned(list, |_| {});
    assert_eq!(
        column(&output, "plumb_reasons").iter().map(|r| r.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>(),
        ["", "too_few_cells", "too_many_cells", "nul_byte", "repeated_header", "open_quote", "", ""]
    );
    assert_eq!(column(&output, "plumb_keep").iter().filter(|keep| *keep == "true").count(), 3);
    assert_eq!(column(&output, "Name")[1..3], ["Bob", "Cy"]);
    assert_eq!(column(&output, "City")[2], "Rome,x,y", "nothing is lost");
    assert_eq!(column(&output, "City")[6], "Köln");
    assert_eq!(column(&output, "Name")[5], "\"Ed");
    assert_eq!(summary.counts.broken(), 5);
    let rows: Vec<u64> = summary.counts.unreadable.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [3, 4, 5, 6, 7]);
}

#[test]
fn a_suppressed_address_is_not_in_the_added_columns() {
    let folder = Folder::new();
    let suppress = folder.path().join("suppress.txt");
    std::fs::write(&suppress, "# ours\nADA@example.com\nexample.org\n").unwrap();
    let list = "E-Mail,Name\nada+news@example.com,Ada L\nb@mail.example.org,Bob S\nc@example.com,Cy T\n";
    let (output, summary) = cleaned(list, |options| options.suppress = Some(suppress.clone()));
    assert_eq!(column(&output, "plumb_email"), ["", "", "c@example.com"]);
    assert_eq!(column(&output, "plumb_keep"), ["false", "false", "true"]);
    assert!(column(&output, "plumb_reasons")[0].starts_with("suppressed"));
    assert_eq!(summary.counts.suppressed, 2);
    std::fs::write(&suppress, "a@example.com\nno address\n").unwrap();
    let mut options = folder.options(list.as_bytes());
    options.suppress = Some(suppress);
    assert!(matches!(run(&options), Err(ListError::Usage(words)) if words.contains("line 2")));
}

#[test]
fn formulas_are_guarded_when_asked() {
    let list = "E-Mail,Note,Phone\na@example.com,=1+1,+442079460000\n";
    let (output, summary) = cleaned(list, |_| {});
    assert_eq!((column(&output, "Note"), summary.counts.formulas), (vec!["=1+1".to_owned()], 1));
    let guard = Shape { guard_formulas: true, ..Shape::default() };
    let (output, _) = cleaned(list, |options| options.shape = guard);
    assert_eq!(
        (column(&output, "Note"), column(&output, "Phone")),
        (vec!["'=1+1".to_owned()], vec!["+442079460000".to_owned()])
    );
}

#[test]
fn nothing_is_written_when_it_fails_or_is_stopped() {
    let folder = Folder::new();
    let mut options = folder.options(b"MZ\x90\0\x03\0");
    options.list.report = Some(folder.path().join("report.html"));
    assert!(matches!(run(&options), Err(ListError::Refused { .. })));
    let options = folder.options(LIST.as_bytes());
    let stop = Stop::default();
    stop.ask();
    assert!(matches!(super::run(&options, &stop, &mut |_| {}), Err(ListError::Stopped)));
    assert_eq!(folder.names(), ["in.csv"]);
}

#[test]
fn a_list_that_changes_while_it_is_read_is_an_error() {
    let folder = Folder::new();
    let options = folder.options(LIST.as_bytes());
    let Place::File(path) = &options.input else { unreachable!() };
    let mut append = |_| {
        use std::io::Write as _;
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(b"x,y,z@example.com,,,\n").unwrap();
    };
    let result = super::run(&options, &Stop::default(), &mut append);
    assert!(matches!(result, Err(ListError::Changed { .. })));
    assert_eq!(folder.names(), ["in.csv"]);
}

#[test]
fn what_is_asked_wrongly_is_said_before_anything_is_written() {
    let folder = Folder::new();
    let usage = |change: &dyn Fn(&mut super::Options)| {
        let mut options = folder.options(LIST.as_bytes());
        change(&mut options);
        match run(&options) {
            Err(ListError::Usage(words)) => words,
            other => panic!("{other:?}"),
        }
    };
    assert!(usage(&|o| o.list.output = Some(o.input.clone())).contains("named twice"));
    assert!(usage(&|o| o.list.asked.delimiter = Some(b'-')).contains("cannot stand between cells"));
    assert!(usage(&|o| o.list.map = vec!["Mail=email".to_owned()]).contains("no column \"Mail\""));
    assert!(usage(&|o| o.list.map = vec!["Note=mail".to_owned()]).contains("no field \"mail\""));
    let nothing = ["E-Mail=-", "Phone=-"].map(str::to_owned).to_vec();
    assert!(usage(&|o| o.list.map.clone_from(&nothing)).contains("no column identifies"));
    std::fs::write(folder.path().join("out.csv"), "old").unwrap();
    assert!(usage(&|o| o.list.force = false).contains("--force"));
    assert_eq!(folder.output(), "old");
    let (output, _) = cleaned(LIST, |_| {});
    let again = folder.options(output.as_bytes());
    assert!(matches!(run(&again), Err(ListError::Usage(words)) if words.contains("plumb_email already")));
}

#[test]
fn a_header_alone_gives_a_header() {
    let (output, summary) = cleaned("Name,E-Mail\n", |_| {});
    assert_eq!(output, format!("Name,E-Mail,{}\n", PLUMB_COLUMNS.join(",")));
    assert_eq!(summary.counts.rows, 0);
}

#[test]
fn the_lists_delimiter_stays_and_another_quote_does_not() {
    let (output, _) = cleaned("'Name';'E-Mail'\n'a;b';'a@example.com'\n'c';'c@example.com'\n", |_| {});
    assert!(output.starts_with("Name;E-Mail;plumb_email;"));
    assert!(output.contains("\n\"a;b\";a@example.com;a@example.com;ok;"), "{output}");
}

#[test]
fn parquet_in_and_out() {
    let folder = Folder::new();
    let parquet = |name: &str| Some(Place::File(folder.path().join(name)));
    let mut options = folder.options(LIST.as_bytes());
    options.list.output = parquet("one.parquet");
    assert_eq!(run(&options).unwrap().rows_written, 5);
    // From Parquet to CSV: the same cells as from CSV to CSV, but for the added ones, which have to go before.
    let mut second = folder.options(LIST.as_bytes());
    second.input = parquet("one.parquet").unwrap();
    assert!(matches!(run(&second), Err(ListError::Usage(_))), "it was cleaned before");

    let rows = |path: &str| {
        let mut reader = Reader::open(&folder.path().join(path)).unwrap();
        let (mut cells, mut rows) = (plumb_base::Cells::default(), vec![reader.names().to_vec()]);
        while reader.next(&mut cells).unwrap() {
            rows.extend(cells.iter().map(|row| row.iter().map(str::to_owned).collect::<Vec<_>>()));
        }
        rows
    };
    let whole = rows("one.parquet");
    let mut writer =
        Writer::of_text(std::fs::File::create(folder.path().join("two.parquet")).unwrap(), &whole[0][..6], &[])
            .unwrap();
    let mut cells = plumb_base::Cells::default();
    for row in &whole[1..] {
        cells.push_row(row[..6].iter().map(String::as_str));
    }
    writer.write(&cells).unwrap();
    writer.finish().unwrap();
    second.input = parquet("two.parquet").unwrap();
    run(&second).unwrap();
    let (direct, _) = cleaned(LIST, |_| {});
    for name in ["E-Mail", "Note", "plumb_email", "plumb_cluster_id", "plumb_keep", "plumb_reasons"] {
        assert_eq!(column(&folder.output(), name), column(&direct, name), "{name}");
    }
    for only_keep in [false, true] {
        second.list.output = parquet("three.parquet");
        second.shape.only_keep = only_keep;
        let written = run(&second).unwrap().rows_written;
        let three = rows("three.parquet");
        assert_eq!(written as usize, three.len() - 1);
        if only_keep {
            assert_eq!(three.len(), 3);
        } else {
            assert_eq!(three, whole);
        }
    }
    assert_eq!(second.list.output_format(), FileFormat::Parquet);
}

#[test]
fn the_report_names_nobody() {
    let folder = Folder::new();
    let mut options = folder.options(LIST.as_bytes());
    options.list.report = Some(folder.path().join("report.html"));
    run(&options).unwrap();
    let report = std::fs::read_to_string(folder.path().join("report.html")).unwrap();
    for value in ["Lovelace", "LOVELACE", "ada@", "example.org", "7946"] {
        assert!(!report.contains(value), "{value}");
    }
    for part in ["plumb_cluster_id", "email_role", "phone_no_country", "E-Mail", "@media (prefers-color-scheme: dark)"]
    {
        assert!(report.contains(part), "{part}");
    }
    assert!(!report.contains("<script") && !report.contains("http://") && !report.contains("https://"));
}

#[test]
fn classes_that_are_not_wanted_are_left_out_and_counted() {
    const PRIVATE: &str = "First,Last,E-Mail,Phone,Home Address,Company\n\
        Ada,Lovelace,ada@gmail.com,+447911123456,1 Example Road,Example Ltd\n\
        Bob,Stone,bob@example.com,+442079460000,,Example Ltd\n\
        ,,cy@gmail.com,,,\n";
    let denied = [PrivateClass::PersonalEmail, PrivateClass::Mobile, PrivateClass::HomeAddress];
    let denied = denied.into_iter().fold(PrivateClasses::default(), PrivateClasses::with);
    let (output, summary) = cleaned(PRIVATE, |options| options.denied = denied);
    assert_eq!(column(&output, "plumb_email"), ["", "bob@example.com", ""]);
    assert_eq!(column(&output, "plumb_email_status"), ["withheld", "ok", "withheld"]);
    assert_eq!(column(&output, "plumb_phone_status")[..2], ["withheld", "ok"]);
    assert_eq!(column(&output, "plumb_keep"), ["true", "true", "false"], "who is not named any more is not kept");
    assert!(column(&output, "plumb_reasons")[0].contains("policy_withheld"));
    assert_eq!(column(&output, "E-Mail")[0], "ada@gmail.com", "the list's own columns stay");
    assert_eq!(summary.counts.withheld(), [("personal_email", 2), ("mobile", 1), ("home_address", 1)]);
    assert_eq!(summary.json()["withheld"]["mobile"], 1);
    let (output, _) = cleaned(PRIVATE, |options| (options.denied, options.shape.replace) = (denied, true));
    for name in ["E-Mail", "Phone", "Home Address"] {
        assert_eq!(column(&output, name)[0], "", "{name}");
    }
    let (output, summary) = cleaned(PRIVATE, |_| {});
    assert_eq!((column(&output, "plumb_email_status")[0].as_str(), summary.counts.withheld()[0].1), ("free", 0));
}

#[test]
fn an_address_that_is_not_wanted_is_suppressed_all_the_same() {
    let folder = Folder::new();
    let suppress = folder.path().join("suppress.txt");
    std::fs::write(&suppress, "ada@gmail.com\n").unwrap();
    let list = "Name,E-Mail,Phone\nAda L,\"Ada <ada+x@gmail.com>\",+442079460000\n";
    let (output, summary) = cleaned(list, |options| {
        options.suppress = Some(suppress.clone());
        options.denied = PrivateClasses::default().with(PrivateClass::PersonalEmail);
    });
    assert_eq!((column(&output, "plumb_keep")[0].as_str(), summary.counts.suppressed), ("false", 1));
    assert_eq!(column(&output, "plumb_email_status"), ["suppressed"]);
}

#[test]
fn what_the_kernel_reads_beside_the_name_has_columns_of_its_own() {
    let list = "Name,Title,Company,Email,Last Contacted\n\
        \"Dr. Ada Example, PhD\",CTO,Example LLC dba Sample,ada@example.com,03/04/2026\n\
        Ben Sample Jr.,Sales Intern,Sample Inc,ben@example.com,11/20/2026\n\
        Cy Muster,,Muster AG,cy@example.com,soon\n";
    let (output, summary) = cleaned(list, |_| {});
    assert_eq!(column(&output, "plumb_honorific"), ["Dr.", "", ""]);
    assert_eq!(column(&output, "plumb_name_suffix"), ["PhD", "Jr.", ""]);
    assert_eq!(column(&output, "plumb_trade_name"), ["Sample", "", ""]);
    assert_eq!(column(&output, "plumb_seniority"), ["executive", "entry", ""]);
    assert_eq!(column(&output, "plumb_date"), ["2026-03-04", "2026-11-20", ""], "the second row shows the order");
    assert!(column(&output, "plumb_reasons")[2].contains("date_invalid"));
    assert_eq!(summary.plan.date_order, Some(DateOrder::MonthFirst));

    let unclear = list.replace("11/20/2026", "");
    let (output, _) = cleaned(&unclear, |_| {});
    assert_eq!(column(&output, "plumb_date")[0], "");
    assert!(column(&output, "plumb_reasons")[0].contains("date_ambiguous"));
    let (output, _) = cleaned(&unclear, |options| {
        options.date_order = Some(DateOrder::DayFirst);
        options.shape.replace = true;
    });
    assert_eq!(column(&output, "Last Contacted"), ["2026-04-03", "", "soon"], "what is no date stays");
}
