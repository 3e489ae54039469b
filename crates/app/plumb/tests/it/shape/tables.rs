//! Whose each table is, and that nobody else touches it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Text, rust};

/// Each table and the one crate that writes it.
pub(super) const OWNERS: [(&str, &str); 45] = [
    ("schema_migration", "store"),
    ("field_registry", "store"),
    ("installation", "store"),
    ("audit_pending", "store"),
    ("job", "store"),
    ("job_cron", "store"),
    ("rate_limit", "store"),
    ("mail_operator", "store"),
    ("audit_entry", "ledger"),
    ("ledger_tile", "ledger"),
    ("ledger_checkpoint", "ledger"),
    ("disclosure", "egress"),
    ("org", "identity"),
    ("app_user", "identity"),
    ("membership", "identity"),
    ("session", "identity"),
    ("auth_token", "identity"),
    ("api_key", "identity"),
    ("suppression", "privacy"),
    ("lead", "lead"),
    ("lead_source", "lead"),
    ("lead_merge", "lead"),
    ("lead_key", "duplicate"),
    ("lead_compared", "duplicate"),
    ("lead_link", "duplicate"),
    ("duplicate_scan", "duplicate"),
    ("duplicate_setting", "duplicate"),
    ("import", "source"),
    ("import_chunk", "source"),
    ("import_reject", "source"),
    ("dnc_subscription", "screen"),
    ("dnc_load", "screen"),
    ("dnc_screening", "screen"),
    ("dnc_company", "screen"),
    ("dnc_reassigned", "screen"),
    ("export", "export"),
    ("export_piece", "export"),
    ("import_policy", "source"),
    ("verification", "verify"),
    ("verification_run", "verify"),
    ("verification_item", "verify"),
    ("verification_policy", "verify"),
    ("verification_provider", "verify"),
    ("verification_batch", "verify"),
    ("verification_batch_item", "verify"),
];

/// Who else reads one, and why.
pub(super) const READERS: [(&str, &str, &str); 10] = [
    ("ledger", "audit_pending", "takes events out of the outbox and into the log"),
    ("store", "org", "housekeeping goes from one organisation to the next"),
    ("egress", "org", "a disclosure whose organisation is gone is not written"),
    ("source", "job", "an import whose job was put aside is told so"),
    ("export", "import", "the date of where a field came from"),
    ("export", "job", "an export whose job was put aside is told so"),
    ("duplicate", "job", "a search whose job was put aside is told so"),
    ("lead", "suppression", "a lead is shown and exported only as its owner's opt-out allows, in the same query"),
    ("verify", "suppression", "the evidence of a verdict is hidden with the address"),
    ("verify", "lead", "which leads share a mailbox, by the keyed hash that stands on the lead"),
];

/// Every table without exactly one owner, and every use by another crate without a reason.
pub(super) fn faults(
    owners: &[(&str, &str)],
    readers: &[(&str, &str, &str)],
    migrations: &[Text],
    sources: &[Text],
) -> Vec<String> {
    let tables: BTreeSet<String> =
        migrations.iter().flat_map(|file| made(&file.text)).chain(in_code(sources)).collect();
    let mut uses: BTreeMap<(String, String), &str> = BTreeMap::new();
    for file in sources.iter().filter(|file| !file.is_test()) {
        for table in rust::parse(&file.text).strings.iter().flat_map(|literal| named(literal)) {
            if tables.contains(&table) {
                uses.insert((file.krate().to_owned(), table), &file.path);
            }
        }
    }
    let mut faults = Vec::new();
    for table in &tables {
        match owners.iter().find(|(known, _)| known == table) {
            None => faults.push(format!("the table {table} has no owner: give it one in tests/it/shape/tables.rs")),
            Some((_, owner)) if !uses.contains_key(&((*owner).to_owned(), table.clone())) => {
                faults.push(format!("{owner} owns the table {table} and never uses it"));
            }
            Some(_) => {}
        }
    }
    let gone = owners.iter().filter(|(table, _)| !tables.contains(*table));
    faults.extend(gone.map(|(table, _)| format!("{table} has an owner and is no table")));
    for ((user, table), path) in &uses {
        let owns = owners.iter().any(|(known, owner)| known == table && owner == user);
        if !owns && !readers.iter().any(|(reader, read, _)| reader == user && read == table) {
            faults.push(format!("{path}: the table {table} is not {user}'s"));
        }
    }
    let idle = readers.iter().filter(|(user, table, _)| !uses.contains_key(&((*user).to_owned(), (*table).to_owned())));
    faults.extend(idle.map(|(user, table, _)| format!("{user} may read {table} and does not: take the reason out")));
    faults
}

/// Every migration that is not compiled in, and every one that is and has no file.
pub(super) fn migration_faults(known: &[&str], files: &[Text]) -> Vec<String> {
    let names: Vec<&str> =
        files.iter().filter_map(|file| file.path.strip_prefix("migrations/")?.strip_suffix(".sql")).collect();
    let missing = names.iter().filter(|name| !known.contains(*name));
    let mut faults: Vec<String> = missing.map(|name| format!("migrations/{name}.sql is not in MIGRATIONS")).collect();
    faults.extend(known.iter().filter(|name| !names.contains(*name)).map(|name| format!("{name} has no file")));
    if !known.is_sorted() {
        faults.push("MIGRATIONS are not in the order of their names".to_owned());
    }
    faults
}

/// Tables that a SQL text makes.
fn made(sql: &str) -> Vec<String> {
    let sql: String = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = sql.split(|c: char| c.is_whitespace() || c == '(').filter(|word| !word.is_empty()).collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| words[at]);
        if *word == "table" && matches!(before, Some("create" | "unlogged")) {
            let name = words[at + 1..].iter().find(|word| !matches!(**word, "if" | "not" | "exists"));
            tables.extend(name.map(|name| (*name).to_owned()));
        }
    }
    tables
}

/// Tables that code makes before there are migrations.
fn in_code(sources: &[Text]) -> Vec<String> {
    let literals = sources.iter().filter(|file| !file.is_test()).flat_map(|file| rust::parse(&file.text).strings);
    literals.filter(|text| text.trim_start().starts_with("create table")).flat_map(|text| made(&text)).collect()
}

/// Names that stand where a statement names a table.
fn named(literal: &str) -> Vec<String> {
    const VERBS: [&str; 7] = ["select", "insert", "update", "delete", "with", "lock", "begin;"];
    let begins = literal.split_whitespace().next().unwrap_or_default();
    if !VERBS.contains(&begins) {
        return Vec::new();
    }
    let words: Vec<&str> =
        literal.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ';')).filter(|w| !w.is_empty()).collect();
    let mut names = Vec::new();
    for pair in words.windows(2) {
        if matches!(pair[0], "from" | "join" | "into" | "update" | "using" | "table") {
            names.push(pair[1].trim_end_matches(',').to_owned());
        }
        // `from a, b`: the one after a comma, with or without an alias before it.
        if pair[0].ends_with(',') {
            names.push(pair[1].trim_end_matches(',').to_owned());
        }
    }
    names.retain(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
    names
}

#[test]
fn tables_are_found() {
    assert_eq!(made("create table a (\n  b int);\n-- create table c (\ncreate unlogged table d (e int)"), ["a", "d"]);
    assert_eq!(made("create table if not exists f\n (g text)"), ["f"]);
    assert_eq!(named("select x from a join b on true where y in (select z from c)"), ["a", "b", "c"]);
    assert_eq!(named("update only_this set x = 1"), ["only_this"]);
    assert_eq!(named("Take leads from import files"), Vec::<String>::new(), "no statement");
}

#[test]
fn a_table_that_is_not_ones_own_is_a_fault() {
    let owners = [("a", "store"), ("b", "lead")];
    let migrations = [Text::planted("migrations/0001.sql", "create table a (x int); create table b (y int);")];
    let store = || Text::planted("crates/kernel/store/src/x.rs", "f(\"select x from a\")");
    let lead = |sql: &str| Text::planted("crates/flow/lead/src/query.rs", &format!("f(\"{sql}\")"));
    let check = |readers: &[(&str, &str, &str)], sources: &[Text]| faults(&owners, readers, &migrations, sources).len();
    assert_eq!(check(&[], &[store(), lead("insert into b values (1)")]), 0);
    assert_eq!(check(&[], &[store(), lead("select y from b join a using (x)")]), 1, "another's");
    assert_eq!(check(&[("lead", "a", "so")], &[store(), lead("select y from b join a using (x)")]), 0);
    assert_eq!(check(&[("lead", "a", "so")], &[store(), lead("select y from b")]), 1, "a reason without a use");
    assert_eq!(check(&[], &[store()]), 1, "nobody uses b");
    assert_eq!(faults(&owners[..1], &[], &migrations, &[store()]).len(), 1, "b has no owner");
    assert_eq!(faults(&owners, &[], &migrations[..0], &[]).len(), 2, "no such tables");
}

#[test]
fn a_migration_that_is_not_compiled_in_is_a_fault() {
    let files = || [Text::planted("migrations/0001_a.sql", ""), Text::planted("migrations/0002_b.sql", "")];
    assert_eq!(migration_faults(&["0001_a", "0002_b"], &files()).len(), 0);
    assert_eq!(migration_faults(&["0001_a"], &files()).len(), 1);
    assert_eq!(migration_faults(&["0001_a", "0002_b", "0003_c"], &files()).len(), 1);
    assert_eq!(migration_faults(&["0002_b", "0001_a"], &files()).len(), 1);
}
