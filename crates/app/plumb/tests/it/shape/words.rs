//! What may not be written, and where.

use super::{Text, rust};

/// Longest file, in lines.
const LINES_MAX: usize = 600;

/// Words of code with the crates that may write them; an empty list is nobody. `benches` measures with databases of its
/// own and is no part of the program.
const WORDS: [(&str, &[&str], &str); 14] = [
    ("todo!", &[], "unfinished"),
    ("unimplemented!", &[], "unfinished"),
    ("dbg!", &[], "left over"),
    ("#[allow(", &[], "use #[expect(…, reason = …)]"),
    ("#![allow(", &[], "use #![expect(…, reason = …)]"),
    ("#[ignore]", &[], "say why: #[ignore = …]"),
    ("AssertSqlSafe", &["store", "benches"], "SQL that is not a literal stays in store"),
    ("PgPool", &["store", "benches"], "only store holds the database"),
    ("PgPoolOptions", &["store", "benches"], "only store holds the database"),
    ("Router::new", &["web"], "routes go through the register"),
    (".route(", &["web"], "routes go through the register"),
    (".nest(", &["web"], "routes go through the register"),
    (".fallback(", &["web"], "routes go through the register"),
    (".merge(", &["web"], "routes go through the register"),
];

/// Every rule that the file breaks.
pub(super) fn faults(file: &Text) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        faults.push(format!("{} has {lines} lines: split it by use case", file.path));
    }
    let source = rust::parse(&file.text);
    for (number, line) in source.code.lines().enumerate() {
        for (word, crates, why) in WORDS {
            if stands_in(line, word) && !crates.contains(&file.krate()) {
                faults.push(format!("{}:{}: {word} ({why})", file.path, number + 1));
            }
        }
    }
    faults
}

/// Whether `word` stands in the line as a word of its own.
fn stands_in(line: &str, word: &str) -> bool {
    let of_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_start = !word.starts_with(of_word) || !before.is_some_and(of_word);
        open_start && (!word.ends_with(of_word) || !after.is_some_and(of_word))
    })
}

/// Every stored snapshot that no test names (insta: `<module>__<name>.snap`, and in it the source).
pub(super) fn snapshot_faults(snapshots: &[Text], sources: &[Text]) -> Vec<String> {
    let fault = |snapshot: &Text| {
        let stem = snapshot.path.rsplit('/').next()?.strip_suffix(".snap")?;
        let name = stem.rsplit("__").next()?;
        // A second unnamed snapshot in one test is numbered.
        let test =
            name.rsplit_once('-').filter(|(_, number)| number.parse::<u32>().is_ok()).map_or(name, |(test, _)| test);
        let from = snapshot.text.lines().find_map(|line| line.strip_prefix("source: "))?;
        let named = |source: &Text| {
            source.path == from
                && (source.text.contains(&format!("fn {test}(")) || source.text.contains(&format!("\"{name}\"")))
        };
        sources.iter().any(named).then_some(())
    };
    let unnamed = snapshots.iter().filter(|snapshot| fault(snapshot).is_none());
    unnamed.map(|snapshot| format!("{} belongs to no test: delete it", snapshot.path)).collect()
}

#[test]
fn a_forbidden_word_is_a_fault() {
    let in_lead = |text: &str| faults(&Text::planted("crates/flow/lead/src/x.rs", text)).len();
    for word in ["todo!()", "#[allow(x)]", "#![allow(x)]", "#[ignore]", "dbg!(x)", "unimplemented!()"] {
        assert_eq!(in_lead(word), 1, "{word}");
    }
    for word in ["// todo!", "\"todo!\"", "#[expect(x)]", "#[ignore = \"slow\"]", "my_todo!()"] {
        assert_eq!(in_lead(word), 0, "{word}");
    }
    for word in ["AssertSqlSafe(x)", "p: &PgPool", "PgPoolOptions::new()"] {
        assert_eq!(in_lead(word), 1, "{word}");
        assert_eq!(faults(&Text::planted("crates/kernel/store/src/x.rs", word)).len(), 0, "{word}");
    }
    for word in ["r.route(\"/\", x)", "Router::new()", "r.nest(a, b)", "r.fallback(x)", "r.merge(x)"] {
        assert_eq!(in_lead(word), 1, "{word}");
        assert_eq!(faults(&Text::planted("crates/kernel/web/src/x.rs", word)).len(), 0, "{word}");
    }
    assert_eq!(in_lead("error.as_fallback(x); unnest(x)"), 0);
}

#[test]
fn a_file_that_is_too_long_is_a_fault() {
    assert_eq!(faults(&Text::planted("crates/flow/lead/src/x.rs", &"a\n".repeat(LINES_MAX))).len(), 0);
    assert_eq!(faults(&Text::planted("crates/flow/lead/src/x.rs", &"a\n".repeat(LINES_MAX + 1))).len(), 1);
}

#[test]
fn a_snapshot_that_nobody_names_is_a_fault() {
    let snapshot = |name: &str| {
        [Text::planted(
            &format!("crates/a/b/src/snapshots/b__tests__{name}.snap"),
            "---\nsource: crates/a/b/src/tests.rs\n---\nx",
        )]
    };
    let sources = [Text::planted(
        "crates/a/b/src/tests.rs",
        "fn whole() { assert_snapshot!(x); assert_snapshot!(\"matrix\", y) }",
    )];
    assert_eq!(snapshot_faults(&snapshot("whole"), &sources).len(), 0);
    assert_eq!(snapshot_faults(&snapshot("whole-2"), &sources).len(), 0);
    assert_eq!(snapshot_faults(&snapshot("matrix"), &sources).len(), 0);
    assert_eq!(snapshot_faults(&snapshot("gone"), &sources).len(), 1);
    assert_eq!(snapshot_faults(&snapshot("whole"), &[]).len(), 1);
}
