use std::num::NonZeroUsize;

use crate::made::{self, Agreement, Set};
use crate::{Code, Kind, Linked, Linker, OneToOne, Options, propose};

fn link(set: &Set, threads: usize) -> Linked {
    let sample: Vec<Vec<String>> = set.rows.iter().take(500).cloned().collect();
    let mut linker = Linker::new(&propose(&set.headers, &sample), Options::default());
    for (row, cells) in set.rows.iter().enumerate() {
        if set.second_from == Some(row) {
            linker.second_list();
        }
        linker.push_row(cells.iter().map(String::as_str));
    }
    linker.run(NonZeroUsize::new(threads).unwrap())
}

fn rows(columns: &[Kind], rows: &[&[&str]]) -> Linked {
    let columns: Vec<Option<Kind>> = columns.iter().copied().map(Some).collect();
    let mut linker = Linker::new(&columns, Options { population: Some(100_000), ..Options::default() });
    for row in rows {
        linker.push_row(row.iter().copied());
    }
    linker.run(NonZeroUsize::MIN)
}

/// Quality must not fall: the least F1, in thousandths, on small lists of every sort.
#[test]
fn people_are_found() {
    let sets = [
        (made::work(6_000, 11), 940),
        (made::easy(6_000, 12), 980),
        (made::families(6_000, 13), 900),
        (made::customers(6_000, 14), 900),
        (made::fairs(6_000, 15), 910),
        (made::market(6_000, 17), 920),
        (made::market_bare(6_000, 18), 900),
        (made::export(6_000, 16), 950),
        (made::trade(6_000, 31), 910),
        (made::homes(6_000, 32), 900),
        (made::world(6_000, 33), 910),
        (made::trade_easy(6_000, 34), 990),
        (made::homes_easy(6_000, 35), 990),
        (made::world_easy(6_000, 36), 980),
    ];
    for (set, least) in sets {
        let found = Agreement::of(&link(&set, 1).cluster, &set.truth);
        assert!(found.f1() * 1000.0 >= f64::from(least), "{}: {found:?}, F1 {}", set.name, found.f1());
    }
}

#[test]
fn threads_change_nothing() {
    let set = made::work(9_000, 21);
    let (one, three) = (link(&set, 1), link(&set, 3));
    assert_eq!(one.cluster, three.cluster);
    assert_eq!(one.confidence, three.confidence);
    assert_eq!((one.links, one.possible), (three.links, three.possible));
}

/// Another order of rows gives the same people.
#[test]
fn order_changes_only_numbers() {
    let set = made::families(3_000, 22);
    let mut turned = made::families(3_000, 22);
    turned.rows.reverse();
    let (straight, turned) = (link(&set, 1).cluster, link(&turned, 1).cluster);
    let last = straight.len() - 1;
    for row in 0..straight.len() {
        let other = last - turned[last - row] as usize;
        assert_eq!(straight[row], straight[other], "row {row}");
    }
}

/// Two lists without repetitions are linked row by row, and that finds nobody less well.
#[test]
fn lists_without_repetitions_are_linked_one_to_one() {
    let linked = |one_to_one: OneToOne| {
        let set = made::trade(12_000, 41).two_lists();
        let mut linker =
            Linker::new(&propose(&set.headers, &set.rows[..500]), Options { one_to_one, ..Options::default() });
        for (row, cells) in set.rows.iter().enumerate() {
            if set.second_from == Some(row) {
                linker.second_list();
            }
            linker.push_row(cells.iter().map(String::as_str));
        }
        let linked = linker.run(NonZeroUsize::MIN);
        let found = Agreement::of(&linked.cluster, &set.truth);
        (found, linked.report.one_to_one)
    };
    let (free, not) = linked(OneToOne::No);
    let (auto, found_out) = linked(OneToOne::Auto);
    let (asked, told) = linked(OneToOne::Yes);
    assert_eq!((not, found_out, told), (false, true, true));
    assert!(auto.precision > free.precision && auto.f1() >= free.f1(), "{free:?} {auto:?}");
    assert!(asked.precision >= auto.precision && asked.f1() >= free.f1(), "{free:?} {asked:?}");
}

/// Where a list repeats its own rows they stay together, unless somebody says otherwise.
#[test]
fn lists_with_repetitions_are_not_linked_one_to_one() {
    let linked = link(&made::fairs(6_000, 15), 1);
    assert!(!linked.report.one_to_one);
    let mut linker = Linker::new(
        &[Some(Kind::FullName), Some(Kind::Email)],
        Options { one_to_one: OneToOne::Yes, population: Some(100_000), ..Options::default() },
    );
    linker.push_row(["Ada Brook", "ada@acme.example"]);
    linker.push_row(["Ada Brook", "ada@acme.example"]);
    linker.second_list();
    linker.push_row(["Ada Brook", "ada@acme.example"]);
    let linked = linker.run(NonZeroUsize::MIN);
    assert_eq!(linked.links.len(), 1, "one row of each list");
    assert_eq!(linked.possible.len(), 2, "the one left over is asked about with each of the two");
}

/// One name in several spellings, and with its parts in another order.
#[test]
fn spellings_of_one_name() {
    use Kind::{Company, Email, FullName};
    let linked = rows(
        &[FullName, Email, Company],
        &[
            &["Nikolay Sokolov", "nikolay.sokolov@acme.example", "Acme Ltd"],
            &["Nikolai Sokolov", "nikolay.sokolov@acme.example", ""],
            &["Wei-chun Zhao", "weichun.zhao@brook.example", "Brook Ltd"],
            &["Weichun Zhao", "", "Brook Ltd"],
            &["Zhao Wei Chun", "weichun.zhao@brook.example", ""],
            &["Ines Ordonez Galan", "ines.ordonez@dale.example", "Dale SA"],
            &["Ines Ordonez", "ines.ordonez@dale.example", ""],
        ],
    );
    assert_eq!(linked.cluster, [0, 0, 2, 2, 2, 5, 5]);
}

/// Father and son, told apart by a column of its own.
#[test]
fn a_suffix_has_its_own_column() {
    use Kind::{Email, FirstName, LastName, NameSuffix, Phone, Street};
    let linked = rows(
        &[FirstName, LastName, NameSuffix, Email, Phone, Street],
        &[
            &["Ada", "Brook", "", "brook@example.net", "020 7946 0000", "1 High Street"],
            &["Ben", "Brook", "Sr.", "brook@example.net", "020 7946 0000", "1 High Street"],
            &["Ben", "Brook", "Jr", "brook@example.net", "020 7946 0000", "1 High Street"],
        ],
    );
    assert_eq!(linked.cluster, [0, 1, 2]);
}

/// A relative whose names stand the wrong way round makes nobody else's landline a personal number.
#[test]
fn a_turned_relative_is_a_relative() {
    use Kind::{BirthDate, FirstName, LastName, Phone, StreetNumber};
    let linked = rows(
        &[FirstName, LastName, BirthDate, Phone, StreetNumber],
        &[
            &["Trestead", "Noreen", "1971-02-03", "020 7946 0000", "12"],
            &["Leila", "Trestead", "1994-11-13", "020 7946 0000", "12"],
            &["Oscar", "Trestead", "1999-01-20", "020 7946 0000", "12"],
        ],
    );
    assert_eq!(linked.cluster, [0, 1, 2]);
}

#[test]
fn colleagues_are_not_one_person() {
    use Kind::{Company, Domain, Email, FirstName, LastName, Phone, Street};
    let columns = [FirstName, LastName, Email, Phone, Company, Domain, Street];
    let linked = rows(
        &columns,
        &[
            &["Ada", "Brook", "info@acme.example", "020 7946 0000", "Acme Ltd", "acme.example", "1 High Street"],
            &["Ben", "Carter", "info@acme.example", "020 7946 0000", "Acme Ltd", "acme.example", "1 High Street"],
            &["Cleo", "Brook", "info@acme.example", "020 7946 0000", "Acme Ltd", "acme.example", "1 High Street"],
        ],
    );
    assert_eq!(linked.cluster, [0, 1, 2]);
    assert!(linked.links.is_empty());
}

#[test]
fn who_changed_jobs_is_still_the_same() {
    use Kind::{Company, Email, FirstName, LastName, Profile};
    let columns = [FirstName, LastName, Email, Company, Profile];
    let linked = rows(
        &columns,
        &[
            &["Robert", "Quillfeather", "r.q@old.example", "Old Foundry Ltd", "linkedin.com/in/rquill-71"],
            &["Bob", "Quillfeather", "bob@new.example", "New Optics GmbH", "https://www.linkedin.com/in/rquill-71/"],
            &["Mary", "Jones", "mary@old.example", "Old Foundry Ltd", ""],
        ],
    );
    assert_eq!(linked.cluster, [0, 0, 2]);
    assert!(linked.confidence[0] >= 90, "{:?}", linked.confidence);
    let evidence = linked.evidence(0, 1);
    assert!(evidence.iter().any(|piece| piece.code == Code::Kind(Kind::Profile) && piece.weight > 0), "{evidence:?}");
    assert!(evidence.iter().any(|piece| piece.code == Code::Kind(Kind::Company) && piece.weight < 0), "{evidence:?}");
}

#[test]
fn father_and_son_are_two() {
    use Kind::{FirstName, LastName, Postcode, Street};
    let columns = [FirstName, LastName, Street, Postcode];
    let linked = rows(
        &columns,
        &[&["John", "Marsh Sr.", "4 Mill Lane", "LS1 4AP"], &["John", "Marsh Jr.", "4 Mill Lane", "LS1 4AP"]],
    );
    assert_eq!(linked.cluster, [0, 1]);
}

#[test]
fn nothing_and_next_to_nothing() {
    assert!(rows(&[Kind::FirstName], &[]).cluster.is_empty());
    assert_eq!(rows(&[Kind::FirstName], &[&["Ada"]]).cluster, [0]);
    assert_eq!(rows(&[Kind::Email], &[&[""], &["n/a"], &[]]).cluster, [0, 1, 2]);
}

/// A few candidates out of a large database are judged as part of it, and slips count in them too.
#[test]
fn short_lists_are_weighed() {
    use Kind::{City, Company, Email, FirstName, LastName};
    let columns = [FirstName, LastName, Email, Company, City];
    let linked = rows(
        &columns,
        &[
            &["Katherine", "Quillfeather", "k.q@acme.example", "Acme Tools Ltd", "Leeds"],
            &["Kathrine", "Quilfeather", "k.q@acme.example", "Acme Tools", "Leeds"],
            &["Katherine", "Quillfeather", "kate@other.example", "Other Optics", "Lyon"],
            &["John", "Smith", "jsmith@acme.example", "Acme Tools Ltd", "Leeds"],
            &["John", "Smith", "jsmith2@acme.example", "Acme Tools Ltd", "Leeds"],
        ],
    );
    assert_eq!(linked.cluster[..3], [0, 0, 2]);
    assert_eq!(linked.cluster[4], 4, "two mailboxes at one company are two people");
}

/// Clusters that hold more rows than one person should have go to the review, link by link.
#[test]
fn large_clusters_are_looked_at() {
    let columns = [Some(Kind::FirstName), Some(Kind::LastName), Some(Kind::Email)];
    let mut linker = Linker::new(&columns, Options { cluster_rows_max: 5, ..Options::default() });
    for _ in 0..8 {
        linker.push_row(["Ada", "Quillfeather", "ada@acme.example"]);
    }
    for other in 0..200 {
        linker.push_row(["Ben", &format!("Name{other}"), &format!("ben{other}@acme.example")]);
    }
    let linked = linker.run(NonZeroUsize::MIN);
    assert_eq!(linked.cluster[..8], [0; 8]);
    assert_eq!((linked.report.clusters_large, linked.possible.len()), (1, 7));
}

/// A family name that may be the other's given name weighs the same whichever row comes first, and so does half a name.
#[test]
fn two_rows_weigh_the_same_either_way() {
    use Kind::{FirstName, LastName};
    let linked = rows(
        &[FirstName, LastName],
        &[&["John", "Example"], &["Axample", "Leeds"], &["Ada", ""], &["", "Ada"], &["Katherine", "Quillfeather"]],
    );
    for (a, b) in [(0, 1), (0, 4), (1, 4), (2, 3), (0, 2), (1, 3)] {
        assert_eq!(linked.weight(a, b), linked.weight(b, a), "{a} and {b}");
        assert_eq!(linked.evidence(a, b), linked.evidence(b, a), "{a} and {b}");
    }
}

#[test]
fn pages_of_namesakes_differ_by_a_number_or_a_dash() {
    let page = |a: &str, b: &str| {
        let columns = [Kind::FirstName, Kind::LastName, Kind::Company, Kind::Profile];
        let row = |page| vec!["Ada", "Lovelace", "Norvat", page];
        rows(&columns, &[&row(a), &row(b)]).evidence(0, 1).last().map(|evidence| evidence.agreement)
    };
    assert_eq!(page("x.example/in/ada-lovelace1", "x.example/in/ada-lovelace2"), Some(crate::Agreement::Different));
    assert_eq!(page("x.example/in/ada-lovelace", "x.example/in/adalovelace"), Some(crate::Agreement::Different));
    assert_eq!(
        page("x.example/in/ada-lovelace-48213", "x.example/in/ada-lovelace-48123"),
        Some(crate::Agreement::Typo)
    );
}
